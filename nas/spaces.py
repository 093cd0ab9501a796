"""Search spaces by name or from TOML files: `load_space`; how many networks are in them: `count_architectures`."""

from __future__ import annotations

import itertools
import math
import os
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from hwcost.messages import one_line
from nas.architectures import Architecture
from nas.dead_weights import dead_weights
from nas.errors import SpaceError
from nas.search_space import Choice, Gene, SearchSpace
from nas.vocabulary import Reader, check_choice, check_genes, known_names, word_of

MAX_SPACE_BYTES = 1_000_000
MAX_CHOICES = 10_000
MAX_ENUMERATED = 300_000
"""Circuits that are written out to be counted; some ten seconds."""

_PRESETS = Path(__file__).parent / "presets"
_CLASSICAL = ("hidden_", "width_", "activation_", "learning_rate")


def list_spaces() -> tuple[str, ...]:
    """Names of the presets.

    Example:
        >>> list_spaces()
        ('faqnas', 'hyb-hanas', 'qnas')
    """
    return tuple(sorted(path.stem for path in _PRESETS.glob("*.toml")))


def load_space(name_or_path: str | os.PathLike[str]) -> SearchSpace:
    """A preset, or the space in a TOML file (text with a path separator or ending in .toml).

    A file has `name` and `description` as texts, both optional, and a table `[genes]` whose keys are genes (see `nas
    space --genes`) and whose values are lists of choices.

    Raises:
        SpaceError: There is no such space, or the file is none; the message says where.

    Example:
        >>> [gene.name for gene in load_space("faqnas").genes][:3]
        ['qubits', 'embedding', 'layers']
    """
    text = os.fspath(name_or_path)
    if text in list_spaces():
        return _read(_PRESETS / f"{text}.toml", text)
    if not (text.endswith(".toml") or "/" in text or "\\" in text):
        raise SpaceError(
            f"there is no search space {one_line(text)!r}; there are {', '.join(list_spaces())}, or a .toml file"
        )
    return _read(Path(text), text)


def _read(path: Path, where: str) -> SearchSpace:
    where = one_line(where)
    try:
        with path.open("rb") as file:
            content = file.read(MAX_SPACE_BYTES + 1)
    except (OSError, ValueError) as error:
        raise SpaceError(f"{where}: {getattr(error, 'strerror', None) or one_line(str(error))}") from error
    if len(content) > MAX_SPACE_BYTES:
        raise SpaceError(f"{where}: more than {MAX_SPACE_BYTES:,} bytes; a search space has a few hundred")
    try:
        plain = tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SpaceError(f"{where}: no TOML: {one_line(str(error))}") from error
    try:
        return space_from_dict(plain, default_name=path.stem)
    except SpaceError as error:
        raise SpaceError(f"{where}: {error}") from error


def space_from_dict(plain: dict[str, Any], *, default_name: str = "custom") -> SearchSpace:
    """The space that plain data (as in a TOML file) describe, with every key and value checked.

    Raises:
        SpaceError: A key is unknown or a value makes no sense.
    """
    for key in plain:
        if key not in ("name", "description", "genes"):
            hint = "; genes belong into the table [genes]" if word_of(key) else "; known are name, description, genes"
            raise SpaceError(f"unknown key {one_line(key)!r}{hint}")
    texts = {"name": plain.get("name", default_name), "description": plain.get("description", "")}
    for key, value in texts.items():
        if not isinstance(value, str):
            raise SpaceError(f"{key} is {one_line(repr(value))}; it must be text")
    table = plain.get("genes")
    if not isinstance(table, dict) or not table:
        raise SpaceError("there is no table [genes] with genes and their choices")
    genes = tuple(_gene(name, choices) for name, choices in table.items())
    check_genes(genes)
    return SearchSpace(name=one_line(texts["name"]), description=one_line(texts["description"]), genes=genes)


def _gene(name: str, choices: Any) -> Gene:
    import difflib

    if word_of(name) is None:
        near = difflib.get_close_matches(name, known_names(), n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known_names())}"
        raise SpaceError(f"there is no gene {one_line(name)!r}; {hint}")
    if not isinstance(choices, list) or not choices:
        raise SpaceError(f"gene {name}: its choices are {one_line(repr(choices))}; give a list with at least one")
    if len(choices) > MAX_CHOICES:
        raise SpaceError(f"gene {name}: {len(choices):,} choices; at most {MAX_CHOICES:,}")
    checked: list[Choice] = []
    for choice in choices:
        value = check_choice(name, choice)
        if value in checked:
            raise SpaceError(f"gene {name}: the choice {value!r} stands twice")
        checked.append(value)
    return Gene(name=name, choices=tuple(checked))


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceSize:
    """How many networks are in a space.

    Attributes:
        num_genomes: Genomes.
        num_architectures: Distinct architectures, None where they are too many to be written out.
        num_circuits: Distinct circuits, whatever the classical layers, None where they are too many.
        num_with_dead_weights: Of those circuits, such with weights that influence no output.
    """

    num_genomes: int
    num_architectures: int | None
    num_circuits: int | None
    num_with_dead_weights: int | None


def count_architectures(space: SearchSpace) -> SpaceSize:
    """Genomes, distinct architectures and circuits of a space.

    Circuits are written out, each active genome once; the classical layers, which no gene of the circuit influences,
    are counted on their own and multiplied.

    Example:
        >>> size = count_architectures(load_space("faqnas"))
        >>> size.num_genomes, size.num_architectures
        (23328, 8640)
    """
    circuits = distinct_circuits(space)
    if circuits is None:
        number = _num_layered_circuits(space)
        return SpaceSize(
            num_genomes=space.num_genomes,
            num_architectures=None if number is None else number * _num_classical(space),
            num_circuits=number,
            num_with_dead_weights=None,
        )
    return SpaceSize(
        num_genomes=space.num_genomes,
        num_architectures=len(circuits) * _num_classical(space),
        num_circuits=len(circuits),
        num_with_dead_weights=sum(1 for circuit in circuits if dead_weights(circuit)),
    )


def distinct_circuits(space: SearchSpace) -> list[Architecture] | None:
    """One architecture for each distinct circuit, with the first choice of every classical gene; None if too many."""
    quantum = [gene for gene in space.genes if not gene.name.startswith(_CLASSICAL)]
    first = {gene.name: gene.choices[0] for gene in space.genes}
    layered = [gene for gene in quantum if _layer_of(gene.name) is not None]
    shared = [gene for gene in quantum if _layer_of(gene.name) is None]
    numbers = cast(tuple[int, ...], next((gene.choices for gene in space.genes if gene.name == "layers"), (1,)))
    active = {n: [gene for gene in layered if cast(int, _layer_of(gene.name)) <= n] for n in numbers}
    others = [gene for gene in shared if gene.name != "layers"]
    total = math.prod(len(gene.choices) for gene in others) * sum(
        math.prod(len(gene.choices) for gene in genes) for genes in active.values()
    )
    if total > MAX_ENUMERATED:
        return None
    reader = Reader(space)
    found: dict[Architecture, None] = {}
    for number, genes in active.items():
        varied = [*others, *genes]
        genome = first | ({"layers": number} if "layers" in first else {})
        for values in itertools.product(*(gene.choices for gene in varied)):
            genome.update(zip((gene.name for gene in varied), values, strict=True))
            found[reader.architecture(genome)] = None
    return list(found)


def _num_layered_circuits(space: SearchSpace) -> int | None:
    """Distinct circuits where no gene decides about several layers at once: products over the layers; else None."""
    choices = {gene.name: gene.choices for gene in space.genes}
    if any(len(choices.get(name, (None,))) > 1 for name in ("rotation", "entangler", "topology", "range", "mode")):
        return None
    reader = Reader(space)
    first = {gene.name: gene.choices[0] for gene in space.genes}
    own: dict[int, list[Gene]] = {}
    for gene in space.genes:
        layer = _layer_of(gene.name)
        if layer is not None:
            own.setdefault(layer, []).append(gene)
    numbers = cast(tuple[int, ...], choices.get("layers", (1,)))
    head = [gene for gene in space.genes if gene.name in ("embedding", "amplitudes", "reupload", "measurement")]
    total = 0
    for num_qubits in choices["qubits"]:
        base = first | {"qubits": num_qubits}
        heads = {
            replace(
                reader.architecture(base | {"layers": 2} | dict(zip((g.name for g in head), values, strict=True))),
                layers=(),
            )
            for values in itertools.product(*(gene.choices for gene in head))
        }
        options = [1]
        for layer in range(1, max(numbers) + 1):
            genes = own.get(layer, [])
            if math.prod(len(gene.choices) for gene in genes) > MAX_ENUMERATED:
                return None
            names = [gene.name for gene in genes]
            found = set()
            for values in itertools.product(*(gene.choices for gene in genes)):
                genome = base | {"layers": layer} | dict(zip(names, values, strict=True))
                found.add(list(reader.layers(genome))[layer - 1])
            options.append(options[-1] * len(found))
        for number in numbers:
            total += len({h if number > 1 else replace(h, reupload=False) for h in heads}) * options[number]
    return total


def _layer_of(name: str) -> int | None:
    """The layer that a gene belongs to."""
    parts = name.split("_")
    return int(parts[1]) if parts[0] in ("rotation", "range", "mode") and len(parts) > 1 else None


def _num_classical(space: SearchSpace) -> int:
    """Distinct sets of classical layers and learning rates."""
    choices = {gene.name: gene.choices for gene in space.genes}
    total = len(choices.get("learning_rate", (None,)))
    for side in ("before", "after"):
        options = 0
        for number in cast(tuple[int, ...], choices.get(f"hidden_{side}", (0,))):
            options += math.prod(
                len(choices.get(f"{kind}_{side}_{layer}", (None,)))
                for kind in ("width", "activation")
                for layer in range(1, number + 1)
            )
        total *= options
    return total
