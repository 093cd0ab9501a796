"""Keywords of `estimate`, checked where an integration takes them."""

from __future__ import annotations

import pytest

import hwcost
from hwcost.integrations.requests import check_names, estimate_request, keywords_of


def test_the_keywords_are_those_that_estimate_takes():
    from qiskit import QuantumCircuit

    circuit = QuantumCircuit(1)
    circuit.x(0)
    circuit.measure_all()
    names = keywords_of(hwcost.estimate)
    assert {"shots", "precision", "budget", "observable", "max_age_days"} <= names
    assert not names & {"circuit", "backend", "arguments", "progress"}
    with pytest.raises(TypeError):
        hwcost.estimate(circuit, "fake_manila", no_such_option=1)
    assert "no_such_option" not in names


def test_a_budget_in_words_is_seconds():
    assert estimate_request({"budget": "2min", "shots": 7}).budget_s == 120.0
    assert estimate_request({}).budget_s is None


def test_fixed_fields_win():
    assert not estimate_request({"shots": 7}, transpile=False).transpile


def test_an_unknown_name_is_shown_with_the_known_ones():
    with pytest.raises(hwcost.OptionError, match="thing has no option 'shot' here; its options are seed, shots"):
        check_names("thing", {"shot": 1}, frozenset({"shots", "seed"}), " here")
