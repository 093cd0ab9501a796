"""How many bases observables are measured in."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from qiskit.primitives.containers.observables_array import ObservablesArray
from qiskit.quantum_info import SparsePauliOp

from hwcost.primitives.bases import count_bases, count_configurations, has_projectors


def commute(one, other):
    return all(a == b or "I" in (a, b) for a, b in zip(one, other, strict=True))


def fewest_groups(labels):
    """The smallest partition into qubit-wise commuting groups, by trying all."""
    for number in range(1, len(labels) + 1):
        for groups in itertools.product(range(number), repeat=len(labels)):
            pairs = itertools.combinations(range(len(labels)), 2)
            if all(groups[a] != groups[b] or commute(labels[a], labels[b]) for a, b in pairs):
                return number
    raise AssertionError


@pytest.mark.parametrize(
    ("labels", "number"),
    [
        (["ZZ"], 1),
        (["II"], 1),
        (["ZI", "IZ", "ZZ"], 1),
        (["XX", "YY", "ZZ"], 3),
        (["XI", "IY", "XY", "ZZ"], 2),
        (["".join(p) for p in itertools.product("XYZ", repeat=4)], 81),
    ],
)
def test_bases_by_hand(labels, number):
    assert count_bases(labels) == number


def test_groups_are_few():
    random = np.random.default_rng(5)
    for _ in range(20):
        labels = sorted({"".join(random.choice(list("IXYZ"), 3)) for _ in range(5)})
        assert fewest_groups(labels) <= count_bases(labels) <= fewest_groups(labels) + 1


@pytest.mark.parametrize(
    ("observables", "parameters", "total", "most"),
    [
        ("ZZ", (), 1, 1),
        ("ZZ", (10,), 10, 1),
        (["ZZ", "XX"], (), 2, 2),  # both meet the one parameter set
        (["ZZ", "IZ"], (), 1, 1),
        (["ZZ", "XX"], (2,), 2, 1),  # one for each parameter set
        (["ZZ", "XX"], (5, 1), 10, 2),  # each with each
        ([["ZZ"], ["XX"], ["YY"]], (4,), 12, 3),
        ([SparsePauliOp(["ZZ", "XX"]), "YY"], (2,), 3, 2),
        ("0Z", (), 1, 1),  # projectors are read along their axis
        (["0I", "1I", "ZI", "rI"], (), 2, 2),
    ],
)
def test_broadcasting_decides_what_is_measured_together(observables, parameters, total, most):
    found = count_configurations(ObservablesArray.coerce(observables), parameters)
    assert (found.total, found.max_bases) == (total, most)


def test_projectors():
    assert has_projectors(ObservablesArray.coerce(["ZZ", {"IX": 1, "0I": 2}]))
    assert not has_projectors(ObservablesArray.coerce(["ZZ", "IX"]))
