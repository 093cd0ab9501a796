"""Who made the device."""

from __future__ import annotations

import pytest

from hostile import read_document
from hwcost.calibration.sources.snapshot import calibration_from_text, calibration_text
from hwcost.calibration.vendors import is_trapped_ion, vendor_of
from make import small_calibration
from vendor_files import braket, braket_ionq, ionq, iqm_observations, standardized


@pytest.mark.parametrize(
    ("document", "vendor"),
    [
        (ionq(), "IonQ"),
        (braket_ionq(), "IonQ"),
        (iqm_observations(), "IQM"),
        (braket(standardized=standardized()), "IQM"),
        (braket("rigetti", gates=("rx", "rz", "cz"), standardized=standardized()), "Rigetti"),
    ],
)
def test_vendors_survive_a_snapshot(document: object, vendor: str) -> None:
    calibration = read_document(document, "x.json")
    saved = calibration_from_text(calibration_text(calibration))
    assert (vendor_of(calibration), vendor_of(saved)) == (vendor, vendor)
    assert is_trapped_ion(saved) == (vendor == "IonQ")


@pytest.mark.parametrize(
    ("fields", "vendor"),
    [
        ({"source": "fake"}, "IBM"),
        ({"source": "csv"}, "IBM"),
        ({"source": "snapshot", "first_source": "live"}, "IBM"),
        ({"source": "snapshot"}, None),
        ({"source": "target", "name": "ionq_aria_25"}, "IonQ"),
        ({"source": "target", "name": "iqm_crystal_5"}, "IQM"),
        ({"source": "target", "name": "mine"}, None),
        ({"source": "target", "name": "ibm_heron_133"}, "IBM"),
    ],
)
def test_other_origins(fields: dict[str, str], vendor: str | None) -> None:
    assert vendor_of(small_calibration(**{"processor": None, **fields})) == vendor
