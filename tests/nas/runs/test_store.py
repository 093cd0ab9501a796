"""The directory of a run: what is in it, and all that can be wrong with it."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace

import pytest

pytest.importorskip("sklearn")
pytest.importorskip("moocore")

from nas.core.errors import RunError
from nas.runs.context import make_context
from nas.runs.run import open_run
from nas.runs.store import EVALUATIONS, RUN, RunStore, changed_versions, create
from nas.runs.store_writer import Writer
from places import SUPPORT
from small_search import GENOME, complete, failure, small_config

KEYS = {"quantum_flops": 1.0, "validation_error": 0.5, "parameters": 9}


@pytest.fixture
def context(tmp_path):
    return make_context(small_config(tmp_path))


@pytest.fixture
def folder(tmp_path, context):
    create(tmp_path / "run", context)
    return tmp_path / "run"


def one(name, **changes):
    return complete(name, **{**KEYS, **changes})


def fill(folder, *evaluations, start=0):
    with RunStore(folder, writable=True) as store:
        store.add([(start + i, e) for i, e in enumerate(evaluations)])


# What is kept


def test_what_was_added_is_there_in_the_order_of_positions(folder):
    with RunStore(folder, writable=True) as store:
        store.add([(2, one("c")), (1, failure("b"))])
        store.add([(0, one("a", validation_error=0.25))])
        store.note_generation(0, {"number": 0})
        store.flush()
        assert store.evaluations() == [one("a", validation_error=0.25), failure("b"), one("c")]
    with RunStore(folder) as store:
        assert [e.architecture_hash for e in store.evaluations()] == ["a", "b", "c"]
        assert store.generations() == [{"number": 0}]


def test_a_run_that_has_not_begun_is_empty(folder):
    run = open_run(folder)
    assert (run.evaluations, run.generations, run.front, run.ranks, run.stop, run.compromise) == (
        (),
        (),
        (),
        [],
        None,
        None,
    )
    assert run.context.config.population == 8


def test_after_flush_it_survives_a_kill(folder):
    program = (
        "import os, sys\nsys.path.insert(0, sys.argv[2])\nfrom nas.runs.store import RunStore\n"
        "from small_search import complete\n"
        "store = RunStore(sys.argv[1], writable=True)\n"
        "store.add([(0, complete('a', quantum_flops=1.0, validation_error=0.5, parameters=9))])\nstore.flush()\n"
        "os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(folder), str(SUPPORT)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert open_run(folder).evaluations == (one("a"),)


def test_a_commit_torn_by_a_kill_is_undone_by_whoever_reads(folder):
    fill(folder, one("a"))
    program = (
        "import os, sqlite3, sys\nbase = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "base.execute('PRAGMA cache_size = 5')\nbase.execute('BEGIN IMMEDIATE')\n"
        "for i in range(1, 2000): base.execute('INSERT INTO evaluations VALUES (?, ?, ?)', (i, str(i), 'x' * 500))\n"
        "os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", program, str(folder / EVALUATIONS)], check=False)
    assert (folder / f"{EVALUATIONS}-journal").exists()
    assert open_run(folder).evaluations == (one("a"),)


def test_a_reader_does_not_disturb_a_search(folder):
    with RunStore(folder, writable=True) as store:
        store.add([(0, one("a"))])
        store.flush()
        with RunStore(folder) as reader:
            assert len(reader.evaluations()) == 1
            store.add([(1, one("b"))])
            store.flush()
            assert len(reader.evaluations()) == 2


def test_a_reader_cannot_write(folder):
    with RunStore(folder) as store, pytest.raises(RunError, match="open for reading only"):
        store.add([(0, one("a"))])


def test_versions_that_changed_are_named(folder):
    plain = json.loads((folder / RUN).read_text(encoding="utf-8"))
    assert changed_versions(plain) == []
    plain["versions"]["numpy"] = "1.0"
    assert changed_versions(plain)[0].startswith("numpy 1.0 → ")


# One search at a time


def test_two_searches_cannot_work_in_one_run(folder):
    with RunStore(folder, writable=True), pytest.raises(RunError, match="another search is running in it"):
        RunStore(folder, writable=True)
    RunStore(folder, writable=True).close()


def test_the_lock_goes_with_the_process(folder):
    program = (
        "import sys, time\nfrom nas.runs.store import RunStore\nstore = RunStore(sys.argv[1], writable=True)\n"
        "print('locked', flush=True)\ntime.sleep(60)\n"
    )
    holder = subprocess.Popen([sys.executable, "-c", program, str(folder)], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout.readline() == "locked\n"
        with pytest.raises(RunError, match="another search is running in it"):
            RunStore(folder, writable=True)
    finally:
        holder.kill()
        holder.communicate()
    RunStore(folder, writable=True).close()


# Directories that are none of ours


def test_the_same_search_may_be_created_again(folder, context):
    before = (folder / RUN).read_bytes()
    create(folder, context)
    assert (folder / RUN).read_bytes() == before


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"seed": 1}, "seed is 1, there 0"), ({"objectives": ("parameters", "quantum_flops")}, "objectives is")],
)
def test_another_configuration_is_refused(folder, context, changes, message):
    other = replace(context, config=replace(context.config, **changes))
    with pytest.raises(RunError, match=f"holds a run of another configuration .{message}"):
        create(folder, other)


def test_another_space_under_the_same_name_is_refused(folder, context):
    fewer = replace(context.space, genes=context.space.genes[:-1])
    with pytest.raises(RunError, match="its search space or its data are others"):
        create(folder, replace(context, space=fewer))


def test_a_folder_with_other_things_is_refused_and_left_alone(tmp_path, context):
    (tmp_path / "thesis.tex").write_text("x", encoding="utf-8")
    with pytest.raises(RunError, match="not empty and not a run of nas"):
        create(tmp_path, context)
    assert not (tmp_path / RUN).exists()


def test_what_a_search_left_that_was_killed_before_it_began_is_no_obstacle(tmp_path, context):
    target = tmp_path / "run"
    target.mkdir()
    (target / "calibration.json").write_text("{", encoding="utf-8")
    (target / ".run.json.0123456789ab.part").write_text("{", encoding="utf-8")
    create(target, context)
    assert open_run(target).evaluations == ()


@pytest.mark.parametrize("name", ["", "a\0b", "x" * 5000, "/proc/run", "/dev/null/run"])
def test_impossible_names_are_refused_in_one_line(tmp_path, monkeypatch, context, name):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RunError) as caught:
        create(name, context)
    assert "\n" not in str(caught.value)
    with pytest.raises(RunError):
        open_run(name)


def test_a_file_is_no_run(tmp_path, context):
    path = tmp_path / "file"
    path.write_text("x", encoding="utf-8")
    with pytest.raises(RunError, match="file"):
        create(path, context)
    with pytest.raises(RunError, match="not a run of nas"):
        open_run(path)
    with pytest.raises(RunError, match="not a run of nas .there is no run.json.; `nas search .*nothing` makes one"):
        open_run(tmp_path / "nothing")


# Damage


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"run"',
        b"\xff\xfe",
        b'{"schema": "nas.run/1"}',
        b'{"schema": "nas.run/1", "search": [], "versions": {}}',
        b"[" * 100_000,
        b'{"schema": "nas.run/1", "versions": {}, "search": {"config": 3, "space": 4, "dataset": 5}}',
        b'{"schema": "nas.run/1", "versions": {}, "search": {"config": {}, "space": {}, "dataset": {}}}',
    ],
)
def test_a_damaged_description_is_refused_in_one_line(folder, content):
    (folder / RUN).write_bytes(content)
    with pytest.raises(RunError, match="damaged") as caught:
        open_run(folder)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 600


def test_another_version_is_refused(folder):
    (folder / RUN).write_text('{"schema": "nas.run/2\\u001b[2J"}', encoding="utf-8")
    with pytest.raises(RunError, match=r"another version \(schema 'nas.run/2.*this is nas.run/1") as caught:
        open_run(folder)
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize("content", [b"x" * 5000, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_database_is_refused_in_one_line(folder, content):
    (folder / EVALUATIONS).write_bytes(content)
    for writable in (False, True):
        with pytest.raises(RunError, match=EVALUATIONS), RunStore(folder, writable=writable) as store:
            store.evaluations()
    # The lock has not been left behind.
    (folder / EVALUATIONS).unlink()
    RunStore(folder, writable=True).close()


def test_a_database_cut_short_is_refused(folder):
    fill(folder, *[one(f"n{i}") for i in range(200)])
    path = folder / EVALUATIONS
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(RunError, match="malformed|damaged"):
        open_run(folder)


GOOD = one("a").to_dict()


@pytest.mark.parametrize(
    "record",
    [
        "",
        "{",
        "[]",
        "3",
        "{}",
        b"\xff",
        None,
        json.dumps({**GOOD, "state": "DONE"}),
        json.dumps({**GOOD, "objectives": {"parameters": 9}}),
        json.dumps({**GOOD, "objectives": 7}),
        json.dumps({**GOOD, "objectives": {**KEYS, "parameters": "9"}}),
        json.dumps({**GOOD, "objectives": {**KEYS, "parameters": float("nan")}}),
        json.dumps({**GOOD, "genome": None}),
        json.dumps({**GOOD, "accuracies": 3}),
        json.dumps({**GOOD, "training_s": "long"}),
        json.dumps({**GOOD, "accuracies": []}),
        json.dumps({**GOOD, "trainings": []}),
        json.dumps({**GOOD, "trainings": [3]}),
        json.dumps({**GOOD, "cost": [1]}),
        json.dumps({**GOOD, "cost": []}),
        json.dumps({**GOOD, "num_parameters": "many"}),
        json.dumps({**GOOD, "genome": {}}),
        json.dumps({**GOOD, "genome": {**GENOME, "qubits": 99}}),
        "[" * 100_000,
    ],
)
def test_a_damaged_record_is_refused_in_one_line(folder, record):
    fill(folder, one("b"))
    base = sqlite3.connect(folder / EVALUATIONS)
    base.execute("DROP TABLE evaluations")
    base.execute("CREATE TABLE evaluations (position, architecture, record)")
    base.execute("INSERT INTO evaluations VALUES (0, 'a', ?)", (record,))
    base.commit()
    base.close()
    with pytest.raises(RunError, match="a damaged record") as caught:
        open_run(folder)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("record", ["{", "[]", "{}", '{"number": 0, "evaluated": 1}', json.dumps({"no": 1})])
def test_a_damaged_note_is_refused(folder, record):
    fill(folder, one("b"))
    base = sqlite3.connect(folder / EVALUATIONS)
    base.execute("INSERT INTO generations VALUES (0, ?)", (record,))
    base.commit()
    base.close()
    with pytest.raises(RunError, match="a damaged record"):
        open_run(folder)


def test_a_table_of_another_shape_is_refused(folder):
    base = sqlite3.connect(folder / EVALUATIONS)
    base.execute("CREATE TABLE evaluations (x)")
    base.commit()
    base.close()
    with pytest.raises(RunError, match="no such column"):
        open_run(folder)


# The disk


def test_a_full_disk_is_one_clear_line(folder):
    program = (
        "import resource, signal, sys\nsys.path.insert(0, sys.argv[2])\n"
        "from nas.core.errors import RunError\nfrom nas.runs.store import RunStore\nfrom small_search import complete\n"
        "store = RunStore(sys.argv[1], writable=True)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))\n"
        "try:\n"
        "    for i in range(500):\n"
        "        store.add([(i, complete(f'n{i}', quantum_flops=1.0, validation_error=0.5, parameters=9))])\n"
        "        store.flush()\n"
        "except RunError as error:\n    print(i, error)\nstore.close()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(folder), str(SUPPORT)],
        capture_output=True,
        text=True,
        check=True,
    )
    count, _, said = done.stdout.partition(" ")
    assert "evaluations.sqlite3: " in said
    assert "full" in said or "disk I/O error" in said
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == ""
    # What was said to be on the disk is there, and the rest can be added once there is room.
    assert len(open_run(folder).evaluations) == int(count) > 10
    fill(folder, one("later"), start=10_000)
    assert len(open_run(folder).evaluations) == int(count) + 1


@pytest.mark.skipif(os.geteuid() != 0 and not hasattr(os, "chmod"), reason="needs permissions")
def test_a_folder_that_cannot_be_written_to(folder, context):
    if os.geteuid() == 0:  # whom no permission stops; in a process of another user, then
        program = (
            "import os, sys\nos.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
            "from nas.core.errors import RunError\nfrom nas.runs.store import RunStore\n"
            "try:\n    RunStore(sys.argv[1], writable=True)\nexcept RunError as error:\n    print(error)\n"
            "print(len(RunStore(sys.argv[1]).evaluations()))\n"
        )
        fill(folder, one("a"))
        for path in (folder, *folder.parents):
            if str(path).startswith("/tmp/pytest-of"):
                path.chmod(0o755)
        done = subprocess.run([sys.executable, "-c", program, str(folder)], capture_output=True, text=True, check=False)
        if "Permission denied" in done.stderr or "No module named" in done.stderr:
            pytest.skip("the other user cannot read this installation")
        lines = done.stdout.splitlines()
        assert lines[0].endswith("Permission denied")
        assert lines[1] == "1"  # and yet it can be looked at
        return
    folder.chmod(0o555)
    try:
        with pytest.raises(RunError, match="Permission denied"):
            RunStore(folder, writable=True)
        with pytest.raises(RunError, match="Permission denied"):
            create(folder / "inner", context)
    finally:
        folder.chmod(0o755)


# The thread that writes


def test_statements_are_executed_in_order_and_in_few_transactions(tmp_path):
    base = sqlite3.connect(tmp_path / "x.db", isolation_level=None, check_same_thread=False)
    base.execute("CREATE TABLE t (a INTEGER PRIMARY KEY)")
    seen = []
    base.set_trace_callback(seen.append)
    writer = Writer(base)
    for i in range(300):
        writer.put("INSERT INTO t VALUES (?)", [(i,)])
    writer.flush()
    assert base.execute("SELECT count(*) FROM t").fetchone() == (300,)
    assert 1 <= seen.count("BEGIN IMMEDIATE") == seen.count("COMMIT") < 300
    writer.close()
    base.close()


def test_an_error_is_raised_at_the_next_call_and_nothing_is_written_after_it(tmp_path):
    base = sqlite3.connect(tmp_path / "x.db", isolation_level=None, check_same_thread=False)
    base.execute("CREATE TABLE t (a INTEGER PRIMARY KEY)")
    writer = Writer(base)
    writer.put("INSERT INTO t VALUES (?)", [(1,), (1,)])
    with pytest.raises(sqlite3.IntegrityError):
        writer.flush()
    with pytest.raises(sqlite3.IntegrityError):
        writer.put("INSERT INTO t VALUES (?)", [(2,)])
    writer.close()
    assert base.execute("SELECT count(*) FROM t").fetchone() == (0,)
    assert not any(thread.name == "nas writer" for thread in threading.enumerate())
    base.close()
