"""Groups of Pauli strings that one basis measures: by hand, and against brute force."""

from __future__ import annotations

from itertools import combinations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from hwcost.circuits.measurement_bases import plan_measurement, qubit_wise_groups
from hwcost.circuits.pauli_sums import read_pauli_sums


def agree(first, second):
    return all(a == b or "I" in (a, b) for a, b in zip(first, second, strict=True))


def test_bases_by_hand():
    plan = plan_measurement(read_pauli_sums({"ZZ": 1.0, "ZI": 0.5, "XX": 2.0, "IX": 1.0, "II": 9.0}))
    assert sorted(sorted(group) for group in plan.groups) == [["IX", "XX"], ["ZI", "ZZ"]]
    assert plan.support() == (0, 1)
    assert plan.needs_basis_change
    assert not plan_measurement(read_pauli_sums(["ZZ", "ZI"])).needs_basis_change


def test_strings_without_identity_need_a_basis_each():
    labels = ["".join(letters) for letters in product("XYZ", repeat=4)]
    assert len(qubit_wise_groups(labels)) == 81


def test_observables_share_bases_and_keep_their_coefficients():
    plan = plan_measurement(read_pauli_sums([{"ZI": 2.0, "XX": 1.0}, {"IZ": 3.0, "ZI": 4.0}]))
    assert len(plan.groups) == 2
    by_label = [{plan.labels[row]: value for row, value in terms} for terms in plan.sums()]
    assert by_label == [{"ZI": 2.0, "XX": 1.0}, {"IZ": 3.0, "ZI": 4.0}]


def test_nothing_to_measure_has_no_basis():
    assert qubit_wise_groups(["II"]) == ()


def fewest(labels):
    """Brute force: the smallest number of groups in which all strings agree."""
    for size in range(1, len(labels) + 1):
        for assignment in product(range(size), repeat=len(labels)):
            if all(agree(labels[a], labels[b]) for a, b in combinations(range(len(labels)), 2)
                   if assignment[a] == assignment[b]):  # fmt: skip
                return size
    raise AssertionError


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text("IXYZ", min_size=3, max_size=3).filter(lambda s: s != "III"), min_size=1, max_size=5, unique=True)
)
def test_every_string_is_in_one_group_that_one_basis_measures(labels):
    groups = qubit_wise_groups(labels)
    assert sorted(label for group in groups for label in group) == sorted(labels)
    assert all(agree(a, b) for group in groups for a, b in combinations(group, 2))
    assert fewest(labels) <= len(groups) <= len(labels)
