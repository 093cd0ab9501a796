"""What a member is and costs."""

from __future__ import annotations

import re

import pytest

pytest.importorskip("torch")
pytest.importorskip("moocore")
pytest.importorskip("deap")
pytest.importorskip("sklearn")
pytest.importorskip("matplotlib")

from nas.results.member_facts import member_facts


def test_parts_that_cannot_be_seen_are_said(run):
    facts = [member_facts(run, member) for member in run.front]
    small = [text for one in facts for text in one.small_parts()]
    assert small
    for text in small:
        assert float(re.search(r"([\d.e-]+) %", text)[1]) < 1.0
    for one in facts:
        assert one.quantum_s + one.classical_s == pytest.approx(sum(one.parts_s.values()))


def test_flops_of_linear_layers_are_those_of_a_costed_training(run):
    for member in run.front:
        facts = member_facts(run, member)
        assert facts.classical_flops == member.cost["model_cost"]["classical"]["flops_per_sample"]


def test_dead_angles_are_named_by_their_numbers(run):
    for member in run.evaluations:
        if member.cost is None:
            continue
        facts = member_facts(run, member)
        assert len(facts.dead) == member.num_dead_weights
        numbers = [int(number) for number in re.findall(r"w(\d+)", facts.dead_text())]
        assert sorted(numbers) == facts.to_dict()["dead_weights"]
        assert (facts.dead_text() == "none") == (not facts.dead)
        assert facts.num_classical + facts.num_quantum == member.num_parameters
