"""The names of the JSON schemas in the source: files that people have keep their meaning only while these stay."""

from __future__ import annotations

import re

from qiskit import QuantumCircuit

import hwcost
from places import ROOT

NAME = re.compile(r'"((?:hwcost|nas)\.[a-z._-]+/[0-9]+)"')
SCHEMAS = [
    "hwcost.baseline/1",
    "hwcost.calibration-diff/1",
    "hwcost.calibration-summary/1",
    "hwcost.calibration/1",
    "hwcost.collected-jobs/1",
    "hwcost.comparison/1",
    "hwcost.device/1",
    "hwcost.estimate/1",
    "hwcost.job-time-score/1",
    "hwcost.job-time/1",
    "hwcost.job/1",
    "hwcost.measured-validation/1",
    "hwcost.measured/1",
    "hwcost.model/1",
    "hwcost.readout/1",
    "hwcost.validation/1",
    "nas.checkpoint/1",
    "nas.curves/1",
    "nas.device-jobs/1",
    "nas.evaluation/1",
    "nas.front/1",
    "nas.member/1",
    "nas.paper-figures/1",
    "nas.pilot/1",
    "nas.reproduction/1",
    "nas.retrained/1",
    "nas.retraining/1",
    "nas.run/1",
    "nas.space/1",
    "nas.supercircuit-study/1",
    "nas.supercircuit/1",
    "nas.train/1",
    "nas.watch/1",
]


def test_schema_names_are_exactly_these():
    """A mechanical rename of modules once broke two of them."""
    sources = [path.read_text(encoding="utf-8") for room in ("hwcost", "nas") for path in (ROOT / room).rglob("*.py")]
    assert sorted({name for text in sources for name in NAME.findall(text)}) == SCHEMAS


HARDWARE = {
    "attenuation", "kind", "share", "factor", "factor_mean", "inflation_low", "inflation_high", "num_runs", "source",
}  # fmt: skip


def test_the_error_on_hardware_has_these_keys():
    circuit = QuantumCircuit(1)
    circuit.x(0)
    circuit.measure_all()
    options = {"num_seeds": 1, "optimization_level": 1}
    shots = hwcost.estimate(circuit, "fake_manila", **options).to_dict()["shots"]
    assert shots["needed_low"] <= shots["needed"] <= shots["needed_high"]
    assert set(shots["hardware"]) == HARDWARE
    compared = hwcost.compare(circuit, "fake_manila", num_seeds=1, optimization_levels=1, cache=False)
    row = compared.to_rows()[0]
    assert (row["shots_needed_low"], row["shots_needed_high"]) == (shots["needed_low"], shots["needed_high"])
    model = hwcost.estimate_model(circuit, backend="fake_manila", scope="inference", **options).to_dict()
    assert model["quantum"]["shots_low"] <= model["quantum"]["shots"] <= model["quantum"]["shots_high"]


def test_the_spread_over_seeds_has_these_keys():
    circuit = QuantumCircuit(1)
    circuit.x(0)
    circuit.measure_all()
    spread = hwcost.estimate(circuit, "fake_manila", num_seeds=2, optimization_level=1).to_dict()["spread"]
    assert set(spread) == {
        "num_seeds", "levels", "further_gain", "circuit_duration_s", "num_2q", "num_swaps", "inflation_worst",
        "inflation_method",
    }  # fmt: skip
    assert (spread["num_seeds"], spread["levels"], spread["further_gain"]) == (2, [1], 0.0)


def test_files_that_ship_have_schemas_of_the_list():
    found = {
        name
        for path in sorted((ROOT / "calibrations").rglob("*.json"))
        for name in NAME.findall(path.read_text("utf-8"))
    }
    assert {"hwcost.job-time/1"} <= found <= set(SCHEMAS)


def test_the_expression_finds_names_and_nothing_else():
    text = 'SCHEMA = "hwcost.job-time/12"; "hwcost.core.files", "nas/1", "other.thing/1", "nas.run/x", `nas.run/1`'
    assert NAME.findall(text) == ["hwcost.job-time/12"]
