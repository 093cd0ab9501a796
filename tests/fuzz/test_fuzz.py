"""The fuzzer itself: good files are taken, the judge sees what it must, and a few hostile inputs of each kind end well.

`python tests/fuzz --seconds 3600` goes on for as long as one likes.
"""

from __future__ import annotations

import os
import random
import sys
import time

import pytest
from judge import run
from mutate import mutate_bytes, mutate_csv, mutate_json, mutate_npy, mutate_text
from surfaces import surfaces, warmed

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="children are forked")
SEED = 1


@pytest.fixture(scope="module")
def ready(tmp_path_factory):
    server = sys.modules.get("multiprocessing.forkserver")
    if server is not None and server._forkserver._forkserver_pid is not None:
        pytest.skip("another test of this process has started helpers, which forked children would take for their own")
    folder = tmp_path_factory.mktemp("fuzz")
    # The slow ones, whole searches, are left to `python tests/fuzz`.
    made = [surface for surface in surfaces(folder) if surface.every < 4]
    return folder, made, warmed(made, folder)


def test_good_files_of_every_surface_are_taken(ready):
    _, made, verdicts = ready
    for name, words, verdict in verdicts:
        assert (verdict.code, verdict.fault) == (0, None), (name, words, verdict.message)
    assert {name for name, _, _ in verdicts} == {surface.name for surface in made}


def test_hostile_inputs_of_every_surface_end_well(ready):
    folder, made, _ = ready
    broken = []
    for surface in made:
        _, verdict = surface.judged(folder, SEED)
        if verdict.fault is not None:
            broken.append((surface.name, verdict.fault, verdict.message[-300:]))
    assert not broken


@pytest.mark.parametrize("mutate", [mutate_bytes, mutate_text, mutate_json, mutate_csv, mutate_npy])
def test_a_seed_gives_the_same_file(mutate):
    data = b'{"a": [1, 2.5, "x,y"], "b": null}\n1,2\n'
    once, again = (mutate(data, random.Random(7)) for _ in range(2))
    assert once == again
    assert len({mutate(data, random.Random(seed)) for seed in range(30)}) > 10


def said(text, code=0, stream="stdout"):
    def main(arguments):
        print(text, file=getattr(sys, stream))
        return code

    return main


def crashed(arguments):
    raise ValueError


def spun(arguments):
    while True:
        pass


@pytest.mark.parametrize(
    ("main", "words", "fault"),
    [
        (said("fine"), [], None),
        (said("x: no such file", 2, "stderr"), [], None),
        (said("", 2), [], "exit 2 without a word"),
        (said("x", 1, "stderr"), [], "exit code 1"),
        (crashed, [], "exit code 71"),
        (said("hwcost: internal error, x", 2, "stderr"), [], "'internal error' on stderr"),
        (said("\x1b[31m"), [], "'\\x1b' on stdout"),
        (said("a\u202eb"), [], "'\\u202e' on stdout"),
        (said("NaN"), ["json"], "stdout is not JSON: NaN in JSON"),
        (said("x" * 2000, 2, "stderr"), [], "a message too long to read"),
    ],
)
def test_what_the_judge_sees(tmp_path, main, words, fault):
    assert run(main, words, tmp_path).fault == fault


def test_a_process_that_does_not_end_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr("judge.WALL_LIMIT_S", 0.5)
    began = time.monotonic()
    assert run(spun, [], tmp_path).fault == "exit code -9"
    assert time.monotonic() - began < 60
