"""Values of objectives as people read them."""

from __future__ import annotations

import pytest

from nas.results.values import objective_title, value_text
from nas.runs.objectives import OBJECTIVES


@pytest.mark.parametrize(
    ("name", "value", "title", "text"),
    [
        ("unified_time_s", 90.0, "unified time", "90 s"),
        ("parameters", 1234.0, "parameters", "1,234"),
        ("peak_memory_bytes", 2048.0, "peak memory (B)", "2,048"),
        ("esp", 0.123456, "esp", "0.1235"),
        ("energy_j", 1.5e12, "energy (J)", "1.5e+12"),
    ],
)
def test_values_and_titles(name, value, title, text):
    assert objective_title(OBJECTIVES[name]) == title
    assert value_text(OBJECTIVES[name], value) == text
