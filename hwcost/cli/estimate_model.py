"""`hwcost estimate-model`."""

from __future__ import annotations

import contextlib
import sys
from typing import Any

import click

from hwcost.cli.options import live_options, resolve_backend, seconds
from hwcost.cli.progress import counter
from hwcost.core.errors import InputError


@click.command("estimate-model")
@click.argument("model", metavar="MODULE:FACTORY|FILE")
@click.option(
    "--sample",
    "samples_given",
    multiple=True,
    metavar="SHAPE|FILE.npy",
    help="Shape of one sample such as 784 or 3x32x32, or an array; repeat for several arguments.",
)
@click.option("--backend", "-b", metavar="NAME|FILE", help="Device for the circuits; without one they are simulated.")
@live_options
@click.option("--scope", default="step", show_default=True, metavar="SCOPE", help="inference, step, epoch or training.")
@click.option(
    "--gradient",
    metavar="METHOD",
    help="parameter-shift, spsa, finite-diff, backprop, adjoint or none. [default: parameter-shift]",
)
@click.option("--samples", type=int, metavar="N", help="Training samples (scopes epoch and training).")
@click.option("--batch-size", type=int, metavar="N", help="Samples of one step. [default: 1]")
@click.option("--epochs", type=int, metavar="N", help="Passes over the samples (scope training).")
@click.option("--validation-samples", type=int, default=0, metavar="N", help="Evaluated after each epoch.")
@click.option("--device", metavar="NAME|FILE", help="Profile of the classical device; `hwcost device list` shows them.")
@click.option(
    "--classical-flops", type=float, metavar="F", help="FLOPs of one forward pass of one sample, for circuits."
)
@click.option("--input", "inputs", multiple=True, metavar="NAME", help="Parameter of a circuit file that carries data.")
@click.option("--observable", multiple=True, metavar="PAULI", help="Pauli label such as ZZII for a circuit file.")
@click.option("--shots", type=int, metavar="N", help="Shots that a noiseless device would need. [default: 4096]")
@click.option("--precision", type=float, metavar="E", help="Instead of --shots: standard error of each ⟨Z⟩.")
@click.option("--optimization-level", "-O", type=int, default=2, show_default=True, metavar="0-3", help="Qiskit's.")
@click.option("--num-seeds", type=int, default=4, show_default=True, help="Transpiler seeds to try; the best counts.")
@click.option("--seed", type=int, default=0, show_default=True, help="First transpiler seed.")
@click.option("--attenuation", metavar="METHOD", help="mean-field, pauli-path, light-cone or paper.")
@click.option(
    "--inflation", default="worst", show_default=True, metavar="worst|mean", help="Which qubit sets the shots."
)
@click.option("--spsa-directions", type=int, default=1, show_default=True, help="Random directions per gradient.")
@click.option("--job-profile", metavar="NAME|FILE", help="Job-time profile. [default: ibm]")
@click.option(
    "--rep-delay", metavar="TIME", callback=seconds, help="Repetition delay such as 250us. [default: the backend's]"
)
@click.option("--circuits-per-job", type=int, metavar="N", help="Most circuits of one job. [default: 300]")
@click.option("--mode", default="job", show_default=True, metavar="job|batch|session", help="How jobs are sent.")
@click.option("--mitigation", metavar="LIST", help="readout, zne:1:3:5, pec; separated by commas.")
@click.option("--max-qubits", type=int, metavar="N", help="Cut circuits that are wider.")
@click.option("--price-per-second", type=float, metavar="RATE", help="Your rate; there is no built-in price.")
@click.option("--max-age", metavar="AGE", help="Refuse an older calibration; such as 7d, 36h or 2w.")
@click.option("--format", "form", type=click.Choice(["text", "json", "csv", "html"]), default="text", show_default=True)
@click.option("--quiet", "-q", is_flag=True, help="No progress on stderr.")
def command(model: str, samples_given: tuple[str, ...], form: str, quiet: bool, **options: Any) -> int:
    """Cost a whole hybrid model, quantum and classical half, in seconds.

    MODEL is a torch module, a PennyLane QNode, a Qiskit circuit or a function that makes one, written `module:name` or
    `file.py:name`; or a circuit file.
    """
    from hwcost.calibration.age import parse_age
    from hwcost.models.estimate import estimate_model
    from hwcost.models.files import load_model, load_samples

    if options["backend"] is not None:
        options["backend"] = resolve_backend(options["backend"], options)
    else:
        resolve_backend("", options)
    options["max_age_days"] = None if options["max_age"] is None else parse_age(options["max_age"])
    del options["max_age"]
    options["inputs"] = options["inputs"] or None
    options["observable"] = list(options["observable"]) or None
    options["rep_delay_s"] = options.pop("rep_delay")
    for name in ("gradient", "attenuation"):
        if options[name] is None:
            del options[name]
    loaded = load_model(model)
    sample = load_samples(loaded, samples_given)
    progress = counter("compiling, step", quiet)
    try:
        with contextlib.redirect_stdout(sys.stderr):  # what the model prints is no part of the result
            cost = estimate_model(loaded, sample, **options, progress=progress)
    except SystemExit as error:
        raise InputError(f"{model}: the model leaves the interpreter (SystemExit: {error})") from None
    return _write(cost, form)


def _write(cost: Any, form: str) -> int:
    if form == "json":
        click.echo(cost.to_json())
    elif form == "csv":
        from hwcost.models.page import to_csv

        click.echo(to_csv([cost]), nl=False)
    elif form == "html":
        from hwcost.report.formats import to_html_page

        click.echo(to_html_page(cost, title=cost.model.name))
    else:
        from rich.console import Console

        from hwcost.report.formats import REPORT_WIDTH

        width = None if sys.stdout.isatty() else REPORT_WIDTH
        Console(width=width, highlight=False).print(cost)
    return 0
