"""Test scores that `nas retrain` has kept, in a report."""

from __future__ import annotations

import shutil

import pytest

pytest.importorskip("torch")
pytest.importorskip("moocore")
pytest.importorskip("deap")
pytest.importorskip("sklearn")
pytest.importorskip("matplotlib")

import nas
from nas.core.errors import RunError
from nas.results.kept_retrainings import kept_retrainings


def test_retrained_members_show_their_test_scores(run, tmp_path):
    copy = tmp_path / "run"
    shutil.copytree(run.folder, copy)
    assert kept_retrainings(nas.open_run(copy)) == {}
    done = nas.retrain(copy, 1, seeds=2, epochs=2)
    nas.retrain(copy, 1, seeds=1, epochs=1)  # fewer trainings: the others count
    again = nas.open_run(copy)
    kept = kept_retrainings(again)
    assert list(kept) == [again.front[0].architecture_hash]
    assert kept[again.front[0].architecture_hash].tried == done.members[0].tried
    place = nas.write_report(copy, tmp_path / "out").page
    page = place.read_text(encoding="utf-8")
    assert f"{done.members[0].network.test.value:.1%} (" in page
    assert "Does the circuit earn its cost?" in page
    for path in (copy / "retrained").glob("*-mlp-*"):
        path.write_text("{")
    with pytest.raises(RunError, match="damaged"):
        nas.write_report(copy, tmp_path / "out")
