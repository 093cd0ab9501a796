"""Measured readout: contrasts by hand, the law for product confusions, and what replaces the calibrated values."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwcost.calibration.readout import MeasuredReadout, ReadoutGroup, with_readout
from hwcost.calibration.readout_file import load_readout
from make import small_calibration

# P(read i | prepared j) of two qubits; the first qubit is the lowest bit. Together they fail more often than apart.
TOGETHER = {
    "qubits": [4, 7],
    "counts": {
        "00": {"00": 900, "01": 40, "10": 40, "11": 20},
        "01": {"01": 880, "00": 60, "11": 40, "10": 20},
        "10": {"10": 860, "00": 70, "11": 40, "01": 30},
        "11": {"11": 820, "10": 80, "01": 80, "00": 20},
    },
}


def product(confusions):
    """P(read i | prepared j) of independent qubits."""
    matrix = np.array([[1.0]])
    for confusion in confusions:
        matrix = np.kron(np.array(confusion), matrix)
    return matrix.tolist()


def one(read_0, read_1):
    return [[1.0 - read_1, read_0], [read_1, 1.0 - read_0]]


def test_contrasts_by_hand():
    group = load_readout(TOGETHER).groups[0]
    # Parity as prepared and as read: 00: 0.92−0.08 = 0.84; 01: −(0.90−0.10) = −0.80; 10: −0.78; 11: 0.84 − 0.16 = 0.68.
    # (00 + 11)/2 = 0.76 and (01 + 10)/2 = −(0.80 + 0.78)/2: 01 reads odd in 880 + 20, 10 in 860 + 30.
    assert group.contrast([4, 7]) == pytest.approx(((0.84 + 0.68) / 2 + (0.80 + 0.78) / 2) / 2)
    # Qubit 4 is the rightmost bit: read 1 in 60 of 1000 for 00 and 70 for 10; read 0 in 80 for 01 and 100 for 11.
    assert group.errors(4) == (pytest.approx(0.09), pytest.approx(0.065))
    assert group.contrast([4]) == pytest.approx(1 - 0.09 - 0.065)
    # Qubit 7: read 1 in 60 for 00 and 60 for 01; read 0 in 100 for 10 and 100 for 11.
    assert group.errors(7) == (pytest.approx(0.1), pytest.approx(0.06))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 0.4), st.floats(0, 0.4)), min_size=1, max_size=4))
def test_a_product_confusion_gives_the_product_of_single_contrasts(pairs):
    """Today's readout factor exactly, for every set of qubits."""
    qubits = list(range(10, 10 + len(pairs)))
    document = {"qubits": qubits, "confusion": product([one(*pair) for pair in pairs])}
    group = load_readout(document).groups[0]
    for size in range(1, len(qubits) + 1):
        for chosen in combinations(qubits, size):
            expected = math.prod(1.0 - sum(pairs[q - 10]) for q in chosen)
            assert group.contrast(chosen) == pytest.approx(expected, abs=1e-13)
    for qubit, pair in zip(qubits, pairs, strict=True):
        assert group.errors(qubit) == (pytest.approx(pair[0], abs=1e-14), pytest.approx(pair[1], abs=1e-14))


def test_states_of_one_parity_tell_nothing_about_the_common_contrast():
    two = {"qubits": [0, 1], "counts": {"00": {"00": 90, "11": 10}, "11": {"11": 80, "00": 20}}}
    readout = load_readout(two)
    assert readout.groups[0].contrast([0, 1]) is None
    assert not readout.is_joint([0, 1])
    assert readout.groups[0].contrast([0]) == pytest.approx(1 - 0.2 - 0.1)
    # Three qubits in all 0 and all 1 have both parities.
    three = {"qubits": [0, 1, 2], "counts": {"000": {"000": 9, "111": 1}, "111": {"111": 8, "000": 2}}}
    assert load_readout(three).groups[0].contrast([0, 1, 2]) == pytest.approx((0.8 + 0.6) / 2)


def test_only_qubits_of_one_group_were_read_together():
    table = one(0.1, 0.1)
    apart = load_readout({"groups": [{"qubits": [0], "confusion": table}, {"qubits": [1], "confusion": table}]})
    assert list(apart.joint([0, 1])) == []
    both = load_readout({"qubits": [0, 1], "confusion": product([table, table])})
    assert list(both.joint([0, 1, 2])) == [((0, 1), pytest.approx(0.64))]
    assert not both.is_joint([0, 1, 2])


def test_measured_values_replace_the_calibrated_ones_and_their_dates():
    day = datetime(2026, 1, 1, tzinfo=UTC)
    dated = small_calibration(3, qubits={1: {"dates": {"readout_error": day, "t1_s": day}}})
    found = with_readout(dated, load_readout({"qubits": [1], "confusion": one(0.2, 0.1)})).qubits
    changed = found[1]
    assert (changed.prob_meas0_prep1, changed.prob_meas1_prep0) == (pytest.approx(0.2), pytest.approx(0.1))
    assert changed.readout_error == pytest.approx(0.15)
    assert dict(changed.dates) == {"t1_s": day}
    assert (found[0], found[2]) == (dated.qubits[0], dated.qubits[2])


def test_a_record_can_be_hashed():
    group = ReadoutGroup(qubits=(0,), outcomes=((0, ((0, 1.0),)), (1, ((1, 1.0),))))
    assert len({MeasuredReadout((group,), "a"), MeasuredReadout((group,), "a")}) == 1
