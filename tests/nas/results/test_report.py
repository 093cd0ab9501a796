"""The report of a run, and the stored costs that it shows."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")
pytest.importorskip("moocore")
pytest.importorskip("deap")
pytest.importorskip("sklearn")
pytest.importorskip("matplotlib")

from nas.cli import main
from nas.results.device_cost import device_cost
from nas.runs.evaluate import candidate_cost_in
from nas.spaces.build import architecture


def test_report_holds_everything(folder, run, tmp_path, capsys):
    assert main(["report", str(folder), "-o", str(tmp_path / "report")]) == 0
    page = (tmp_path / "report" / "report.html").read_text()
    assert "http" not in page.replace("http-equiv", "")  # nothing is loaded from elsewhere
    assert page.count("data:image/png;base64,") == len(list((tmp_path / "report").glob("*.png"))) >= 3
    assert f"{len(run.front)} networks on the front" in page
    assert "the circuit needs 6 qubits" in page
    for fact in (run.context.dataset.sha256[:16], "fake_manila", "2024", "hwcost", "torch"):
        assert fact in page
    assert page.count("<tr>") + page.count("<tr class") > len(run.front)


def test_stored_costs_are_those_of_the_model(run):
    one = run.front[0]
    stored = device_cost(one)
    model = candidate_cost_in(run.context, architecture(run.context.space, one.genome)).model_cost
    assert (stored.backend, stored.snapshot_date[:10]) == ("fake_manila", "2024-05-27")
    assert sum(stored.parts_s.values()) == pytest.approx(model.unified.time_s, rel=1e-6)
    assert stored.assumptions[-len(model.assumptions) :] == tuple(model.assumptions)
    trained_only = next(one for one in run.evaluations if one.cost is None)
    assert device_cost(trained_only) is None
