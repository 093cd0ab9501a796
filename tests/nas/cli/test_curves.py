"""`nas curves`: every format, and one line where something is wrong."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("torch")
pytest.importorskip("sklearn")
pytest.importorskip("deap")
pytest.importorskip("moocore")

import nas
from nas.cli import main
from small_search import small_config


def test_every_format_shows_the_same_study(tmp_path, capsys):
    config = small_config(tmp_path, epochs=2, generations=0, population=8)
    nas.search(config, tmp_path / "run")
    capsys.readouterr()
    pages = {}
    for form in ("text", "json", "csv", "html"):
        assert main(["curves", str(tmp_path / "run"), "--format", form]) == 0
        pages[form], err = capsys.readouterr()
        assert err == ""
    assert json.loads(pages["json"])["num_networks"] == 8
    assert len(pages["csv"].splitlines()) == 2
    assert "rank correlation" in pages["text"]
    assert pages["html"].startswith("<!DOCTYPE html>")


def test_what_is_wrong_is_one_line(tmp_path, capsys):
    assert main(["curves", str(tmp_path)]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
