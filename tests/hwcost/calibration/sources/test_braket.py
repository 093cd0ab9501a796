"""AWS Braket's device properties: standardized versions 1 to 3, and the vendors' own parts."""

from __future__ import annotations

import copy
import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qiskit import QuantumCircuit, qpy

import hwcost
from hostile import damaged, read_document
from hwcost.calibration.load import import_calibration
from hwcost.cli import main
from hwcost.core.errors import CalibrationError, HwcostError, OptionError
from vendor_files import SCHEMA, braket, braket_ionq, ionq_provider, standardized


def read(document: Any) -> hwcost.Calibration:
    return read_document(document, "braket.json")


def value_of(calibration: hwcost.Calibration, name: str, *qubits: int) -> tuple[float | None, float | None]:
    gate = calibration.gate(name, qubits)
    assert gate is not None
    return gate.error, gate.duration_s


def test_gaps_in_the_numbers_of_qubits() -> None:
    graph = {"0": ["7"], "7": ["10"]}
    document = braket(graph=graph, standardized=standardized("1", ("0", "7", "10")))
    calibration = read(document)
    assert {gate.qubits for gate in calibration.gates if gate.name == "cz"} == {(0, 1), (1, 0), (1, 2), (2, 1)}


def test_gates_with_a_direction_have_only_that() -> None:
    part = standardized(gate="ECR")
    entry = part["twoQubitProperties"]["1-2"]["twoQubitGateFidelity"][0]
    entry["direction"] = {"control": 1, "target": 2}
    document = braket("oqc", gates=("ECR", "V", "X", "RZ", "I"), graph={"1": ["2"], "2": ["3"]}, standardized=part)
    calibration = read(document)
    assert calibration.basis_gates == ("ecr", "id", "rz", "sx", "x")
    assert value_of(calibration, "ecr", 0, 1)[0] == pytest.approx(0.01)
    assert calibration.gate("ecr", (1, 0)) is None


def test_rigettis_rx_is_quarter_turns() -> None:
    calibration = read(braket("rigetti", gates=("RX", "RZ", "ISWAP"), standardized=standardized(gate="ISWAP")))
    assert calibration.basis_gates == ("iswap", "rz", "sx", "x")
    assert any("quarter turn" in line for line in calibration.assumptions)
    assert value_of(calibration, "rz", 0) == (0.0, 0.0)
    assert value_of(calibration, "iswap", 2, 1)[0] == pytest.approx(0.01)


def test_the_answer_of_get_device() -> None:
    inner = json.dumps(braket(standardized=standardized()))
    calibration = read({"deviceArn": "arn:…", "deviceName": "Garnet", "deviceCapabilities": inner})
    assert (calibration.name, calibration.processor, calibration.num_qubits) == ("Garnet", "IQM Garnet", 3)


# End to end.


def test_a_circuit_on_iqm_by_hand(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Import with durations, then estimate, as a person types it."""
    circuit = QuantumCircuit(2, 2)
    circuit.r(math.pi / 2, 0.0, 0)
    circuit.r(math.pi / 2, 0.0, 1)
    circuit.cz(0, 1)
    circuit.r(math.pi / 2, 0.0, 1)
    circuit.measure([0, 1], [0, 1])
    with (tmp_path / "a.qpy").open("wb") as file:
        qpy.dump(circuit, file)
    (tmp_path / "braket.json").write_text(json.dumps(braket(standardized=standardized())))
    given_durations = ["--duration-1q", "40ns", "--duration-2q", "80ns", "--readout-duration", "1.5us"]
    imported = str(tmp_path / "iqm.json")
    assert main(["calibration", "import", str(tmp_path / "braket.json"), *given_durations, "-o", imported]) == 0
    capsys.readouterr()
    estimate = ["estimate", str(tmp_path / "a.qpy"), "--backend", imported, "--no-transpile", "--format", "json"]
    assert main(estimate) == 0
    cost = json.loads(capsys.readouterr().out)
    # 40 + 80 + 40 ns, then the readout; qubit 0 waits 40 ns with T1 40 µs and T2 20 µs.
    assert cost["time"]["circuit_duration_s"] == pytest.approx(160e-9 + 1.5e-6)
    gates = 0.999**3 * 0.99 * 0.98**2
    wait = 0.25 * (1 + math.exp(-0.04 / 40) + 2 * math.exp(-0.04 / 20))
    assert cost["noise"]["esp"] == pytest.approx(gates * (2 * wait + 1) / 3, rel=2e-3)
    assert cost["noise"]["gate_error"] == pytest.approx(1 - 0.999**3 * 0.99)


def test_without_durations_the_refusal_names_the_options(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bell.qasm").write_text(
        'OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[2];\ncreg c[2];\nh q[0];\ncx q[0],q[1];\nmeasure q -> c;\n'
    )
    (tmp_path / "braket.json").write_text(json.dumps(braket(standardized=standardized())))
    assert main(["estimate", str(tmp_path / "bell.qasm"), "--backend", str(tmp_path / "braket.json")]) == 2
    error = capsys.readouterr().err
    assert "--duration-1q" in error
    assert "Traceback" not in error


# What is refused.


def _without(document: dict[str, Any], *path: Any, value: Any = None) -> dict[str, Any]:
    document = copy.deepcopy(document)
    node: Any = document
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    return document


FULL = braket(standardized=standardized())
VERSION_3 = braket_ionq()
QUBIT = ("standardized", "oneQubitProperties", "1")
EDGE = ("standardized", "twoQubitProperties", "1-2", "twoQubitGateFidelity", 0)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (standardized(), "holds the standardized properties alone"),
        (braket("xanadu"), "is not the device properties of a gate-model QPU of AQT, IQM, IonQ, OQC, Rigetti"),
        ({"braketSchemaHeader": {"name": f"{SCHEMA}.simulators.x"}}, "not the device properties of a gate-model QPU"),
        ({"deviceCapabilities": 3}, "deviceCapabilities is no document"),
        ({"deviceCapabilities": "{"}, "is not JSON"),
        (braket(), "has neither `standardized` nor `provider`"),
        (braket(gates=("ccnot", "cy"), standardized=standardized()), "nativeGateSet has no one-qubit gate"),
        (braket(gates=("prx",), standardized=standardized()), "nativeGateSet has no two-qubit gate"),
        (_without(FULL, "paradigm"), "paradigm is missing"),
        (_without(FULL, "paradigm", "qubitCount", value=2), "qubitCount is 2, but 3 qubits are listed"),
        (_without(FULL, "paradigm", "qubitCount", value=-1), "qubitCount is -1"),
        (_without(FULL, "paradigm", "connectivity", "fullyConnected", value=1), "fullyConnected is 1"),
        (_without(FULL, "paradigm", "connectivity", "connectivityGraph", value={"a": []}), "names qubit 'a'"),
        (_without(FULL, "paradigm", "connectivity", "connectivityGraph", value={"1": ["1"]}), "with itself"),
        (_without(VERSION_3, "paradigm", "qubitCount", value=10**9), "at most 512"),
        (_without(FULL, "standardized", "braketSchemaHeader", "version", value="4"), "versions 1, 2 and 3 are known"),
        (_without(FULL, *QUBIT, "T1", "value", value=-3), "qubit 1: T1 is -3.0"),
        (_without(FULL, *QUBIT, "T1", "value", value="3"), "qubit 1: T1 is '3'"),
        (_without(FULL, *QUBIT, "T1", "unit", value="h"), "T1 has the unit 'h'"),
        (_without(FULL, *QUBIT, "oneQubitFidelity", value=None), "oneQubitFidelity is missing"),
        (_without(FULL, *QUBIT, "oneQubitFidelity", 0, "fidelity", value=99.9), "a fidelity must lie between 0 and 1"),
        (_without(FULL, *QUBIT, "oneQubitFidelity", 0, "fidelity", value=math.nan), "oneQubitFidelity is nan"),
        (_without(FULL, *QUBIT, "oneQubitFidelity", 0, "unit", value="percent"), "a fidelity is a fraction"),
        (_without(FULL, "standardized", "oneQubitProperties", "x", value={}), "has the key 'x'"),
        (_without(FULL, "standardized", "twoQubitProperties", "1-1", value={}), "has the key '1-1'"),
        (_without(FULL, *EDGE, "gateName"), "gateName of twoQubitGateFidelity is missing"),
        (_without(FULL, *EDGE, "direction", value={"control": 1, "target": 3}), "must name control and target of 1-2"),
        (_without(VERSION_3, "standardized", "readoutDuration", "value", value=0), "readoutDuration is 0 s"),
        (_without(VERSION_3, "standardized", "twoQubitGateDuration", "value", value=1e12), "it must be above 0 and"),
        (_without(VERSION_3, "standardized", "updatedAt", value="soon"), "updatedAt is 'soon'"),
        (_without(FULL, "service", "shotsRange", value=[1]), "shotsRange is"),
    ],
)
def test_impossible_documents_are_one_line(document: Any, message: str) -> None:
    with pytest.raises(CalibrationError) as caught:
        read(document)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_configuration_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(FULL))
    with pytest.raises(OptionError, match="take no configuration"):
        import_calibration(path, conf=path)


DOCUMENTS = (
    FULL,
    VERSION_3,
    braket_ionq(provider=ionq_provider()),
    braket(
        "oqc",
        gates=("ecr", "v", "rz"),
        provider={"properties": {"one_qubit": {"1": {"T1": 9.0, "fRB": 0.9}}, "two_qubit": {"1-2": {"ECR_f": 0.9}}}},
    ),
)


@given(st.data())
def test_a_damaged_file_is_read_or_refused(data: st.DataObject) -> None:
    try:
        read(damaged(data.draw(st.sampled_from(DOCUMENTS)), data))
    except HwcostError as error:
        assert "\n" not in str(error)
