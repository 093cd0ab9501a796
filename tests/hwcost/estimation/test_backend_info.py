"""What a report says of the device."""

from __future__ import annotations

from hwcost.core.caveat import Caveat
from hwcost.estimation.backend_info import backend_info
from primitive_jobs import conditions


def test_it_is_the_calibration_of_the_conditions():
    info = backend_info(
        conditions(rep_delay_s=1e-3), assumptions=["a"], caveats=[Caveat("c", "text"), Caveat("d", "text")]
    )
    assert (info.name, info.source, info.num_qubits, info.num_qubits_usable) == ("fake_manila", "fake", 5, 5)
    assert (info.rep_delay_s, info.assumptions, info.warnings) == (1e-3, ("a",), ("text",))
    assert info.plain()["warnings"] == ("text",)
