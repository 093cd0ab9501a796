"""What a report says of the device that was costed for: `backend_info`."""

from __future__ import annotations

from collections.abc import Iterable

from hwcost.core.caveat import Caveat
from hwcost.estimation.conditions import Conditions
from hwcost.estimation.record import BackendInfo, Excluded


def backend_info(conditions: Conditions, *, assumptions: Iterable[str], caveats: Iterable[Caveat]) -> BackendInfo:
    """Return where the calibration came from and what to treat with caution.

    Args:
        conditions: Device and request.
        assumptions: What had to be assumed.
        caveats: What to treat with caution.
    """
    audited = conditions.device.audited
    calibration = audited.calibration
    return BackendInfo(
        name=calibration.name,
        source=calibration.source,
        origin=calibration.origin,
        processor=calibration.processor,
        num_qubits=calibration.num_qubits,
        num_qubits_usable=len(audited.component),
        snapshot_date=calibration.snapshot_date,
        snapshot_age_days=audited.age_days,
        oldest_value_date=calibration.oldest_value_date,
        newest_value_date=calibration.newest_value_date,
        rep_delay_s=conditions.rep_delay_s,
        rep_delay_known=conditions.rep_delay_known,
        excluded=Excluded(qubits=audited.excluded_qubits, edges=audited.excluded_edges),
        findings=audited.findings,
        assumptions=tuple(assumptions),
        caveats=tuple(caveats),
    )
