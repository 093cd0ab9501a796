import math

import numpy as np
import pytest
from scipy import stats

from nas.papers.statistics import (
    both,
    broken_line,
    correlation_within,
    explained_by,
    interaction,
    interval_text,
    judged,
    over_seeds,
    plain_interval,
    rank_correlation,
    share_over_seeds,
)


def test_the_interval_is_students():
    values = [0.2, 0.5, 0.9, 0.4]
    low, high = stats.t.interval(0.95, 3, loc=np.mean(values), scale=stats.sem(values))
    interval = over_seeds([*values, None, math.nan])
    assert (interval.value, interval.low, interval.high) == pytest.approx((np.mean(values), low, high))
    assert over_seeds([0.2, None]) is None
    assert over_seeds([]) is None


def test_intervals_end_where_values_end():
    interval = over_seeds([0.2, 0.9], within=(-1.0, 1.0))
    assert (interval.low, interval.high) == (-1.0, 1.0)


def test_noise_alone_is_claimed_as_often_as_the_level_says():
    rng = np.random.default_rng(0)
    verdicts = [judged(over_seeds(list(rng.normal(size=5))), above=0.0) for _ in range(2000)]
    assert verdicts.count("reproduced") / 2000 == pytest.approx(0.025, abs=0.012)
    assert verdicts.count("not reproduced") / 2000 == pytest.approx(0.025, abs=0.012)


def test_seeds_that_agree_do_not_prove_a_share_of_few_samples():
    interval = share_over_seeds([1.0, 1.0, 1.0], 24)
    assert interval.value == 1.0
    assert 0.9 < interval.low < 0.97
    assert share_over_seeds([1.0], 24) is None
    # And the interval of shares of equal networks holds what it should.
    rng = np.random.default_rng(1)
    held = 0
    for _ in range(500):
        interval = share_over_seeds(list(rng.binomial(30, 0.9, 4) / 30), 30)
        held += interval.low <= 0.9 <= interval.high
    assert held / 500 > 0.93


def test_a_claim_is_told_by_the_whole_interval():
    interval = over_seeds([0.4, 0.5, 0.6])
    assert judged(interval, above=0.2) == "reproduced"
    assert judged(interval, above=0.5) == "cannot be told"
    assert judged(interval, above=0.9) == "not reproduced"
    assert judged(interval, above=0.9, refuted_below=0.0) == "cannot be told"
    assert judged(None, above=0.0) == "cannot be told"


def test_a_claim_of_parts_needs_them_all():
    assert both("reproduced", "reproduced") == "reproduced"
    assert both("reproduced", "cannot be told") == "cannot be told"
    assert both("cannot be told", "not reproduced") == "not reproduced"
    assert both() == "cannot be told"


def test_rank_correlations_are_scipys_and_none_without_spread():
    x, y = [1.0, 2.0, 3.0, 4.0], [1.0, 4.0, 3.0, 9.0]
    assert rank_correlation(x, y) == pytest.approx(stats.spearmanr(x, y).statistic)
    assert rank_correlation(x, [1.0] * 4) is None
    assert rank_correlation([1.0, 2.0], [2.0, 1.0]) is None


def test_a_correlation_within_groups_does_not_see_the_groups():
    x = [1, 2, 3, 4, 11, 12, 13, 14]
    y = [4, 3, 2, 1, 14, 13, 12, 11]
    assert rank_correlation(x, y) > 0.3
    assert correlation_within(x, y, [0] * 4 + [1] * 4) == pytest.approx(-1.0)
    assert correlation_within(x, y, range(8)) is None


def test_a_threshold_is_found_where_it_is():
    rng = np.random.default_rng(2)
    x = rng.uniform(2.0, 7.0, 300)
    y = 0.3 + 0.3 * np.minimum(x - 4.0, 0.0) + 0.02 * rng.normal(size=300)
    line = broken_line(list(x), list(y))
    assert line.threshold == pytest.approx(4.0, abs=0.15)
    assert line.before == pytest.approx(0.3, abs=0.03)
    assert abs(line.after) < 0.02
    assert line.explained > 0.95
    assert line.at(2.0) == pytest.approx(-0.3, abs=0.05)
    assert line.at(line.threshold) == line.level
    assert broken_line(list(x[:5]), list(y[:5])) is None
    assert broken_line([1.0] * 20, list(y[:20])) is None


def test_genes_explain_what_they_make_and_nothing_of_noise():
    rng = np.random.default_rng(3)
    genes = [(str(rng.integers(3)), int(rng.integers(4))) for _ in range(200)]
    made = [int(gene == "1") + 0.1 * rng.normal() for gene, _ in genes]
    assert explained_by(genes, made) > 0.9
    assert abs(np.mean([explained_by(genes, list(rng.normal(size=200))) for _ in range(200)])) < 0.01
    assert explained_by(genes[:3], made[:3]) is None


def test_an_interaction_is_what_does_not_add_up():
    rng = np.random.default_rng(4)
    x, y = rng.normal(size=300), rng.normal(size=300)
    assert abs(interaction(x, y, x + y)) < 1e-9
    assert interaction(x, y, x * y) > 0.9
    assert interaction(x, y, -x * y) < -0.9
    assert interaction(x[:5], y[:5], x[:5]) is None
    assert interaction(x, x, y) is None  # two halves that are one
    assert interaction([0.0, 1.0] * 10, [0.0, 1.0] * 10, range(20)) is None


def test_intervals_are_written_and_kept():
    interval = over_seeds([0.1, 0.3])
    assert plain_interval(interval).keys() == {"value", "low", "high"}
    assert interval_text(interval).startswith("0.20 (")
    assert (interval_text(None), plain_interval(None)) == ("unknown", None)
