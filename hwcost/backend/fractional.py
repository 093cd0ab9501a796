"""What IBM refuses of a circuit with fractional gates: rzz outside 0 to π/2, control flow with old clients."""

from __future__ import annotations

import re
from importlib import metadata
from typing import TYPE_CHECKING

from hwcost.backend.angles import is_accepted_angle
from hwcost.backend.prepared import Device
from hwcost.core.errors import CircuitError
from hwcost.core.gates import CONTROL_FLOW, FRACTIONAL_GATES
from hwcost.core.text import one_line
from hwcost.isa.columns import IsaCircuit

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

_CLIENT = "qiskit-ibm-runtime"
FIRST_CLIENT_WITH_BOTH = (0, 45)
"""Version of the client whose documentation says that fractional gates and dynamic circuits go together; that of 0.40
says that they do not."""


def check_fractional(circuit: QuantumCircuit, isa: IsaCircuit, device: Device) -> None:
    """Check that IBM accepts the fractional gates of an ISA circuit.

    Args:
        circuit: The ISA circuit.
        isa: Its columns.
        device: The device; on one whose only two-qubit gate is rzz nothing is checked.

    Raises:
        CircuitError: An angle is out of range, or the installed client does not send such gates with control flow.
    """
    if FRACTIONAL_GATES.isdisjoint(isa.names) or "rzz" in device.audited.needed_gates:
        return
    name = one_line(circuit.name)
    for gate, qubits, params in zip(isa.names, isa.qubits, isa.params, strict=True):
        if gate == "rzz" and params[0] is not None and not is_accepted_angle(params[0]):
            raise CircuitError(
                f"{name}: rzz on qubits {qubits[0]}, {qubits[1]} has the angle {params[0]:.6g}; "
                f"{device.audited.calibration.name} accepts 0 to π/2. Transpile the circuit with --fractional-gates, "
                "which folds angles"
            )
    if not CONTROL_FLOW.isdisjoint(circuit.count_ops()):
        version = _client_version()
        if version is not None and version < FIRST_CLIENT_WITH_BOTH:
            raise CircuitError(
                f"{name}: it has control flow, and {_CLIENT} {'.'.join(map(str, version))} sends no dynamic circuit "
                f"with fractional gates; leave --fractional-gates out or install {_CLIENT} 0.45 or newer"
            )


def _client_version() -> tuple[int, ...] | None:
    try:
        text = metadata.version(_CLIENT)
    except metadata.PackageNotFoundError:
        return None
    return tuple(int(part) for part in re.findall(r"\d+", text)[:2])
