"""What is refused where options, PUBs and the device come together."""

from __future__ import annotations

import pytest
from qiskit import QuantumCircuit

from hwcost.core.errors import CircuitError, OptionError
from hwcost.estimation.options import EstimateRequest
from hwcost.primitives.assemble import cost_of_program, cost_of_pubs
from hwcost.primitives.option_tree import option_tree
from hwcost.primitives.options import read_options
from hwcost.primitives.pubs import read_pubs
from hwcost.primitives.request import JobRequest
from primitive_jobs import isa_bell


def cost_of(pubs, values, primitive="estimator"):
    request = JobRequest(primitive=primitive, count="formula")
    tree, options = option_tree(values, primitive), read_options(values, primitive)
    return cost_of_pubs(request, read_pubs(pubs, primitive), "fake_manila", tree, options)


def test_projectors_are_not_mitigated():
    pubs = [(isa_bell(), "IIIZZ"), (isa_bell(), "III0Z")]
    with pytest.raises(OptionError, match="PUB 1: its observables have projectors"):
        cost_of(pubs, None)
    assert cost_of(pubs, {"resilience": {"measure_mitigation": False}}).executions == 2 * 32 * 128


def test_decoupling_takes_no_control_flow():
    dynamic = QuantumCircuit(5, 1)
    dynamic.measure(0, 0)
    with dynamic.if_test((dynamic.clbits[0], True)):
        dynamic.x(0)
    with pytest.raises(OptionError, match="PUB 1: its circuit has control flow"):
        cost_of([isa_bell(), dynamic], {"dynamical_decoupling": {"enable": True}}, "sampler")
    cost = cost_of([dynamic], None, "sampler")
    assert any("latency of classical decisions" in line for line in cost.lower_bound)


def test_a_circuit_that_cannot_be_costed_is_named():
    endless = QuantumCircuit(5, 1)
    with endless.while_loop((endless.clbits[0], False)):
        endless.measure(0, 0)
    with pytest.raises(CircuitError, match="PUB 1: .*while_loop has no bounded length"):
        cost_of([isa_bell(), endless], None, "sampler")


def test_gates_without_calibrated_errors_have_durations():
    """A job runs what it is given: only durations matter, as long as no noise is cancelled."""
    dead = QuantumCircuit(133, 133)
    dead.measure(range(133), range(133))  # qubit 86 of fake_torino has a readout error of 0.57
    request = JobRequest(primitive="sampler", count="formula")
    options = read_options(None, "sampler")
    cost = cost_of_pubs(request, read_pubs([dead], "sampler"), "fake_torino", option_tree(None, "sampler"), options)
    assert cost.executions == 4096


def test_a_program_with_a_delay_of_its_own():
    runtime = pytest.importorskip("qiskit_ibm_runtime.quantum_program")
    program = runtime.QuantumProgram(shots=10)
    program.append_circuit_item(isa_bell())
    done = []
    request = JobRequest(circuits=EstimateRequest(transpile=False, rep_delay_s=2e-3))
    tree = option_tree(None, "executor")
    cost = cost_of_program(request, program, "fake_manila", tree, lambda number, total: done.append((number, total)))
    assert (cost.backend.rep_delay_s, done) == (2e-3, [(1, 1)])
