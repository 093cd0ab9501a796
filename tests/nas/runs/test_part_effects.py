"""Effects of validation parts: found where networks were chosen by luck, none where there are none."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("sklearn")
pytest.importorskip("moocore")

from nas.runs.error_model import fit_errors
from nas.runs.part_effects import part_effects, without_part_effects


def chosen_by_luck(seed, hard, networks=120, again=30, noise=0.06):
    """Networks trained once on the first part, and those that looked best then again, on another one each."""
    rng = np.random.default_rng(seed)
    rows = rng.standard_normal((networks, 6))
    true = 0.2 + rows @ rng.normal(0.0, 0.02, 6) + rng.normal(0.0, 0.02, networks)
    errors = [[true[i] + hard[0] + rng.normal(0.0, noise)] for i in range(networks)]
    parts = [[0] for _ in errors]
    for position, i in enumerate(np.argsort([own[0] for own in errors])[:again]):
        part = 1 + position % (len(hard) - 1)
        errors[i].append(true[i] + hard[part] + rng.normal(0.0, noise))
        parts[i].append(part)
    return rows, errors, parts, true


def effects(rows, errors, parts):
    model = fit_errors(rows, errors)
    share, strength = model.most_probable
    return part_effects(model.rows, errors, parts, share=share, strength=strength)


def test_networks_that_were_chosen_by_luck_do_not_make_the_other_parts_look_hard():
    """Half of what they lose when trained again is luck; a plain mean of differences would take it for the parts."""
    found, plain = [], []
    for seed in range(20):
        rows, errors, parts, _ = chosen_by_luck(seed, (0.0, 0.0, 0.0))
        found.append(effects(rows, errors, parts))
        plain.append(np.mean([own[1] - own[0] for own in errors if len(own) > 1]))
    assert np.mean(plain) > 0.05
    assert np.abs(np.mean(found, axis=0)).max() < 0.003
    assert np.max(np.abs(found)) < 0.03


def test_a_part_that_is_harder_is_found_and_estimates_are_freed_of_it():
    hard = np.array([-0.1, 0.1, 0.0])
    before, after = [], []
    for seed in range(10):
        rows, errors, parts, true = chosen_by_luck(seed, hard, again=60)
        found = effects(rows, errors, parts)
        assert found == pytest.approx(hard, abs=0.05)
        model = fit_errors(rows, errors)
        freed = fit_errors(rows, without_part_effects(model, errors, parts))
        for into, fitted in ((before, model), (after, freed)):
            estimate, _ = fitted.estimates()
            into.append(float(np.std(estimate - true)))
    assert np.mean(after) < 0.9 * np.mean(before)


def test_where_each_network_was_trained_on_each_part_the_effects_are_differences_of_means():
    rng = np.random.default_rng(1)
    rows = rng.standard_normal((60, 3))
    errors = [[0.2 + part + rng.normal(0.0, 0.02) for part in (-0.05, 0.0, 0.05)] for _ in rows]
    means = np.mean(errors, axis=0)
    assert effects(rows, errors, [[0, 1, 2]] * 60) == pytest.approx(means - means.mean(), abs=2e-3)


def test_one_part_has_no_effect_and_one_network_is_enough():
    errors = [[0.1, 0.2], [0.3]]
    model = fit_errors(np.zeros((2, 1)), errors)
    (first, second), (third,) = without_part_effects(model, errors, [[0, 0], [0]])
    assert (first, second, third) == pytest.approx((0.1, 0.2, 0.3))
    alone = fit_errors(np.zeros((1, 1)), [[0.1, 0.3]])
    assert np.isfinite(without_part_effects(alone, [[0.1, 0.3]], [[0, 1]])).all()
