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


from nas.cli import main
from nas.results.device_cost import device_cost
from nas.results.report_members import Members
from nas.results.report_page import report_page
from nas.results.report_style import SCRIPT, STYLE
from nas.runs.evaluate import candidate_cost_in
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
