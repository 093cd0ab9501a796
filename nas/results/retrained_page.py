"""Retrained members and their rivals as a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwcost.core.text import one_line, printable
from hwcost.core.units import format_seconds
from hwcost.report.page import Block, Bullets, Column, Heading, Line, Page, Table, registered_page
from nas.results.crossed import LEVEL
from nas.results.retrained_record import Retrained, Retraining, Tried
from nas.training.rivals import MEANINGS

if TYPE_CHECKING:
    from nas.results.crossed import Interval

WIDTH = 120


@registered_page.register
def _(retraining: Retraining) -> Page:
    context, settings = retraining.run.context, retraining.settings
    title = f"Retrained: {printable(context.space.name)} on {printable(context.dataset.name)}"
    seeds = f"{retraining.num_seeds} training{'s' * (retraining.num_seeds > 1)} of each"
    blocks: list[Block] = [
        Line(((title, "bold"),)),
        Line(
            (
                f"{seeds}, at most {settings.epochs:,} epochs, the best by validation loss, stopped "
                f"{settings.patience} epochs after it; {retraining.num_training:,} training, "
                f"{retraining.num_validation:,} validation, {retraining.num_test:,} test samples",
            )
        ),
    ]
    for member in retraining.members:
        blocks += _blocks(member)
    blocks.append(Bullets(None, _notes(retraining)))
    return Page(title=title, blocks=tuple(blocks), width=WIDTH)


def _blocks(retrained: Retrained) -> list[Block]:
    columns = (
        Column("", wraps=False),
        Column("parameters", "right", wraps=False),
        Column("test accuracy", "right", wraps=False),
        Column("network is better by", "right", wraps=False),
        Column("", wraps=False),
    )
    rows = tuple(
        (
            MEANINGS[one.contestant],
            f"{one.num_parameters:,}",
            "all trainings failed" if one.test is None else _accuracy(one.test),
            "" if one.difference is None else _points(one.difference),
            one.verdict or "",
        )
        for one in retrained.tried
    )
    return [
        Heading(f"Member {retrained.number}"),
        Table(columns=columns, rows=rows),
        Line((f"Does the circuit earn its cost? {answer(retrained)}",), indent=2),
    ]


def answer(retrained: Retrained) -> str:
    """Say in a sentence whether a circuit earns its cost."""
    seconds = retrained.member.objectives.get("unified_time_s", retrained.member.objectives.get("qpu_time_s"))
    cost = "" if seconds is None else f" (on the device {format_seconds(seconds)})"
    if retrained.earned == "yes":
        least = min(retrained.classical, key=_low)
        return f"Yes{cost}: better than each classical rival, by at least {100 * _low(least):.1f} points."
    if retrained.earned == "no":
        worst = min((one for one in retrained.classical if one.verdict == "worse"), key=_mean)
        return f"No{cost}: {MEANINGS[worst.contestant]} is better, by {-100 * _mean(worst):.1f} points."
    if not retrained.classical:
        return "Cannot be told: no classical rival could be trained."
    closest = min(retrained.classical, key=_mean)
    return (
        f"Cannot be told{cost}: against {MEANINGS[closest.contestant]}, so few samples and trainings allow anything "
        f"from {_points_between(closest)}."
    )


def _low(one: Tried) -> float:
    return 0.0 if one.difference is None else one.difference.low


def _mean(one: Tried) -> float:
    return 0.0 if one.difference is None else one.difference.value


def _points_between(one: Tried) -> str:
    low, high = (0.0, 0.0) if one.difference is None else (one.difference.low, one.difference.high)
    return f"{100 * low:+.1f} to {100 * high:+.1f} points"


def _accuracy(interval: Interval) -> str:
    return f"{interval.value:.1%} ({100 * interval.low:.1f}–{100 * interval.high:.1f})"


def _points(interval: Interval) -> str:
    return f"{100 * interval.value:+.1f} points ({100 * interval.low:+.1f} to {100 * interval.high:+.1f})"


def _notes(retraining: Retraining) -> tuple[str, ...]:
    notes = [
        f"{LEVEL:.0%} intervals, over trainings and test samples; those of one member's differences, by pairs of equal "
        "seeds on equal samples, hold together",
        "the test samples have now been looked at: a member that is chosen by these figures has none left",
    ]
    if retraining.num_seeds < 3:
        few = "one training says nothing" if retraining.num_seeds == 1 else "two trainings say little"
        notes.append(f"{few} of others; give --seeds 5 (seeds=5)")
    ended = [one for member in retraining.members for one in member.tried if one.num_converged < one.num_trainings]
    if ended:
        late = sum(one.num_trainings - one.num_converged for one in ended)
        names = ", ".join(dict.fromkeys(MEANINGS[one.contestant] for one in ended))
        notes.append(f"{late} trainings were still improving at the last epoch ({names}): more epochs would be fairer")
    failed = [one for member in retraining.members for one in member.tried if one.num_failed]
    if failed:
        total = sum(one.num_failed for one in failed)
        notes.append(f"{total} trainings failed and are left out, such as: {one_line(failed[0].reason or '')}")
    return tuple(notes)
