"""`nas evaluate`: a member of a front on a noisy device."""

from __future__ import annotations

from typing import Any

import click

from hwcost.core.click_options import WHOLE, options_of
from hwcost.core.click_outputs import replaces_nothing
from hwcost.report.console import format_option, write
from nas.results.evaluate import EvaluateSettings


@click.command("evaluate")
@click.argument("folder", metavar="RUN")
@click.option("--member", type=WHOLE, required=True, metavar="N", help="Number of the member, as `nas front` shows it.")
@click.option("--noise", metavar="NAME|FILE", help="Device whose noise is simulated. [default: the run's]")
@click.option("--backend", metavar="NAME", help="Live device; says how to run on it from Python.")
@options_of(EvaluateSettings)
@format_option
@click.option("--quiet", "-q", is_flag=True, help="No progress on stderr.")
@replaces_nothing
def command(
    folder: str, member: int, noise: str | None, backend: str | None, form: str, quiet: bool, **settings: Any
) -> int:
    """Run a member's circuits, compiled for a device, with its noise; accuracy beside what is predicted.

    The circuits run on Aer through hwcost's noisy backend and through PennyLane's Qiskit device (extra
    pennylane-qiskit), with and without readout mitigation. The member is trained again from its seed, unless the run
    kept its weights.
    """
    from nas.cli.progress import counter
    from nas.core.errors import SettingError
    from nas.results.evaluate import evaluate, refuse_backend
    from nas.runs.run import open_run

    if backend is not None:
        refuse_backend(backend)
    device: object = noise
    if device is None:
        context = open_run(folder).context
        if context.config.backend is None:
            raise SettingError("the run has no device; name one with --noise, such as --noise fake_sherbrooke")
        device = context.hwcost_device()
    with counter("circuits", quiet) as progress:
        result = evaluate(folder, member, device, progress=progress, **settings)
    write([result], form)
    return 0
