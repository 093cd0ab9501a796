"""The interval of a fit."""

from __future__ import annotations

import numpy as np

from hwcost.jobs.residuals import fitted_interval


def test_an_interval_holds_its_share_and_slow_jobs_have_their_own_quantile() -> None:
    rng = np.random.default_rng(3)
    predicted = rng.uniform(2.0, 4.0, 400)
    observed = predicted * np.exp(0.02 * rng.standard_normal(400)) * np.where(rng.random(400) < 0.1, 2.0, 1.0)
    design, fits = np.ones((400, 1)), rng.normal(1.0, 0.01, (50, 1))
    interval = fitted_interval(observed, predicted, design=design, fits=fits, num_groups=5, nominal=0.9, notes=[])
    ends = np.array([interval.around(value) for value in predicted])
    assert abs(np.mean((ends[:, 0] <= observed) & (observed <= ends[:, 1])) - 0.9) < 0.03
    assert interval.high_share > 10.0 * interval.low_share
    assert 2.13 < interval.constants_factor < 2.14  # Student's t, 4 degrees of freedom, 95 %
