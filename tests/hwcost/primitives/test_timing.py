"""Durations of the circuits of PUBs, by hand on fake_manila and fake_torino."""

from __future__ import annotations

import pytest
from qiskit import QuantumCircuit

from hwcost.core.errors import CircuitError, NotNativeError
from hwcost.estimation.estimate import estimate
from hwcost.primitives.client import client_version
from hwcost.primitives.layers import distinct_layers
from hwcost.primitives.options import LayerLearning, read_options
from hwcost.primitives.pubs import read_pubs
from hwcost.primitives.timing import layer_duration_s, learning_duration_s, readout_of, time_circuit, time_pubs
from primitive_jobs import conditions, isa_ansatz, isa_bell, one_term, parameter_sets

ESTIMATOR = read_options({"resilience_level": 2}, "estimator")


def seconds(name, *qubits):
    return conditions().device.audited.duration_s(name, qubits)


def bell_pub():
    return read_pubs([(isa_bell(), "IIIZZ")], "estimator")


def test_an_estimator_measures_all_qubits_behind_a_layer():
    timed = time_pubs(bell_pub(), ESTIMATOR, conditions())[0]
    readout = readout_of(conditions(), 5)
    assert timed.readout == readout
    assert readout.measure_s == max(seconds("measure", q) for q in range(5))
    assert readout.layer_s == max(2 * seconds("sx", q) for q in range(5))
    # Its own measurements are taken off.
    expected = seconds("sx", 0) + seconds("cx", 0, 1) + readout.layer_s + readout.measure_s
    assert timed.duration_s(None, ESTIMATOR) == pytest.approx(expected, rel=1e-12)
    assert timed.size(None, ESTIMATOR) == (2 + 5 * 6, 2 + 6)


def test_folded_gates_make_it_longer():
    timed = time_pubs(bell_pub(), ESTIMATOR, conditions())[0]
    between = max(2 * seconds("sx", 0), 2 * seconds("sx", 1))
    more = timed.duration_s(3.0, ESTIMATOR) - timed.duration_s(1.0, ESTIMATOR)
    assert more == pytest.approx(2 * (seconds("cx", 0, 1) + between), rel=1e-9)
    untwirled = read_options({"resilience_level": 2, "twirling": {"enable_gates": False}}, "estimator")
    more = timed.duration_s(3.0, untwirled) - timed.duration_s(1.0, untwirled)
    assert more == pytest.approx(2 * seconds("cx", 0, 1), rel=1e-9)
    pea = read_options({"resilience_level": 2, "resilience": {"zne": {"amplifier": "pea"}}}, "estimator")
    assert timed.duration_s(3.0, pea) == timed.duration_s(1.0, pea)  # noise is injected, not waited for
    assert timed.size(3.0, ESTIMATOR)[0] == timed.size(1.0, ESTIMATOR)[0] + 2


def test_a_sampler_runs_the_circuit_as_it_is():
    plain, twirled = (read_options({"twirling": {"enable_measure": on}}, "sampler") for on in (False, True))
    pubs = read_pubs([isa_bell()], "sampler")
    same = estimate(isa_bell(), "fake_manila", transpile=False).time.circuit_duration_s
    assert time_pubs(pubs, plain, conditions())[0].duration_s(None, plain) == same
    layer = max(2 * seconds("sx", 0), 2 * seconds("sx", 1))
    assert time_pubs(pubs, twirled, conditions())[0].duration_s(None, twirled) == pytest.approx(same + layer)
    assert time_circuit(isa_bell(), conditions()).duration_s(None, None) == same


def test_a_circuit_of_several_pubs_is_scheduled_once():
    done = []
    pubs = read_pubs([(isa_bell(), "IIIZZ"), (isa_bell(), "IIIXX")], "estimator")
    timed = time_pubs(pubs, ESTIMATOR, conditions(), lambda number, total: done.append((number, total)))
    assert timed[0] is timed[1]
    assert done == [(1, 2), (2, 2)]


def test_circuits_that_are_no_isa_circuits_are_named():
    logical = QuantumCircuit(2)
    logical.h(0)
    far = QuantumCircuit(5)
    far.cx(0, 4)
    wide = QuantumCircuit(6)
    wide.x(5)
    for circuit, kind, message in (
        (logical, NotNativeError, "PUB 1: .*h on qubit 0; it is not native there: it is no ISA circuit of fake_manila"),
        (far, NotNativeError, "PUB 1: .*cx on qubits 0, 4.*--transpile, transpile=True"),
        (wide, CircuitError, "PUB 1: .*6 qubits and fake_manila has 5"),
    ):
        pubs = read_pubs([(isa_bell(), "IIIZZ"), (circuit, "Z" * circuit.num_qubits)], "estimator")
        with pytest.raises(kind, match=message):
            time_pubs(pubs, ESTIMATOR, conditions())


def test_a_layer_of_one_qubit_gates():
    audited = conditions().device.audited
    assert layer_duration_s(audited, [0, 3]) == max(2 * seconds("sx", 0), 2 * seconds("sx", 3))
    assert layer_duration_s(audited, []) is None
    assert layer_duration_s(audited, [77]) is None


def test_learning_circuits_by_hand():
    timed = time_pubs(bell_pub(), ESTIMATOR, conditions())[0]
    layers = distinct_layers([timed.isa])
    readout = readout_of(conditions(), 5)
    per_layer = seconds("cx", 0, 1) + readout.layer_s
    expected = 2 * (0 + 1 + 2 + 4 + 16 + 32) / 6 * per_layer + readout.duration_s
    assert learning_duration_s(layers, ESTIMATOR, readout) == pytest.approx(expected, rel=1e-12)
    assert learning_duration_s({}, ESTIMATOR, readout) == readout.duration_s
    assert LayerLearning().pair_depths == (0, 1, 2, 4, 16, 32)


@pytest.mark.skipif(client_version() is None, reason="the client prepares no circuits before 0.51")
@pytest.mark.parametrize("level", [0, 1, 2])
def test_durations_are_close_to_those_of_the_circuits_that_the_client_sends(level):
    from qiskit_ibm_runtime.executor_estimator.prepare import prepare
    from qiskit_ibm_runtime.options_models import EstimatorOptions

    pub = (isa_ansatz("fake_torino"), one_term("fake_torino"), parameter_sets())
    options = read_options({"resilience_level": level}, "estimator")
    on_torino = conditions("fake_torino", durations_only=True)
    program, _ = prepare([pub], EstimatorOptions(resilience_level=level), 0.02)
    timed = time_pubs(read_pubs([pub], "estimator"), options, on_torino)[0]
    for item, factor in zip(program.items, options.noise_factors or (None,), strict=False):
        sent = time_circuit(item.circuit, on_torino).duration_s(None, None)
        assert timed.duration_s(factor, options) == pytest.approx(sent, abs=0.1e-6)
