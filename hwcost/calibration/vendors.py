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

    The processor begins with it, or the origin has devices of one maker only, or the name of a Target begins with it.

    Example:
        >>> from hwcost.calibration.sources.ibm_fake import load_fake_backend
        >>> vendor_of(load_fake_backend("manila"))
        'IBM'
    """
    source = calibration.first_source or calibration.source
    return (
        _first_word(calibration.processor or "")
        or _BY_SOURCE.get(source)
        or (_first_word(calibration.name) if source == "target" else None)
    )


def is_fake(calibration: Calibration) -> bool:
    """Return whether the values are those of a fake backend, and not asked of the device by whoever uses them.

    Example:
        >>> from hwcost.calibration.sources.ibm_fake import load_fake_backend
        >>> is_fake(load_fake_backend("manila"))
        True
    """
    return (calibration.first_source or calibration.source) == "fake"


def is_trapped_ion(calibration: Calibration) -> bool:
    """Return whether the qubits are ions, whose gates and readouts take a thousand times as long."""
    return vendor_of(calibration) in TRAPPED_IONS


def _first_word(text: str) -> str | None:
    words = text.lower().replace("_", " ").split()
    return _BY_FIRST_WORD.get(words[0]) if words else None
