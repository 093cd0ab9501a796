"""Multinomial logistic regression, the simplest of rivals: `fit_logistic`, by scikit-learn."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hwcost.core.errors import MissingDependencyError

if TYPE_CHECKING:
    from nas.datasets.dataset import Dataset

STRENGTHS = (1e-3, 1e-2, 1e-1, 1.0, 1e1, 1e2, 1e3)
"""Inverse strengths C of the L2 penalty that the validation part chooses from."""

MAX_ITERATIONS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Logistic:
    """A fitted logistic regression.

    Attributes:
        num_parameters: Weights and biases of one linear layer, as a network would have them.
        validation_accuracy: Share of right answers on the validation part.
        strength: The C that was chosen.
        converged: Whether the solver ended before its limit.
        predicted: Class of each sample of the test part, by its number.
    """

    num_parameters: int
    validation_accuracy: float
    strength: float
    converged: bool
    predicted: tuple[int, ...]


def fit_logistic(data: Dataset) -> Logistic:
    """Fit a logistic regression to the training part, its penalty chosen by the loss on the validation part.

    The problem is convex: there is one solution, and no seed.

    Args:
        data: Data set; of its test part the features are used.

    Raises:
        MissingDependencyError: scikit-learn is not installed.
    """
    try:
        from sklearn.linear_model import LogisticRegression
        from sklearn.metrics import log_loss
    except ImportError:
        raise MissingDependencyError(
            'logistic regression needs scikit-learn, which is not installed; run: pip install "hwcost[nas]"'
        ) from None
    (x, y), (x_validation, y_validation) = data.training_part(), data.validation_part()
    found = []
    for strength in STRENGTHS:
        model = LogisticRegression(C=strength, max_iter=MAX_ITERATIONS)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the limit of iterations; `converged` says so
            model.fit(x, y)
        loss = log_loss(y_validation, model.predict_proba(x_validation), labels=model.classes_)
        found.append((float(loss), strength, model))
    _, strength, model = min(found, key=lambda one: one[:2])
    x_test, _ = data.test_part()
    return Logistic(
        num_parameters=(data.num_features + 1) * data.num_classes,
        validation_accuracy=float(model.score(x_validation, y_validation)),
        strength=strength,
        converged=int(model.n_iter_.max()) < MAX_ITERATIONS,
        predicted=tuple(int(number) for number in model.predict(x_test)),
    )
