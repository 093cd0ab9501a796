"""What jobs on a live device will cost, and consent to it."""

from __future__ import annotations

import numpy as np
import pytest
from qiskit import QuantumCircuit
from qiskit.circuit import Parameter

import hwcost
from nas.core.errors import SettingError
from nas.results import live_plan
from nas.results.live_plan import LivePlan, parse_limit_s, plan_jobs, require_consent


def plan(*highs):
    times = tuple((high / 2, high / 4, high) for high in highs)
    return LivePlan(device="d", shots=100, circuits=(1,) * len(highs), times_s=times, nominal=0.9, is_lower_bound=False)


@pytest.mark.parametrize("highs", [(0.2,), (4.5, 3.0), (60.0, 60.0, 0.3)])
@pytest.mark.parametrize("spare", [0.0, 0.7, 13.0])
def test_limits_of_jobs_add_up_to_what_was_allowed(highs, spare):
    made = plan(*highs)
    allowed = made.needed_s + spare
    limits = made.limits_s(allowed)
    assert sum(limits) <= allowed
    assert all(limit >= high and limit >= 1 for limit, high in zip(limits, highs, strict=True))
    assert made.needed_s < sum(highs) + len(highs) + 1
    assert require_consent(made, allowed, None) == allowed
    assert require_consent(made, allowed, float(made.needed_s)) == allowed
    for least in (None, made.needed_s - 0.1):
        with pytest.raises(SettingError, match="nothing was sent"):
            require_consent(made, least, None)
    with pytest.raises(SettingError, match="of QPU time left"):
        require_consent(made, allowed, made.needed_s - 0.1)


@pytest.fixture(scope="module")
def estimated():
    circuit = QuantumCircuit(2)
    circuit.ry(Parameter("x[0]"), 0)
    circuit.cx(0, 1)
    circuit.measure_all()
    device = hwcost.prepare_device("fake_manila")
    return hwcost.estimate(circuit, device, num_seeds=1), device


def test_the_plan_costs_what_its_jobs_cost(estimated, monkeypatch):
    estimate, device = estimated
    monkeypatch.setattr(live_plan, "SHOTS_PER_JOB", 4000)
    made = plan_jobs(estimate, device, 7, 1000)
    assert made.circuits == (4, 3)
    for count, (value_s, _, high_s) in zip(made.circuits, made.times_s, strict=True):
        isa = estimate.isa_circuit
        pub = (isa, np.ones((count, isa.num_parameters)))
        cost = hwcost.estimate_job([pub], device, primitive="sampler", shots=1000)
        assert (value_s, high_s) == (cost.time.value_s, cost.time.high_s)
    assert plan_jobs(estimate, device, 2, 9000).circuits == (1, 1)  # a circuit is never divided


def test_no_job_is_longer_than_ibm_lets_it_be(estimated, monkeypatch):
    estimate, device = estimated
    whole = plan_jobs(estimate, device, 40, 1000)
    assert len(whole.circuits) == 1
    limit_s = int(whole.total_s[2] / 2)
    monkeypatch.setattr(live_plan, "JOB_TIME_S", limit_s)
    made = plan_jobs(estimate, device, 40, 1000)
    assert sum(made.circuits) == 40
    assert len(made.circuits) > 2
    assert max(high for _, _, high in made.times_s) <= limit_s
    assert max(made.limits_s(1e6)) == limit_s
    with pytest.raises(SettingError, match="a circuit of 9,000,000 shots may take .* IBM ends a job after"):
        plan_jobs(estimate, device, 40, 9_000_000)


def test_limits_as_people_write_them():
    assert [parse_limit_s(given) for given in (None, "2min", 90, "1h")] == [None, 120.0, 90.0, 3600.0]
