"""The pictures of a report that stand in its page: fronts, growth of the hypervolume, importance of genes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from nas.results.importance import MIN_SCORE, GeneImportance
from nas.results.picks import words
from nas.results.svg import Dot, bar, scatter, shape, steps, text
from nas.results.ticks import Scale, scale_of
from nas.results.values import objective_title, value_text
from nas.results.volume import DEFINITION, volume_curve
from nas.runs.objectives import OBJECTIVES
from nas.spaces.short import short_genome

if TYPE_CHECKING:
    from nas.results.report_members import Members
    from nas.runs.objectives import Objective
    from nas.runs.record import Evaluation

MAX_DOTS = 1500
"""Networks beside the front in a picture; of more, evenly spaced ones are drawn."""

MAX_NUMBERED = 60
"""Members with their numbers in a picture; more would cover each other."""

SHOWN_GENES = 10

_SHAPES = {"most-accurate": "diamond", "cheapest": "square", "least-norm": "hexagon"}


def front_pictures(members: Members) -> str:
    """Return one panel for each pair of objectives, with what each point is, and a legend."""
    run = members.run
    numbers = {member.architecture_hash for member in members.front}
    judged = {one.architecture_hash: one for one in run.judged if one.state == "COMPLETE"}
    others = [one for hashed, one in judged.items() if hashed not in numbers]
    step = -(-len(others) // MAX_DOTS) or 1
    shown = others[::step]
    scales = {
        objective.name: scale_of(
            objective,
            [one.objectives[objective.name] for one in judged.values()],
            estimated=objective.trained and run.estimates is not None,
        )
        for objective in run.objectives
    }
    # The last are drawn on top: those that stand out.
    order = sorted(range(1, len(members.front) + 1), key=lambda number: (bool(members.picked(number)), -number))
    panels = []
    for up, across in combinations(run.objectives, 2):
        dots = [_other(one, up, across, run.objectives) for one in shown]
        dots += [_member(members, number, judged, up, across) for number in order]
        panels.append(f"<div>{scatter(scales[across.name], scales[up.name], dots)}</div>")
    left_out = f" One of {step} of the others is drawn." if step > 1 else ""
    note = "Errors are the estimated ones, by which the front is chosen." if run.estimates is not None else ""
    return (
        f'<div class="panels">{"".join(panels)}</div>{_legend(members)}<p class="note">{note}{left_out} Where the '
        "pointer is, a point says what it is; a click on a member opens its box.</p>"
    )


def _legend(members: Members) -> str:
    entries = [("evaluated", "circle", "evaluated"), ("member", "circle", "front")]
    entries += [(pick.name, _SHAPES[pick.name], pick.title) for pick in members.picks if pick.name in _SHAPES]
    items = []
    for kind, form, title in entries:
        size = 4.0 if kind == "evaluated" else 8.0
        drawn = shape(form, 11.0, 11.0, size)
        items.append(f'<li><svg class="key {kind}" viewBox="0 0 22 22">{drawn}</svg>{text(title)}</li>')
    return f'<ul class="legend">{"".join(items)}</ul>'


def _other(one: Evaluation, up: Objective, across: Objective, objectives: Sequence[Objective]) -> Dot:
    values = "; ".join(f"{objective_title(o)} {value_text(o, one.objectives[o.name])}" for o in objectives)
    return Dot(
        x=one.objectives[across.name],
        y=one.objectives[up.name],
        tip=f"{values}; {short_genome(one.genome)}",
        kind="evaluated",
    )


def _member(members: Members, number: int, judged: dict[str, Evaluation], up: Objective, across: Objective) -> Dot:
    member = members.front[number - 1]
    values = "; ".join(f"{title} {value}" for title, value in members.values(member))
    named = [pick for pick in members.picked(number) if pick.name in _SHAPES]
    what = f"Member {number}{''.join(f', {pick.title}' for pick in members.picked(number))}"
    place = judged[member.architecture_hash].objectives
    return Dot(
        x=place[across.name],
        y=place[up.name],
        tip=f"{what}; {values}; {short_genome(member.genome)}",
        kind=f"member {named[0].name}" if named else "member",
        shape=_SHAPES[named[0].name] if named else "circle",
        label=str(number) if len(members.front) <= MAX_NUMBERED or named else "·",
        member=number,
    )


def growth_picture(members: Members) -> str:
    """Return the hypervolume over evaluations, with its definition."""
    run = members.run
    points = [(float(count), volume) for count, volume in volume_curve(run)]
    if not points:
        return ""
    ends, end = [], 0
    for generation in run.generations:
        end += generation.evaluated
        if end < len(run.evaluations):
            ends.append(end + 0.5)
    most = max(volume for _, volume in points)
    across = _plain("evaluations (dotted: ends of generations)", 0.0, len(run.evaluations) + 1.0)
    up = _plain("hypervolume", 0.0, min(1.0, most * 1.1) or 1.0)
    note = f'<p class="note">{text(DEFINITION)} Now {run.hypervolume:.3f}.</p>'
    return f'<div class="growth">{steps(across, up, points, ends, 620)}</div>{note}'


def _plain(title: str, low: float, high: float) -> Scale:
    """Return an axis of plain numbers."""
    raw = (high - low) / 5.0
    power = 10.0 ** len(str(int(raw))) / 10.0 if raw >= 1.0 else 0.05 if raw < 0.1 else 0.1
    step = next(m * power for m in (1.0, 2.0, 5.0, 10.0, 20.0) if m * power >= raw)
    count = int((high - low) / step + 1e-9)
    marks = tuple((low + i * step, f"{low + i * step:g}") for i in range(count + 1))
    return Scale(title=title, is_log=False, low=low, high=high, marks=marks)


def gene_pictures(importances: Sequence[GeneImportance]) -> str:
    """Return the genes that matter for each objective that genes explain, and name those that they do not."""
    told, untold = [], []
    for one in importances:
        title = words(OBJECTIVES[one.objective])
        if one.score < MIN_SCORE:
            untold.append(f"{title} (R² {one.score:.2f})")
            continue
        most = max((share for _, share in one.shares), default=0.0) or 1.0
        rows = "".join(
            f'<tr><td class="left">{text(name)}</td><td>'
            f"{bar([(max(0.0, share) / most, 'part0', f'{name}: {share:.3g} of the variance')], 170, 12)}</td>"
            f"<td>{max(0.0, share):.2f}</td></tr>"
            for name, share in one.shares[:SHOWN_GENES]
        )
        told.append(f"<div><h3>{text(title)}, R² {one.score:.2f}</h3><table>{rows}</table></div>")
    about = (
        '<p class="note">Rise of the squared error of a random forest, in units of the variance, when the values of a '
        "gene are shuffled; R² is of networks that a tree did not see. It describes the networks that were evaluated, "
        "not the space.</p>"
    )
    none = f"<p>Genes explain nothing of {text(', '.join(untold))}: not drawn.</p>" if untold else ""
    return f'<div class="panels">{"".join(told)}</div>{none}{about if told else ""}'
