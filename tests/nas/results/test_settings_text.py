"""Settings as prose."""

from __future__ import annotations

import dataclasses

import pytest

pytest.importorskip("torch")
pytest.importorskip("moocore")
pytest.importorskip("deap")
pytest.importorskip("sklearn")
pytest.importorskip("matplotlib")

from nas.results.settings_text import settings_text


def test_settings_are_prose(run):
    said = " ".join(settings_text(run))
    for words in (
        "6 networks a generation",
        "3 generations",
        "2 times",
        "3 epochs",
        "fake_manila",
        "96 samples trained",
    ):
        assert words in said
    assert "keeps its weights" not in said


def test_kept_weights_are_said(run):
    config = dataclasses.replace(run.context.config, keep_weights=True)
    kept = dataclasses.replace(run, context=dataclasses.replace(run.context, config=config))
    assert "Its best epoch counts, and the run keeps its weights." in settings_text(kept)[1]
