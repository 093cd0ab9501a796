"""`hwcost jobs`: fit a job-time profile to timed jobs, and say how well a profile predicts them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from hwcost.core.files import write_file

if TYPE_CHECKING:
    from hwcost.jobs.profile import JobTimeProfile, LeftOutJob
    from hwcost.jobs.score import JobTimeScore

NUM_SHOWN = 10
"""Left-out rows printed before the rest is only counted; the profile lists them all."""


def _columns(context: click.Context, parameter: click.Parameter, value: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in value.split(",") if name.strip()) if value else ()


_group_by = click.option(
    "--group-by",
    metavar="COLUMN[,COLUMN]",
    callback=_columns,
    help="Columns whose values make a group, left out whole.  [default: group, else the circuits' settings]",
)
_seed = click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Seed of folds and bootstrap."
)
_device = click.option("--device", metavar="NAME", help="Device that ran the jobs.  [default: the backend column]")
_format = click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)


@click.group("jobs")
def command() -> None:
    """Real job times: fit a profile to timed jobs, or score one.

    A table of jobs is a CSV file with num_circuits, shots and observed_s, and where known num_qubits (of a circuit),
    rep_delay_s, and the sums over the job's circuits total_circuit_duration_s, total_depth, total_num_2q and
    total_instructions.
    """


@command.command("fit")
@click.argument("table", metavar="JOBS.csv", type=click.Path())
@click.option("-o", "--output", "path", metavar="PROFILE.json", type=click.Path(), help="Write the profile here.")
@click.option("--name", help="Name of the profile.  [default: the device, else the file]")
@_device
@click.option("--date", help="When the jobs ran, to be kept in the profile.")
@_group_by
@_seed
@_format
def fit(
    table: str,
    path: str | None,
    name: str | None,
    device: str | None,
    date: str | None,
    group_by: tuple[str, ...],
    seed: int,
    output: str,
) -> None:
    """Fit a job-time profile to the jobs of one device.

    Simulator and cancelled jobs are listed on stderr and left out. Terms are chosen by cross-validation.
    """
    from hwcost.jobs.fit import fit_job_time

    profile = fit_job_time(table, name=name, device=device, date=date, group_by=group_by, seed=seed)
    _warn_left_out(profile.left_out)
    if path is not None:
        write_file(path, profile.to_json().encode())
    click.echo(profile.to_json() if output == "json" else _profile_text(profile), nl=output != "json")


@command.command("score")
@click.argument("table", metavar="JOBS.csv", type=click.Path())
@click.option("--profile", metavar="PROFILE.json|NAME", help="Profile to score: a file, or a built-in name.")
@click.option("--cross-validate", is_flag=True, help="Score the fit itself, each group predicted by a fit without it.")
@click.option("--compare", metavar="PROFILE.json|NAME", multiple=True, help="Score these on the same jobs too.")
@click.option(
    "--min-circuits", type=click.IntRange(min=1), default=1, help="Score only jobs of at least so many circuits."
)
@_device
@_group_by
@_seed
@_format
def score_jobs(
    table: str,
    profile: str | None,
    cross_validate: bool,
    compare: tuple[str, ...],
    min_circuits: int,
    device: str | None,
    group_by: tuple[str, ...],
    seed: int,
    output: str,
) -> None:
    """Say how well a profile predicts these jobs.

    Prints the median relative error, R², Spearman's rank correlation, the mean absolute error and the coverage of the
    interval. Use --cross-validate in place of --profile for a score that the fit has not seen.
    """
    import json

    from hwcost.core.errors import OptionError
    from hwcost.jobs import score as job_time_score
    from hwcost.jobs.profile_file import load_profile
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
    if output == "json":
        data = scores[0].to_dict()
        if compare:
            data["compare"] = [item.to_dict() for item in scores[1:]]
        click.echo(json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False))
    else:
        click.echo(_scores_text(scores), nl=False)


def _warn_left_out(left_out: tuple[LeftOutJob, ...]) -> None:
    if not left_out:
        return
    click.echo(f"{len(left_out)} rows left out:", err=True)
    for job in left_out[:NUM_SHOWN]:
        click.echo(f"  line {job.line}: {job.observed_s:.4g} s, {job.reason}", err=True)
    if len(left_out) > NUM_SHOWN:
        click.echo(f"  and {len(left_out) - NUM_SHOWN} more, all listed in the profile", err=True)
    sys.stderr.flush()


def _profile_text(profile: JobTimeProfile) -> str:
    from hwcost.jobs.profile import TERMS

    interval = profile.interval
    lines = [
        f"Job-time profile {profile.name}",
        f"  jobs      {profile.num_jobs} of {profile.source} in {profile.num_groups} groups, "
        f"{len(profile.left_out)} rows left out",
        f"  device    {profile.device or 'not known'}",
        f"  model     {profile.formula}",
    ]
    lines += [
        f"  {parameter.name:<17} {parameter.value:.4g} {parameter.unit} ({parameter.low:.4g} to {parameter.high:.4g}): "
        f"{TERMS[parameter.name].meaning}"
        for parameter in profile.parameters
    ]
    lines.append(
        f"  interval  {interval.nominal:.0%} of jobs: −({interval.low_s:.2g} s and {interval.low_share:.1%}) "
        f"+({interval.high_s:.2g} s and {interval.high_share:.1%}), added in quadrature"
    )
    lines += [f"  note      {note}" for note in profile.notes]
    return "\n".join(lines) + "\n"


def _scores_text(scores: list[JobTimeScore]) -> str:
    first = scores[0]
    how = f", {first.num_groups} groups left out in turn" if first.cross_validated else ""
    width = max(len("profile"), *(len(item.profile) for item in scores))
    lines = [
        f"{first.num_jobs} jobs of {first.table} ({first.num_left_out} rows left out){how}",
        f"{'profile':<{width}}  median error      R²  Spearman  mean error  in interval (nominal)",
    ]
    for item in scores:
        r2 = "-" if item.r2 is None else f"{item.r2:.3f}"
        spearman = "-" if item.spearman is None else f"{item.spearman:.3f}"
        lines.append(
            f"{item.profile:<{width}}  {item.median_relative_error:>12.1%}  {r2:>6}  {spearman:>8}  "
            f"{item.mae_s:>8.3g} s  {item.coverage:>11.1%} ({item.nominal:.0%})"
        )
    lines += [f"  {item.profile}: {note}" for item in scores for note in item.notes]
    return "\n".join(lines) + "\n"
