"""What a circuit does, as stages that a simulator can take in few steps: `plan`.

A stage is a permutation and signs of basis states (entanglers), then rotations of single qubits; what cannot change a
measured Z is left out. Basis states are numbered with qubit 0 as the most significant bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from hwcost import InputError
from nas.architectures.influence import dead_weights, observed_qubits
from nas.architectures.record import Architecture, Layer
from nas.architectures.steps import EmbeddingStep, EntanglingStep, steps

Complex: TypeAlias = npt.NDArray[np.complex128]
Real: TypeAlias = npt.NDArray[np.float64]
Index: TypeAlias = npt.NDArray[np.int64]
Gate: TypeAlias = tuple[str, int, int]

_MAX_CACHED_QUBITS = 12
"""Beyond, the arrays of one circuit take longer to simulate than to make, and many of them fill the memory."""
Constant: TypeAlias = Literal["", "h", "hs", "sh", "hsdg"]
"""Constant gate on each qubit, as a matrix product: `sh` = S·H, `hsdg` = H·S†."""
Kind: TypeAlias = Literal["diagonal", "real", "full", "nothing"]

_H = np.array([[1.0, 1.0], [1.0, -1.0]], dtype=complex) / np.sqrt(2.0)
_S = np.diag([1.0, 1.0j])
IDENTITY: Complex = np.eye(2, dtype=complex)
CONSTANTS: dict[str, Complex] = {"": IDENTITY, "h": _H, "sh": _S @ _H, "hsdg": _H @ _S.conj()}
EIGENBASIS: dict[str, Complex] = {"x": _H, "y": _S @ _H, "z": IDENTITY, "i": IDENTITY}
"""Clifford C of each axis P with exp(−iθ/2·P) = C·RZ(θ)·C†; `i` is no rotation."""
S_DAGGER: Complex = _S.conj()

_EMBEDDINGS: dict[str, tuple[Constant, Constant, Constant]] = {
    "angle-x": ("", "h", "h"),
    "angle-y": ("", "hsdg", "sh"),
    "angle-z": ("hsdg", "h", ""),
    "amplitude": ("", "", ""),
}
"""Constant gates: after the real product state, and before and after the phases RZ(x) of a repeated embedding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Entanglers, then rotations.

    Attributes:
        gates: Entanglers (name, control, target) in order of time.
        reupload: Whether the phases of the embedded values come between entanglers and rotations.
        constant: Constant gate on each qubit, before the rotations.
        columns: Axes of each column of rotations, one letter per qubit: x, y, z, or i for none.
        rows: Row of the weights of each column.
    """

    gates: tuple[Gate, ...] = ()
    reupload: bool = False
    constant: Constant = ""
    columns: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()

    def axes(self, qubit: int) -> set[str]:
        """Return the axes about which the qubit is rotated in this stage."""
        return {column[qubit] for column in self.columns} - {"i"}

    def kind(self) -> Kind:
        """Classify the rotations: nothing, diagonal, real up to phases of basis states, or anything else."""
        sets = [self.axes(qubit) for qubit in range(len(self.columns[0]))] if self.columns else []
        if self.constant:
            return "real" if self.constant == "h" and all(axes <= {"y"} for axes in sets) else "full"
        if not any(sets):
            return "nothing"
        if all(axes <= {"z"} for axes in sets):
            return "diagonal"
        return "real" if all(axes <= {"x"} or axes <= {"y"} for axes in sets) else "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A circuit as stages.

    The state before the first stage is the real product state of (cos x/2, sin x/2) or the real amplitudes; angles
    about x leave phases (−i) on the ones of every qubit.

    Attributes:
        num_qubits: Qubits.
        num_columns: Columns of the weights, those that change nothing included.
        num_encoded: Values that the circuit takes.
        amplitudes: Whether the values are amplitudes.
        phased: Whether the initial state has a factor −i for each qubit in state one.
        stages: Stages in order of time.
        final_gates: Entanglers after the last rotation.
        observables: Qubits whose Z are multiplied, for each output.
    """

    num_qubits: int
    num_columns: int
    num_encoded: int
    amplitudes: bool
    phased: bool
    stages: tuple[Stage, ...]
    final_gates: tuple[Gate, ...]
    observables: tuple[tuple[int, ...], ...]

    @property
    def num_live_columns(self) -> int:
        """Return the number of columns of weights with one that can change an output."""
        return sum(len(stage.columns) for stage in self.stages)

    @property
    def reuploads(self) -> bool:
        """Return whether values are embedded more than once."""
        return any(stage.reupload for stage in self.stages)


def plan(architecture: Architecture) -> Plan:
    """Break the circuit down into stages, without rotations that cannot change an output.

    Raises:
        InputError: The record describes no circuit.

    >>> from nas.architectures.record import Layer
    >>> layer = Layer(columns=(("y", "y"), ("z", "z")), gate="cx", pairs=((0, 1),))
    >>> made = plan(Architecture(num_qubits=2, embedding="angle-y", num_encoded=2, layers=(layer, layer)))
    >>> [(stage.gates, stage.columns) for stage in made.stages]  # the last rotations about z are gone
    [((), ('yy', 'zz')), ((('cx', 0, 1),), ('yy',))]
    """
    check_architecture(architecture)
    stages: list[Stage] = []
    gates: tuple[Gate, ...] = ()
    alive = _live_columns(architecture)
    first, before, after = _EMBEDDINGS[architecture.embedding]
    for step in steps(architecture):
        if isinstance(step, EmbeddingStep):
            if step.again:
                stages.append(Stage(gates=gates, constant=before))
                gates = ()
            constant = after if step.again else first
            # With re-uploading, circuits with as many layers have as many stages.
            if constant or architecture.reupload:
                stages.append(Stage(gates=gates, reupload=step.again, constant=constant))
                gates = ()
        elif isinstance(step, EntanglingStep):
            gates += ((step.gate, step.control, step.target),)
        elif set(alive[step.row]) != {"i"}:
            _append(stages, Stage(gates=gates, columns=(alive[step.row],), rows=(step.row,)))
            gates = ()
    return Plan(
        num_qubits=architecture.num_qubits,
        num_columns=architecture.num_columns,
        num_encoded=architecture.num_encoded,
        amplitudes=architecture.embedding == "amplitude",
        phased=architecture.embedding == "angle-x",
        stages=tuple(stages),
        final_gates=gates,
        observables=observed_qubits(architecture),
    )


def _append(stages: list[Stage], stage: Stage) -> None:
    """Append a stage; rotations right after rotations become one stage."""
    if stages and not (stage.gates or stage.constant or stage.reupload):
        last = stages.pop()
        stage = Stage(
            gates=last.gates,
            reupload=last.reupload,
            constant=last.constant,
            columns=last.columns + stage.columns,
            rows=last.rows + stage.rows,
        )
    stages.append(stage)


def _live_columns(architecture: Architecture) -> list[str]:
    """Return the axes of each column of weights, one letter per qubit, `i` where a weight changes no output."""
    dead = dead_weights(architecture)
    columns = [column for layer in architecture.layers for column in layer.columns]
    return [
        "".join("i" if (row, qubit) in dead else axis for qubit, axis in enumerate(column))
        for row, column in enumerate(columns)
    ]


def check_architecture(architecture: Architecture) -> None:
    """Check that the record describes a circuit that can be simulated.

    Raises:
        InputError: It does not.
    """
    n = architecture.num_qubits
    if n < 1:
        raise InputError(f"num_qubits is {n}; a circuit has at least 1")
    if architecture.embedding not in ("angle-x", "angle-y", "angle-z", "amplitude"):
        raise InputError(f"embedding is {architecture.embedding!r}; use angle-x, angle-y, angle-z or amplitude")
    if architecture.measurement not in ("z-each", "z-first", "zz-neighbours"):
        raise InputError(f"measurement is {architecture.measurement!r}; use z-each, z-first or zz-neighbours")
    if architecture.num_outputs < 1:
        raise InputError(f"measurement zz-neighbours needs 2 qubits, but the circuit has {n}")
    amplitudes = architecture.embedding == "amplitude"
    if architecture.num_encoded != n and not (amplitudes and architecture.num_encoded == 2 ** min(n, 64)):
        wanted = f"{n} or 2^{n}" if amplitudes else f"{n}"
        raise InputError(
            f"num_encoded is {architecture.num_encoded}, but {architecture.embedding} embedding on {n} qubits takes "
            f"{wanted} values"
        )
    if amplitudes and architecture.reupload:
        raise InputError("amplitudes cannot be re-uploaded; use an angle embedding")
    if not architecture.layers:
        raise InputError("the architecture has no layers; a circuit has at least 1")
    for number, layer in enumerate(architecture.layers, start=1):
        _check_layer(layer, number, n)


def _check_layer(layer: Layer, number: int, num_qubits: int) -> None:
    for column in layer.columns:
        if len(column) != num_qubits or set(column) - set("xyz"):
            raise InputError(
                f"layer {number} has a column {column!r}; each names one axis x, y or z per qubit ({num_qubits})"
            )
    if layer.gate not in (None, "cx", "cz") or (layer.gate is None and layer.pairs):
        raise InputError(f"layer {number} has the entangling gate {layer.gate!r}; use cx, cz, or none without pairs")
    for control, target in layer.pairs:
        if control == target or not (0 <= control < num_qubits and 0 <= target < num_qubits):
            raise InputError(f"layer {number} entangles {(control, target)}; there are qubits 0 to {num_qubits - 1}")


def kron(matrices: Sequence[Complex]) -> Complex:
    """Compute the Kronecker product, the first factor most significant."""
    product = np.eye(1, dtype=complex)
    for matrix in matrices:
        # np.kron does the same in three times the time.
        size = len(product) * len(matrix)
        product = (product[:, None, :, None] * matrix[None, :, None, :]).reshape(size, size)
    return product


@lru_cache(maxsize=256)
def eigenbasis(column: str) -> Complex:
    """Return the Clifford C of a column of rotations, one letter per qubit: it is C·RZ⊗…⊗RZ·C†; not to be changed."""
    return kron([EIGENBASIS[axis] for axis in column])


def rotation_links(columns: Sequence[str], start: Complex) -> list[Complex]:
    """Compute constants between the phases of columns of rotations after the matrix `start`: one more than columns."""
    links, constant = [], start
    for column in columns:
        basis = eigenbasis(column)
        links.append(basis.conj().T @ constant)
        constant = basis
    return [*links, constant]


def signs(num_qubits: int) -> Real:
    """Return the eigenvalue of Z of each qubit (rows) in each basis state (columns).

    >>> signs(2).astype(int).tolist()
    [[1, 1, -1, -1], [1, -1, 1, -1]]
    """
    return (1 - 2 * bits(num_qubits)).astype(np.float64)


def bits(num_qubits: int) -> Index:
    """Return the bit of each qubit (rows) in each basis state (columns)."""
    found: Index = (np.arange(2**num_qubits) >> np.arange(num_qubits - 1, -1, -1)[:, None]) & 1
    return found


def entangling(gates: Sequence[Gate], num_qubits: int) -> tuple[Index, Real]:
    """Follow entanglers: the new amplitude b is `sign[b]` times the old amplitude `source[b]`.

    >>> source, sign = entangling([("cx", 0, 1)], 2)
    >>> source.tolist(), sign.tolist()
    ([0, 1, 3, 2], [1.0, 1.0, 1.0, 1.0])

    Networks of a search have few entanglers between them: the arrays are made once, and cannot be written to.
    """
    made = _entangling if num_qubits <= _MAX_CACHED_QUBITS else _entangling.__wrapped__
    return made(tuple(gates), num_qubits)


@lru_cache(maxsize=256)
def _entangling(gates: tuple[Gate, ...], num_qubits: int) -> tuple[Index, Real]:
    states = np.arange(2**num_qubits)
    source, sign = states, np.ones(2**num_qubits)
    for name, control, target in gates:
        on = (states >> (num_qubits - 1 - control)) & 1
        if name == "cx":
            moved = states ^ (on << (num_qubits - 1 - target))
            source, sign = source[moved], sign[moved]
        else:
            sign = sign * (1 - 2 * (on & (states >> (num_qubits - 1 - target)) & 1))
    source.flags.writeable = sign.flags.writeable = False
    return source, sign


def output_signs(made: Plan) -> Real:
    """Return the weight of each basis state (rows) before the last entanglers in each output (columns), read-only."""
    signs_of = _output_signs if made.num_qubits <= _MAX_CACHED_QUBITS else _output_signs.__wrapped__
    return signs_of(made.observables, made.final_gates, made.num_qubits)


@lru_cache(maxsize=64)
def _output_signs(observables: tuple[tuple[int, ...], ...], gates: tuple[Gate, ...], num_qubits: int) -> Real:
    z = signs(num_qubits)
    columns = np.stack([np.prod(z[list(qubits)], axis=0) for qubits in observables], axis=1)
    source, _ = entangling(gates, num_qubits)
    moved = np.empty_like(columns)
    moved[source] = columns
    moved.flags.writeable = False
    return moved


def frames(made: Plan, kinds: Sequence[Kind]) -> list[tuple[bool, ...]]:
    """Find for each stage the qubits whose rotations about x are done as rotations about y between phases.

    RX(θ) = S†·RY(θ)·S, and S only gives the states of the qubit in one a factor i, so that rotations about x of a real
    state are as cheap as those about y. A qubit without rotations keeps the frame it is in. The frame before the first
    stage is that of the initial state.

    Args:
        made: The circuit.
        kinds: How each stage is done; only `real` stages have frames.
    """
    current = (made.phased,) * made.num_qubits
    found = [current]
    for stage, kind in zip(made.stages, kinds, strict=True):
        if kind == "nothing":
            pass
        elif kind == "real" and not stage.constant:
            current = tuple(
                framed if not stage.axes(qubit) else stage.axes(qubit) == {"x"} for qubit, framed in enumerate(current)
            )
        else:
            current = (False,) * made.num_qubits
        found.append(current)
    return found


def framed_column(column: str, frame: tuple[bool, ...]) -> str:
    """Express the axes of a column within its frame."""
    return "".join("y" if framed and axis == "x" else axis for axis, framed in zip(column, frame, strict=True))


def frame_phases(frame: tuple[bool, ...]) -> Complex:
    """Return the factor i of each framed qubit in state one, of each basis state."""
    ones = np.array(frame, dtype=np.int64) @ bits(len(frame))
    phases: Complex = np.array([1.0, 1.0j, -1.0, -1.0j])[ones % 4]
    return phases


def boundary(gates: Sequence[Gate], before: tuple[bool, ...], after: tuple[bool, ...]) -> tuple[Index, Complex]:
    """Follow entanglers between two frames: new amplitude b is `phase[b]` times the old amplitude `source[b]`."""
    source, sign = entangling(gates, len(before))
    return source, frame_phases(after) * sign * frame_phases(before).conj()[source]
