import pytest

from made_claims import made_sample
from nas.papers.faqnas import _driver, _published_threshold, _saturation, _total
from nas.papers.profiled import Units
from nas.papers.statistics import broken_line

SEEDS = range(5)
UNITS = Units(num_networks=9, log10_ratio=-0.5, low=0.2, high=0.4, correlation=0.9)


def saturating(x, genes):
    return 0.9 + 0.25 * min(x - 4.0, 0.0)


def tried(accuracy, noise=0.05):
    samples = [made_sample(seed, accuracy, noise=noise) for seed in SEEDS]
    return samples, [broken_line(sample.log_quantum, sample.accuracies) for sample in samples]


def test_a_threshold_is_given_with_an_interval_that_holds_it():
    samples, lines = tried(saturating)
    claim = _saturation(samples, lines, "made")
    assert claim.verdict == "reproduced"
    threshold = claim.figures["log10_threshold"]
    assert threshold["low"] < 4.0 < threshold["high"]
    assert threshold["high"] - threshold["low"] < 0.5
    assert "threshold F_Q" in claim.remark


@pytest.mark.parametrize(
    ("accuracy", "verdicts"),
    [
        (lambda x, genes: 0.1 * x, {"not reproduced", "cannot be told"}),  # rises to the end
        (lambda x, genes: 0.5, {"not reproduced", "cannot be told"}),  # does not rise
        (lambda x, genes: 0.9 - 0.1 * x, {"not reproduced"}),  # falls
    ],
    ids=["line", "flat", "falls"],
)
def test_no_threshold_is_claimed_where_there_is_none(accuracy, verdicts):
    claim = _saturation(*tried(accuracy), "made")
    assert claim.verdict in verdicts
    assert "no threshold" in claim.remark


def test_a_published_threshold_is_compared_in_its_units():
    samples, lines = tried(saturating)
    saturation = _saturation(samples, lines, "digits")
    (claim,) = _published_threshold(saturation, lines, "digits", UNITS)
    assert claim.verdict == "reproduced"  # 4.0 − 0.5 is between 3 and 4
    (claim,) = _published_threshold(saturation, lines, "mnist", UNITS)
    assert claim.verdict == "not reproduced"
    assert _published_threshold(saturation, lines, "iris", UNITS) == []
    assert _published_threshold(saturation, lines, "digits", None) == []


def test_what_width_does_is_not_taken_for_the_flops():
    samples = [made_sample(seed, lambda x, genes: 0.1 * genes["qubits"]) for seed in SEEDS]
    assert _driver(samples, "made").verdict == "not reproduced"
    samples = [made_sample(seed, lambda x, genes: 0.1 * x) for seed in SEEDS]
    claim = _driver(samples, "made")
    assert claim.verdict == "reproduced"
    assert claim.figures["overall"]["value"] > 0.8


def test_total_flops_follow_the_larger_half():
    samples = [made_sample(seed, lambda x, genes: 0.5) for seed in SEEDS]
    claim = _total(samples, "made")
    assert 0.6 < claim.interval.value < 1.0  # classical FLOPs are as large here
    assert claim.verdict == ("reproduced" if claim.interval.low > 0.9 else claim.verdict)
