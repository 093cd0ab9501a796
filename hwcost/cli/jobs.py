"""`hwcost jobs`: collect timed jobs, fit a job-time profile to them, and say how well a profile predicts them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from hwcost.cli.options import seconds
from hwcost.core.click_options import REAL, WholeRange
from hwcost.core.click_outputs import OutputPath, writes_files
from hwcost.core.errors import OptionError
from hwcost.core.files import write_file
from hwcost.core.reading import path_label
from hwcost.core.text import printable, say
from hwcost.report.console import format_option, write

if TYPE_CHECKING:
    from hwcost.jobs.collect import CollectedJobs
    from hwcost.jobs.profile import LeftOutJob

NUM_SHOWN = 10
"""Left-out rows printed before the rest is only counted; the profile lists them all."""


def _columns(context: click.Context, parameter: click.Parameter, value: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in value.split(",") if name.strip()) if value else ()


_group_by = click.option(
    "--group-by",
    metavar="COLUMN[,COLUMN]",
    callback=_columns,
    help="Columns whose values make a group, left out whole.  "
    "[default: group, else family, if there are three, else the circuits' settings]",
)
_seed = click.option(
    "--seed", type=WholeRange(min=0), default=0, show_default=True, help="Seed of folds and bootstrap."
)
_device = click.option("--device", metavar="NAME", help="Device that ran the jobs.  [default: the backend column]")


@click.group("jobs")
def command() -> None:
    """Collect timed jobs, fit a profile of job times to them, or score one.

    A table of jobs is a CSV file with num_circuits, shots and observed_s, and where known num_qubits (of a circuit),
    rep_delay_s, and the sums over the job's circuits total_circuit_duration_s, total_depth, total_num_2q and
    total_instructions.
    """


@command.command("collect")
@click.argument("paths", nargs=-1, metavar="[FILE|FOLDER]...", type=click.Path())
@click.option(
    "-o", "--output", "path", metavar="JOBS.csv", type=OutputPath("jobs"), help="Write the table here, for `fit`."
)
@click.option("--clock", metavar="CLOCK", help="quantum_seconds, execution_span, time_taken.  [default: most jobs']")
@click.option("--backend", "-b", metavar="NAME", help="Device of jobs that do not name it; with --live only its jobs.")
@click.option(
    "--rep-delay", "rep_delay_s", metavar="TIME", callback=seconds, help="Of jobs that do not say it, such as 250us."
)
@click.option("--live", is_flag=True, help="Ask IBM for the account's finished jobs, in place of files.")
@click.option("--since", metavar="DATE", help="With --live: jobs made since this day (UTC), such as 2026-03-01.")
@click.option("--limit", type=WholeRange(min=1), metavar="N", help="With --live: most jobs.  [default: 100]")
@click.option("--instance", metavar="NAME|CRN", help="With --live: service instance.  [default: all]")
@click.option("--channel", metavar="CHANNEL", help="With --live.  [default: ibm_quantum_platform]")
@click.option("--time-limit", type=REAL, metavar="SECONDS", help="With --live: longest wait.  [default: 300]")
@format_option
@writes_files
def collect(
    paths: tuple[str, ...],
    path: str | None,
    clock: str | None,
    backend: str | None,
    rep_delay_s: float | None,
    live: bool,
    form: str,
    **live_only: Any,
) -> None:
    """Make a table of timed jobs from saved results, metrics and jobs, or from a live account.

    Files are JSON: results saved with json.dump(job.result(), file, cls=RuntimeEncoder), job.metrics(), or both in one.
    Files of a job are told by its identifier in them or in their names. What gives no row is listed with the reason.
    """
    given = {name: value for name, value in live_only.items() if value is not None}
    _check_not_inside(paths, path)
    if live == bool(paths):
        raise OptionError("give either files and folders, or --live")
    if given and not live:
        raise OptionError(f"--{next(iter(given)).replace('_', '-')} belongs to --live")
    options = {"clock": clock, "backend": backend, "rep_delay_s": rep_delay_s}
    collected = _live_jobs(given, options) if live else _saved_jobs(paths, options)
    if path is not None:
        write_file(path, collected.to_csv().encode())
        for item in collected.left_out[:NUM_SHOWN] if form != "text" else ():
            say(f"left out: {item.what}: {item.reason}")
    write([collected], form)


def _check_not_inside(folders: tuple[str, ...], path: str | None) -> None:
    """Refuse a file to write that would be read from one of these folders, before it is."""
    from hwcost.jobs.documents import is_read_from

    if path is not None and any(is_read_from(folder, path) for folder in folders):
        raise OptionError(f"--output {path_label(path)} would overwrite an input file; choose another name")


def _saved_jobs(paths: tuple[str, ...], options: dict[str, Any]) -> CollectedJobs:
    from hwcost.circuits.load import circuits_in
    from hwcost.jobs.collect import collect_jobs

    return collect_jobs(paths, read_circuits=lambda data, label: circuits_in(data, label)[1], **options)


def _live_jobs(given: dict[str, Any], options: dict[str, Any]) -> CollectedJobs:
    from hwcost.backend.live_jobs import collect_live_jobs
    from hwcost.calibration.sources.ibm_live import parse_day

    if "since" in given:
        given["since"] = parse_day(given["since"])
    if "time_limit" in given:
        given["time_limit_s"] = given.pop("time_limit")
    return collect_live_jobs(**given, **options)


@command.command("fit")
@click.argument("table", metavar="JOBS.csv", type=click.Path())
@click.option(
    "-o", "--output", "path", metavar="PROFILE.json", type=OutputPath("job-time"), help="Write the profile here."
)
@click.option("--name", help="Name of the profile.  [default: the device, else the file]")
@_device
@click.option("--date", help="When the jobs ran, to be kept in the profile.")
@_group_by
@_seed
@format_option
@writes_files
def fit(
    table: str,
    path: str | None,
    name: str | None,
    device: str | None,
    date: str | None,
    group_by: tuple[str, ...],
    seed: int,
    form: str,
) -> None:
    """Fit a job-time profile to the jobs of one device.

    Simulator and cancelled jobs are listed on stderr and left out. Terms are chosen by cross-validation.
    """
    from hwcost.jobs.fit import fit_job_time

    profile = fit_job_time(table, name=name, device=device, date=date, group_by=group_by, seed=seed)
    _warn_left_out(profile.left_out)
    if path is not None:
        write_file(path, profile.to_json().encode())
    write([profile], form)


@command.command("calibrate")
@click.argument("table", metavar="JOBS.csv", type=click.Path())
@click.option("--from", "base", metavar="PROFILE.json|NAME", default="ibm", show_default=True, help="Profile to shift.")
@click.option(
    "-o", "--output", "path", metavar="PROFILE.json", type=OutputPath("job-time"), help="Write the profile here."
)
@click.option("--name", help="Name of the profile.  [default: the device]")
@_device
@click.option("--date", help="When the jobs ran.  [default: the months of the date column]")
@format_option
@writes_files
def calibrate(
    table: str, base: str, path: str | None, name: str | None, device: str | None, date: str | None, form: str
) -> None:
    """Shift a profile to a few timed jobs of one device; one to ten suffice.

    The overhead of jobs and circuits and the time of the shots move as far as the jobs demand. A slow job among several
    counts little; the upper end of the interval reaches over it.
    """
    from hwcost.jobs.calibrate import calibrate_job_time

    profile = calibrate_job_time(table, base, name=name, device=device, date=date)
    _warn_left_out(profile.left_out)
    if path is not None:
        write_file(path, profile.to_json().encode())
    write([profile], form)


@command.command("score")
@click.argument("table", metavar="JOBS.csv", type=click.Path())
@click.option("--profile", metavar="PROFILE.json|NAME", help="Profile to score: a file, or a built-in name.")
@click.option("--cross-validate", is_flag=True, help="Score the fit itself, each group predicted by a fit without it.")
@click.option("--compare", metavar="PROFILE.json|NAME", multiple=True, help="Score these on the same jobs too.")
@click.option(
    "--min-circuits", type=WholeRange(min=1), default=1, metavar="N", help="Score only jobs of at least N circuits."
)
@_device
@_group_by
@_seed
@format_option
def score_jobs(
    table: str,
    profile: str | None,
    cross_validate: bool,
    compare: tuple[str, ...],
    min_circuits: int,
    device: str | None,
    group_by: tuple[str, ...],
    seed: int,
    form: str,
) -> None:
    """Say how well a profile predicts these jobs.

    Prints the median relative error, R², Spearman's rank correlation, the mean absolute error and the coverage of the
    interval. Use --cross-validate in place of --profile for a score that the fit has not seen.
    """
    from hwcost.jobs import score as job_time_score
    from hwcost.jobs.profile_file import load_profile
    from hwcost.jobs.score import JobTimeScores
    from hwcost.jobs.table import read_job_table

    if (profile is None) != cross_validate:
        raise OptionError("give either --profile PROFILE.json|NAME or --cross-validate")
    profiles = [load_profile(name) for name in ((profile,) if profile is not None else ()) + compare]
    jobs = read_job_table(table)
    scores = [job_time_score.score(item, jobs, device=device, min_circuits=min_circuits) for item in profiles]
    if cross_validate:
        scores.insert(
            0,
            job_time_score.cross_validate(jobs, device=device, group_by=group_by, seed=seed, min_circuits=min_circuits),
        )
    if scores[0].num_left_out:
        click.echo(f"{scores[0].num_left_out} rows left out: simulator or cancelled jobs", err=True)
    write([JobTimeScores(scores=tuple(scores))], form)


def _warn_left_out(left_out: tuple[LeftOutJob, ...]) -> None:
    if not left_out:
        return
    click.echo(f"{len(left_out)} rows left out:", err=True)
    for job in left_out[:NUM_SHOWN]:
        click.echo(f"  line {job.line}: {job.observed_s:.4g} s, {printable(job.reason)}", err=True)
    if len(left_out) > NUM_SHOWN:
        click.echo(f"  and {len(left_out) - NUM_SHOWN} more, all listed in the profile", err=True)
    sys.stderr.flush()
