"""What a circuit costs at a point of a Qiskit `PassManager`: `HardwareCost`.

The one module of this room that imports Qiskit at its top: a pass is a class of Qiskit's. `import hwcost` does not
import it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qiskit.converters import dag_to_circuit
from qiskit.transpiler.basepasses import AnalysisPass
from qiskit.transpiler.layout import TranspileLayout

from hwcost.core.errors import CircuitError, NotNativeError
from hwcost.core.text import one_line
from hwcost.estimation.conditions import prepare_conditions
from hwcost.estimation.estimate import estimate, estimate_under
from hwcost.integrations.requests import check_names, estimate_request, keywords_of

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.dagcircuit import DAGCircuit

    from hwcost.estimation.record import CostEstimate

PROPERTY = "hwcost"
"""Key of the property set under which the estimate stands."""

# The pass manager compiles, not the estimate.
_COMPILATION = frozenset({"transpile", "optimization_level", "num_seeds", "seed", "measure_all"})
_OPTIONS = keywords_of(estimate) - _COMPILATION


class HardwareCost(AnalysisPass):  # type: ignore[misc]  # Qiskit's classes are unknown to the type checker
    """Analysis pass that writes `property_set["hwcost"]`: the `CostEstimate` of the circuit as it is at that point.

    It belongs behind the passes that choose qubits and gates: the circuit is taken as ISA circuit, as by
    `hwcost.estimate(circuit, backend, transpile=False)`. It may stand there several times; the last one counts.

    Args:
        backend: What `hwcost.estimate` takes.
        **options: Keywords of `hwcost.estimate`, without those of compilation (`transpile`, `optimization_level`,
            `num_seeds`, `seed`, `measure_all`). An `observable` is on the qubits before compilation, or on all of
            the device; only the latter with older versions of Qiskit, such as 2.0, which do not tell the layout here.

    Raises:
        OptionError: An option is unknown or invalid.
        CalibrationError: The backend is unknown or unusable.

    The pass itself raises `CircuitError` where the circuit has no physical qubits yet, and `NotNativeError` where it
    still has gates that the device has not.

    Example:
        >>> from qiskit import QuantumCircuit
        >>> from qiskit.transpiler import PassManager, generate_preset_pass_manager
        >>> from qiskit_ibm_runtime.fake_provider import FakeManilaV2
        >>> bell = QuantumCircuit(2)
        >>> _ = bell.h(0), bell.cx(0, 1), bell.measure_all()
        >>> manager = generate_preset_pass_manager(1, FakeManilaV2(), seed_transpiler=0)
        >>> manager.post_scheduling = PassManager([HardwareCost("fake_manila")])
        >>> isa = manager.run(bell)
        >>> manager.property_set["hwcost"].gates.num_2q
        1
    """

    def __init__(self, backend: object, **options: Any):
        super().__init__()
        check_names("HardwareCost", options, _OPTIONS, " (the pass manager compiles)")
        self._conditions = prepare_conditions(backend, estimate_request(options, transpile=False))

    def run(self, dag: DAGCircuit) -> None:
        """Cost the circuit and write the estimate; the circuit stays as it is."""
        self.property_set[PROPERTY] = self._estimate(dag)

    def _estimate(self, dag: DAGCircuit) -> CostEstimate:
        name = one_line(str(dag.name))
        width, device = dag.num_qubits(), self._conditions.device.audited.calibration
        if self.property_set["layout"] is None and width != device.num_qubits:
            raise CircuitError(
                f"{name}: has {width} qubits and no layout on the {device.num_qubits} of {device.name}; put "
                "HardwareCost behind the passes that compile for it, such as the last of a preset pass manager"
            )
        try:
            return estimate_under(self._conditions, self._circuit(dag))
        except NotNativeError as error:
            reason = str(error).partition(": transpile the circuit first")[0]
            raise NotNativeError(
                f"{reason}: put HardwareCost behind the passes that compile for {device.name}"
            ) from None

    def _circuit(self, dag: DAGCircuit) -> QuantumCircuit:
        """Return the circuit with the layout that the pass manager would give it."""
        circuit = dag_to_circuit(dag)
        # Older versions of Qiskit, such as 2.0, only make the layout when the manager is done.
        layout_of = getattr(TranspileLayout, "from_property_set", None)
        if layout_of is not None:
            circuit._layout = layout_of(dag, self.property_set)
        return circuit
