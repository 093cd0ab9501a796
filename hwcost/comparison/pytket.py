"""pytket as a compiler to compare: `PytketCompiler`. Needs the extra `pytket`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata, util
from typing import TYPE_CHECKING, Any

from hwcost.comparison.foreign import empty_isa, layout_of, native, two_qubit_pairs
from hwcost.core.errors import CircuitError, MissingDependencyError
from hwcost.core.text import one_line

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.transpiler import Target

_PACKAGES = ("pytket", "pytket-qiskit")

PLACEMENT_TIMEOUT_MS = 60_000
"""Longest search for a place on the device. pytket's own limit of 1 s would let the speed of the machine decide."""


@dataclass(frozen=True, slots=True)
class PytketCompiler:
    """pytket's strongest general passes around its noise-aware placement and its router.

    `FullPeepholeOptimise`, `NoiseAwarePlacement` on the Target's errors (`GraphPlacement` where it has none),
    `CXMappingPass`, `KAKDecomposition`, `CliffordSimp`, `SynthesiseTket`, rebase and squash to the Target's gates.
    Gates that point the wrong way on a directed edge (ECR) are turned round by Qiskit, because pytket's rebase does not
    look at directions. pytket has no seed here: each circuit is compiled once and stands for all seeds.

    Raises:
        MissingDependencyError: pytket or pytket-qiskit is not installed.
    """

    def __post_init__(self) -> None:
        if any(util.find_spec(name) is None for name in ("pytket", "pytket.extensions.qiskit") if _has(name)):
            raise MissingDependencyError("pytket is not installed; `pip install 'hwcost[pytket]'` brings it")

    @property
    def name(self) -> str:
        """How tables and files call it."""
        return "pytket"

    @property
    def cache_key(self) -> str | None:
        """The versions of pytket and of its bridge to Qiskit."""
        return " ".join(f"{name} {metadata.version(name)}" for name in _PACKAGES)

    @property
    def packages(self) -> tuple[str, ...]:
        """The packages whose versions belong into a report."""
        return _PACKAGES

    @property
    def uses_seed(self) -> bool:
        """No pass used here is random."""
        return False

    def __call__(self, circuit: QuantumCircuit, target: Target, seed: int) -> QuantumCircuit:
        """Compile with pytket, to the Target's qubit numbers and with its layout.

        Raises:
            CircuitError: The circuit has what pytket cannot read, or the Target has gates that pytket does not know.
        """
        from pytket.extensions.qiskit.qiskit_convert import tk_to_qiskit
        from pytket.predicates import CompilationUnit

        if circuit.num_parameters:
            raise CircuitError(
                "pytket's bridge to Qiskit does not carry free parameters, and the circuit has "
                f"{circuit.num_parameters}; bind them, or use another compiler"
            )
        unit = CompilationUnit(_to_pytket(_plain(circuit)))
        _passes(target).apply(unit)
        converted = tk_to_qiskit(unit.circuit, perm_warning=False)
        isa = _on_target(converted, circuit, target)
        leaves = {str(a): str(b) for a, b in unit.circuit.implicit_qubit_permutation().items()}
        enters = {b: a for a, b in leaves.items()}
        starts = {str(q): _index(str(node)) for q, node in unit.initial_map.items() if str(q).startswith("q[")}
        # A wire that leaves as `node` carries the name of the node where it entered.
        ends = {
            str(q): _index(enters.get(str(node), str(node)))
            for q, node in unit.final_map.items()
            if str(q).startswith("q[")
        }
        width = range(circuit.num_qubits)
        isa = native(isa, target)
        isa._layout = layout_of(circuit, isa, [starts[f"q[{i}]"] for i in width], [ends[f"q[{i}]"] for i in width])
        return isa


def _has(name: str) -> bool:
    """Return whether asking for the package would not fail because its parent is missing."""
    parent = name.rpartition(".")[0]
    return not parent or util.find_spec(parent.split(".")[0]) is not None


def _index(node: str) -> int:
    return int(node[node.index("[") + 1 : -1])


def _plain(circuit: QuantumCircuit) -> QuantumCircuit:
    """Write the circuit on one register of each kind, with names that pytket can read."""
    from qiskit.circuit import ClassicalRegister, QuantumCircuit, QuantumRegister

    registers = [QuantumRegister(circuit.num_qubits, "q")]
    if circuit.num_clbits:
        registers.append(ClassicalRegister(circuit.num_clbits, "c"))
    plain = QuantumCircuit(*registers, name="circuit", global_phase=circuit.global_phase)
    plain.compose(circuit, qubits=plain.qubits, clbits=plain.clbits, inplace=True)
    return plain


def _to_pytket(plain: QuantumCircuit) -> Any:
    from pytket.extensions.qiskit.qiskit_convert import qiskit_to_tk

    try:
        return qiskit_to_tk(plain)
    except Exception:
        # Library gates that pytket has no word for are written as simple gates first.
        from qiskit import transpile

        simple = transpile(plain, basis_gates=["u", "p", "rz", "ry", "rx", "h", "cx"], optimization_level=0)
    try:
        return qiskit_to_tk(simple)
    except Exception as error:
        raise CircuitError(f"pytket cannot read the circuit ({type(error).__name__}: {one_line(str(error))})") from None


@lru_cache(maxsize=8)
def _passes(target: Target) -> Any:
    """Make the sequence of passes for one Target (Targets are compared by identity)."""
    from pytket import passes
    from pytket.architecture import Architecture

    gates = _gate_types(target)
    edges = two_qubit_pairs(target)
    if not edges:
        raise CircuitError("pytket needs a device with two-qubit gates; this one has none that can be used")
    architecture = Architecture(edges)
    one_qubit = {kind for kind in gates if kind.name in ("Rx", "Rz", "SX", "X", "U1", "U2", "U3")}
    sequence = [
        passes.DecomposeBoxes(),
        passes.FullPeepholeOptimise(),
        passes.CXMappingPass(architecture, _placement(target, architecture), directed_cx=False, delay_measures=False),
        passes.NaivePlacementPass(architecture),
        passes.KAKDecomposition(allow_swaps=False),
        passes.CliffordSimp(False),
        passes.SynthesiseTket(),
        passes.AutoRebase(gates),
        passes.AutoSquash(one_qubit),
        passes.RemoveRedundancies(),
    ]
    return passes.SequencePass(sequence)


def _gate_types(target: Target) -> set[Any]:
    """Return the Target's unitary gates as pytket knows them."""
    from pytket import OpType

    types = {
        "cx": OpType.CX, "cz": OpType.CZ, "ecr": OpType.ECR, "rzz": OpType.ZZPhase,
        "rz": OpType.Rz, "rx": OpType.Rx, "sx": OpType.SX, "x": OpType.X,
        "u1": OpType.U1, "u2": OpType.U2, "u3": OpType.U3, "u": OpType.U3, "p": OpType.U1,
    }  # fmt: skip
    gates = {types[name] for name in target.operation_names if name in types}
    if not gates & {OpType.CX, OpType.CZ, OpType.ECR, OpType.ZZPhase}:
        raise CircuitError(
            f"pytket knows no two-qubit gate of this device ({', '.join(target.operation_names)}); use another compiler"
        )
    # pytket knows neither that rzz is missing on some edges nor that IBM limits its angle.
    return gates - {OpType.ZZPhase} if gates & {OpType.CX, OpType.CZ, OpType.ECR} else gates


def _placement(target: Target, architecture: Any) -> Any:
    from pytket.circuit import Node
    from pytket.placement import GraphPlacement, NoiseAwarePlacement

    nodes: dict[Any, float] = {}
    links: dict[Any, float] = {}
    readout: dict[Any, float] = {}
    for name in target.operation_names:
        for qubits, properties in (target[name] or {}).items():
            error = None if properties is None else properties.error
            if qubits is None or error is None:
                continue
            if name == "measure":
                readout[Node(qubits[0])] = error
            elif len(qubits) == 1:
                nodes[Node(qubits[0])] = max(error, nodes.get(Node(qubits[0]), 0.0))
            elif len(qubits) == 2:
                links[Node(qubits[0]), Node(qubits[1])] = error
    if not links:
        return GraphPlacement(architecture, timeout=PLACEMENT_TIMEOUT_MS)
    return NoiseAwarePlacement(architecture, nodes, links, readout, timeout=PLACEMENT_TIMEOUT_MS)


def _on_target(converted: QuantumCircuit, circuit: QuantumCircuit, target: Target) -> QuantumCircuit:
    """Put pytket's result on a register as wide as the Target, with the circuit's classical bits."""
    isa = empty_isa(circuit, target)
    # pytket leaves out registers of its own that no measurement writes to, so bits are found by their number.
    clbits = [isa.clbits[converted.find_bit(bit).registers[0][1]] for bit in converted.clbits]
    qubits = [isa.qubits[converted.find_bit(bit).registers[0][1]] for bit in converted.qubits]
    isa.compose(converted, qubits=qubits, clbits=clbits, inplace=True)
    return isa
