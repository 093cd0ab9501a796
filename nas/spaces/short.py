"""A genome in one short line, for tables: `short_genome`. The whole one is `nas.spaces.record.format_genome`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from nas.spaces.genes import DEFAULT_ACTIVATION, DEFAULT_WIDTH, active_genes

MOST = 90
"""Characters; of longer ones the end is left out."""

MEANING = (
    "genomes are short: widths of hidden layers before → qubits, embedding, rotations by layer (×n: n alike), "
    "entanglers → hidden layers after; t is tanh, r is relu"
)
"""What a short genome says, for the foot of a table."""

_ACTIVATIONS = {"none": "", "relu": "r", "tanh": "t"}


def short_genome(genome: Mapping[str, Any]) -> str:
    """Write the network of a genome in a short line; genes that do not matter to it are left out.

    Example:
        >>> short_genome({"qubits": 3, "layers": 2, "rotation_1": "rx", "rotation_2": "ry", "entangler": "cz"})
        '3q angle-x rx·ry cz linear'
        >>> short_genome({"qubits": 6, "rotation": "ry", "hidden_before": 1, "width_before_1": 8, "hidden_after": 0})
        '8r → 6q angle-x ry cx linear'
    """
    active = active_genes(genome)
    number = int(active.get("layers", 1))
    words = [
        f"{active.get('qubits', '?')}q",
        _embedding(active),
        _repeated([_rotation(active, i) for i in range(1, number + 1)]),
    ]
    words.append(_entanglers(active, number))
    if active.get("measurement", "z-each") != "z-each":
        words.append(str(active["measurement"]))
    if "learning_rate" in active:
        words.append(f"lr {active['learning_rate']:g}")
    parts = [_hidden(active, "before"), " ".join(filter(None, words)), _hidden(active, "after")]
    text = " → ".join(filter(None, parts))
    return text if len(text) <= MOST else text[: MOST - 1] + "…"


def _embedding(active: Mapping[str, Any]) -> str:
    name = str(active.get("embedding", "angle-x"))
    if name == "amplitude" and active.get("amplitudes") == "full":
        name += "-full"
    return f"{name} again" if active.get("reupload") else name


def _rotation(active: Mapping[str, Any], layer: int) -> str:
    """Return the rotations of a layer; where each qubit has its own, their axes."""
    own = [name for name in active if name.startswith(f"rotation_{layer}_")]
    if own:
        own.sort(key=lambda name: int(name.rpartition("_")[2]))
        return "r[" + "".join(str(active[name])[1:] for name in own[: int(active.get("qubits", len(own)))]) + "]"
    return str(active.get(f"rotation_{layer}", active.get("rotation", "ry")))


def _entanglers(active: Mapping[str, Any], number: int) -> str:
    gate = str(active.get("entangler", "cx"))
    if gate == "none":
        return "no entanglers"
    words = [gate, str(active.get("topology", "linear"))]
    layers = range(1, number + 1)
    if words[1] == "ranged":
        words.append(_repeated([str(active.get(f"range_{i}", active.get("range", 1))) for i in layers]))
    modes = [str(active.get(f"mode_{i}", active.get("mode", "all"))) for i in layers]
    if any(mode != "all" for mode in modes):
        words.append(_repeated(modes))
    return " ".join(words)


def _hidden(active: Mapping[str, Any], side: str) -> str:
    widths = []
    for i in range(1, int(active.get(f"hidden_{side}", 0)) + 1):
        activation = active.get(f"activation_{side}_{i}", DEFAULT_ACTIVATION)
        widths.append(f"{active.get(f'width_{side}_{i}', DEFAULT_WIDTH)}{_ACTIVATIONS[str(activation)]}")
    return " ".join(widths)


def _repeated(words: Sequence[str]) -> str:
    """Join words, equal neighbours as one with their number.

    >>> _repeated(["rx", "rx", "ry"])
    'rx×2·ry'
    """
    runs = [(word, len(list(run))) for word, run in groupby(words)]
    return "·".join(word if count == 1 else f"{word}×{count}" for word, count in runs)
