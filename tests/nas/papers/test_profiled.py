import json

import pytest

pytest.importorskip("pennylane")
pytest.importorskip("torch")

from nas.papers.profiled import flops_units


def test_both_counts_are_of_the_same_networks_and_kept(tmp_path):
    units = flops_units(tmp_path, quick=True)
    rows = json.loads((tmp_path / "profiled.json").read_text())["rows"]
    ratios = sorted(row["profiled"] / row["closed"] for row in rows)
    assert units.num_networks == len(rows) == 4
    assert (units.low, units.high) == (ratios[0], ratios[-1])
    assert ratios[1] <= 10.0**units.log10_ratio <= ratios[2]
    assert "4 networks" in units.text()
    assert flops_units(tmp_path, quick=True) == units
