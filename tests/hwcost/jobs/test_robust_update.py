"""The update from a few jobs: laws."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from hwcost.jobs.robust_update import robust_update

PRIOR, LEAST = (2.5, 0.15), (-1.8, -0.9)
seconds = st.lists(st.floats(2.5, 12.0), min_size=1, max_size=10)


def shifts(observed: list[float]) -> np.ndarray:
    design = np.column_stack((np.ones(len(observed)), np.full(len(observed), 2.0)))
    return robust_update(design, np.array(observed), np.full(len(observed), 3.8), PRIOR, LEAST).shifts


@settings(max_examples=15, deadline=None)
@given(observed=seconds, data=st.data())
def test_law_the_order_of_the_jobs_does_not_matter(observed: list[float], data: st.DataObject) -> None:
    assert np.array_equal(shifts(observed), shifts(data.draw(st.permutations(observed))))


@settings(max_examples=15, deadline=None)
@given(true=st.floats(3.0, 8.0), factor=st.floats(1.5, 10.0), slow=st.integers(0, 8))
def test_law_one_slow_job_in_nine_moves_the_prediction_by_less_than_five_percent(
    true: float, factor: float, slow: int
) -> None:
    jobs = [true * (1.0 + 0.01 * (i % 3 - 1)) for i in range(9)]
    dragged = [job * factor if i == slow else job for i, job in enumerate(jobs)]
    predicted = [3.8 + each @ (1.0, 2.0) for each in (shifts(jobs), shifts(dragged))]
    assert abs(predicted[1] / predicted[0] - 1.0) < 0.05
