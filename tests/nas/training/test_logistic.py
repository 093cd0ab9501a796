"""Logistic regression: the penalty is chosen by the validation part, and the test part chooses nothing."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("sklearn")
from sklearn.linear_model import LogisticRegression

import nas
from nas.training.logistic import STRENGTHS, fit_logistic


def test_it_is_scikit_learns_with_the_penalty_of_the_least_validation_loss():
    data = nas.load_dataset("wine")
    fitted = fit_logistic(data)
    assert fitted.strength in STRENGTHS
    assert fitted.converged
    assert fitted.num_parameters == 13 * 3 + 3
    (x, y), (x_validation, y_validation), (x_test, _) = (
        data.training_part(), data.validation_part(), data.test_part()
    )  # fmt: skip
    losses = {}
    for strength in STRENGTHS:
        model = LogisticRegression(C=strength, max_iter=2000).fit(x, y)
        losses[strength] = -np.log(model.predict_proba(x_validation)[np.arange(len(y_validation)), y_validation]).mean()
    assert fitted.strength == min(losses, key=losses.get)
    model = LogisticRegression(C=fitted.strength, max_iter=2000).fit(x, y)
    assert fitted.predicted == tuple(model.predict(x_test))
    assert fitted.validation_accuracy == model.score(x_validation, y_validation)
