"""The members of a front in a report: the table, and a box for each with its circuit, costs and test scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hwcost.core.text import plural
from hwcost.core.units import format_seconds, format_share
from nas.results.circuit_svg import draw_circuit
from nas.results.member_facts import MemberFacts, member_facts
from nas.results.picks import Pick, picks
from nas.results.retrained_page import answer
from nas.results.svg import bar, text
from nas.results.values import interval_text, objective_title, observed_texts, value_text
from nas.spaces.genes import active_genes
from nas.spaces.record import format_genome
from nas.spaces.short import MEANING, short_genome
from nas.training.rivals import MEANINGS

if TYPE_CHECKING:
    from nas.results.crossed import Interval
    from nas.results.retrained_record import Retrained
    from nas.runs.record import Evaluation
    from nas.runs.run import Run

MAX_BOXES = 200
"""Members with a box of their own; more are in the table alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """The front of a run with all that its report says of it.

    Attributes:
        run: The run.
        front: Members in their order.
        facts: Of each.
        retrained: What `nas retrain` has kept, by hash.
        picks: Members that stand out.
    """

    run: Run
    front: tuple[Evaluation, ...]
    facts: tuple[MemberFacts, ...]
    retrained: Mapping[str, Retrained]
    picks: tuple[Pick, ...]

    @classmethod
    def of(cls, run: Run, retrained: Mapping[str, Retrained]) -> Members:
        """Collect what is known of the members of a run."""
        front = run.front
        facts = tuple(member_facts(run, member) for member in front)
        return cls(run=run, front=front, facts=facts, retrained=retrained, picks=picks(run))

    def picked(self, number: int) -> list[Pick]:
        """Return what a member stands out for."""
        return [pick for pick in self.picks if pick.number == number]

    def values(self, member: Evaluation) -> list[tuple[str, str]]:
        """Return (title, value) of each objective of a member; of an estimated error the estimate."""
        known = {} if self.run.estimates is None else self.run.estimates.networks
        found = []
        for objective in self.run.objectives:
            own = known.get(member.architecture_hash)
            value = value_text(objective, member.objectives[objective.name])
            found.append((objective_title(objective), interval_text(own) if own and objective.trained else value))
        return found


def pick_cards(members: Members) -> str:
    """Return the members that stand out, side by side; one that does so twice has one card."""
    cards = []
    for number in dict.fromkeys(pick.number for pick in members.picks):
        mine = members.picked(number)
        values = "".join(
            f"<dt>{text(title)}</dt><dd>{text(value)}</dd>"
            for title, value in members.values(members.front[number - 1])
        )
        named = ", ".join(pick.title for pick in mine)
        cards.append(
            f'<div class="card {mine[0].name}">{text(named[0].upper() + named[1:])}'
            f'<b><a href="#member-{number}">Member {number}</a></b><dl>{values}</dl></div>'
        )
    return f'<div class="cards">{"".join(cards)}</div>'


def pick_notes(members: Members) -> str:
    """Say what the names of the picks mean."""
    notes = "".join(
        f"<li>{text(pick.title[0].upper() + pick.title[1:])}: {text(pick.meaning)}.</li>"
        for pick in members.picks
        if pick.title != pick.meaning
    )
    return f'<ul class="note">{notes}</ul>' if notes else ""


def tags(members: Members, number: int) -> str:
    """Return what a member stands out for, as small labels."""
    return "".join(f'<span class="tag {pick.name}">{text(pick.title)}</span>' for pick in members.picked(number))


def front_table(members: Members) -> str:
    """Return the table of the front."""
    run = members.run
    heads = [("member", "left"), *((objective_title(objective), "") for objective in run.objectives)]
    heads += [("observed", ""), ("on front", "")] if run.estimates is not None else []
    heads += [("test, retrained", "")] if members.retrained else []
    heads += [("dead angles", ""), ("genome", "left")]
    rows = "".join(_row(members, number) for number in range(1, len(members.front) + 1))
    head = "".join(f'<th class="{kind}">{text(title)}</th>' for title, kind in heads)
    return (
        f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
        f'<p class="note">{text(MEANING[0].upper() + MEANING[1:])}. The whole genome is in the box of the member; a '
        "click on a row or a point opens it. Dead angles influence no output.</p>"
    )


def _row(members: Members, number: int) -> str:
    run, member, facts = members.run, members.front[number - 1], members.facts[number - 1]
    cells = [f"<td>{text(value)}</td>" for _, value in members.values(member)]
    own = None if run.estimates is None else run.estimates.networks.get(member.architecture_hash)
    if own is not None:
        cells += [f"<td>{value}</td>" for value in observed_texts(own)]
    if members.retrained:
        found = members.retrained.get(member.architecture_hash)
        cells.append(f"<td>{'–' if found is None else _interval(found.network.test)}</td>")
    cells.append(f"<td>{f'{len(facts.dead)} of {facts.num_quantum}' if facts.dead else 'none'}</td>")
    return (
        f'<tr data-member="{number}"><td class="left number">{number}{tags(members, number)}</td>{"".join(cells)}'
        f'<td class="genome">{text(short_genome(member.genome))}</td></tr>'
    )


def _interval(interval: Interval | None) -> str:
    if interval is None:
        return "failed"
    return f"{interval.value:.1%} ({100 * interval.low:.1f}–{100 * interval.high:.1f})"


def time_bars(members: Members, names: Sequence[str]) -> str:
    """Return a bar of the parts of the time for each member, with the time and what is too small to be seen."""
    rows = []
    for number, facts in enumerate(members.facts, start=1):
        total = sum(facts.parts_s.values())
        if not total:
            continue
        parts = [
            (
                value / total,
                f"part{names.index(name) % 8}",
                f"{name}: {format_seconds(value)}, {format_share(value / total)}",
            )
            for name, value in facts.parts_s.items()
        ]
        rows.append(
            f'<tr data-member="{number}"><td class="left number">{number}{tags(members, number)}</td>'
            f"<td>{format_seconds(total)}</td><td>{format_seconds(facts.quantum_s)}</td>"
            f"<td>{format_seconds(facts.classical_s)}</td><td>{bar(parts, 360)}</td>"
            f'<td class="wrap">{text(", ".join(facts.small_parts()) or "none")}</td></tr>'
        )
    legend = "".join(
        f'<li><svg class="part part{i % 8}" viewBox="0 0 14 14"><rect width="14" height="14"/></svg>{text(name)}</li>'
        for i, name in enumerate(names)
    )
    head = (
        '<tr><th class="left">member</th><th>unified time</th><th>quantum half</th><th>classical half</th>'
        '<th class="left">parts</th><th class="left">below 1 %, too small to be seen</th></tr>'
    )
    return (
        f'<ul class="legend">{legend}</ul><div class="scroll"><table><thead>{head}</thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def part_names(members: Members) -> list[str]:
    """Return the parts of the times of all members, in their order."""
    return list(dict.fromkeys(name for facts in members.facts for name in facts.parts_s))


def member_boxes(members: Members) -> str:
    """Return a box for each member, those that stand out open."""
    boxes = "".join(_box(members, number) for number in range(1, min(len(members.front), MAX_BOXES) + 1))
    rest = len(members.front) - MAX_BOXES
    return boxes + (f'<p class="note">{rest:,} more members are in the table alone.</p>' if rest > 0 else "")


def _box(members: Members, number: int) -> str:
    member, facts = members.front[number - 1], members.facts[number - 1]
    opened = " open" if members.picked(number) else ""
    whole = format_genome(active_genes(member.genome))
    found = members.retrained.get(member.architecture_hash)
    tested = "" if found is None else f"<h3>On the test part, trained again</h3>{_tested(found)}"
    return (
        f'<details class="member-box" id="member-{number}"{opened}><summary>Member {number}{tags(members, number)}'
        f"<code>{text(short_genome(member.genome))}</code></summary><div>"
        f'<div class="scroll">{draw_circuit(facts.architecture)}</div>'
        f'<div class="columns"><div><h3>The network</h3>{_facts_table(_network_facts(members, number))}</div>'
        f"<div><h3>What it costs</h3>{_facts_table(_cost_facts(members, number))}</div></div>{tested}"
        f'<details class="plain"><summary>whole genome</summary><code>{text(whole)}</code></details></div></details>'
    )


def _facts_table(facts: Sequence[tuple[str, str]]) -> str:
    rows = "".join(f"<tr><td>{text(name)}</td><td>{text(value)}</td></tr>" for name, value in facts)
    return f'<table class="facts">{rows}</table>'


def _network_facts(members: Members, number: int) -> list[tuple[str, str]]:
    member, facts = members.front[number - 1], members.facts[number - 1]
    estimates = members.run.estimates
    own = None if estimates is None else estimates.networks.get(member.architecture_hash)
    accuracies = ", ".join(f"{accuracy:.1%}" for accuracy in member.accuracies)
    found = [
        ("parameters", f"{facts.num_classical:,} classical, {facts.num_quantum:,} angles"),
        ("angles that influence no output", facts.dead_text()),
        ("validation accuracy", f"{accuracies} in {plural(len(member.accuracies), 'training')}"),
    ]
    if own is not None:
        found.append(
            ("error of one more training", f"{own.retrained_low:.3f}–{own.retrained_high:.3f} (90 % interval)")
        )
    return [*found, ("found in generation", str(member.generation)), ("architecture", member.architecture_hash[:16])]


def _cost_facts(members: Members, number: int) -> list[tuple[str, str]]:
    member, facts = members.front[number - 1], members.facts[number - 1]
    found = [
        (title, value)
        for (title, value), objective in zip(members.values(member), members.run.objectives, strict=True)
        if not objective.trained and objective.name not in ("parameters", "quantum_flops")
    ]
    if facts.scope is not None:
        found.append((f"quantum half, {facts.scope}", format_seconds(facts.quantum_s)))
        found.append((f"classical half, {facts.scope}", format_seconds(facts.classical_s)))
    if facts.quantum_flops is not None:
        found.append(("FLOPs of the simulated circuit", f"{facts.quantum_flops:,} a sample, forward and backward"))
    found.append(("FLOPs of the classical layers", f"{facts.classical_flops:,} a sample, forward and backward"))
    if facts.compiled:
        found.append(("compiled circuit", ", ".join(f"{name} {value}" for name, value in facts.compiled.items())))
    return found


def _tested(found: Retrained) -> str:
    rows = "".join(
        f'<tr><td class="left">{text(MEANINGS[one.contestant])}</td><td>{one.num_parameters:,}</td>'
        f"<td>{one.num_trainings}</td><td>{_interval(one.test)}</td>"
        f"<td>{'' if one.difference is None else _difference(one.difference)}</td>"
        f'<td class="left">{text(one.verdict or "")}</td></tr>'
        for one in found.tried
    )
    return (
        '<div class="scroll"><table><tr><th class="left"></th><th>parameters</th><th>trainings</th>'
        "<th>test accuracy</th><th>network is better by</th><th></th></tr>"
        f"{rows}</table></div><p>Does the circuit earn its cost? {text(answer(found))}</p>"
    )


def _difference(interval: Interval) -> str:
    return f"{100 * interval.value:+.1f} points ({100 * interval.low:+.1f} to {100 * interval.high:+.1f})"
