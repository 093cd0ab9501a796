"""How much harder one validation part is than another: `without_part_effects`.

Where the trainings of networks validate on several parts of the data (`nas.datasets.folds`), a part with harder samples
must not make the networks look worse that happen to be trained on it. With the model of `nas.runs.error_model` and an
effect of each part,

    y_ijk = f(x_i) + d_k + u_i + e_ijk,   d_k ~ N(0, cφ),

the effects are predicted from Henderson's mixed model equations, at the most probable shares of f and u without them.
φ is averaged over on a grid that contains 0, so that parts that are equally hard get no effects. Networks are trained
again because their first trainings looked good; all trainings together in one likelihood account for that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from nas.runs.error_model import ErrorModel

VARIANCES = (0.0, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
"""Values of φ."""


def without_part_effects(
    model: ErrorModel, errors: Sequence[Sequence[float]], parts: Sequence[Sequence[int]]
) -> list[list[float]]:
    """Return the errors as if all had been measured on parts of average difficulty; the same where there is one part.

    Args:
        model: The model without effects of parts, fitted to these errors.
        errors: Errors of the trainings of each network.
        parts: Number of the part on which each was measured, from 0.
    """
    share, strength = model.most_probable
    effects = part_effects(model.rows, errors, parts, share=share, strength=strength)
    return [
        [value - float(effects[part]) for value, part in zip(own, where, strict=True)]
        for own, where in zip(errors, parts, strict=True)
    ]


def part_effects(
    rows: NDArray[np.float64],
    errors: Sequence[Sequence[float]],
    parts: Sequence[Sequence[int]],
    *,
    share: float,
    strength: float,
) -> NDArray[np.float64]:
    """Return by how much errors on each part exceed those of all parts on average, (parts,).

    Args:
        rows: Features of each network, on the scale on which f has the variance `strength`, (networks, columns).
        errors: Errors of the trainings of each network.
        parts: Number of the part on which each was measured, from 0.
        share: ρ, the share of what f leaves over that networks have of their own.
        strength: Variance of the slopes of f, in units of c.
    """
    import numpy as np

    counts = np.array([len(own) for own in errors])
    network = np.repeat(np.arange(len(counts)), counts)
    part = np.array([number for own in parts for number in own])
    values = np.array([value for own in errors for value in own])
    num_parts, num_columns = int(part.max()) + 1, rows.shape[1]
    design = np.hstack([np.ones((len(values), 1)), rows[network], np.eye(num_parts)[part]])

    def weighted(left: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return leftᵀ V⁻¹ right for what trainings of one network have in common and what not."""
        sums_left, sums_right = np.zeros((len(counts), left.shape[1])), np.zeros((len(counts), right.shape[1]))
        np.add.at(sums_left, network, left)
        np.add.at(sums_right, network, right)
        common = share / (1.0 - share + share * counts)
        found: NDArray[np.float64] = (left.T @ right - sums_left.T @ (common[:, None] * sums_right)) / (1.0 - share)
        return found

    whole, target = weighted(design, design), values[:, None] - values.mean()
    onto, squares = weighted(design, target)[:, 0], float(weighted(target, target)[0, 0])
    scores, found = [], []
    for variance in VARIANCES:
        kept = 1 + num_columns + (num_parts if variance else 0)
        prior = np.concatenate(
            [[0.0], np.full(num_columns, 1.0 / strength), np.full(num_parts, 1.0 / (variance or 1.0))]
        )
        matrix = whole[:kept, :kept] + np.diag(prior[:kept])
        solved = np.linalg.solve(matrix, onto[:kept])
        rest = max(squares - float(onto[:kept] @ solved), 1e-12)
        score = -0.5 * float(np.linalg.slogdet(matrix)[1]) - 0.5 * (len(values) - 1) * float(np.log(rest))
        scores.append(score - (0.5 * num_parts * float(np.log(variance)) if variance else 0.0))
        found.append(solved[1 + num_columns :] if variance else np.zeros(num_parts))
    weights = np.exp(np.array(scores) - max(scores))
    effects = weights @ np.array(found) / weights.sum()
    centred: NDArray[np.float64] = effects - effects.mean()
    return centred
