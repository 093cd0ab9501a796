"""The second number of a job: what it takes to be as precise in spite of noise."""

from __future__ import annotations

import math

import pytest
from qiskit import QuantumCircuit
from qiskit.quantum_info import SparsePauliOp

import hwcost
from hwcost.primitives.job import estimate_job
from hwcost.primitives.precise import MAX_STRINGS
from primitive_jobs import all_bases, isa_ansatz, isa_bell, one_term, parameter_sets

ONE = (isa_ansatz(), one_term(), parameter_sets())


@pytest.mark.parametrize("level", [0, 1])
def test_more_shots_by_the_inflation_that_an_estimate_gives(level):
    job = estimate_job([ONE], "fake_manila", precision=0.02, resilience_level=level)
    wanted = hwcost.estimate(isa_ansatz(), "fake_manila", observable=one_term(), transpile=False).shots.inflation_worst
    assert job.precise.inflations == (pytest.approx(wanted),)
    assert job.precise.shots == (math.ceil(2500 * wanted * (1 - 1e-9)),)
    again = estimate_job([ONE], "fake_manila", shots=job.precise.shots[0], resilience_level=level, count="formula")
    assert job.precise.executions == again.executions
    assert job.precise.time == again.time
    assert "As precise as noiseless it takes about" in str(job)


def test_each_pub_has_its_own_inflation_by_its_worst_observable():
    bell = isa_bell()
    job = estimate_job([(bell, ["IIIZZ", "IIIIZ"]), ONE], "fake_manila", precision=0.05, resilience_level=0)
    assert len(job.precise.inflations) == 2
    worst = hwcost.estimate(bell, "fake_manila", observable=["IIIZZ", "IIIIZ"], transpile=False).shots.inflation_worst
    assert job.precise.inflations[0] == pytest.approx(worst)


def test_identities_need_no_more_shots():
    job = estimate_job([(isa_bell(), "IIIII")], "fake_manila", precision=0.05, resilience_level=0)
    assert job.precise.inflations == (1.0,)


@pytest.mark.parametrize(
    ("pub", "options", "reason"),
    [
        (ONE, {"resilience_level": 2}, "zero-noise extrapolation"),
        ((isa_bell(), {"IIIZ0": 1.0}), {"resilience_level": 0}, "projectors"),
    ],
)
def test_what_has_no_such_number_says_why(pub, options, reason):
    job = estimate_job([pub], "fake_manila", precision=0.05, options=options)
    assert reason in job.precise.not_known
    assert job.precise.time is None
    assert "As precise as noiseless: not known" in str(job)


def test_too_many_strings_are_not_costed():
    labels = [f"{n:012b}".replace("0", "Z").replace("1", "X") for n in range(MAX_STRINGS + 1)]
    circuit = QuantumCircuit(12)
    circuit.rz(0.1, 0)
    job = estimate_job([(circuit, SparsePauliOp(labels))], "fake_melbourne", precision=0.1, resilience_level=0)
    assert "Pauli strings" in job.precise.not_known


def test_a_sampler_has_no_expectation_value():
    bell = isa_bell().copy()
    bell.measure_all()
    job = estimate_job([bell], "fake_manila", primitive="sampler")
    assert "Sampler" in job.precise.not_known
    assert "noiseless" not in str(job)


def test_many_bases_share_one_factor():
    job = estimate_job(
        [(isa_ansatz(), all_bases(), parameter_sets())], "fake_manila", precision=0.05, resilience_level=0
    )
    assert job.precise.executions == 81 * job.precise.shots[0]
