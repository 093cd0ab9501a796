"""All live backends of an account, against replayed replies (see `replay`)."""

from __future__ import annotations

import pytest
from qiskit import QuantumCircuit

import hwcost
import replay
from hwcost.calibration.patterns import BackendPattern, matches_of
from hwcost.calibration.sources.ibm_account import expand
from hwcost.cli import main
from hwcost.core.errors import CalibrationError, HwcostError, OptionError, UnknownBackendError

BACKENDS = {"ibm_manila": "manila", "ibm_lagos": "lagos", "ibm_belem": "belem"}


@pytest.fixture(autouse=True)
def service(monkeypatch, tmp_path):
    service = replay.install(monkeypatch, tmp_path)
    service.backends = dict(BACKENDS)
    return service


def bell():
    circuit = QuantumCircuit(6, name="ghz")
    circuit.h(0)
    for qubit in range(5):
        circuit.cx(qubit, qubit + 1)
    circuit.measure_all()
    return circuit


def test_all_of_the_account_with_one_sign_in(service):
    matches = expand("ibm_*")
    assert [match.name for match in matches] == ["ibm_belem", "ibm_lagos", "ibm_manila"]
    assert [match.read().num_qubits for match in matches] == [5, 7, 5]
    assert service.asked().count("instances") == 1


def test_some_of_the_account():
    assert [match.name for match in matches_of(BackendPattern("IBM_?a*"))] == ["ibm_lagos", "ibm_manila"]


def test_names_of_others_are_left_to_others():
    assert expand("fake_*") is None


def refused(text="ibm_*", kind=CalibrationError, **options):
    with pytest.raises(HwcostError) as caught:
        expand(text, **options)
    assert type(caught.value) is kind
    message = str(caught.value)
    assert "\n" not in message
    assert replay.TOKEN not in message
    return message


def test_nothing_fits():
    message = refused("ibm_lagoz*", UnknownBackendError)
    assert "did you mean 'ibm_lagos'?" in message
    assert "ibm_belem, ibm_lagos, ibm_manila" in message


def test_an_account_without_backends(service):
    service.backends = {}
    assert "the account shows no backends at all" in refused()


def test_a_rejected_token(service):
    service.answers["token"] = replay.answering(400)
    assert refused()


def test_options_are_checked():
    assert "unknown channel" in refused(channel="x")
    assert "time limit" in refused(time_limit_s=0.0, kind=OptionError)


def test_one_that_cannot_be_read_is_not_feasible_and_the_rest_is_compared(service):
    ordinary = service.ordinary

    def no_belem(call):
        return (500, {}) if "ibm_belem" in call.path else ordinary(call)

    service.answers["properties"] = no_belem
    service.backends["ibm_oslo"] = "oslo"
    found = hwcost.compare(bell(), ["ibm_*"], num_seeds=1, cache=False, num_workers=1)
    assert [(b.name, b.pattern, b.source) for b in found.backends] == [
        ("ibm_belem", "ibm_*", None), ("ibm_lagos", "ibm_*", "live"), ("ibm_manila", "ibm_*", "live"),
        ("ibm_oslo", "ibm_*", "live"),
    ]  # fmt: skip
    assert {place.backend for place in found.ranking()} == {"ibm_lagos", "ibm_oslo"}
    assert [(f.what, f.kind) for f in found.infeasible] == [
        ("ghz on ibm_belem by qiskit-O2", "input"), ("ghz on ibm_manila by qiskit-O2", "input"),
    ]  # fmt: skip
    assert "HTTP 500" in found.infeasible[0].error
    assert not found.failures


def test_the_command(tmp_path, monkeypatch, capsys):
    from qiskit import qasm2

    monkeypatch.chdir(tmp_path)
    circuit = QuantumCircuit(2, 2)
    circuit.h(0)
    circuit.measure([0, 1], [0, 1])
    qasm2.dump(circuit, "c.qasm")
    command = ["compare", "c.qasm", "--num-seeds", "1", "--no-cache"]
    assert main([*command, "-b", "ibm_*", "--time-limit", "60", "--instance", "open-instance"]) == 0
    assert "1 circuit × 3 backends" in capsys.readouterr().out
    assert main([*command, "-b", "fake_man*", "--time-limit", "60"]) == 2
    assert "--time-limit is for live backends" in capsys.readouterr().err
    assert main([*command, "-b", "ibm_nothing*"]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
