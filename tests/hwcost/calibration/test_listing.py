"""The list of backends, against what each calibration says by itself."""

from __future__ import annotations

from hwcost.backend.prepared import prepare_device
from hwcost.calibration.listing import backend_listing
from hwcost.calibration.sources.ibm_fake import list_fake_backends
from hwcost.calibration.sources.iqm_objects import list_iqm_backends


def test_each_backend_stands_once_with_what_its_calibration_says():
    listing = backend_listing()
    assert [record["name"] for record in listing.records] == [*list_fake_backends(), *list_iqm_backends()]
    (manila,) = (record for record in listing.records if record["name"] == "fake_manila")
    audited = prepare_device("fake_manila").audited
    assert manila["num_qubits"] == audited.calibration.num_qubits == 5
    assert manila["num_qubits_usable"] == len(audited.component)
    assert manila["two_qubit_gates"] == ["cx"]
    assert [finding["code"] for finding in manila["findings"]] == [finding.code for finding in audited.findings]
    assert len(listing.to_rows()) == len(listing.records)
