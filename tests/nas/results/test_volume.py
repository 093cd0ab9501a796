"""The hypervolume is one number."""

from __future__ import annotations

import itertools

import pytest

pytest.importorskip("torch")
pytest.importorskip("moocore")
pytest.importorskip("deap")
pytest.importorskip("sklearn")
pytest.importorskip("matplotlib")

from nas.results.volume import generation_volumes, volume_curve
from nas.runs.fronts import bounds, hypervolume


def test_the_hypervolume_is_one_number(run):
    assert volume_curve(run)[-1][1] == run.hypervolume == generation_volumes(run)[-1]
    assert run.hypervolume == pytest.approx(run.estimates.hypervolume.value, abs=1e-12)
    limits = bounds(run.evaluations, run.objectives)
    assert run.hypervolume == pytest.approx(hypervolume(run.judged, run.objectives, limits), abs=1e-3)
    volumes = [volume for _, volume in volume_curve(run)]
    assert all(later >= earlier - 1e-3 for earlier, later in itertools.pairwise(volumes))
