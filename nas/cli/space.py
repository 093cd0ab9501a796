"""`nas space`: genes, genomes and distinct architectures of a search space."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from nas.spaces.record import Genome, SearchSpace
    from nas.spaces.size import SpaceSize

_SAMPLE = 1000
"""Random genomes whose dead weights are counted where a space is too large to be written out."""


@click.command("space")
@click.argument("name", required=False, metavar="NAME|FILE.toml")
@click.option("--genes", "vocabulary", is_flag=True, help="Show which genes a space of your own may have.")
@click.option("--random", "num_random", type=int, default=0, metavar="N", help="Also print N random genomes.")
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the random genomes.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(name: str | None, vocabulary: bool, num_random: int, seed: int, form: str) -> int:
    """Show a search space: faqnas, hyb-hanas, qnas, or a TOML file of your own.

    Genomes that build the same network are one architecture. Dead weights are angles that can influence no output, such
    as those of an RZ after the last RX or RY before a measurement of Z.
    """
    import numpy as np

    from nas.core.errors import SettingError
    from nas.spaces.load import list_spaces, load_space
    from nas.spaces.size import count_architectures, count_dead_in_sample

    if vocabulary:
        click.echo(_vocabulary_json() if form == "json" else _vocabulary_text())
        return 0
    if name is None:
        spaces = [load_space(preset) for preset in list_spaces()]
        click.echo(_list_json(spaces) if form == "json" else _list_text(spaces))
        return 0
    if not 0 <= num_random <= 10_000 or not 0 <= seed < 2**63:
        raise SettingError(
            f"--random is {num_random} and --seed {seed}; give 0 to 10000 genomes and a seed that is not negative"
        )
    space = load_space(name)
    size = count_architectures(space)
    sampled = None
    if size.num_with_dead_weights is None:
        sampled = count_dead_in_sample(space, num_genomes=_SAMPLE, seed=0)
    rng = np.random.default_rng(seed)
    genomes = [space.random_genome(rng) for _ in range(num_random)]
    click.echo((_space_json if form == "json" else _space_text)(space, size, sampled, genomes))
    return 0


def _vocabulary_text() -> str:
    from nas.spaces.genes import WORDS, known_names

    lines = []
    for word, shown in zip(WORDS, known_names(), strict=True):
        default = "" if word.default is None else f" [default: {_shown(word.default)}]"
        lines.append(f"{shown:20} {word.meaning}: {_allowed(word.values)}{default}")
    return "\n".join(lines)


def _vocabulary_json() -> str:
    from nas.spaces.genes import WORDS, known_names

    return _dumped(
        {
            shown: {"meaning": word.meaning, "values": list(word.values), "default": word.default}
            for word, shown in zip(WORDS, known_names(), strict=True)
        }
    )


def _allowed(values: tuple[Any, ...]) -> str:
    return ", ".join(map(_shown, values)) if isinstance(values[0], str | bool) else f"{values[0]:g} to {values[1]:g}"


def _shown(choice: object) -> str:
    return str(choice).lower()


def _list_text(spaces: list[SearchSpace]) -> str:
    return "\n".join(f"{space.name:10} {space.num_genomes:>14,} genomes  {space.description}" for space in spaces)


def _list_json(spaces: list[SearchSpace]) -> str:
    return _dumped(
        [{"name": space.name, "description": space.description, "num_genomes": space.num_genomes} for space in spaces]
    )


def _space_json(space: SearchSpace, size: SpaceSize, sampled: int | None, genomes: list[Genome]) -> str:
    plain: dict[str, Any] = {
        "schema": "nas.space/1",
        "name": space.name,
        "description": space.description,
        "genes": {gene.name: list(gene.choices) for gene in space.genes},
        **dataclasses.asdict(size),
        "dead_weights_sample": None if sampled is None else {"num_genomes": _SAMPLE, "num_with_dead_weights": sampled},
    }
    return _dumped({**plain, "random": genomes} if genomes else plain)


def _dumped(plain: Any) -> str:
    return json.dumps(plain, indent=2, ensure_ascii=False, allow_nan=False)


def _space_text(space: SearchSpace, size: SpaceSize, sampled: int | None, genomes: list[Genome]) -> str:
    from nas.spaces.record import format_genome

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
        lines.append(f"dead weights in the circuits of {sampled:,} of {_SAMPLE:,} random genomes")
    return "\n".join(lines + [format_genome(genome) for genome in genomes])
