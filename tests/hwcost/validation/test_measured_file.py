"""Results from hardware as JSON: each form, what is shared, and one line for everything else."""

from __future__ import annotations

import json

import pytest
from qiskit import QuantumCircuit, qpy
from qiskit.circuit import Parameter

from hwcost.core.errors import CircuitError, OptionError
from hwcost.validation.measured_file import load_measured


def bell():
    circuit = QuantumCircuit(2, 2, name="bell")
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.measure([0, 1], [0, 1])
    return circuit


@pytest.fixture
def folder(tmp_path):
    free = QuantumCircuit(1, 1, name="free")
    free.ry(Parameter("a"), 0)
    with (tmp_path / "circuits.qpy").open("wb") as file:
        qpy.dump([bell(), free], file)
    (tmp_path / "bell.qasm").write_text('OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[2];\ncreg c[2];\nh q[0];\n')
    return tmp_path


def load(folder, document):
    path = folder / "results.json"
    path.write_text(json.dumps(document))
    return load_measured(path)


def test_counts_become_values_by_hand(folder):
    (result,) = load(
        folder, {"circuits": "circuits.qpy", "results": [{"circuit": 0, "counts": {"0 0": 6, "01": 3, "11": 1}}]}
    )
    # Bit 0 is 1 in four shots of ten, bit 1 in one.
    assert result.values == {0: pytest.approx(0.2), 1: pytest.approx(0.8)}
    assert (result.shots, result.name, result.transpile, result.optimization_level) == (10, "bell", True, None)


def test_what_is_shared_and_what_a_result_says_itself(folder):
    document = {
        "schema": "hwcost.measured/1",
        "circuits": "circuits.qpy",
        "backend": "fake_fez",
        "optimization_level": 3,
        "shots": 100,
        "results": [
            {"circuit": 0, "values": {"ZZ": 0.9, "XX": -1.0000001}, "ideal": {"ZZ": 1.0}},
            {
                "circuit": "bell.qasm",
                "z": [0.5, None],
                "backend": "fake_lima",
                "optimization_level": 0,
                "transpile": False,
            },
        ],
    }
    first, second = load(folder, document)
    assert (first.values, first.ideal) == ({"ZZ": 0.9, "XX": -1.0}, {"ZZ": 1.0})
    assert (first.backend, first.optimization_level, first.shots, first.transpile) == ("fake_fez", 3, 100, True)
    assert (second.values, second.backend, second.optimization_level) == ({0: 0.5}, "fake_lima", 0)
    assert (second.transpile, second.name) == (False, "bell")


def test_circuits_of_python_and_of_a_file_given_apart(folder):
    (result,) = load_measured([{"circuit": bell(), "z": [0.1, 0.2]}])
    assert result.where == "results, result 0"
    (other,) = load_measured([{"circuit": 0, "z": [0.1, 0.2]}], circuits=folder / "circuits.qpy")
    assert other.name == "bell"


ONE = {"circuit": 0, "counts": {"00": 1}}


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({}, "holds no results"),
        ([], "holds no results"),
        (7, "holds no results"),
        ({"results": {}}, "holds no results"),
        ({"schema": "hwcost.job/1", "results": [ONE]}, "the schema is"),
        ({"circuits": 5, "results": [ONE]}, "circuits is 5"),
        ({"results": [ONE]}, "no file of circuits is named"),
        ([7], "result 0: is 7"),
        ([{"circuit": 0}], "has no values"),
        ([{**ONE, "z": [1, 1]}], "has counts and z"),
        ([{"circuit": None, "counts": {"00": 1}}], "circuit is missing"),
        ([{"circuit": True, "counts": {"00": 1}}], "circuit is True"),
        ([{"circuit": 9, "counts": {"00": 1}}], "there is no circuit 9"),
        ([{"circuit": -1, "counts": {"00": 1}}], "there is no circuit -1"),
        ([{"circuit": 1, "counts": {"0": 1}}], "has free parameters"),
        ([{"circuit": "circuits.qpy", "counts": {"00": 1}}], "holds 2 circuits"),
        ([{"circuit": 0, "counts": {}}], "counts is"),
        ([{"circuit": 0, "counts": {"0": 1}}], "no outcome of 2 classical bits"),
        ([{"circuit": 0, "counts": {"0x3": 1}}], "no outcome of 2 classical bits"),
        ([{"circuit": 0, "counts": {"00": -1}}], "number of shots"),
        ([{"circuit": 0, "counts": {"00": float("nan")}}], "number of shots"),
        ([{"circuit": 0, "counts": {"00": 0}}], "add up to 0"),
        ([{"circuit": 0, "z": [1]}], "z has 1 values"),
        ([{"circuit": 0, "z": [None, None]}], "z is"),
        ([{"circuit": 0, "z": [1.1, 0]}], "between -1 and 1"),
        ([{"circuit": 0, "z": [float("inf"), 0]}], "between -1 and 1"),
        ([{"circuit": 0, "z": ["1", 0]}], "between -1 and 1"),
        ([{"circuit": 0, "values": {}}], "values is"),
        ([{"circuit": 0, "values": {"QQ": 1}}], "no Pauli label"),
        ([{"circuit": 0, "values": {"II": 1}}], "no Pauli label"),
        ([{"circuit": 0, "values": {"ZZ": 7}}], "between -1 and 1"),
        ([{**ONE, "ideal": [2, 2]}], "ideal: the value of 0 is 2"),
        ([{**ONE, "optimization_level": 4}], "optimization_level"),
        ([{**ONE, "transpile": "no"}], "transpile is"),
        ([{**ONE, "backend": 3}], "backend is 3"),
        ([{"circuit": 0, "z": [1, 1], "shots": 0}], "shots"),
    ],
    ids=range(36),
)
def test_everything_else_is_refused_in_one_line(folder, document, said):
    shared = {"circuits": "circuits.qpy", "results": document} if isinstance(document, list) and document else document
    with pytest.raises(OptionError) as refused:
        load(folder, shared)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_missing_circuit_file_is_named(folder):
    with pytest.raises(CircuitError, match=r"none\.qpy: no such file"):
        load(folder, {"circuits": "none.qpy", "results": [ONE]})
