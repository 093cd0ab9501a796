"""Baselines: what is worse, against p-values counted by hand; what a damaged file says."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
from qiskit import QuantumCircuit

import hwcost
from hwcost.integrations.baselines import (
    Baseline,
    check_testable,
    load_baseline,
    measure,
    other_conditions,
    save_baseline,
    worse,
)


def star(num_qubits):
    circuit = QuantumCircuit(num_qubits, name="star")
    circuit.h(0)
    for qubit in range(1, num_qubits):
        circuit.cx(0, qubit)
    circuit.measure_all()
    return circuit


def made(gates, *, seconds=1.0, shots=100, seeds=True):
    count = len(gates)
    return Baseline(
        circuit="made",
        sha256="0" * 64,
        backend="device",
        calibrated=None,
        settings={"shots": 100},
        versions={"hwcost": "1", "qiskit": "2"},
        seeds=tuple(range(count)) if seeds else (),
        values={"qpu_time_s": (seconds,) * count, "num_2q": tuple(gates), "shots_needed": (shots,) * count},
    )


def test_growth_on_every_seed_is_worse_and_p_is_counted_by_hand():
    # 8 pairs, all one way: 2 of 2^8 sign patterns are as extreme.
    (line,) = worse(made([10] * 8), made([12] * 8), 0.05)
    assert line == f"two-qubit gates: 10 -> 12 (+20.0%; 8 seeds, p = {2 / 2**8:.2g})"


def test_seed_noise_is_not_worse_though_the_median_grows():
    old, new = made([8, 10, 12, 14, 8, 10, 12, 14]), made([14, 12, 10, 8, 14, 14, 14, 13])
    assert new.median("num_2q") > 1.05 * old.median("num_2q")
    assert worse(old, new, 0.05) == []


def test_growth_within_the_tolerance_and_savings_pass():
    assert worse(made([100] * 8), made([104] * 8), 0.05) == []
    assert worse(made([100] * 8), made([104] * 8), 0.03) != []
    assert worse(made([12] * 8), made([10] * 8), 0.0) == []


def test_an_isa_circuit_has_no_seed_noise():
    (line,) = worse(made([10], seeds=False), made([12], seeds=False), 0.05)
    assert line == "two-qubit gates: 10 -> 12 (+20.0%; no seeds)"


def test_a_lost_signal_is_worse_and_one_that_stays_lost_is_not():
    lost = made([10] * 8, seconds=None, shots=None)
    lines = worse(made([10] * 8), lost, 0.05)
    assert [line.partition(":")[0] for line in lines] == ["QPU time", "shots"]
    assert all("without bound" in line for line in lines)
    assert worse(lost, lost, 0.05) == []
    assert worse(lost, made([10] * 8), 0.05) == []


def test_from_no_gate_to_some_has_no_ratio():
    (line,) = worse(made([0] * 8), made([2] * 8), 0.05)
    assert "0 -> 2 (no ratio" in line


def test_what_is_measured_is_what_estimate_says_seed_by_seed():
    cost, baseline = measure(star(4), "fake_manila", {"num_seeds": 6, "shots": 300})
    alone = [hwcost.estimate(star(4), "fake_manila", num_seeds=1, seed=seed, shots=300) for seed in range(6)]
    assert baseline.values["num_2q"] == tuple(each.gates.num_2q for each in alone)
    assert baseline.values["qpu_time_s"] == tuple(each.time.qpu_time_s for each in alone)
    assert baseline.values["shots_needed"] == tuple(each.shots.needed for each in alone)
    assert cost.time.qpu_time_s == min(each.time.qpu_time_s for each in alone)


def test_a_file_holds_all_of_it(tmp_path):
    _, baseline = measure(star(3), "fake_manila", {"num_seeds": 6})
    path = tmp_path / "folder" / "star.json"
    save_baseline(baseline, path)
    assert load_baseline(path) == baseline
    assert json.loads(path.read_text())["schema"] == "hwcost.baseline/1"


def test_too_few_seeds_are_refused():
    with pytest.raises(hwcost.OptionError, match="num_seeds is 5; a baseline needs at least 6"):
        check_testable(made([1] * 5))
    check_testable(made([1] * 6))
    with pytest.raises(hwcost.OptionError, match="num_seeds is auto; .* needs a number"):
        measure(star(3), "fake_manila", {"num_seeds": "auto"})
    check_testable(made([1], seeds=False))


def test_other_conditions_are_named():
    old = made([1] * 6)
    assert other_conditions(old, replace(old, sha256="1" * 64, versions={"hwcost": "2"}, circuit="other")) == []
    changed = replace(old, backend="other", settings={"shots": 200, "task": "sampling"})
    assert other_conditions(old, changed) == [
        "backend: 'device' -> 'other'", "shots: 100 -> 200", "task: missing -> 'sampling'",
    ]  # fmt: skip
    assert other_conditions(old, made([1] * 7)) == ["seeds: [0, 1, 2, 3, 4, 5] -> [0, 1, 2, 3, 4, 5, 6]"]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda found: "{", "is not JSON"),
        (lambda found: [], "schema is missing"),
        (lambda found: {**found, "schema": "hwcost.estimate/1"}, "schema is 'hwcost.estimate/1'"),
        (lambda found: {**found, "seeds": [0, 1]}, "values are missing or of another kind"),
        (lambda found: {**found, "seeds": None}, "values are missing"),
        (lambda found: {**found, "values": {**found["values"], "num_2q": ["1"] * 6}}, "values are missing"),
        (lambda found: {**found, "values": {**found["values"], "num_2q": [math.nan] * 6}}, "values are missing"),
        (lambda found: {**found, "values": {}}, "values are missing"),
        (lambda found: {key: found[key] for key in found if key != "settings"}, "values are missing"),
    ],
    ids=range(9),
)
def test_a_damaged_file_is_one_line_with_the_remedy(tmp_path, change, what):
    path = tmp_path / "made.json"
    save_baseline(made([1] * 6), path)
    found = change(json.loads(path.read_text()))
    path.write_text(found if isinstance(found, str) else json.dumps(found))
    with pytest.raises(hwcost.InputError, match=what) as raised:
        load_baseline(path)
    assert "write it again with --hwcost-update" in str(raised.value)
    assert "\n" not in str(raised.value)
