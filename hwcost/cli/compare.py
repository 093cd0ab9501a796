"""`hwcost compare`."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hwcost.calibration.assumed import ASSUMED
from hwcost.cli.options import live_options, request_options, resolve_backends
from hwcost.cli.outputs import output_option
from hwcost.cli.progress import bar
from hwcost.comparison.options import DEFAULT_NUM_SEEDS
from hwcost.core.click_options import WHOLE
from hwcost.core.click_outputs import OutputPath, writes_files
from hwcost.core.errors import OptionError
from hwcost.core.files import check_target
from hwcost.core.numbers import parse_whole
from hwcost.core.reading import path_label
from hwcost.core.text import say, shown
from hwcost.estimation.options import EstimateRequest
from hwcost.report.console import format_option, write

if TYPE_CHECKING:
    from hwcost.comparison.record import Comparison

# Of an estimate; levels are a list of their own here, and circuits are compared before compilation.
_OPTIONS = (
    "max_age_days", "num_seeds", "seed", "shots", "precision", "attenuation", "inflation", "task", "job_profile",
    "rep_delay_s", "measure_all", "durations_only", "keep_dead_readout",
    "fractional_gates", "readout_from", *ASSUMED,
)  # fmt: skip


@click.command("compare")
@click.argument("files", nargs=-1, metavar="[FILE|FOLDER]...")
@click.option("--suite", type=click.Choice(["mqt-bench"]), help="Circuits of MQT Bench, extra `bench`.")
@click.option("--suite-names", metavar="NAMES", help="Its benchmarks, such as ghz,qft. [default: 17 of them]")
@click.option("--suite-sizes", metavar="SIZES", help="Numbers of qubits, such as 5,10 or 4-8. [default: 5,10]")
@click.option(
    "--backend",
    "-b",
    "backends",
    multiple=True,
    required=True,
    metavar="NAME|FILE",
    help="Also all (every fake backend), 'fake_*', 'ibm_*' (live). Repeatable.",
)
@live_options
@click.option("--optimization-level", "-O", "levels", metavar="LEVELS", help="Qiskit's: 2, or 1,2,3, or 0-3.")
@click.option(
    "--compiler",
    "-c",
    "compilers",
    multiple=True,
    metavar="NAME",
    help="qiskit:3, qiskit:2,routing_method=basic, pytket, bqskit, qiskit-ai, or MODULE:FUNCTION of (circuit, target, "
    "seed). Repeatable.",
)
@request_options(EstimateRequest, _OPTIONS, defaults={"num_seeds": DEFAULT_NUM_SEEDS})
@click.option("--sort-by", default="qpu_time_s", show_default=True, metavar="COLUMN", help="What ranks; see the CSV.")
@click.option(
    "--rank-by",
    metavar="time|precision|both",
    help="--sort-by, precision within the budget, or Pareto fronts. [default: time; precision with a budget]",
)
@click.option("--budget", metavar="TIME", help="Of one job, such as 10min: which precision fits.")
@click.option("--workers", "-j", type=WHOLE, metavar="N", help="Processes. [default: one per core]")
@click.option("--cluster", metavar="ADDRESS", help="Dask scheduler instead of processes, such as tcp://host:8786.")
@click.option("--cache", metavar="FILE", help="Where finished cells are kept. [default: the user's cache folder]")
@click.option("--no-cache", is_flag=True, help="Keep no cells, use none.")
@format_option
@output_option
@click.option("--plots", type=OutputPath(), metavar="FOLDER", help="Draw all pictures there as PNG, extra `plot`.")
@click.option(
    "--plot", type=OutputPath("picture"), metavar="FILE", help="Draw what ranks (time, spread or pareto), extra `plot`."
)
@click.option("--quiet", "-q", is_flag=True, help="No progress on stderr.")
@writes_files
def command(
    files: tuple[str, ...],
    suite: str | None,
    suite_names: str | None,
    suite_sizes: str | None,
    backends: tuple[str, ...],
    levels: str | None,
    form: str,
    output: str | None,
    plots: str | None,
    plot: str | None,
    quiet: bool,
    **options: Any,
) -> int:
    """Compare every circuit on every backend by every compiler with every seed.

    Files may be QPY, OpenQASM 2 or 3, or folders of them. An interrupted comparison resumes when the same command is
    given again.
    """
    from hwcost.comparison.compare import compare

    if not files and suite is None:
        raise OptionError("there are no circuits; give files, a folder, or --suite mqt-bench")
    if suite is None and (suite_names is not None or suite_sizes is not None):
        raise OptionError("--suite-names and --suite-sizes belong to --suite mqt-bench")
    folder = _plot_folder(plots)
    _check_plot(plot)
    cache, no_cache = options.pop("cache"), options.pop("no_cache")
    if cache is not None and no_cache:
        raise OptionError("--cache and --no-cache are both given; give one")
    reached = (0, 0)

    def watch(done: int, total: int) -> None:
        nonlocal reached
        reached = done, total
        progress(done, total)

    try:
        with bar("cells", quiet) as progress:
            result = compare(
                _circuits(files, suite, suite_names, suite_sizes),
                resolve_backends(backends, options),
                compilers=options.pop("compilers"),
                optimization_levels=None if levels is None else whole_numbers("--optimization-level", levels),
                num_workers=options.pop("workers"),
                cache=not no_cache if cache is None else cache,
                progress=watch,
                **options,
            )
    except KeyboardInterrupt:
        if reached[0] and not no_cache:
            finished = f"{reached[0]} of {reached[1]} cells are finished"
            say(f"{finished}; the same command resumes from the cache")
        raise
    for warning in result.cache_warnings:
        say(warning)
    write([result], form, output=output)
    _draw(result, folder, plot)
    return _exit_code(result, shown=form == "text" and output is None)


def _circuits(files: tuple[str, ...], suite: str | None, names: str | None, sizes: str | None) -> Iterator[Any]:
    from hwcost.circuits.suites import DEFAULT_SIZES, iter_circuits, mqt_bench_circuits

    circuits: Iterator[Any] = iter_circuits(list(files))
    if suite is not None:
        bench = mqt_bench_circuits(
            None if names is None else [name.strip() for name in names.split(",") if name.strip()],
            DEFAULT_SIZES if sizes is None else whole_numbers("--suite-sizes", sizes),
        )
        circuits = itertools.chain(circuits, bench)
    return circuits


def whole_numbers(option: str, text: str) -> list[int]:
    """Parse the numbers of `1,2,5-8`.

    Raises:
        OptionError: It is something else.

    Example:
        >>> whole_numbers("--suite-sizes", "1,4-6")
        [1, 4, 5, 6]
    """
    numbers: list[int] = []
    for part in text.split(","):
        low, dash, high = part.strip().partition("-")
        first, last = parse_whole(low), parse_whole(high if dash else low)
        if first is None or last is None or not (0 <= first < 10**6 and 0 <= last < 10**6):
            raise OptionError(
                f"{option} {shown(text)}: {shown(part.strip())} is not a whole number or range; write 1,2,3 or 1-3"
            )
        span = range(first, last + 1)
        if not span or len(span) > 1000:
            raise OptionError(f"{option} {shown(text)}: the range {shown(part.strip())} is empty or too long")
        numbers += span
    return numbers


def _plot_folder(plots: str | None) -> Path | None:
    if plots is None:
        return None
    from hwcost.report.pictures import require_matplotlib

    require_matplotlib()
    folder = Path(plots)
    try:
        folder.mkdir(exist_ok=True)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise OptionError(f"--plots {path_label(plots)}: no folder can be made there ({reason})") from None
    from hwcost.comparison.plots import KINDS

    for kind in KINDS:
        check_target(folder / f"{kind}.png", ("picture",))
    return folder


def _check_plot(plot: str | None) -> None:
    """Find out before the work whether the picture can be drawn."""
    if plot is not None:
        from hwcost.report.pictures import check_picture

        check_picture(plot)


def _draw(result: Comparison, folder: Path | None, plot: str | None) -> None:
    if plot is not None:
        result.plot({"time": "time", "precision": "spread", "both": "pareto"}[result.rank_by], plot)
    if folder is None:
        return
    from hwcost.comparison.plots import KINDS

    for kind in KINDS:
        try:
            result.plot(kind, folder / f"{kind}.png")
        except OptionError as error:  # such as: the signal is gone everywhere
            say(f"no picture `{kind}`: {error}")


def _exit_code(result: Comparison, *, shown: bool) -> int:
    failures = result.failures
    if failures and not shown:
        first = failures[0]
        more = f"; {len(failures) - 1} more" if len(failures) > 1 else ""
        say(f"failed: {first.what}: {first.error}{more}")
    if any(failure.kind == "work" for failure in failures):
        return 1
    return 2 if failures else 0
