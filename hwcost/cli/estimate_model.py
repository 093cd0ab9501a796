"""`hwcost estimate-model`."""

from __future__ import annotations

import contextlib
import sys
from typing import Any

import click

from hwcost.cli.options import live_options, request_options, resolve_backend
from hwcost.cli.outputs import check_plot, output_option, plot_option
from hwcost.cli.progress import counter
from hwcost.core.click_options import taken
from hwcost.core.click_outputs import writes_files
from hwcost.core.errors import InputError
from hwcost.estimation.options import EstimateRequest
from hwcost.models.options import CIRCUIT_OPTIONS, ModelRequest
from hwcost.report.console import format_option, write


@click.command("estimate-model")
@click.argument("model", metavar="MODULE:FACTORY|FILE")
@click.option(
    "--sample",
    "samples_given",
    multiple=True,
    metavar="SHAPE|FILE.npy|FILE.npz",
    help="Shape of one sample such as 784 or 3x32x32, or a file with a batch (first axis the batch, its first sample "
    "is used; .npz: arguments by name). Repeat for several arguments.",
)
@click.option("--backend", "-b", metavar="NAME|FILE", help="Device for the circuits; without one they are simulated.")
@live_options
@request_options(ModelRequest)
@request_options(EstimateRequest, CIRCUIT_OPTIONS)
@format_option
@output_option
@plot_option
@click.option("--quiet", "-q", is_flag=True, help="No progress on stderr.")
@writes_files
def command(
    model: str,
    samples_given: tuple[str, ...],
    backend: str | None,
    form: str,
    output: str | None,
    plot: str | None,
    quiet: bool,
    **options: Any,
) -> int:
    """Cost a whole hybrid model, quantum and classical half, in seconds.

    MODEL is a torch module, a PennyLane QNode, an EstimatorQNN or SamplerQNN, a Qiskit circuit or a function that makes
    one, written `module:name` or `file.py:name`; or a circuit file.
    """
    from hwcost.models.estimate import estimate_model_as
    from hwcost.models.files import load_model, load_samples

    check_plot(plot)
    # `--observable` and others are of the model here; only CIRCUIT_OPTIONS go to the estimates of its circuits.
    request = ModelRequest(
        circuits=EstimateRequest(**{name: options.pop(name) for name in CIRCUIT_OPTIONS}),
        **taken(ModelRequest, options),
    )
    device = resolve_backend("" if backend is None else backend, options)
    loaded = load_model(model)
    sample = load_samples(loaded, samples_given)
    try:
        with contextlib.redirect_stdout(sys.stderr):  # what the model prints is no part of the result
            cost = estimate_model_as(
                request,
                loaded,
                sample,
                None if backend is None else device,
                progress=counter("compiling, step", quiet),
            )
    except SystemExit as error:
        raise InputError(f"{model}: the model file called sys.exit({error})") from None
    write([cost], form, output=output)
    if plot is not None:
        cost.plot(path=plot)
    return 0
