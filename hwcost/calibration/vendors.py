"""Who made the device of a calibration: `vendor_of`, and what follows from that."""

from __future__ import annotations

from hwcost.calibration.record import Calibration

IBM, IQM, IONQ, RIGETTI, OQC, AQT = "IBM", "IQM", "IonQ", "Rigetti", "OQC", "AQT"

TRAPPED_IONS = frozenset({IONQ, AQT, "Quantinuum"})

# The readers of these origins know no other maker; the rest name it first in `processor`.
_BY_SOURCE = {"fake": IBM, "live": IBM, "csv": IBM, "properties": IBM, "iqm": IQM, "ionq": IONQ}
_BY_FIRST_WORD = {name.lower(): name for name in (IBM, IQM, IONQ, RIGETTI, OQC, AQT, "Quantinuum")}


def vendor_of(calibration: Calibration) -> str | None:
    """Return the maker of the device, None where the calibration does not say.

    Example:
        >>> from hwcost.calibration.sources.ibm_fake import load_fake_backend
        >>> vendor_of(load_fake_backend("manila"))
        'IBM'
    """
    words = (calibration.processor or "").split()
    named = _BY_FIRST_WORD.get(words[0].lower()) if words else None
    return named or _BY_SOURCE.get(calibration.first_source or calibration.source)


def is_trapped_ion(calibration: Calibration) -> bool:
    """Return whether the qubits are ions, whose gates and readouts take a thousand times as long."""
    return vendor_of(calibration) in TRAPPED_IONS
