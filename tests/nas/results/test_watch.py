"""The page that follows a search: what it serves, to whom, and what a browser makes of it."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import socket
import sqlite3
import struct
import subprocess
import time

import pytest

pytest.importorskip("torch")
pytest.importorskip("moocore")
pytest.importorskip("deap")
pytest.importorskip("sklearn")

import nas
from nas.cli import main
from nas.core.errors import RunError, SettingError
from nas.results.front_text import front_text
from nas.results.volume import generation_volumes
from nas.results.watch import Watcher, is_local
from nas.results.watch_page import PAGE, POLICY
from nas.results.watch_state import watch_state
from small_search import small_config

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("watched")
    return nas.search(small_config(folder, population=4, generations=1, epochs=1, pilot=True), folder / "run")


@pytest.fixture(scope="module")
def watcher(found):
    with Watcher(found.folder) as watching:
        yield watching


def ask(watcher, path="/", method="GET", **headers):
    """Status, headers and text of an answer; Host is that of the address unless another is given."""
    connection = http.client.HTTPConnection("127.0.0.1", int(watcher.url.rsplit(":", 1)[1].strip("/")), timeout=30)
    connection.putrequest(method, path, skip_host="Host" in headers)
    for name, value in headers.items():
        if value is not None:
            connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, answer.headers, text


def test_the_state_is_that_of_the_run(found, watcher):
    status, headers, text = ask(watcher, "/state.json")
    assert (status, headers["Content-Type"]) == (200, "application/json")
    state = json.loads(text)
    assert state == json.loads(json.dumps(watch_state(found.folder))) | {"changed_s_ago": state["changed_s_ago"]}
    assert state["num_evaluations"] == len(found.evaluations)
    known = [found.estimates.networks[member.architecture_hash] for member in found.front]
    where = next(number for number, one in enumerate(state["objectives"]) if one["estimated"])
    assert state["objectives"][where]["name"] == "validation_error"
    assert [member["values"][where] for member in state["front"]] == [one.error for one in known]
    assert [member["interval"] for member in state["front"]] == [[one.low, one.high] for one in known]
    costs = [[value for name, value in m.objectives.items() if name != "validation_error"] for m in found.front]
    assert [m["values"][:where] + m["values"][where + 1 :] for m in state["front"]] == costs
    for member in state["front"]:
        for text in (*member["texts"], member["observed"], member["on_front"]):
            assert text in front_text(found)
    assert len(state["notes"]) == 2
    assert all(note in front_text(found) for note in state["notes"])
    errors = [found.estimates.networks[one.architecture_hash].error for one in found.evaluations]
    assert [point[where] for point in state["points"]] == errors
    assert (state["finished"], state["left"], state["stop"]) == (True, 0, found.stop)
    assert state["signal"]["summary"] == found.pilot.summary()
    assert len(state["points"]) == len(found.evaluations)
    assert [one["hypervolume"] for one in state["generations"]] == generation_volumes(found)


def test_the_page_has_everything_in_it_and_may_load_nothing(watcher):
    status, headers, text = ask(watcher)
    assert (status, text) == (200, PAGE)
    assert headers["Content-Security-Policy"] == POLICY
    assert "default-src 'none'" in POLICY
    assert not re.search(r"(src|href)\s*=|@import|url\(|https?://(?!www\.w3\.org/2000/svg)", text)
    assert "innerHTML" not in text
    assert headers["Cache-Control"] == "no-store"
    assert "Access-Control-Allow-Origin" not in headers


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", 200),
        ("localhost:1", 200),
        ("LOCALHOST", 200),
        ("evil.example", 403),
        ("evil.example:80", 403),
        ("127.0.0.1.evil.example", 403),
        ("localhost:evil", 403),
        ("localhost:\xb2", 403),
        ("", 403),
        (None, 403),
    ],
)
def test_a_site_that_points_its_name_at_this_machine_is_told_nothing(watcher, host, status):
    for path in ("/", "/state.json"):
        found_status, _, text = ask(watcher, path, Host=host)
        assert found_status == status
        assert status == 200 or text == "ask for 127.0.0.1 or localhost\n"


def test_two_hosts_are_none():
    assert not is_local(["localhost", "localhost"])


def test_nothing_else_is_served_and_nothing_is_taken(watcher):
    for path in ("/run.json", "/../run.json", "//etc/passwd", "/state.json/", "/%2e%2e/run.json", "*"):
        assert ask(watcher, path)[0] == 404
    assert ask(watcher, "/?x=1")[0] == ask(watcher, "/state.json?x")[0] == 200
    status, headers, text = ask(watcher, "/state.json", "HEAD")
    assert (status, text) == (200, "")
    assert int(headers["Content-Length"]) > 100
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "TRACE"):
        assert ask(watcher, "/state.json", method)[0] == 501


def test_only_this_machine_is_listened_to(watcher):
    assert watcher.url.startswith("http://127.0.0.1:")
    assert watcher._server.server_address[0] == "127.0.0.1"


def test_watching_changes_nothing(found, watcher):
    before = {path.name: path.read_bytes() for path in found.folder.iterdir()}
    assert ask(watcher, "/state.json")[0] == 200
    watch_state(found.folder)
    assert {path.name: path.read_bytes() for path in found.folder.iterdir()} == before


def test_a_search_at_work_is_followed_and_a_run_that_is_damaged_is_said(found, tmp_path, monkeypatch):
    """The states between are those of a run that has as many rows; the same search then goes on beside the page."""
    monkeypatch.setattr("nas.results.watch.FRESH_S", 0.0)
    folder = tmp_path / "run"
    shutil.copytree(found.folder, folder)
    base = sqlite3.connect(folder / "evaluations.sqlite3")
    base.execute("DELETE FROM evaluations WHERE position > 1")
    base.execute("DELETE FROM generations")
    base.commit()
    base.close()
    with Watcher(folder) as watching:
        state = json.loads(ask(watching, "/state.json")[2])
        assert (state["finished"], state["num_evaluations"], state["generation"]) == (False, 2, 0)
        assert state["left"] == 2 * 4 - 2
        assert state["work_left_s"] == pytest.approx(6 * state["work_s"] / 2)
        seen = []
        nas.resume(folder, progress=lambda _: seen.append(json.loads(ask(watching, "/state.json")[2])))
        assert [one["num_evaluations"] for one in seen] == sorted(one["num_evaluations"] for one in seen)
        assert json.loads(ask(watching, "/state.json")[2])["num_evaluations"] == len(found.evaluations)
        (folder / "run.json").write_text("{")
        status, _, text = ask(watching, "/state.json")
        assert status == 500
        assert "damaged" in json.loads(text)["error"]
        assert ask(watching)[0] == 200


def test_a_browser_that_goes_away_and_other_noise_say_nothing(watcher, capfd):
    address = ("127.0.0.1", int(watcher.url.rsplit(":", 1)[1].strip("/")))
    for request in (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", b"GET / HT", b"\0\xff\r\n\r\n", b"G" * 70_000):
        for _ in range(5):
            with socket.create_connection(address) as caller:
                caller.sendall(request)
                caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # closing resets
    assert ask(watcher)[0] == 200
    assert capfd.readouterr() == ("", "")


def test_an_error_of_ours_is_one_line_on_stderr(found, monkeypatch, capfd):
    def failing(folder):
        raise ValueError("a fault")

    with Watcher(found.folder) as watching:
        monkeypatch.setattr("nas.results.watch.FRESH_S", 0.0)
        monkeypatch.setattr("nas.results.watch.watch_state", failing)
        with pytest.raises(http.client.BadStatusLine):
            ask(watching, "/state.json")
        assert ask(watching)[0] == 200
    assert capfd.readouterr().err.startswith("nas: internal error, ValueError: a fault;")


def test_what_cannot_be_watched_is_one_line(found, watcher, tmp_path, capsys):
    with pytest.raises(RunError, match="not a run of nas"):
        Watcher(tmp_path)
    with pytest.raises(SettingError, match="port is 70000"):
        Watcher(found.folder, 70000)
    busy = watcher.url.rsplit(":", 1)[1].strip("/")
    for words in (["--port", busy], ["--port", "-1"], ["--port", "65536"]):
        assert main(["watch", str(found.folder), *words]) == 2
        out, err = capsys.readouterr()
        assert (out, err.count("\n")) == ("", 1)
        assert "port" in err


def browser():
    named = os.environ.get("CHROMIUM")
    return named or next((path for path in map(shutil.which, BROWSERS) if path), None)


@pytest.mark.skipif(browser() is None, reason="there is no Chromium; CHROMIUM names one")
def test_a_browser_shows_the_front(found, watcher, tmp_path):
    words = [browser(), "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--dump-dom"]
    words += [f"--user-data-dir={tmp_path}", "--timeout=20000", "--virtual-time-budget=3000", watcher.url]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=True)
    page = done.stdout
    assert f'data-evaluations="{len(found.evaluations)}"' in page, done.stderr[-2000:]
    assert re.search(r"<h1 id=\"title\">[^<]* on iris</h1>", page)
    assert found.stop in page
    body = re.search(r'<tbody id="front-body">(.*?)</tbody>', page, re.DOTALL)[1]
    assert body.count("<tr") == len(found.front)
    for member in found.front:
        assert f"<td>{member.num_parameters}</td>" in body
        known = found.estimates.networks[member.architecture_hash]
        assert f"<td>{known.error:.3f} ({known.low:.3f}–{known.high:.3f})</td>" in body
    assert page.count('class="interval"') == len(found.front)
    assert "errors are estimates from" in re.search(r'<div id="notes">.*?</div>', page, re.DOTALL)[0]
    assert page.count('class="member"') == len(found.front)
    assert page.count('class="dot"') == len(found.evaluations)
    assert "network's" in re.search(r'<p id="signal".*?</p>', page, re.DOTALL)[0]


def test_the_command_serves_until_it_is_interrupted(found):
    import signal
    import sys
    import urllib.request

    words = [sys.executable, "-c", "import sys; from nas.cli import main; sys.exit(main(sys.argv[1:]))"]
    with subprocess.Popen([*words, "watch", str(found.folder)], stdout=subprocess.PIPE, text=True) as process:
        line = process.stdout.readline()
        url = line.split()[0]
        assert json.loads(urllib.request.urlopen(f"{url}state.json", timeout=60).read())["finished"]
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
