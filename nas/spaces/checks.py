"""Genes of a search space, checked: names, choices, and whether they make up a space together."""

from __future__ import annotations

import difflib
from typing import cast

from hwcost.core.text import one_line
from nas.core.errors import SpaceError
from nas.spaces.genes import GeneName, Word, known_names, word_of
from nas.spaces.record import Choice, Gene

MAX_CHOICES = 10_000


def make_gene(name: str, choices: object) -> Gene:
    """Make the gene that a line of a file describes.

    Raises:
        SpaceError: There is no such gene, or it may not have such choices.

    Example:
        >>> make_gene("qubits", [2, 3])
        Gene(name='qubits', choices=(2, 3))
    """
    word = word_of(name)
    if word is None:
        near = difflib.get_close_matches(name, known_names(), n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known_names())}"
        raise SpaceError(f"there is no gene {one_line(repr(name))}; {hint}")
    if not isinstance(choices, list) or not choices:
        raise SpaceError(f"gene {name}: its choices are {one_line(repr(choices))}; give a list with at least one")
    if len(choices) > MAX_CHOICES:
        raise SpaceError(f"gene {name}: {len(choices):,} choices; at most {MAX_CHOICES:,}")
    checked: dict[Choice, None] = {}
    for choice in choices:
        value = _checked_choice(name, word, choice)
        if value in checked:
            raise SpaceError(f"gene {name}: the choice {value!r} stands twice")
        checked[value] = None
    return Gene(name=name, choices=tuple(checked))


def _checked_choice(name: str, word: Word, value: object) -> Choice:
    kind = type(word.values[0])
    if kind in (str, bool):
        fits = type(value) is kind and value in word.values
        allowed = ", ".join(map(str, word.values)) if kind is str else "false, true"
    else:
        low, high = word.values
        fits = isinstance(value, (int, kind)) and not isinstance(value, bool) and low <= value <= high
        allowed = f"{'numbers' if kind is float else 'whole numbers'} from {low:g} to {high:g}"
    if not fits:
        raise SpaceError(f"gene {name}: {one_line(repr(value))} is not a choice; it may be {allowed}")
    return cast(Choice, kind(value))


def check_genes(genes: tuple[Gene, ...]) -> None:
    """Refuse genes that do not make up a space.

    Raises:
        SpaceError: There is no gene `qubits`, a layer or a qubit is left out, or a gene can have no effect.
    """
    choices = {gene.name: gene.choices for gene in genes}
    if "qubits" not in choices:
        raise SpaceError("the space has no gene 'qubits'; every circuit needs a number of qubits")
    most = {
        "layers": _most(choices, "layers", 1),
        "hidden layers before the circuit": _most(choices, "hidden_before", 0),
        "hidden layers after the circuit": _most(choices, "hidden_after", 0),
    }
    for name in choices:
        _check_number(name, most, _most(choices, "qubits", 1))
    for kind in ("rotation", "range", "mode"):
        _check_layers(kind, choices, most["layers"])
    _check_topology(choices)
    if "amplitudes" in choices and "amplitude" not in choices.get("embedding", ()):
        raise SpaceError("gene amplitudes has no effect: no choice of embedding is amplitude")


def _most(choices: dict[str, tuple[Choice, ...]], name: str, default: int) -> int:
    return max(cast(tuple[int, ...], choices.get(name, (default,))))


def _check_number(name: str, most: dict[str, int], widest: int) -> None:
    """Refuse genes of layers and qubits that no genome has."""
    side, numbers = GeneName.of(name).side, GeneName.of(name).numbers
    what = f"hidden layers {side} the circuit" if side else "layers"
    if numbers and numbers[0] > most[what]:
        raise SpaceError(f"gene {name} has no effect: there are at most {most[what]} {what}")
    if len(numbers) > 1 and numbers[1] > widest:
        raise SpaceError(f"gene {name} has no effect: there are at most {widest} qubits")


def _check_layers(kind: str, choices: dict[str, tuple[Choice, ...]], num_layers: int) -> None:
    """Refuse genes for some of the layers or qubits where the others have none, and genes that others overrule."""
    widest = _most(choices, "qubits", 1)
    numbered = []
    for number in range(1, num_layers + 1):
        name = f"{kind}_{number}"
        own = [qubit for qubit in range(1, widest + 1) if f"{name}_{qubit}" in choices]
        if own and name in choices:
            raise SpaceError(f"gene {name} has no effect: {name}_{own[0]} and others decide for each qubit")
        if own and len(own) < widest:
            missing = next(qubit for qubit in range(1, widest + 1) if qubit not in own)
            raise SpaceError(
                f"layer {number} has rotations for single qubits, but none for qubit {missing} of {widest}: "
                f"{name}_{missing} is missing"
            )
        if own or name in choices:
            numbered.append(number)
    if len(numbered) == num_layers and kind in choices:
        raise SpaceError(f"gene {kind} has no effect: each layer has its own")
    if numbered and len(numbered) < num_layers and kind not in choices:
        missing = next(number for number in range(1, num_layers + 1) if number not in numbered)
        raise SpaceError(
            f"layer {numbered[0]} has a gene {kind}, but layer {missing} of {num_layers} has none: give "
            f"{kind}_{missing}, or {kind} for all layers that have none of their own"
        )


def _check_topology(choices: dict[str, tuple[Choice, ...]]) -> None:
    """Refuse genes about entanglers or distances where there are none."""
    if set(choices.get("entangler", ())) == {"none"}:
        for name in choices:
            if GeneName.of(name).kind in ("topology", "range", "mode"):
                raise SpaceError(f"gene {name} has no effect: the only choice of entangler is none")
    if "ranged" not in choices.get("topology", ()):
        for name in choices:
            if GeneName.of(name).kind == "range":
                raise SpaceError(f"gene {name} has no effect: no choice of topology is ranged")
