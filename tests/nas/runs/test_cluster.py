"""Searches on a Dask cluster: a scheduler and two workers as a user starts them, and what becomes of those that die."""

from __future__ import annotations

import signal

import pytest

pytest.importorskip("torch")
pytest.importorskip("sklearn")
pytest.importorskip("moocore")
pytest.importorskip("distributed")

import nas
from dask_cluster import cluster, end
from nas.core.errors import WorkerError
from nas.runs.algorithms import ALGORITHMS
from nas.runs.cluster import ClusterWorkers
from nas.runs.context import make_context
from nas.runs.evaluate import evaluate
from small_search import GENES, small_config


@pytest.mark.parametrize("keys", [{}, {"algorithm": "surrogate", "repeats": 0.5}], ids=["nsga2", "surrogate"])
def test_a_worker_that_is_killed_changes_nothing(tmp_path, keys):
    config = small_config(tmp_path, **keys)
    expected = nas.search(config, tmp_path / "here")
    with cluster(tmp_path, 2, nanny=not keys) as (address, workers):  # as a user starts them, and the cheaper way
        killed = []

        def kill_one(state):
            if state.done >= 5 and not killed:
                killed.append(workers[0])
                end(workers[0], signal.SIGKILL)

        run = nas.search(config, tmp_path / "there", cluster=address, progress=kill_one)
        assert killed
        assert workers[0].wait(10) == -signal.SIGKILL
        assert workers[1].poll() is None
    assert run.evaluations == expected.evaluations
    assert run.front == expected.front
    assert run.generations == expected.generations


def test_every_other_algorithm_finds_the_same_on_a_cluster(tmp_path):
    """With repeats, which validate on other parts of the data than first trainings."""
    few = {"text": GENES.replace('rotation_2 = ["rx", "ry", "rz"]', 'rotation_2 = ["ry"]')}
    with cluster(tmp_path, 2, nanny=False) as (address, _):
        for name in [name for name in ALGORITHMS if name != "surrogate"]:  # that one is killed above
            config = small_config(tmp_path, algorithm=name, population=4, generations=2, repeats=0.34, epochs=1, **few)
            expected = nas.search(config, tmp_path / f"{name} here")
            run = nas.search(config, tmp_path / f"{name} there", cluster=address)
            assert sum(generation.num_repeats for generation in run.generations) == 4
            assert run.evaluations == expected.evaluations
            assert run.front == expected.front
            assert run.generations == expected.generations


def test_a_candidate_that_kills_every_worker_has_failed(tmp_path):
    # One candidate, by its genome; the scheduler gives it up at the second death instead of the fourth.
    (tmp_path / "deadly.py").write_text(
        "import os\nimport nas.runs.evaluate\n"
        "def evaluate_group(context, genomes, generation=0, early=None, real=nas.runs.evaluate.evaluate_group):\n"
        "    if any(genome['qubits'] == 3 for genome in genomes):\n"
        "        os.kill(os.getpid(), 9)\n"
        "    return real(context, genomes, generation)\n"
        "nas.runs.evaluate.evaluate_group = evaluate_group\n",
        encoding="utf-8",
    )
    genes = GENES.replace("layers = [1, 2]", "layers = [1]").replace('rotation_2 = ["rx", "ry", "rz"]\n', "")
    genes = genes.replace('["cx", "cz"]', '["cx"]').replace('["rx", "ry", "rz"]', '["ry"]')
    config = small_config(tmp_path, genes, exhaustive=True)
    environment = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1"}
    with cluster(tmp_path, 1, preload=tmp_path / "deadly.py", **environment) as (address, _):
        run = nas.search(config, tmp_path / "run", cluster=address)
    states = {one.genome["qubits"]: one for one in run.evaluations}
    assert states[3].state == "FAILED"
    assert "every worker of the cluster that took it died" in states[3].reason
    assert states[2] == evaluate(make_context(config), dict(states[2].genome))


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("tcp://127.0.0.1:1", "refused"),
        ("127.0.0.1:1", "refused"),
        ("nonsense://x", "not the address of a scheduler"),
        ("inproc://x", "not the address of a scheduler"),
        ("", "not the address of a scheduler"),
        ("tcp://127.0.0.1", "missing port"),
        ("127.0.0.1:99999999", "refused|no port|not supported"),
        ("tcp://no such host.invalid:8786", "cluster"),
        ("x" * 5000, "cluster"),
        ("a\n\x1b[2Jb", "cluster"),
    ],
)
def test_an_address_where_no_scheduler_answers_is_refused_in_one_line(tmp_path, address, message):
    context = make_context(small_config(tmp_path))
    with pytest.raises(WorkerError, match=message) as caught:
        ClusterWorkers(context, address, timeout_s=0.3)
    said = str(caught.value)
    assert "\n" not in said
    assert "\x1b" not in said
    assert len(said) < 600


def test_a_scheduler_without_workers_is_told(tmp_path):
    context = make_context(small_config(tmp_path))
    with cluster(tmp_path, 0) as (address, _), pytest.raises(WorkerError, match="no worker came within 1 s"):
        ClusterWorkers(context, address, timeout_s=1.0)
