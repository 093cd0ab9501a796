"""`nas train`: trains one network and saves it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from hwcost.core.click_options import WHOLE, options_of
from hwcost.core.click_outputs import OutputPath, writes_files
from hwcost.core.text import shows_progress
from hwcost.report.console import format_option, write
from nas.runs.config import SearchConfig

if TYPE_CHECKING:
    from nas.architectures.record import Architecture
    from nas.training.loop import Progress

_DATA_KEYS = ("label", "scaling", "test_fraction", "validation_fraction", "split_seed", "max_samples")
_TRAINING_KEYS = ("epochs", "batch_size", "learning_rate", "engine", "dtype", "patience", "time_limit_s")
_KEYS = ("data_folder", *_DATA_KEYS, *_TRAINING_KEYS)
"""Keys of a search that one training has too."""


@click.command("train")
@click.option("--genome", required=True, metavar="GENOME", help="Genome of the network, as `nas space` shows them.")
@click.option("--space", "space_name", required=True, metavar="NAME|FILE.toml", help="Search space of the genome.")
@click.option(
    "--dataset",
    "source",
    required=True,
    metavar="NAME|FILE",
    help="iris, wine, breast-cancer, digits, mnist, fashion-mnist, cifar-10, svhn, emnist-balanced, heart-failure, "
    "data.csv:label, data.npz or a folder of IDX files.",
)
@options_of(SearchConfig, _KEYS)
@click.option("--train-device", default="cpu", show_default=True, metavar="cpu|cuda|auto", help="What computes.")
@click.option("--device", "old_device", hidden=True, help="Old name of --train-device.")
@click.option(
    "--best-by",
    type=click.Choice(["accuracy", "loss"]),
    default="accuracy",
    show_default=True,
    help="Which epoch is the best: of the highest validation accuracy, or of the lowest validation loss.",
)
@click.option(
    "--gradient",
    type=click.Choice(["backprop", "parameter-shift", "spsa"]),
    default="backprop",
    show_default=True,
    help="Exact derivatives of the simulation, or measured ones as on a device.",
)
@click.option(
    "--shots",
    type=WHOLE,
    default=None,
    metavar="N",
    help="Shots of each circuit of a step, for measured gradients. [default: exact expectation values]",
)
@click.option(
    "--spsa-directions", type=WHOLE, default=1, show_default=True, help="Random directions of one SPSA gradient."
)
@click.option("--seed", type=WHOLE, default=0, show_default=True, help="Seed of weights, order of samples and shots.")
@click.option("--test", "with_test", is_flag=True, help="Score the best epoch on the test part, for a final figure.")
@click.option("-o", "path", type=OutputPath("network"), metavar="CHECKPOINT.pt", help="File to save the network to.")
@format_option
@click.option("--quiet", "-q", is_flag=True, help="No progress on stderr.")
@writes_files
def command(
    genome: str,
    space_name: str,
    source: str,
    data_folder: str | None,
    train_device: str,
    old_device: str | None,
    seed: int,
    with_test: bool,
    path: str | None,
    form: str,
    quiet: bool,
    **options: Any,
) -> int:
    """Train one network of a search space and save it.

    Accuracies are those of the validation part. Adam, the batches of 64, five epochs and the learning rate 0.003 are
    FAQNAS's. The same seed gives the same network.
    """
    from hwcost.core.text import say
    from nas.datasets.dataset import load_dataset
    from nas.training.checkpoint import save_checkpoint
    from nas.training.parts import chosen_device
    from nas.training.record import TrainSettings
    from nas.training.report import TrainReport
    from nas.training.train import score_on_test_part, train_network

    data_options = {name: options.pop(name) for name in _DATA_KEYS}
    settings = TrainSettings(device=chosen_device(old_device or train_device), **options)
    space, architecture, genome_values = _read_genome(space_name, genome)
    data = load_dataset(source, folder=data_folder, **data_options)
    for note in data.notes:
        say(f"{data.name}: {note}", program="nas")
    with _progress(quiet) as progress:
        network = train_network(architecture, data, settings, seed, progress=progress)
    record = network.record
    score = None
    if network.model is not None:
        if path is not None:
            save_checkpoint(path, network, data, space=space, genome=genome_values)
        if with_test:
            score = score_on_test_part(network.model, architecture, data)
    report = TrainReport(
        record=record,
        space=space,
        genome=genome_values,
        architecture=architecture,
        data=data,
        saved=path if network.model is not None else None,
        score=score,
    )
    write([report], form)
    if record.state == "FAILED":
        say(f"training failed: {record.reason}", program="nas")
        return 1
    return 0


def _read_genome(space_name: str, text: str) -> tuple[str, Architecture, Mapping[str, Any]]:
    from nas.spaces.build import architecture
    from nas.spaces.load import load_space
    from nas.spaces.record import parse_genome

    space = load_space(space_name)
    genome = parse_genome(space, text)
    return space.name, architecture(space, genome), genome


@contextmanager
def _progress(quiet: bool) -> Iterator[Progress | None]:
    """Show a bar on stderr where that is a terminal; else nothing."""
    if not shows_progress(quiet):
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("nas: training"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, TextColumn("{task.description}"), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def show(done: int, total: int, best: float | None) -> None:
            best_text = "" if best is None else f"best accuracy {best:.1%}"
            bar.update(task, completed=done, total=total, description=best_text)

        yield show
