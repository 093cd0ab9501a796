"""`nas train`: trains one network and saves it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from hwcost.core.text import shows_progress

if TYPE_CHECKING:
    from nas.architectures.record import Architecture
    from nas.datasets.dataset import Dataset
    from nas.training.loop import Progress
    from nas.training.record import TrainRecord
    from nas.training.train import Score

_DATA_OPTIONS = ("label", "scaling", "test_fraction", "validation_fraction", "split_seed", "max_samples")


@click.command("train")
@click.option("--genome", required=True, metavar="GENOME", help="Genome of the network, as `nas space` shows them.")
@click.option("--space", "space_name", required=True, metavar="NAME|FILE.toml", help="Search space of the genome.")
@click.option(
    "--dataset",
    "source",
    required=True,
    metavar="NAME|FILE",
    help="iris, wine, breast-cancer, digits, mnist, fashion-mnist, data.csv:label, data.npz or a folder of IDX files.",
)
@click.option("--data-folder", metavar="DIR", help="Where the files of mnist or fashion-mnist are. [default: OpenML]")
@click.option("--label", metavar="COLUMN", help="Label column of a CSV file.")
@click.option("--scaling", metavar="standard|global|minmax|none", help="[default: standard; global for images]")
@click.option("--test-fraction", type=float, default=0.2, show_default=True, help="Share kept for the test.")
@click.option("--validation-fraction", type=float, default=0.2, show_default=True, help="Share of the others.")
@click.option("--split-seed", type=int, default=0, show_default=True, help="Seed of the division.")
@click.option(
    "--max-samples", type=int, metavar="N", help="At most N samples for training and validation. [default: all]"
)
@click.option("--epochs", type=int, default=5, show_default=True, metavar="N", help="Passes over the training part.")
@click.option("--batch-size", type=int, default=64, show_default=True, metavar="N", help="Samples of a step.")
@click.option("--learning-rate", type=float, default=0.003, show_default=True, help="Of Adam; a genome's own is first.")
@click.option("--engine", default="fast", show_default=True, metavar="fast|pennylane", help="What simulates.")
@click.option("--dtype", default="float32", show_default=True, metavar="float32|float64", help="Precision.")
@click.option("--device", default="cpu", show_default=True, metavar="cpu|cuda", help="What computes.")
@click.option(
    "--patience", type=int, metavar="N", help="Stop after N epochs without a better accuracy. [default: never]"
)
@click.option("--time-limit", "time_limit_s", type=float, metavar="SECONDS", help="Fail after so long. [default: none]")
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of weights and order of samples.")
@click.option("--test", "with_test", is_flag=True, help="Score the best epoch on the test part, for a final figure.")
@click.option("-o", "path", metavar="CHECKPOINT.pt", help="File to save the network to.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--quiet", "-q", is_flag=True, help="No progress on stderr.")
def command(
    genome: str,
    space_name: str,
    source: str,
    data_folder: str | None,
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
    from hwcost.core.files import check_target
    from hwcost.core.text import say
    from nas.datasets.dataset import load_dataset
    from nas.training.checkpoint import save_checkpoint
    from nas.training.record import TrainSettings
    from nas.training.train import score_on_test_part, train_network

    data_options = {name: options.pop(name) for name in _DATA_OPTIONS}
    settings = TrainSettings(**options)
    if path is not None:
        check_target(path)
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
    report = {"space": space, "genome": genome_values, "saved": path if network.model is not None else None}
    if form == "json":
        click.echo(_json(record, architecture, data, report, score))
    else:
        click.echo(_text(record, architecture, data, report, score))
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


def _json(
    record: TrainRecord, architecture: Architecture, data: Dataset, report: Mapping[str, Any], score: Score | None
) -> str:
    import dataclasses

    from nas.architectures.json import architecture_to_dict

    parts = data.split
    plain = record.to_dict() | {
        **report,
        "architecture": architecture_to_dict(architecture),
        "data": {
            "origin": data.origin,
            "notes": list(data.notes),
            "num_features": data.num_features,
            "classes": list(data.class_names),
            "num_training": len(parts.training),
            "num_validation": len(parts.validation),
            "num_test": len(parts.test),
            "official_test": parts.has_official_test,
            "scaling": data.scaling.kind,
            "split": dataclasses.asdict(parts.settings),
        },
        "test": None if score is None else dataclasses.asdict(score),
    }
    return json.dumps(plain, indent=2, ensure_ascii=False, allow_nan=False)


def _text(
    record: TrainRecord, architecture: Architecture, data: Dataset, report: Mapping[str, Any], score: Score | None
) -> str:
    from hwcost.core.text import printable

    settings, parts = record.settings, data.split
    layers = len(architecture.layers)
    lines = [
        f"{architecture.num_qubits} qubits, {layers} layer{'s' * (layers > 1)}, {record.num_parameters:,} parameters",
        f"  data      {printable(data.name)}: {data.num_features} features, {data.num_classes} classes; "
        f"{len(parts.training):,} training, {len(parts.validation):,} validation, {len(parts.test):,} test samples; "
        f"{data.scaling.kind} scaling",
        f"  training  Adam at {record.learning_rate:g}, {record.num_epochs} of {settings.epochs} epochs, batches of "
        f"{settings.batch_size}, {settings.engine} in {settings.dtype} on {settings.device}, seed {record.seed}; "
        f"{record.duration_s:.3g} s",
        "  epoch  training loss  validation loss  validation accuracy",
    ]
    # Of a long training not every epoch: about twenty, the last one always.
    step = max(1, record.num_epochs // 20)
    lines += [
        f"  {epoch:5}  {record.train_loss[epoch - 1]:13.4f}  {record.validation_loss[epoch - 1]:15.4f}  "
        f"{record.validation_accuracy[epoch - 1]:19.1%}"
        for epoch in range(1, record.num_epochs + 1)
        if (record.num_epochs - epoch) % step == 0
    ]
    if record.best_validation_accuracy is not None:
        lines.append(f"  best      {record.best_validation_accuracy:.1%} in epoch {record.best_epoch}")
    if score is not None:
        lines.append(f"  test      {score.accuracy:.1%} of {score.num_samples:,} samples, loss {score.loss:.4f}")
    if report["saved"] is not None:
        lines.append(f"  saved     {printable(report['saved'])}")
    return "\n".join(lines)
