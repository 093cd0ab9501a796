"""Settings as prose."""

from __future__ import annotations

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
