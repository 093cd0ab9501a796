"""The report of a run: one page that holds everything, escapes all names, and can be hovered; and its pictures."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import os
import re
import shutil
import subprocess
from html.parser import HTMLParser

import pytest

pytest.importorskip("torch")
pytest.importorskip("moocore")
pytest.importorskip("deap")
pytest.importorskip("sklearn")
pytest.importorskip("matplotlib")

import itertools

import nas
from nas.cli import main
from nas.core.errors import RunError
from nas.results.device_cost import device_cost
from nas.results.importance import GeneImportance
from nas.results.kept_retrainings import kept_retrainings
from nas.results.picks import picks
from nas.results.report_members import Members
from nas.results.report_page import report_page
from nas.results.report_style import SCRIPT, STYLE
from nas.results.settings_text import settings_text
from nas.results.volume import generation_volumes, volume_curve
from nas.runs.evaluate import candidate_cost_in
from nas.runs.fronts import bounds, hypervolume
from nas.spaces.build import architecture
from nas.spaces.genes import active_genes
from nas.spaces.record import format_genome

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="module")
def report(folder, tmp_path_factory):
    place = tmp_path_factory.mktemp("report")
    assert main(["report", str(folder), "-o", str(place)]) == 0
    return place


@pytest.fixture(scope="module")
def page(report):
    return (report / "report.html").read_text(encoding="utf-8")


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))


def tags(page: str) -> list[tuple[str, dict[str, str]]]:
    parser = Tags()
    parser.feed(page)
    return parser.seen


def test_report_holds_everything(run, report, page):
    assert f"{len(run.front)} networks on the front" in page
    assert "the circuit needs 6 qubits" in page
    for fact in (run.context.dataset.sha256[:16], "fake_manila", "2024", "hwcost", "torch"):
        assert fact in page
    assert {path.name for path in report.glob("*.png")} >= {"front.png", "hypervolume.png", "cost.png"}
    for number, member in enumerate(run.front, start=1):
        assert page.count(f'id="member-{number}"') == 1
        assert format_genome(active_genes(member.genome)) in page
        assert f"{member.cost['quantum_flops']:,} a sample" in page


def test_nothing_is_loaded_and_only_its_own_script_runs(page):
    assert "http" not in page.replace("http-equiv", "")
    for tag, attributes in tags(page):
        assert not {"src", "style"} & attributes.keys(), (tag, attributes)
        assert not any(name.startswith("on") for name in attributes), (tag, attributes)
        assert attributes.get("href", "#").startswith("#")
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
    for content, kind in ((SCRIPT, "script"), (STYLE, "style")):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
        assert re.search(rf"<{kind}>(.*?)</{kind}>", page, re.DOTALL)[1] == content


def test_members_are_in_each_panel_and_say_what_they_are(run, page):
    num_panels = 3  # pairs of three objectives
    for number in range(1, len(run.front) + 1):
        marks = [one for tag, one in tags(page) if tag == "g" and one.get("data-member") == str(number)]
        assert len(marks) == num_panels
        assert all(mark["data-tip"].startswith(f"Member {number}") for mark in marks)
    others = [one for tag, one in tags(page) if tag == "g" and one.get("class") == "dot evaluated"]
    complete = len(run.evaluations) - len(run.failures)
    assert len(others) == num_panels * (complete - len(run.front))


def test_picks_are_the_best_by_what_they_say(run, page):
    found = {pick.name: pick for pick in picks(run)}
    assert set(found) == {"most-accurate", "cheapest", "best-esp", "least-norm"}
    estimates = run.estimates.networks
    least = min(estimates[member.architecture_hash].error for member in run.front)
    assert estimates[found["most-accurate"].member.architecture_hash].error == least
    times = [run.objectives[1].compared(member.objectives["qpu_time_s"]) for member in run.front]
    assert run.objectives[1].compared(found["cheapest"].member.objectives["qpu_time_s"]) == min(times)
    assert found["best-esp"].member.objectives["esp"] == max(member.objectives["esp"] for member in run.front)
    assert found["least-norm"].member is run.compromise
    for pick in found.values():
        assert run.front[pick.number - 1] is pick.member
        assert f'<a href="#member-{pick.number}">' in page


def test_the_hypervolume_is_one_number(run, page):
    assert volume_curve(run)[-1][1] == run.hypervolume == generation_volumes(run)[-1]
    assert run.hypervolume == pytest.approx(run.estimates.hypervolume.value, abs=1e-12)
    limits = bounds(run.evaluations, run.objectives)
    assert run.hypervolume == pytest.approx(hypervolume(run.judged, run.objectives, limits), abs=1e-3)
    volumes = [volume for _, volume in volume_curve(run)]
    assert all(later >= earlier - 1e-3 for earlier, later in itertools.pairwise(volumes))
    assert f"Now {run.hypervolume:.3f}." in page
    assert f"hypervolume {run.hypervolume:.3f} (" in page


def test_parts_that_cannot_be_seen_are_said(run, page):
    facts = Members.of(run, {}).facts
    small = [text for one in facts for text in one.small_parts()]
    assert small
    for text in small:
        assert text in page
        assert float(re.search(r"([\d.e-]+) %", text)[1]) < 1.0
    for one in facts:
        assert one.quantum_s + one.classical_s == pytest.approx(sum(one.parts_s.values()))


def test_flops_of_linear_layers_are_those_of_a_costed_training(run):
    for member, facts in zip(run.front, Members.of(run, {}).facts, strict=True):
        assert facts.classical_flops == member.cost["model_cost"]["classical"]["flops_per_sample"]


def test_fits_that_explain_nothing_are_named_and_not_drawn(run):
    told = GeneImportance(objective="esp", score=0.8, shares=(("qubits", 1.2), ("layers", 0.1)))
    untold = GeneImportance(objective="validation_error", score=0.04, shares=(("embedding", 0.3),))
    page = report_page(run, Members.of(run, {}), [told, untold])
    genes = page[page.index("Which genes matter") : page.index("What it rests on")]
    assert "embedding: " not in genes
    assert "qubits: 1.2 of the variance" in genes
    assert "Genes explain nothing of validation error (R² 0.04)" in genes


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


def test_names_are_text_on_the_page(run):
    evil = "<script>alert(1)</script>\"' onclick=x"
    info = dataclasses.replace(run.context.dataset, name=evil)
    space = dataclasses.replace(run.context.space, name=evil)
    context = dataclasses.replace(run.context, dataset=info, space=space)
    failed = [dataclasses.replace(one, reason=evil) if one.state == "FAILED" else one for one in run.evaluations]
    changed = dataclasses.replace(run, context=context, evaluations=tuple(failed), versions={evil: evil})
    page = report_page(changed, Members.of(changed, {}), [], [evil])
    assert page.count("<script>") == 1
    assert not any(name == "onclick" for _, one in tags(page) for name in one)
    assert "&lt;script&gt;alert(1)" in page


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


def browser():
    named = os.environ.get("CHROMIUM")
    return named or next((path for path in map(shutil.which, BROWSERS) if path), None)


@pytest.mark.skipif(browser() is None, reason="there is no Chromium; CHROMIUM names one")
def test_a_browser_shows_it_without_complaint(run, page, tmp_path):
    place = tmp_path / "report.html"
    # Its own script is allowed by its digest alone; that it ran shows in the page that comes back.
    place.write_text(page, encoding="utf-8")
    words = [browser(), "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--dump-dom"]
    words += ["--window-size=1280,900", f"--user-data-dir={tmp_path / 'user'}", "--enable-logging=stderr"]
    done = subprocess.run([*words, place.as_uri()], capture_output=True, text=True, timeout=120, check=True)
    assert '<div id="tip">' in done.stdout
    assert "Refused to" not in done.stderr
    assert done.stdout.count('class="member-box"') == len(run.front)


def test_stored_costs_are_those_of_the_model(run):
    one = run.front[0]
    stored = device_cost(one)
    model = candidate_cost_in(run.context, architecture(run.context.space, one.genome)).model_cost
    assert (stored.backend, stored.snapshot_date[:10]) == ("fake_manila", "2024-05-27")
    assert sum(stored.parts_s.values()) == pytest.approx(model.unified.time_s, rel=1e-6)
    assert stored.assumptions[-len(model.assumptions) :] == tuple(model.assumptions)
    trained_only = next(one for one in run.evaluations if one.cost is None)
    assert device_cost(trained_only) is None
