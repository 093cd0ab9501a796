"""Counts kept up one by one are those of a look through everything."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nas.runs.record import Evaluation
from nas.runs.tally import Tally

STATES = ("COMPLETE", "FAILED", "INFEASIBLE", "STOPPED")
evaluations = st.lists(
    st.builds(
        lambda state, accuracies: Evaluation(
            architecture_hash="a",
            genome={},
            state=state,
            accuracies=tuple(accuracies) if state == "COMPLETE" else (),
        ),
        st.sampled_from(STATES),
        st.lists(st.floats(0.0, 1.0), min_size=1, max_size=3),
    )
)


def test_nothing_is_counted_before_anything_is_there():
    assert (Tally().total, Tally().best_error, Tally().count("FAILED")) == (0, None, 0)


@given(evaluations)
def test_counts_are_those_of_all(some):
    tally = Tally(some[:2])
    for one in some[2:]:
        tally.add(one)
    known = [one.accuracy for one in some if one.accuracy is not None]
    assert tally.total == len(some)
    assert tally.best_error == (1.0 - max(known) if known else None)
    assert [tally.count(state) for state in STATES] == [sum(one.state == state for one in some) for state in STATES]
