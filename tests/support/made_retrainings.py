"""Made outcomes of retrained networks, with answers drawn at given accuracies."""

from __future__ import annotations

import numpy as np

from nas.results.retrained_record import compared
from nas.training.rivals import CONTESTANTS, Outcome
from small_search import complete

LABELS = np.random.default_rng(7).integers(0, 3, 400)


def outcome(accuracy, seed, *, reason=None):
    right = np.random.default_rng(seed).random(len(LABELS)) < accuracy
    return Outcome(
        num_parameters=10,
        validation_accuracy=None if reason else accuracy,
        num_epochs=5,
        converged=True,
        reason=reason,
        predicted=() if reason else tuple(int(n) for n in np.where(right, LABELS, (LABELS + 1) % 3)),
        duration_s=0.0,
    )


def made(seeds=5, objectives=None, **accuracies):
    outcomes = {
        kind: [outcome(accuracies.get(kind.replace("-", "_"), 0.7), seed) for seed in range(seeds)]
        for kind in CONTESTANTS
    }
    return compared(1, complete("ab", **(objectives or {})), outcomes, LABELS)
