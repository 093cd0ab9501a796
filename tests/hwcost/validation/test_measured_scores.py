"""Scores of predictions on hardware, by hand."""

from __future__ import annotations

import math

import pytest

from hwcost.validation.measured_record import MeasuredRun
from hwcost.validation.measured_scores import scores_of, spearman


def run_of(measured, predicted, **changes):
    factor = math.sqrt(1.25 if predicted >= 0.8 else 1.61)
    values = {
        "circuit": "c",
        "backend": "b",
        "optimization_level": 1,
        "num_qubits": 2,
        "num_2q": 1,
        "num_observables": 1,
        "measured": measured,
        "standard_error": None,
        "predicted": {"mean-field": predicted, "esp": predicted},
        "error": predicted / measured - 1 if measured > 0 else None,
        "low": predicted / factor,
        "high": predicted * factor,
        "inside": predicted / factor <= measured <= predicted * factor,
        "kind": "chosen",
        "sha256": str(measured),
    }
    return MeasuredRun(**{**values, **changes})


def test_scores_by_hand():
    # Ratios of λ: 1, 0.8, 1.25, and one whose signal was lost.
    runs = [run_of(0.9, 0.9), run_of(1.0, 0.8), run_of(0.64, 0.8), run_of(-0.01, 0.6)]
    score = next(scores_of(runs, ("mean-field", "esp")))
    assert (score.group, score.predictor, score.num_runs) == ("all", "mean-field", 4)
    assert score.median_error == pytest.approx((0.2 + 0.25) / 2)
    assert score.error_90 is None  # in the last tenth a signal was lost
    # 1/λ²: predicted over measured 1, 1.5625, 0.64 where there is a signal.
    assert score.inflation_ratio == pytest.approx(1.0)
    assert score.coverage == pytest.approx(1 / 4)  # √1.25 = 1.118 holds the first one only


def test_runs_of_one_circuit_are_averaged():
    runs = [run_of(0.8, 0.85, sha256="x"), run_of(0.9, 0.85, sha256="x"), run_of(0.7, 0.7), run_of(0.6, 0.5)]
    scores = {(s.group, s.predictor): s for s in scores_of(runs, ("mean-field",))}
    circuits = scores["circuits", "mean-field"]
    assert (circuits.num_runs, circuits.spearman) == (3, 1.0)
    assert circuits.median_error == pytest.approx(0.0)
    assert scores["λ 0.5 to 0.8", "mean-field"].num_runs == 2
    assert scores["λ above 0.8", "mean-field"].num_runs == 2


def test_no_rank_of_too_few_or_of_equal_values():
    assert spearman([1.0, 2.0], [1.0, 2.0]) is None
    assert spearman([1.0, 1.0, 1.0], [1.0, 2.0, 3.0]) is None
    assert spearman([1.0, 2.0, 3.0], [3.0, 2.0, 1.0]) == pytest.approx(-1.0)
