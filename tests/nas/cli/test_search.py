"""`nas search` and its configuration have the same keys."""

from __future__ import annotations

import dataclasses

import pytest

pytest.importorskip("moocore")

from nas.cli.search import command
from nas.runs.config import SearchConfig


def test_every_option_of_the_command_has_its_key_and_the_other_way_round():
    options = {parameter.name for parameter in command.params} - {"file", "folder", "workers", "cluster", "quiet"}
    assert options == {f.name for f in dataclasses.fields(SearchConfig)}
