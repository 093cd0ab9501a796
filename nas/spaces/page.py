"""Search spaces and genes as pages."""

from __future__ import annotations

from typing import Any

from hwcost.report.page import Page, Verbatim, registered_page
from nas.spaces.genes import WORDS, known_names
from nas.spaces.record import format_genome
from nas.spaces.summary import SAMPLE, GeneList, SpaceList, SpaceSummary


@registered_page.register
def _(summary: SpaceSummary) -> Page:
    return Page(title=f"Search space {summary.space.name}", blocks=(Verbatim("\n".join(_summary_lines(summary))),))


@registered_page.register
def _(listed: SpaceList) -> Page:
    lines = [f"{space.name:10} {space.num_genomes:>14,} genomes  {space.description}" for space in listed.spaces]
    return Page(title="Search spaces", blocks=(Verbatim("\n".join(lines)),))


@registered_page.register
def _(genes: GeneList) -> Page:
    lines = []
    for word, shown in zip(WORDS, known_names(), strict=True):
        default = "" if word.default is None else f" [default: {_shown(word.default)}]"
        lines.append(f"{shown:20} {word.meaning}: {_allowed(word.values)}{default}")
    return Page(title="Genes", blocks=(Verbatim("\n".join(lines)),))


def _allowed(values: tuple[Any, ...]) -> str:
    return ", ".join(map(_shown, values)) if isinstance(values[0], str | bool) else f"{values[0]:g} to {values[1]:g}"


def _shown(choice: object) -> str:
    return str(choice).lower()


def _summary_lines(summary: SpaceSummary) -> list[str]:
    space, size, sampled = summary.space, summary.size, summary.num_sampled_with_dead_weights
    lines = [f"{space.name}: {space.description}" if space.description else space.name, ""]
    lines += [f"  {gene.name:20} {', '.join(map(_shown, gene.choices))}" for gene in space.genes]
    lines += ["", f"{size.num_genomes:,} genomes"]
    if size.num_architectures is None:
        lines.append(f"distinct architectures: too many to be counted, at most {size.num_active_genomes:,}")
    else:
        lines.append(f"{size.num_architectures:,} distinct architectures")
    if size.num_circuits is not None:
        lines.append(f"{size.num_circuits:,} distinct circuits")
    if size.num_with_dead_weights is not None and size.num_circuits:
        share = size.num_with_dead_weights / size.num_circuits
        lines.append(f"{size.num_with_dead_weights:,} circuits with dead weights ({share:.1%})")
    elif sampled is not None:
        lines.append(f"dead weights in the circuits of {sampled:,} of {SAMPLE:,} random genomes")
    return lines + [format_genome(genome) for genome in summary.genomes]
