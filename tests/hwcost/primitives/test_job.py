"""`estimate_job` from PUBs to seconds."""

from __future__ import annotations

import csv
import io
import json
import math

import pytest
from qiskit import QuantumCircuit
from qiskit.circuit.library import efficient_su2
from qiskit.quantum_info import SparsePauliOp
from qiskit_ibm_runtime.fake_provider import FakeManilaV2

import hwcost
from hwcost.core.errors import CalibrationError, CircuitError, OptionError
from hwcost.primitives.client import client_version
from hwcost.primitives.job import estimate_job, estimate_job_as
from hwcost.primitives.request import JobRequest
from primitive_jobs import all_bases, isa_ansatz, isa_bell, one_term, parameter_sets
from targets import native_target

ONE = (isa_ansatz(), one_term(), parameter_sets())


def test_a_job_by_hand():
    cost = estimate_job([ONE], "fake_manila", precision=0.02, options={"resilience_level": 0})
    assert (cost.executions, cost.num_circuits, len(cost.runs)) == (2500, 1, 1)
    (pub,) = cost.pubs
    assert (pub.shots, pub.precision, pub.max_bases, pub.num_2q, pub.shape) == (2500, 0.02, 1, 3, ())
    shot_s = pub.circuit_duration_s + 250e-6
    assert cost.time.qpu_time_s == pytest.approx(2500 * shot_s, rel=1e-12)
    # Profile ibm: 1.8 s, 0.077 s for the circuit.
    assert cost.time.value_s == pytest.approx(1.8 + 0.077 + 2500 * shot_s, rel=1e-9)
    assert cost.backend.rep_delay_s == 250e-6
    assert not cost.is_lower_bound
    assert cost.counted_by == ("formula" if client_version() is None else "client")
    assert cost.client == client_version()


def test_81_bases_cost_81_times_as_much():
    one, many = (
        estimate_job([(isa_ansatz(), terms, parameter_sets())], "fake_manila", precision=0.02, resilience_level=0)
        for terms in (one_term(), all_bases())
    )
    assert many.executions == 81 * one.executions == 202_500
    assert many.time.qpu_time_s == pytest.approx(81 * one.time.qpu_time_s, rel=1e-12)
    assert 50 < many.time.value_s < 55


def test_formula_and_client_are_the_same_job():
    values = {"resilience_level": 2}
    formula = estimate_job([ONE], "fake_manila", precision=0.02, options=values, count="formula")
    assert formula.counted_by == "formula"
    assert formula.executions == 10_112
    auto = estimate_job([ONE], "fake_manila", precision=0.02, options=values)
    assert auto.runs == formula.runs
    assert auto.time == formula.time
    if client_version() is None:
        with pytest.raises(OptionError, match="count is client, but the client cannot be asked: .* not installed"):
            estimate_job([ONE], "fake_manila", count="client")
    else:
        assert estimate_job([ONE], "fake_manila", precision=0.02, options=values, count="client") == auto


def test_purposes_and_parts_add_up():
    cost = estimate_job([ONE, ONE], "fake_manila", options={"resilience_level": 2})
    assert [(run.purpose, run.pub, run.noise_factor) for run in cost.runs] == [
        ("computation", 0, 1.0),
        ("computation", 0, 3.0),
        ("computation", 0, 5.0),
        ("computation", 1, 1.0),
        ("computation", 1, 3.0),
        ("computation", 1, 5.0),
        ("readout learning", None, None),
    ]
    assert cost.executions == sum(run.executions for run in cost.runs)
    assert cost.time.value_s == pytest.approx(math.fsum(cost.time.parts.values()), rel=1e-12)
    overhead = cost.time.parts["job overhead"]
    assert cost.time.value_s == pytest.approx(overhead + math.fsum(cost.time.purposes.values()), rel=1e-9)
    durations = [run.circuit_duration_s for run in cost.runs[:3]]
    assert durations == sorted(durations)
    assert durations[0] < durations[2]


def test_a_logical_circuit_is_compiled_on_request_only():
    logical = efficient_su2(4, reps=1)
    pub = (logical, SparsePauliOp(["ZZII", "IIXX"]), parameter_sets())
    with pytest.raises(CircuitError, match=r"PUB 0: .*no ISA circuit of fake_manila.*transpile=True"):
        estimate_job([pub], "fake_manila")
    cost = estimate_job([pub], "fake_manila", transpile=True, num_seeds=1, precision=0.02, resilience_level=0)
    assert (cost.executions, cost.pubs[0].num_2q, cost.pubs[0].num_qubits) == (2500, 3, 4)


def test_devices_in_every_form():
    named = estimate_job([ONE], "fake_manila").time
    assert estimate_job([ONE], FakeManilaV2()).time == named
    assert estimate_job([ONE], hwcost.prepare_device("fake_manila")).time == named
    with pytest.raises(CalibrationError):
        estimate_job([ONE], "fake_nowhere")


def test_the_repetition_delay():
    plain = estimate_job([ONE], "fake_manila")
    from_options = estimate_job([ONE], "fake_manila", options={"execution": {"rep_delay": 1e-3}})
    given = estimate_job([ONE], "fake_manila", rep_delay_s=1e-3)
    assert from_options.time == given.time
    assert given.time.qpu_time_s == pytest.approx(plain.time.qpu_time_s + plain.executions * 750e-6, rel=1e-9)
    with pytest.raises(OptionError, match=r"rep_delay is 0.002 s and execution.rep_delay of the options is 0.001 s"):
        estimate_job([ONE], "fake_manila", rep_delay_s=2e-3, options={"execution": {"rep_delay": 1e-3}})


def test_the_sampler():
    cost = estimate_job([isa_bell(), (isa_bell(), None, 4096)], "fake_manila", primitive="sampler")
    assert (cost.executions, cost.num_circuits, cost.primitive) == (8192, 2, "sampler")
    assert cost.pubs[0].max_bases is None
    one = hwcost.estimate(isa_bell(), "fake_manila", transpile=False)
    assert cost.runs[0].circuit_duration_s == one.time.circuit_duration_s
    assert estimate_job([isa_bell()], "fake_manila", primitive="sampler", shots=10).executions == 10


def test_pec_without_a_noise_model_is_estimated_and_says_so():
    values = {"resilience": {"pec_mitigation": True}}
    cost = estimate_job([ONE], "fake_manila", options=values, precision=0.02)
    assert cost.counted_by == "formula"
    learning = cost.runs[-1]
    assert (learning.purpose, learning.in_job, learning.num_circuits) == ("noise learning", False, 3 * 9 * 6 * 32)
    # It is another job: not in the totals.
    assert cost.executions == sum(run.executions for run in cost.runs[:-1])
    assert cost.is_lower_bound
    assert any("a job of its own" in line for line in cost.lower_bound)
    assert any("sampling overhead of PEC estimated" in line for line in cost.assumptions)
    # The interval holds the limit of the options, 100 times the shots.
    most = estimate_job([ONE], "fake_manila", precision=0.002, resilience_level=0).time.qpu_time_s
    assert cost.time.high_s > most
    assert cost.time.low_s < cost.time.value_s


def test_the_server_learns_noise_in_the_job():
    values = {"resilience": {"pec_mitigation": True}}
    cost = estimate_job([ONE], "fake_manila", options=values, processing="server")
    assert cost.runs[-1].in_job
    assert cost.executions == sum(run.executions for run in cost.runs)
    assert "noise learning" in cost.time.purposes


def test_boxes_are_barriers():
    boxed, plain = QuantumCircuit(5), QuantumCircuit(5)
    with boxed.box():
        boxed.sx(0)
        boxed.cx(0, 1)
    plain.barrier(0, 1)
    plain.sx(0)
    plain.cx(0, 1)
    plain.barrier(0, 1)
    cost = estimate_job([(boxed, "IIIZZ")], "fake_manila")
    assert cost.time.qpu_time_s == estimate_job([(plain, "IIIZZ")], "fake_manila").time.qpu_time_s
    assert any("its circuit has boxes" in line for line in cost.warnings)


def test_a_quantum_program():
    runtime = pytest.importorskip("qiskit_ibm_runtime.quantum_program")
    program = runtime.QuantumProgram(shots=100)
    program.append_circuit_item(isa_bell())
    program.append_circuit_item(isa_ansatz(), parameter_sets(2, 5))
    cost = estimate_job(program, "fake_manila", options={"execution": {"rep_delay": 1e-3}})
    assert (cost.executions, cost.num_circuits, cost.primitive, cost.counted_by) == (1100, 11, "executor", "program")
    one = hwcost.estimate(isa_bell(), "fake_manila", transpile=False).time.circuit_duration_s
    assert cost.runs[0].qpu_time_s == pytest.approx(100 * (one + 1e-3), rel=1e-12)
    assert "Quantum program of 2 items" in str(cost)
    for setting in ({"shots": 5}, {"precision": 0.1}, {"count": "formula"}, {"transpile": True}):
        with pytest.raises(OptionError, match=f"{next(iter(setting))} is given, but a QuantumProgram has its shots"):
            estimate_job(program, "fake_manila", **setting)
    program.append_circuit_item(QuantumCircuit(9))
    with pytest.raises(CircuitError, match="item 2 of the program: "):
        estimate_job(program, "fake_manila")


@pytest.mark.skipif(client_version() is None, reason="the client prepares no circuits before 0.51")
def test_a_program_that_the_client_prepared_costs_what_its_pubs_cost():
    from qiskit_ibm_runtime.executor_estimator.prepare import prepare
    from qiskit_ibm_runtime.options_models import EstimatorOptions

    program, _ = prepare([ONE], EstimatorOptions(resilience_level=2), 0.02)
    sent = estimate_job(program, "fake_manila")
    asked = estimate_job([ONE], "fake_manila", precision=0.02, resilience_level=2)
    assert sent.executions == asked.executions == 10_112
    assert [run.purpose for run in sent.runs] == [run.purpose for run in asked.runs]
    assert sent.time.value_s == pytest.approx(asked.time.value_s, rel=1e-3)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"precision": 0.1, "shots": 10}, "shots and precision are both given"),
        ({"precision": 0.0}, "precision is 0.0; give a positive number"),
        ({"precision": 1e-9}, "give an error from 1e-07"),
        ({"shots": 0}, "shots is 0"),
        ({"resilience_level": 3}, "resilience_level is 3"),
        ({"primitive": "executor"}, "primitive is 'executor'; choose from estimator, sampler"),
        ({"primitive": "sampler", "precision": 0.1}, "precision belongs to the Estimator"),
        ({"processing": "cloud"}, "processing is 'cloud'"),
        ({"count": "guess"}, "count is 'guess'; choose from auto, client, formula"),
        ({"options": {"resilience_level": 9}}, "resilience_level is 9"),
    ],
    ids=range(10),
)
def test_invalid_options(settings, message):
    with pytest.raises(OptionError, match=message):
        estimate_job([ONE], "fake_manila", **settings)


def test_as_one_record_and_in_every_format():
    cost = estimate_job_as(JobRequest(precision=0.02), [ONE, ONE], "fake_manila")
    plain = json.loads(cost.to_json())
    assert plain["schema"] == "hwcost.job/1"
    assert list(plain) == [
        "schema",
        "primitive",
        "counted_by",
        "client",
        "backend",
        "options",
        "pubs",
        "runs",
        "num_circuits",
        "executions",
        "time",
        "precise",
        "budget",
        "lower_bound",
        "is_lower_bound",
    ]
    assert plain["options"]["randomizations"] == "auto"
    assert plain["backend"]["warnings"] == list(cost.warnings)
    rows = list(csv.DictReader(io.StringIO(cost.to_csv())))
    assert [row["purpose"] for row in rows] == ["computation", "computation", "readout learning"]
    assert sum(int(row["executions"]) for row in rows) == int(rows[0]["job_executions"]) == cost.executions
    assert "Estimator job of 2 PUBs" in cost._repr_html_()
    assert hash(cost) == hash(estimate_job_as(JobRequest(precision=0.02), [ONE, ONE], "fake_manila"))
    assert cost.assumptions == cost.backend.assumptions
    assert cost.caveats == cost.backend.caveats


def test_the_text_says_the_answer_first():
    text = str(estimate_job([ONE], "fake_manila", options={"resilience_level": 2, "max_execution_time": 1}))
    lines = text.splitlines()
    assert lines[0] == "Estimator job of 1 PUB on fake_manila"
    assert lines[3].startswith("As requested the job takes about ")
    assert " executions of " in lines[4]
    for words in (
        "computation, noise × 3",
        "readout learning",
        "ZNE 1, 3, 5 by gate_folding",
        "max_execution_time is 1 s",
    ):
        assert words in text
    assert "As requested the job takes at least" in str(
        estimate_job([ONE], "fake_manila", options={"resilience": {"pec_mitigation": True}})
    )
    many = str(estimate_job([isa_bell()] * 45, "fake_manila", primitive="sampler"))
    assert "… and 5 more; --format json or csv has all" in many


def test_on_a_device_of_another_maker_it_is_said_what_is_costed():
    target = native_target(["r"], ["cz"], num_qubits=2, duration_1q_s=40e-9, duration_2q_s=80e-9, readout_s=1e-6)
    bell = QuantumCircuit(2)
    bell.h(0)
    bell.cx(0, 1)
    with pytest.raises(hwcost.CircuitError, match=r"PUB 0: .* it is no ISA circuit of trap; transpile it"):
        hwcost.estimate_job([(bell, ["ZZ"])], target, resilience_level=0)
    isa = QuantumCircuit(2)
    isa.cz(0, 1)
    given = {"resilience_level": 0, "precision": 0.1, "rep_delay_s": 1e-3, "count": "formula"}
    cost = hwcost.estimate_job([(isa, ["ZZ"])], target, **given)
    assert any("trap is not one of IBM's devices" in line for line in cost.backend.assumptions)
    # 1/0.1² executions of: cz, a layer of two r for the basis, readout, and the wait between shots.
    assert cost.executions == 100
    assert cost.time.value_s == pytest.approx(100 * (80e-9 + 2 * 40e-9 + 1e-6 + 1e-3))
    of_ibm = hwcost.estimate_job([(isa, ["ZZ"])], "fake_torino", transpile=True, **given)
    assert not any("of IBM's devices" in line for line in of_ibm.backend.assumptions)
