"""From what a vendor says of a device, by kind of value, to a `Calibration`: `DeviceValues`.

Vendors other than IBM report values of qubits, of edges, or one mean of all, and name native gates once. Here each gate
of each place gets what is known of it. What is not known stays None.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import permutations

from hwcost.calibration.record import Calibration, GateCalibration, QubitCalibration, Qubits
from hwcost.calibration.values import Place
from hwcost.core.gates import SYMMETRIC_GATES, VIRTUAL_GATES, num_pulses_of
from hwcost.core.text import listing, shown

VIRTUAL = "{} is virtual: no error and no duration"

TWO_QUBIT_GATES = frozenset(
    {"cx", "cy", "cz", "cp", "ecr", "swap", "iswap", "xy", "rxx", "ryy", "rzz", "zz", "ms"}
)  # what a vendor's list of native gates may hold; all other gates in it act on one qubit

# ms on (b, a) is ms on (a, b) with its phases exchanged.
_BOTH_WAYS = SYMMETRIC_GATES | {"cp", "swap", "iswap", "xy", "rxx", "ryy", "rzz", "zz", "ms"}

# All pairs of this many qubits are a quarter of a million records; no device with all-to-all gates is near it.
_MOST_ALL_TO_ALL = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class QubitValues:
    """What is known of one qubit; None for what is not. Times in seconds.

    Attributes:
        t1_s: T1.
        t2_s: T2.
        gate_error: Average error of its one-qubit gates.
        readout_error: Mean assignment error of its readout.
        prob_meas0_prep1: P(read 0 | prepared 1).
        prob_meas1_prep0: P(read 1 | prepared 0).
        gate_duration_s: Duration of its one-qubit gates.
        readout_duration_s: Duration of its readout.
    """

    t1_s: float | None = None
    t2_s: float | None = None
    gate_error: float | None = None
    readout_error: float | None = None
    prob_meas0_prep1: float | None = None
    prob_meas1_prep0: float | None = None
    gate_duration_s: float | None = None
    readout_duration_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceValues:
    """What is known of a device.

    Attributes:
        qubits: One record per qubit.
        gates: Native gates on one and on two qubits, by Qiskit's names.
        edges: Pairs of qubits that have two-qubit gates, in the order that the vendor gives.
        edge_errors: Average error by gate and pair.
        edge_durations_s: Duration in seconds by gate and pair.
        edge_resources: What a gate on a pair needs for itself, such as a resonator, by gate and pair.
        two_qubit_error: Mean average error of all two-qubit gates, where no edge has its own.
        two_qubit_duration_s: The same of durations, in seconds.
        reset_duration_s: Duration of a reset in seconds.
        snapshot_date: Date of the values.
        max_shots: Largest number of shots.
        assumptions: What was assumed or derived, one line each.
    """

    qubits: tuple[QubitValues, ...]
    gates: tuple[str, ...]
    edges: tuple[tuple[int, int], ...]
    edge_errors: Mapping[tuple[str, Qubits], float] = field(default_factory=dict)
    edge_durations_s: Mapping[tuple[str, Qubits], float] = field(default_factory=dict)
    edge_resources: Mapping[tuple[str, Qubits], str] = field(default_factory=dict)
    two_qubit_error: float | None = None
    two_qubit_duration_s: float | None = None
    reset_duration_s: float | None = None
    snapshot_date: datetime | None = None
    max_shots: int | None = None
    assumptions: tuple[str, ...] = ()

    def calibration(
        self, *, name: str, source: str, origin: str, processor: str, licence: str | None = None
    ) -> Calibration:
        """Make the calibration; `processor` begins with the vendor's name (see `hwcost.calibration.vendors`)."""
        virtual = [gate for gate in self.gates if gate in VIRTUAL_GATES]
        return Calibration(
            name=name,
            source=source,
            origin=origin,
            processor=processor,
            licence=licence,
            num_qubits=len(self.qubits),
            qubits=tuple(_qubit(index, values) for index, values in enumerate(self.qubits)),
            gates=tuple(self._gates()),
            basis_gates=tuple(sorted(self.gates)),
            snapshot_date=self.snapshot_date,
            oldest_value_date=self.snapshot_date,
            newest_value_date=self.snapshot_date,
            max_shots=self.max_shots,
            assumptions=(*self.assumptions, *map(VIRTUAL.format, virtual)),
        )

    def _gates(self) -> Iterator[GateCalibration]:
        for name in self.gates:
            if name in TWO_QUBIT_GATES:
                yield from self._two_qubit(name)
            else:
                yield from (_one_qubit(name, index, values) for index, values in enumerate(self.qubits))
        if self.reset_duration_s is not None:
            for index in range(len(self.qubits)):
                yield GateCalibration(name="reset", qubits=(index,), duration_s=self.reset_duration_s)

    def _two_qubit(self, name: str) -> Iterator[GateCalibration]:
        both = name in _BOTH_WAYS
        places = dict.fromkeys(place for edge in self.edges for place in ((edge, edge[::-1]) if both else (edge,)))
        for place in places:
            keys = ((name, place), (name, place[::-1])) if both else ((name, place),)
            yield GateCalibration(
                name=name,
                qubits=place,
                error=_first(self.edge_errors, keys, self.two_qubit_error),
                duration_s=_first(self.edge_durations_s, keys, self.two_qubit_duration_s),
                resource=next((self.edge_resources[key] for key in keys if key in self.edge_resources), None),
            )


def all_to_all(place: Place, field_name: str, num_qubits: int) -> tuple[tuple[int, int], ...]:
    """Return all ordered pairs of qubits.

    Raises:
        CalibrationError: There are too many to be those of a device.
    """
    if num_qubits > _MOST_ALL_TO_ALL:
        raise place.error(
            field_name, f"is {shown(num_qubits)}; a device with gates between all qubits has at most {_MOST_ALL_TO_ALL}"
        )
    return tuple(permutations(range(num_qubits), 2))


def check_gates(place: Place, field_name: str, gates: Iterable[str], unread: Iterable[str]) -> None:
    """Refuse native gates that no circuit could be compiled into: there must be pulses on one qubit, and on two."""
    names = set(gates)
    pulses = {name for name in names - TWO_QUBIT_GATES if num_pulses_of(name) > 0 and name != "id"}
    for kind, found in (("one", pulses), ("two", names & TWO_QUBIT_GATES)):
        if not found:
            listed = listing(sorted({*names, *unread})) or "none"
            raise place.error(field_name, f"has no {kind}-qubit gate that is known; found: {listed}")


def error_of(fidelity: float | None) -> float | None:
    """Return 1 minus an average fidelity."""
    return None if fidelity is None else 1.0 - fidelity


def _first(
    values: Mapping[tuple[str, Qubits], float], keys: Iterable[tuple[str, Qubits]], default: float | None
) -> float | None:
    return next((values[key] for key in keys if key in values), default)


def _qubit(index: int, values: QubitValues) -> QubitCalibration:
    return QubitCalibration(
        qubit=index,
        t1_s=values.t1_s,
        t2_s=values.t2_s,
        readout_error=values.readout_error,
        prob_meas0_prep1=values.prob_meas0_prep1,
        prob_meas1_prep0=values.prob_meas1_prep0,
        readout_duration_s=values.readout_duration_s,
    )


def _one_qubit(name: str, index: int, values: QubitValues) -> GateCalibration:
    if name in VIRTUAL_GATES:
        return GateCalibration(name=name, qubits=(index,), error=0.0, duration_s=0.0)
    duration_s = values.gate_duration_s
    return GateCalibration(
        name=name,
        qubits=(index,),
        error=values.gate_error,
        duration_s=None if duration_s is None else num_pulses_of(name) * duration_s,
    )
