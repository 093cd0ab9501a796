"""PUBs in every form, and what is said of bad ones."""

from __future__ import annotations

import math

import numpy as np
import pytest
from qiskit import QuantumCircuit
from qiskit.circuit import Parameter
from qiskit.primitives.containers.estimator_pub import EstimatorPub
from qiskit.primitives.containers.sampler_pub import SamplerPub
from qiskit.quantum_info import SparsePauliOp

from hwcost.core.errors import CircuitError, OptionError
from hwcost.primitives.pubs import named, read_pubs
from primitive_jobs import all_bases, isa_ansatz, isa_bell, one_term, parameter_sets


def turning():
    circuit = QuantumCircuit(2, 1)
    circuit.rz(Parameter("a"), 0)
    circuit.measure(0, 0)
    return circuit


def test_estimator_pubs_in_every_form():
    circuit, observable, values = isa_ansatz(), one_term(), parameter_sets()
    forms = [
        (circuit, observable, values),
        [circuit, observable, values, None],
        EstimatorPub.coerce((circuit, observable, values)),
        (circuit, [observable], {tuple(circuit.parameters): values}),
    ]
    for pub in read_pubs(forms, "estimator"):
        assert (pub.num_parameter_sets, pub.num_circuits, pub.num_observables) == (1, 1, 1)
    assert [pub.index for pub in read_pubs(iter(forms), "estimator")] == [0, 1, 2, 3]


def test_broadcast_shapes_and_bases():
    (pub,) = read_pubs([(isa_ansatz(), [[all_bases()], [one_term()]], parameter_sets(10), 0.1)], "estimator")
    assert (pub.shape, pub.parameter_shape, pub.precision) == ((2, 10), (10,), 0.1)
    # ZZII is measured in a basis of the 81.
    assert (pub.num_circuits, pub.configurations.max_bases) == (810, 81)


def test_sampler_pubs_in_every_form():
    forms = [isa_bell(), (isa_bell(),), (isa_bell(), None, 100), SamplerPub.coerce(isa_bell())]
    assert [pub.shots for pub in read_pubs(forms, "sampler")] == [None, None, 100, None]
    (pub,) = read_pubs([(turning(), [[0.1], [0.2], [0.3]])], "sampler")
    assert (pub.num_circuits, pub.configurations) == (3, None)


GOOD = (QuantumCircuit(2), "ZZ")
BAD_ESTIMATOR = {
    "circuit alone": (isa_bell(), r"PUB 1: a circuit alone has no observables; the Estimator takes \(circuit, obs"),
    "length": ((QuantumCircuit(2),), "PUB 1: The length of pub must be 2, 3 or 4.*give .circuit, observables"),
    "number": (7, "PUB 1: .*give .circuit, observables"),
    "text for a circuit": (("bell", "ZZ"), "PUB 1: circuit must be QuantumCircuit; give"),
    "other qubits": ((QuantumCircuit(2), "ZZZ"), "PUB 1: .*qubits of the circuit .2..*as many qubits as the circuit"),
    "layout": ((isa_ansatz(), "ZZII", parameter_sets()), r"PUB 1: .*give observable.apply_layout\(circuit.layout\)"),
    "unbound": ((isa_ansatz(), one_term()), "PUB 1: .*number of parameters .16.*a value for each free parameter"),
    "too many values": ((QuantumCircuit(2), "ZZ", [1.0]), "PUB 1: .*a value for each free parameter"),
    "wrong shape": (
        (isa_ansatz(), [one_term()] * 3, parameter_sets(2)),
        r"PUB 1: .*\(3,\).*\(2,\) are not broadcastable; shapes are matched from the right",
    ),
    "no parameter sets": ((isa_ansatz(), one_term(), np.zeros((0, 16))), r"PUB 1: its shape is \(0,\)"),
    "no observables": ((QuantumCircuit(2), []), r"PUB 1: .*\(0,\)"),
    "no terms": ((QuantumCircuit(2), [{"ZZ": 1.0}, {}]), "PUB 1: .*"),
    "NaN": ((isa_ansatz(), one_term(), parameter_sets() * math.nan), "PUB 1: a value of the parameter .* not finite"),
    "precision 0": ((QuantumCircuit(2), "ZZ", None, 0.0), "PUB 1: its precision is 0"),
    "precision NaN": ((QuantumCircuit(2), "ZZ", None, math.nan), "PUB 1: its precision is nan"),
    "tiny precision": (
        (QuantumCircuit(2), "ZZ", None, 1e-200),
        "PUB 1: its precision is 1e-200; give a standard error",
    ),
    "negative precision": ((QuantumCircuit(2), "ZZ", None, -0.1), "PUB 1: precision must be non-negative"),
    "letters": ((QuantumCircuit(2), "ZQ"), "PUB 1: .*give .circuit, observables"),
    "imaginary": ((QuantumCircuit(2), SparsePauliOp("ZZ", 1j)), "PUB 1: Non-Hermitian"),
}
BAD_SAMPLER = {
    "unbound": (turning(), "PUB 1: .*number of parameters .1.*a value for each free parameter"),
    "no classical bits": (QuantumCircuit(2), "PUB 1: .*no classical bits.*measure_all"),
    "shots 0": ((isa_bell(), None, 0), "PUB 1: shots must be positive"),
    "half shots": ((isa_bell(), None, 1.5), "PUB 1: shots must be an integer"),
    "observable": ((isa_bell(), "ZZ"), "PUB 1: .*"),
}


@pytest.mark.parametrize("name", BAD_ESTIMATOR)
def test_a_bad_pub_of_the_estimator_is_one_line_with_its_number(name):
    given, message = BAD_ESTIMATOR[name]
    with pytest.raises(OptionError, match=message) as caught:
        read_pubs([GOOD, given], "estimator")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", BAD_SAMPLER)
def test_a_bad_pub_of_the_sampler_is_one_line_with_its_number(name):
    given, message = BAD_SAMPLER[name]
    with pytest.raises(OptionError, match=message) as caught:
        read_pubs([isa_bell(), given], "sampler")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("pubs", "message"),
    [
        (isa_bell(), r"pubs is a QuantumCircuit; give a list of PUBs.*such as \[circuit\]"),
        (SamplerPub.coerce(isa_bell()), "pubs is a SamplerPub"),
        (None, "pubs is a NoneType"),
        ("circuit.qpy", "pubs is a str"),
        ([], "pubs is empty"),
    ],
    ids=["circuit", "pub", "nothing", "text", "empty"],
)
def test_what_is_no_list_of_pubs(pubs, message):
    with pytest.raises(OptionError, match=message):
        read_pubs(pubs, "sampler")


def test_a_generator_that_fails():
    def generate():
        yield isa_bell()
        raise RuntimeError("not\ntoday")

    with pytest.raises(OptionError, match="pubs cannot be read: RuntimeError: not today"):
        read_pubs(generate(), "sampler")


def test_too_many_configurations():
    circuit = QuantumCircuit(1)
    circuit.rz(Parameter("a"), 0)
    values = np.zeros((4000, 1, 1))
    with pytest.raises(OptionError, match=r"PUB 0: .*16,000,000 elements"):
        read_pubs([(circuit, [["Z"] * 4000], values)], "estimator")


def test_errors_keep_their_kind():
    (pub,) = read_pubs([isa_bell()], "sampler")
    assert isinstance(named(pub, CircuitError("why")), CircuitError)
    assert str(named(pub, OptionError("why"))) == "PUB 0: why"
