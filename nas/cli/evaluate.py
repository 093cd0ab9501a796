"""`nas evaluate`: a member of a front on a noisy device."""

from __future__ import annotations

from typing import Any

import click

from hwcost.core.click_options import WHOLE, options_of
from hwcost.core.click_outputs import replaces_nothing
from hwcost.report.console import format_option, write
from nas.results.evaluate_settings import EvaluateSettings

ALWAYS_TOLD = ("sent", "lost")
"""What is said of jobs even with --quiet: without their identifiers, what was paid for cannot be found again."""


@click.command("evaluate")
@click.argument("folder", metavar="RUN")
@click.option("--member", type=WHOLE, required=True, metavar="N", help="Number of the member, as `nas front` shows it.")
@click.option("--noise", metavar="NAME|FILE", help="Device whose noise is simulated. [default: the run's]")
@click.option("--backend", metavar="NAME", help="Live IBM device to run on, such as ibm_fez; its jobs are billed.")
@click.option(
    "--max-qpu-time",
    metavar="DURATION",
    help="With --backend: consent to at most so much QPU time, such as 2min; nothing is sent if more is predicted.",
)
@options_of(EvaluateSettings)
@format_option
@click.option("--quiet", "-q", is_flag=True, help="No progress on stderr.")
@replaces_nothing
def command(
    folder: str,
    member: int,
    noise: str | None,
    backend: str | None,
    max_qpu_time: str | None,
    form: str,
    quiet: bool,
    **settings: Any,
) -> int:
    """Run a member's circuits, compiled for a device, with its noise; accuracy beside what is predicted.

    The circuits run on Aer through hwcost's noisy backend and through PennyLane's Qiskit device (extra
    pennylane-qiskit), with and without readout mitigation. With --backend they run on Aer and on a live device of your
    IBM account; without --max-qpu-time nothing is sent, and it is said what it would cost. The member is trained again
    from its seed, unless the run kept its weights.
    """
    from hwcost.core.text import say
    from nas.cli.progress import counter
    from nas.core.errors import SettingError
    from nas.results.evaluate import evaluate
    from nas.runs.run import open_run

    device: object = noise
    if device is None and backend is None:
        context = open_run(folder).context
        if context.config.backend is None:
            raise SettingError("the run has no device; name one with --noise, such as --noise fake_sherbrooke")
        device = context.hwcost_device()
    lost = False

    def told(kind: str, line: str) -> None:
        nonlocal lost
        lost = lost or kind == "lost"
        if not quiet or kind in ALWAYS_TOLD:
            say(line, program="nas")

    try:
        with counter("circuits", quiet) as progress:
            result = evaluate(
                folder,
                member,
                device,
                backend=backend,
                max_qpu_time=max_qpu_time,
                told=told,
                progress=progress,
                **settings,
            )
    except KeyboardInterrupt:
        if lost:
            raise click.exceptions.Exit(130) from None
        raise
    write([result], form)
    return 0
