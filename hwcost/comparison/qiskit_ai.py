"""IBM's AI passes for Qiskit, run on this machine, as a compiler to compare: `QiskitAiCompiler`."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module, metadata, util
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from hwcost.backend.final_measurements import NotFinalError, final_measurements
from hwcost.comparison.foreign import empty_isa, layout_of, native, two_qubit_pairs
from hwcost.core.errors import CircuitError, MissingDependencyError
from hwcost.core.text import one_line

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.transpiler import Target

_Foreign: TypeAlias = Any  # a part of IBM's package

OPTIMIZATION_LEVEL = 3
"""Of Qiskit's stages and of the AI passes, both of which have 3 at most."""

MODELS = ("routing", "linear_function")
"""Model families that the pass manager uses."""

_PACKAGE = "qiskit_ibm_transpiler"
_DISTRIBUTION = "qiskit-ibm-transpiler"
_INSTALL = (
    "`pip install 'hwcost[qiskit-ai]'` brings it, with PyTorch, ray and networkx 2.8.5: into an environment of its own"
)


@dataclass(frozen=True, slots=True)
class QiskitAiCompiler:
    """The hybrid pass manager of qiskit-ibm-transpiler (from 0.18 on) in local mode.

    Layout, routing and linear functions are those of its models, the other stages Qiskit's. Nothing is fetched: the
    weights of the models must be in the local cache of huggingface_hub. Circuits of gates with measurements at the
    end are compiled. It does not look at errors.

    Raises:
        MissingDependencyError: The package is not installed, or its models are not on this machine.
    """

    def __post_init__(self) -> None:
        if util.find_spec(_PACKAGE) is None:
            raise MissingDependencyError(f"{_DISTRIBUTION} is not installed; {_INSTALL}")
        _weights()

    @property
    def name(self) -> str:
        """How tables and files call it."""
        return "qiskit-ai"

    @property
    def cache_key(self) -> str | None:
        """The version of the package and those of the models."""
        models = " ".join(f"{family} {version}" for family, version in _weights().items())
        return f"{_DISTRIBUTION} {metadata.version(_DISTRIBUTION)} {models}"

    @property
    def packages(self) -> tuple[str, ...]:
        """The packages whose versions belong into a report."""
        return (_DISTRIBUTION,)

    @property
    def uses_seed(self) -> bool:
        """Qiskit's stages have one, and the search for a layout is random."""
        return True

    def __call__(self, circuit: QuantumCircuit, target: Target, seed: int) -> QuantumCircuit:
        """Compile with the hybrid pass manager, to the Target's qubit numbers and with its layout.

        Raises:
            CircuitError: The circuit has operations that the AI passes do not take.
        """
        from qiskit.transpiler import CouplingMap

        try:
            measured = final_measurements(circuit)
        except NotFinalError as error:
            raise CircuitError(f"qiskit-ai cannot compile the circuit: it has {error}; use another compiler") from None
        coupling = CouplingMap(two_qubit_pairs(target))
        coupling.make_symmetric()  # gates that point the wrong way are turned round at the end
        manager = _part("", "generate_ai_pass_manager")(
            optimization_level=OPTIMIZATION_LEVEL,
            ai_optimization_level=OPTIMIZATION_LEVEL,
            coupling_map=coupling,
            qiskit_transpile_options={"seed_transpiler": seed, "basis_gates": _basis(target)},
        )
        compiled = manager.run(_gates_alone(circuit))
        starts = compiled.layout.initial_index_layout(filter_ancillas=True)
        ends = compiled.layout.final_index_layout(filter_ancillas=True)
        isa = empty_isa(circuit, target)
        isa.compose(compiled, qubits=range(compiled.num_qubits), inplace=True)
        for clbit, qubit in measured.items():
            isa.measure(ends[qubit], clbit)
        isa = native(isa, target)
        isa._layout = layout_of(circuit, isa, starts, ends)
        return isa


def _gates_alone(circuit: QuantumCircuit) -> QuantumCircuit:
    """Return the circuit on one register, as the AI passes want it, without measurements, barriers and delays."""
    from qiskit.circuit import QuantumCircuit

    gates = QuantumCircuit(circuit.num_qubits, global_phase=circuit.global_phase)
    index = {bit: k for k, bit in enumerate(circuit.qubits)}
    for instruction in circuit.data:
        if instruction.name not in ("measure", "barrier", "delay"):
            gates.append(instruction.operation, [index[bit] for bit in instruction.qubits])
    return gates


def _basis(target: Target) -> list[str]:
    """Return the Target's gates that Qiskit knows by name; its own universal ones where there is no pair of qubits."""
    from qiskit.circuit.library import get_standard_gate_name_mapping

    standard = get_standard_gate_name_mapping()
    known = [name for name in target.operation_names if name in standard and name not in ("measure", "delay", "reset")]
    return known if any(standard[name].num_qubits == 2 for name in known) else ["u", "cx"]


def _part(module: str, name: str) -> _Foreign:
    """Return a name of the package.

    Raises:
        MissingDependencyError: It cannot be imported, or this version has not got it.
    """
    try:
        return getattr(import_module(f"{_PACKAGE}{module}"), name)
    except (ImportError, AttributeError) as error:
        raise MissingDependencyError(
            f"{_DISTRIBUTION} cannot be used ({one_line(str(error))}); version 0.18 or later is needed: {_INSTALL}"
        ) from None


def _weights() -> dict[str, str]:
    """Return the version of each model in the local cache.

    Raises:
        MissingDependencyError: One of them is not there.
    """
    sources = _part(".model_bootstrap", "TYPE_CONFIGS")
    from huggingface_hub import snapshot_download

    versions = {}
    for family in MODELS:
        source = sources[family]
        try:
            folder = snapshot_download(source.default_repo_id, revision=source.default_revision, local_files_only=True)
        except Exception:  # whatever it raises for what is not there: each version has errors of its own
            raise MissingDependencyError(
                f"qiskit-ai needs the {family.replace('_', ' ')} model of {_DISTRIBUTION}, which is not on this "
                f"machine and is not fetched by a comparison; `hf download {source.default_repo_id}` brings it"
            ) from None
        versions[family] = Path(folder).name
    return versions
