import pytest

from made_claims import made_sample
from nas.papers.qnas import (
    _best_embedding,
    _genes_matter,
    _sparse,
    _trade_off,
    allele_effects,
    gene_shares,
    mean_range,
    sparse_shares,
)

SEEDS = range(5)


def samples_of(accuracy):
    return [made_sample(seed, accuracy) for seed in SEEDS]


def by_embedding(x, genes):
    return 0.5 + 0.2 * (genes["embedding"] == "angle-y")


def by_width(x, genes):
    return 0.1 * genes["qubits"]


def by_mode(x, genes):
    return 0.5 + 0.1 * sum(genes[f"mode_{layer}"] != "all" for layer in (1, 2))


def test_genes_that_matter_are_told_from_others():
    assert _genes_matter(samples_of(by_embedding), "made").verdict == "reproduced"
    assert _genes_matter(samples_of(by_width), "made").verdict == "not reproduced"
    noise = _genes_matter(samples_of(lambda x, genes: 0.5), "made")
    assert noise.verdict == "cannot be told"
    ours, others = gene_shares(samples_of(by_embedding)[0])
    assert ours > 0.6 > others


def test_effects_of_alleles_have_intervals():
    effects = allele_effects(samples_of(by_embedding))
    assert set(effects) == {"angle-x", "angle-y", "angle-z", "amplitude"}
    assert effects["angle-y"].low < 0.2 < effects["angle-y"].high
    assert effects["angle-x"].high < 0.0


def test_the_best_embedding_depends_on_the_data():
    samples = samples_of(by_embedding)
    assert _best_embedding(samples, "digits").verdict == "reproduced"
    assert _best_embedding(samples, "iris").verdict == "not reproduced"


def test_sparse_patterns():
    assert _sparse(samples_of(by_mode), "made").verdict == "reproduced"
    assert _sparse(samples_of(lambda x, genes: 1.0 - by_mode(x, genes)), "made").verdict == "not reproduced"
    sample = samples_of(by_mode)[0]
    assert set(sparse_shares(sample)) == {0.0, 0.5, 1.0}
    assert all(1.0 <= value <= 5.0 for value in mean_range(sample))


def test_trade_offs_are_rank_correlations_and_nothing_where_all_cost_the_same():
    claim = _trade_off(samples_of(by_width), "made", "num_subcircuits")
    assert claim.verdict == "reproduced"
    assert claim.interval.value == pytest.approx(0.95, abs=0.05)
    flat = _trade_off(samples_of(by_width), "made", "log10_sampling_overhead")
    assert (flat.interval, flat.verdict, flat.remark) == (None, "cannot be told", "all networks cost the same")
