"""From the kinds of values that vendors give to a calibration."""

from __future__ import annotations

import pytest

from hwcost.calibration.sources.device_values import DeviceValues, QubitValues, all_to_all, check_gates, error_of
from hwcost.calibration.values import Place
from hwcost.core.errors import CalibrationError

PLACE = Place("x.json")


def test_each_gate_of_each_place_gets_what_is_known() -> None:
    values = DeviceValues(
        qubits=(QubitValues(gate_error=0.001, gate_duration_s=1e-8, readout_error=0.1), QubitValues()),
        gates=("u3", "rz", "cz", "cx"),
        edges=((0, 1),),
        edge_errors={("cz", (0, 1)): 0.02},
        two_qubit_error=0.05,
        two_qubit_duration_s=1e-7,
        reset_duration_s=1e-6,
        assumptions=("one",),
    )
    calibration = values.calibration(name="mine", source="iqm", origin="here", processor="IQM")
    found = {(gate.name, gate.qubits): (gate.error, gate.duration_s) for gate in calibration.gates}
    assert found == {
        ("u3", (0,)): (0.001, 2e-8),  # two pulses
        ("u3", (1,)): (None, None),
        ("rz", (0,)): (0.0, 0.0),
        ("rz", (1,)): (0.0, 0.0),
        ("cz", (0, 1)): (0.02, 1e-7),
        ("cz", (1, 0)): (0.02, 1e-7),
        ("cx", (0, 1)): (0.05, 1e-7),  # one way only
        ("reset", (0,)): (None, 1e-6),
        ("reset", (1,)): (None, 1e-6),
    }
    assert calibration.basis_gates == ("cx", "cz", "rz", "u3")
    assert calibration.assumptions == ("one", "rz is virtual: no error and no duration")
    assert calibration.supported_operations is None


def test_all_pairs() -> None:
    assert all_to_all(PLACE, "qubits", 3) == ((0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1))
    assert len(all_to_all(PLACE, "qubits", 512)) == 512 * 511
    with pytest.raises(CalibrationError, match="x.json: qubits is 513; a device with gates between all"):
        all_to_all(PLACE, "qubits", 513)


def test_gates_that_no_circuit_compiles_into() -> None:
    check_gates(PLACE, "gates", ("rx", "cz"), ())
    with pytest.raises(CalibrationError, match="no one-qubit gate that is known; found: cz, id, mine, rz"):
        check_gates(PLACE, "gates", ("rz", "id", "cz"), ("mine",))
    with pytest.raises(CalibrationError, match="no two-qubit gate that is known; found: rx"):
        check_gates(PLACE, "gates", ("rx",), ())


def test_error_of_a_fidelity() -> None:
    assert error_of(None) is None
    assert error_of(0.75) == 0.25
