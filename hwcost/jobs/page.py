"""Job-time profiles and their scores as pages."""

from __future__ import annotations

from collections.abc import Sequence

from hwcost.core.text import one_line, plural
from hwcost.core.units import format_count, format_seconds
from hwcost.jobs.clocks import CLOCK_TEXTS
from hwcost.jobs.collect import CollectedJobs
from hwcost.jobs.interval import JobTimeInterval
from hwcost.jobs.profile import JobTimeProfile
from hwcost.jobs.score import JobTimeScore, JobTimeScores
from hwcost.jobs.terms import TERMS
from hwcost.report.page import Block, Bullets, Column, Line, Page, Table, Verbatim, registered_page


@registered_page.register
def _(profile: JobTimeProfile) -> Page:
    return Page(title=f"Job-time profile {profile.name}", blocks=(Verbatim(_profile_text(profile)),))


@registered_page.register
def _(scores: JobTimeScores) -> Page:
    return Page(title=scores.scores[0].table, blocks=(Verbatim(_scores_text(scores.scores)),))


@registered_page.register
def _(collected: CollectedJobs) -> Page:
    columns = (
        Column("job"),
        Column("backend"),
        Column("date"),
        Column("circuits", "right"),
        Column("shots", "right"),
        Column("time", "right"),
    )
    rows = tuple(
        (
            one_line(str(job["job_id"])),
            one_line(str(job["backend"])),
            str(job["date"])[:10],
            format_count(job["num_circuits"]),
            format_count(job["shots"]),
            format_seconds(job["observed_s"]),
        )
        for job in collected.jobs
    )
    blocks: tuple[Block, ...] = (
        Line((f"{plural(len(rows), 'job')}, {len(collected.left_out)} left out, clock {collected.clock}",)),
        Table(columns, rows),
        Bullets("Notes", collected.notes),
        Bullets("Left out", tuple(f"{item.what}: {item.reason}" for item in collected.left_out)),
    )
    return Page(title="Timed jobs", blocks=blocks)


def _profile_text(profile: JobTimeProfile) -> str:
    interval = profile.interval
    lines = [
        f"Job-time profile {profile.name}",
        f"  jobs      {profile.num_jobs} of {profile.source} in {profile.num_groups} groups, "
        f"{len(profile.left_out)} rows left out",
        f"  device    {profile.device or 'not known'}{'' if profile.processor is None else f', {profile.processor}'}",
        f"  clock     {'not known' if profile.clock is None else CLOCK_TEXTS[profile.clock]}",
        f"  era       {profile.date or 'not known'}",
        f"  model     {profile.formula}",
    ]
    lines += [
        f"  {parameter.name:<17} {parameter.value:.4g} {parameter.unit} ({parameter.low:.4g} to {parameter.high:.4g}): "
        f"{TERMS[parameter.name].meaning}"
        for parameter in profile.parameters
    ]
    lines.append(f"  interval  {_interval_text(interval)}")
    if interval.covariance:
        lines.append("            and the error of the constants at the job's own size, in quadrature")
    lines += [f"  note      {note}" for note in profile.notes]
    return "\n".join(lines) + "\n"


def _interval_text(interval: JobTimeInterval) -> str:
    if interval.scale == "seconds":
        return (
            f"{interval.nominal:.0%} of jobs: −({interval.low_s:.2g} s and {interval.low_share:.1%}) "
            f"+({interval.high_s:.2g} s and {interval.high_share:.1%}), added in quadrature"
        )
    ends = []
    for seconds in (1.0, 10.0, 100.0):
        low, high = interval.around(seconds)
        ends.append(f"{format_seconds(seconds)} ({format_seconds(low)} to {format_seconds(high)})")
    return f"{interval.nominal:.0%} of jobs: {', '.join(ends)}"


def _scores_text(scores: Sequence[JobTimeScore]) -> str:
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
