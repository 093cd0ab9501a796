"""What each column of the calibration CSV of the IBM Quantum web page means, whatever its year and language wrote.

Headers have changed every year: `CNOT error rate`, `CNOT error `, `ECR error `, `Error CZ`; T1 in µs or us; the
readout length in ns or us. A header is reduced to plain lower-case words, and the words decide.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from hwcost.core.units import SECONDS_PER_UNIT

Kind: TypeAlias = Literal[
    "qubit",  # number of the row's qubit
    "qubit_time",  # a time of the qubit, in `unit_s`
    "qubit_probability",
    "gate_error",  # error of the one-qubit gate `name`
    "gate_time",  # duration of every one-qubit gate, in `unit_s`
    "pair_error",  # errors of the two-qubit gate `name`, one for each neighbour
    "pair_time",  # durations of the two-qubit gate, in `unit_s`
    "operational",
    "date",
    "known",  # costs nothing
    "unknown",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column.

    Attributes:
        kind: What its cells hold.
        name: Field of the qubit, or name of the gate; what stands only once is its own name.
        unit_s: Seconds per unit of the cells, None for a time without a unit that is known.
    """

    kind: Kind
    name: str = ""
    unit_s: float | None = None


_UNIT_IN_HEADER = re.compile(r"(?P<what>.+?)\s*\((?P<unit>[^()]*)\)", re.ASCII)

# The Spanish names of times are translations; of the Spanish headers only those of errors have been seen in files.
_TIMES: Mapping[str, tuple[Kind, str]] = {
    "t1": ("qubit_time", "t1_s"),
    "t2": ("qubit_time", "t2_s"),
    "readout length": ("qubit_time", "readout_duration_s"),
    "longitud de lectura": ("qubit_time", "readout_duration_s"),
    "duracion de lectura": ("qubit_time", "readout_duration_s"),
    "single-qubit gate length": ("gate_time", "one-qubit gates"),
    "longitud de puerta de un solo qubit": ("gate_time", "one-qubit gates"),
    "gate time": ("pair_time", "two-qubit gates"),
    "gate length": ("pair_time", "two-qubit gates"),
    "tiempo de puerta": ("pair_time", "two-qubit gates"),
    "longitud de puerta": ("pair_time", "two-qubit gates"),
}
_PLAIN: Mapping[str, tuple[Kind, str]] = {
    "qubit": ("qubit", "qubit"),
    "cubit": ("qubit", "qubit"),
    "operational": ("operational", "operational"),
    "operativo": ("operational", "operational"),
    "operacional": ("operational", "operational"),
    "date": ("date", "date"),
    "fecha": ("date", "date"),
    "prob meas0 prep1": ("qubit_probability", "prob_meas0_prep1"),
    "prob meas1 prep0": ("qubit_probability", "prob_meas1_prep0"),
}
_GATES: Mapping[str, tuple[Kind, str]] = {
    **{name: ("gate_error", name) for name in ("sx", "rz", "rx", "id", "u1", "u2", "u3")},
    "pauli-x": ("gate_error", "x"),
    "cnot": ("pair_error", "cx"),
    "cx": ("pair_error", "cx"),
    "ecr": ("pair_error", "ecr"),
    "cz": ("pair_error", "cz"),
    "rzz": ("pair_error", "rzz"),
}
_READOUT_WORDS = frozenset({"readout", "assignment", "asignacion", "lectura"})
_IGNORED_ERRORS = frozenset({"init", "measure", "measure_2", "xslow"})  # the readout's error has its own column
_IGNORED = ("frequency", "frecuencia", "anharmonicity", "anarmonicidad")


def read_header(header: str) -> Column:
    """Return what the column with this header holds.

    >>> read_header("√x (sx) error ").name, read_header("T1 (µs)").unit_s, read_header("Error ECR").kind
    ('sx', 1e-06, 'pair_error')
    """
    plain = _plain(header)
    kind, name = _PLAIN.get(plain, ("unknown", ""))
    if kind != "unknown":
        return Column(kind=kind, name=name)
    in_unit = _UNIT_IN_HEADER.fullmatch(plain)
    what, unit = (in_unit["what"], in_unit["unit"].strip()) if in_unit else (plain, "")
    if what in _TIMES:
        kind, name = _TIMES[what]
        return Column(kind=kind, name=name, unit_s=SECONDS_PER_UNIT.get(unit))
    if plain.startswith(_IGNORED):
        return Column(kind="known")
    return _error_column(plain)


def _plain(header: str) -> str:
    """Lower case, without accents, doubled blanks and the two micro signs."""
    decomposed = unicodedata.normalize("NFKD", header.replace("µ", "u").replace("μ", "u"))
    letters = "".join(character for character in decomposed if not unicodedata.combining(character))
    return " ".join(letters.lower().split())


def _error_column(plain: str) -> Column:
    words = frozenset(re.findall(r"[a-z0-9_-]+", plain))
    if "error" not in words:
        return Column(kind="unknown")
    gates = {_GATES[word] for word in words if word in _GATES}
    if len(gates) == 1:
        kind, name = gates.pop()
        return Column(kind=kind, name=name)
    if words & _READOUT_WORDS:
        return Column(kind="qubit_probability", name="readout_error")
    return Column(kind="known" if words & _IGNORED_ERRORS else "unknown")
