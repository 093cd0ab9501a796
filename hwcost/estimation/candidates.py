"""One compilation of a circuit, read on its device and costed: `compile_candidate`."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from hwcost.backend.fractional import check_fractional
from hwcost.backend.prepared import Device
from hwcost.core.errors import CircuitError
from hwcost.core.text import one_line
from hwcost.estimation.costs import Compilation, CostedCandidate
from hwcost.estimation.known_costs import KnownCosts
from hwcost.estimation.logical import LogicalCircuit
from hwcost.isa.read import read_isa

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

    from hwcost.backend.compiler import Transpiled


_LOG = logging.getLogger(__name__)


def compile_candidate(logical: LogicalCircuit, costs: KnownCosts, level: int, seed: int) -> CostedCandidate:
    """Compile a circuit at one level with one seed, and cost it.

    Args:
        logical: The circuit.
        costs: Costs its compilations.
        level: Qiskit's optimization level.
        seed: Of the transpiler.
    """
    device = costs.conditions.device
    began_s = time.perf_counter()
    transpiled = device.compiler.compile(logical.circuit, optimization_level=level, seed=seed)
    compiled = compilation_on_target(transpiled.circuit, device, logical.circuit.num_qubits, transpiled=transpiled)
    candidate = costs.cost(compiled)
    _LOG.debug(
        "%s: level %d, seed %d on %s compiled and costed in %.3f s",
        one_line(logical.circuit.name),
        level,
        seed,
        device.audited.calibration.name,
        time.perf_counter() - began_s,
    )
    return candidate


def compilation_on_target(
    isa: QuantumCircuit,
    device: Device,
    num_logical_qubits: int,
    *,
    transpiled: Transpiled | None = None,
    level: int | None = None,
) -> Compilation:
    """Read an ISA circuit on the qubit numbers of `device.target`, whoever compiled it.

    Args:
        isa: The circuit; its qubit i is the physical qubit `device.audited.component[i]`.
        device: The device.
        num_logical_qubits: Width of the circuit before compilation.
        transpiled: What is known about the compilation, if it was made by `device.compiler`.
        level: Its optimization level, where what was done differs from the one of `transpiled`.

    Raises:
        CircuitError: An operation is not native or not calibrated there.
    """
    audited = device.audited
    columns = read_isa(
        isa,
        audited,
        physical_qubits=audited.component[: isa.num_qubits],
        num_qubits=audited.calibration.num_qubits,
    )
    check_fractional(isa, columns, device)
    if level is None and transpiled is not None:
        level = transpiled.optimization_level
    return Compilation(
        circuit=isa, isa=columns, transpiled=transpiled, num_logical_qubits=num_logical_qubits, level=level
    )


def compilation_as_given(circuit: QuantumCircuit, device: Device) -> Compilation:
    """Read an ISA circuit as it is, on the device's own qubit numbers.

    Raises:
        CircuitError: It is wider than the device, or an operation in it is not native or not calibrated.
    """
    calibration = device.audited.calibration
    if circuit.num_qubits > calibration.num_qubits:
        raise CircuitError(
            f"{one_line(circuit.name)}: an ISA circuit uses the device's own qubit numbers, but this one has "
            f"{circuit.num_qubits} qubits and {calibration.name} has {calibration.num_qubits}; transpile it for the "
            "device (without --no-transpile) or choose a larger one"
        )
    columns = read_isa(circuit, device.audited, num_qubits=calibration.num_qubits)
    check_fractional(circuit, columns, device)
    return Compilation(circuit=circuit, isa=columns, transpiled=None, num_logical_qubits=circuit.num_qubits)
