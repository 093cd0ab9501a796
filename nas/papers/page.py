"""Claims of a paper as a page, and what is said besides the claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, get_args

from hwcost.core.text import printable
from hwcost.report.page import BLANK, Block, Bullets, Column, Heading, Line, Page, Table, registered_page
from nas.papers.record import TITLES, Claim, Reproduction
from nas.papers.statistics import Verdict
from nas.results.crossed import LEVEL

if TYPE_CHECKING:
    from nas.papers.plan import Plan

VERDICTS = get_args(Verdict)

UNEXAMINED: Mapping[str, tuple[tuple[str, str], ...]] = {
    "faqnas": (
        ("validation on hardware", "the paper has none; `nas evaluate` runs members with the noise of a device"),
    ),
    "qnas": (
        ("two epochs tell the final accuracy", "`nas curves RUN` measures it; not part of this command"),
        ("one set of shared weights ranks candidates", "`nas supercircuit` measures it; not part of this command"),
        ("little routing on devices", "`nas export` compiles a member for a device and shows its swaps"),
    ),
    "hyb-hanas": (
        ("T_gate agrees with Qiskit's schedule", "`hwcost estimate` reports both times of every circuit"),
        ("the numbers of its tables", "they could not be read; the claims are those of its abstract"),
    ),
}
"""Claims that are not tried, each with the reason."""

_OURS: Mapping[str, tuple[str, ...]] = {
    "faqnas": (
        "FLOPs are those of the closed form; the paper's are PyTorch's profiler's, in other units (docs/search.md)",
        "population, seeds and division of the data are ours: the paper gives none",
    ),
    "qnas": (
        "runtime is modelled, subcircuits are those of the cheapest cuts found; angle-z has the Hadamard first",
        "batches are smaller than the paper's on small data, where its 256 would be a single step",
    ),
    "hyb-hanas": (
        "space, data, devices and settings are ours: the paper's are not known",
        "an inference and a step are of one sample of 4 features and 3 classes with 1,024 shots",
    ),
}


def notes_of(plan: Plan, claims: Sequence[Claim]) -> tuple[str, ...]:
    """Return what a reader has to know."""
    notes = [
        f"each figure is computed once for each seed, which has its own searches, weights and division of the data; "
        f"intervals are Student's {LEVEL:.0%} intervals of the mean over {plan.num_seeds} seeds",
        f"{len(claims)} claims are judged, each at {LEVEL:.0%}: about {(1.0 - LEVEL) * len(claims):.1f} of them would "
        "be judged wrongly by chance alone if all were on the edge",
        "bounds such as 'above 0.9' are ours: the papers say in words what these make a number of",
        *_OURS[plan.paper],
    ]
    if plan.quick:
        notes.insert(0, "quick: few small networks on few samples, to see that all works")
    elif plan.num_seeds < 5:
        notes.insert(0, f"{plan.num_seeds} seeds make wide intervals; give --num-seeds 5 or more")
    return tuple(notes)


@registered_page.register
def _(reproduction: Reproduction) -> Page:
    title = f"Claims of {TITLES[reproduction.paper]}"
    blocks: list[Block] = [Line(((title, "bold"),)), Line((summary(reproduction),))]
    for dataset in dict.fromkeys(claim.dataset for claim in reproduction.claims):
        claims = [claim for claim in reproduction.claims if claim.dataset == dataset]
        blocks.append(Heading(printable(dataset) if dataset else "Without training"))
        blocks.append(_table(claims))
        blocks += [line for claim in claims for line in _meaning(claim)]
    blocks.append(Bullets("Not tried here", tuple(f"{claim}: {why}" for claim, why in reproduction.unexamined)))
    blocks.append(Bullets("Notes", reproduction.notes))
    return Page(title=title, blocks=tuple(blocks), width=120)


def summary(reproduction: Reproduction) -> str:
    """Count the verdicts in a sentence."""
    counts = [f"{sum(claim.verdict == verdict for claim in reproduction.claims)} {verdict}" for verdict in VERDICTS]
    small = "; quick: verdicts are of a small version, not of the paper" if reproduction.quick else ""
    return f"{', '.join(counts)}, over {reproduction.num_seeds} seeds{small}"


def _table(claims: Sequence[Claim]) -> Table:
    columns = (
        Column("claim", wraps=False),
        Column("verdict", wraps=False),
        Column("found", "right", wraps=False),
        Column("reproduced where"),
    )
    rows = tuple((claim.name, claim.verdict, finding(claim), claim.needed) for claim in claims)
    return Table(columns=columns, rows=rows)


def _meaning(claim: Claim) -> list[Block]:
    remark = f" {claim.remark[0].upper()}{claim.remark[1:]}." if claim.remark else ""
    text = f": {claim.text[0].upper()}{claim.text[1:]}. Found: {claim.measure}.{remark}"
    return [BLANK, Line(((claim.name, "bold"), printable(text)), indent=2)]


def finding(claim: Claim) -> str:
    """Write what was found, with its interval."""
    if claim.interval is None:
        known = sum(value is not None for value in claim.values)
        return f"{known} of {len(claim.values)} seeds have a figure"
    interval = claim.interval
    return f"{interval.value:.3f} ({interval.low:.3f} to {interval.high:.3f})"
