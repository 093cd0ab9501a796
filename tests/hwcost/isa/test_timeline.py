"""Blocks of a schedule by hand."""

from __future__ import annotations

import itertools
import math

import pytest

from hwcost.isa.columns import Kind
from timelines import timeline


def test_blocks_by_hand():
    blocks = list(timeline().blocks({4}))
    assert [(block.name, block.kind) for block in blocks] == [
        ("sx", Kind.ONE_QUBIT),
        ("cx", Kind.TWO_QUBIT),
        ("", None),
        ("measure", Kind.MEASURE),
    ]
    assert [block.start_s for block in blocks] == pytest.approx([0.0, 50e-9, 350e-9, 650e-9])
    assert [block.duration_s for block in blocks] == pytest.approx([50e-9, 300e-9, 300e-9, 1e-6])
    assert [block.operation for block in blocks] == [0, 2, 6, 6]  # the delay is waiting for the measurement


def test_waiting_is_what_the_schedule_says_and_nothing_overlaps():
    line = timeline()
    blocks = list(line.blocks(range(5)))
    waited = math.fsum(block.duration_s for block in blocks if block.kind is None)
    assert waited == pytest.approx(math.fsum(sum(waits) for waits in line.schedule.idle_before_s))
    for qubit in range(5):
        own = sorted((b.start_s, b.start_s + b.duration_s) for b in blocks if b.qubit == qubit)
        assert all(end <= start + 1e-15 for (_, end), (start, _) in itertools.pairwise(own))
    assert max(block.start_s + block.duration_s for block in blocks) == pytest.approx(line.duration_s)


def test_the_busiest_qubits():
    line = timeline()
    assert line.busy_s() == pytest.approx({4: 1.35e-6, 2: 1.6e-6, 0: 0.3e-6})
    assert line.busiest(1) == (2,)
    assert line.busiest(2) == (2, 4)
    assert line.busiest(10) == (0, 2, 4)
