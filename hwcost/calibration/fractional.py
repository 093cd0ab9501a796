"""IBM's fractional gates rx and rzz: whether a calibration has them, and the calibration with and without them.

IBM offers them on request (`use_fractional_gates=True`), so they are no basis gates of a calibration; their records are
kept all the same. A device may list them and not have calibrated them (rzz of `fake_torino` has error 1 everywhere).
"""

from __future__ import annotations

from dataclasses import replace

from hwcost.calibration.health import gate_fault, needed_gates
from hwcost.calibration.record import Calibration
from hwcost.core.errors import CalibrationError
from hwcost.core.gates import FRACTIONAL_GATES
from hwcost.core.text import one_line

FRACTIONAL_NOTE = "rx and rzz are fractional gates, which IBM offers on request only; they are not used"


def basis_fractional_gates(calibration: Calibration) -> tuple[str, ...]:
    """Return the fractional gates that circuits are compiled into beside the usual ones, in alphabetical order.

    A device whose only two-qubit gate is rzz is none of IBM's; it has no fractional gates.
    """
    extra = FRACTIONAL_GATES.intersection(calibration.basis_gates) - needed_gates(calibration)
    return tuple(sorted(extra))


def usable_fractional_gates(calibration: Calibration, *, durations_only: bool = False) -> tuple[str, ...]:
    """Return the fractional gates that can be used on some qubits, in alphabetical order.

    Args:
        calibration: The values as reported.
        durations_only: Whether gates without a calibrated error count.

    Example:
        >>> from hwcost.calibration.sources.ibm_fake import load_fake_backend
        >>> [usable_fractional_gates(load_fake_backend(name)) for name in ("fez", "torino", "sherbrooke")]
        [('rx', 'rzz'), ('rx',), ()]
    """
    names = FRACTIONAL_GATES - needed_gates(calibration)
    found = (gate for gate in calibration.gates if gate.name in names)
    return tuple(sorted({gate.name for gate in found if gate_fault(gate, durations_only) is None}))


def with_fractional_gates(calibration: Calibration, *, durations_only: bool = False) -> Calibration:
    """Return the calibration with its usable fractional gates among the basis gates.

    Raises:
        CalibrationError: It has none.
    """
    usable = usable_fractional_gates(calibration, durations_only=durations_only)
    if not usable:
        raise CalibrationError(
            f"{one_line(calibration.name)}: the calibration has no usable fractional gate (rx, rzz); choose a device "
            "that has them (IBM Heron, such as fake_fez), or leave --fractional-gates out. A backend object has them "
            "if it was fetched with use_fractional_gates=True"
        )
    added = tuple(name for name in usable if name not in calibration.basis_gates)
    assumptions = tuple(line for line in calibration.assumptions if line != FRACTIONAL_NOTE)
    return replace(calibration, basis_gates=(*calibration.basis_gates, *added), assumptions=assumptions)


def without_fractional_gates(calibration: Calibration) -> Calibration:
    """Return the calibration with the usual basis gates only."""
    extra = basis_fractional_gates(calibration)
    if not extra:
        return calibration
    return replace(calibration, basis_gates=tuple(name for name in calibration.basis_gates if name not in extra))
