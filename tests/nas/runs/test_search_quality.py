"""Searches on the table of the benchmark: they return most of the front, and claim nothing where there is nothing."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("sklearn")
pytest.importorskip("deap")
pytest.importorskip("moocore")

from nas.architectures.json import architecture_hash
from nas.runs.algorithms import ALGORITHMS
from nas.runs.estimates import Z
from search_truth import DATASETS, Draw, distinct, networks, read_table, search_table, table_space

BUDGET = 180


@pytest.fixture(scope="module")
def found():
    return search_table(Draw.of(read_table("digits"), 3), "surrogate", 3, budget=BUDGET)


def test_the_table_is_of_all_networks_of_the_space():
    import hashlib

    from search_truth import TABLE

    names = [architecture_hash(built) for built in distinct(table_space())]
    with np.load(TABLE) as arrays:
        assert str(arrays["space_sha256"]) == hashlib.sha256("".join(names).encode()).hexdigest()
    for dataset in DATASETS:
        errors = read_table(dataset).errors
        assert errors.shape == (3840, 16)
        assert 0.0 <= errors.min() < errors.max() <= 1.0


def test_a_surrogate_spends_its_budget_and_returns_most_of_the_true_front(found):
    assert len(found.trained) == BUDGET
    truth = found.draw.truth(found.num_seen)
    assert truth.share(found.returned) > 0.9
    # By what nobody smoothed, too.
    assert found.draw.truth(found.num_seen, smoothed=False).share(found.returned) > 0.85


def test_errors_of_a_returned_front_lie_in_their_intervals_when_it_is_trained_again(found):
    truth = found.draw.truth(found.num_seen)
    inside = []
    for row in found.returned:
        one = found.estimates.networks[networks().hashes[row]]
        sd = np.hypot(one.sd, truth.noise_sd / np.sqrt(truth.counts[row]))
        inside.append(abs(truth.means[row] - one.error) <= Z * sd)
    assert np.mean(inside) >= 0.75


@pytest.mark.parametrize("algorithm", [name for name in ALGORITHMS if name != "exhaustive"])
def test_where_errors_are_shuffled_there_is_no_signal_and_no_claim(algorithm):
    """All trainings of all networks in one pot: whatever a search finds is luck, and it must say so."""
    draw = Draw.of(read_table("digits").without_signal(1), 1)
    estimates = search_table(draw, algorithm, 1, budget=BUDGET).estimates
    assert not estimates.has_signal
    assert estimates.claimed == ()
    assert estimates.signal < 0.3


def test_no_network_is_trained_more_than_eight_times(found):
    assert max(len(one.accuracies) for one in found.evaluations) <= 8
    assert found.num_seen.max() <= 8
