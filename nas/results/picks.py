"""Which members of a front stand out, and what for: `picks`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nas.runs.fronts import front

if TYPE_CHECKING:
    from nas.runs.objectives import Objective
    from nas.runs.record import Evaluation
    from nas.runs.run import Run

LEAST_NORM = (
    "smallest norm of the objectives, each divided by its largest value on the front (FAQNAS's compromise); it changes "
    "with the worst members"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """A member that stands out.

    Attributes:
        name: For programs: `most-accurate`, `cheapest`, `best-NAME` for another objective NAME, `least-norm`.
        title: For people.
        meaning: What it is best in.
        number: Number of the member, as in `nas front`, from 1.
        member: The member.
    """

    name: str
    title: str
    meaning: str
    number: int
    member: Evaluation

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return {"name": self.name, "member": self.number, "meaning": self.meaning}


def picks(run: Run) -> tuple[Pick, ...]:
    """Return the best member by each objective, at the estimated errors, and the one with the least norm.

    Of several that are equally good the first counts. Nothing for an empty front.
    """
    judged = front(run.judged, run.objectives)
    members = run.front
    if not members:
        return ()
    found = []
    cheapest_is_open = True
    for objective in run.objectives:
        values = [objective.compared(one.objectives[objective.name]) for one in judged]
        number = 1 + values.index(min(values))
        is_cost = not objective.trained and objective.direction == "minimize"
        name, title = _named(objective, is_cheapest=is_cost and cheapest_is_open)
        cheapest_is_open = cheapest_is_open and not is_cost
        side = "largest" if objective.direction == "maximize" else "least"
        meaning = f"{side} {words(objective)}{', estimated' if objective.trained and run.estimates else ''}"
        found.append(Pick(name=name, title=title, meaning=meaning, number=number, member=members[number - 1]))
    chosen = run.compromise
    number = next(i for i, one in enumerate(members, start=1) if one is chosen)
    found.append(
        Pick(name="least-norm", title="least norm", meaning=LEAST_NORM, number=number, member=members[number - 1])
    )
    order = {"most-accurate": 0, "cheapest": 1}
    return tuple(sorted(found, key=lambda pick: order.get(pick.name, 2)))


def picked_names(run: Run) -> dict[str, tuple[str, ...]]:
    """Return the names of the picks of each member that stands out, by the hash of its architecture."""
    named: dict[str, tuple[str, ...]] = {}
    for pick in picks(run):
        hashed = pick.member.architecture_hash
        named[hashed] = (*named.get(hashed, ()), pick.name)
    return named


def words(objective: Objective) -> str:
    """Return the name of an objective in words, without its unit.

    >>> from nas.runs.objectives import OBJECTIVES
    >>> words(OBJECTIVES["unified_time_s"]), words(OBJECTIVES["peak_memory_bytes"])
    ('unified time', 'peak memory')
    """
    return objective.name.removesuffix("_s").removesuffix("_bytes").removesuffix("_j").replace("_", " ")


def _named(objective: Objective, *, is_cheapest: bool) -> tuple[str, str]:
    if objective.trained:
        return "most-accurate", "most accurate"
    if is_cheapest:
        return "cheapest", "cheapest"
    side = "largest" if objective.direction == "maximize" else "least"
    return f"best-{objective.name}", f"{side} {words(objective)}"
