"""Comparisons on a Dask cluster: the same cells, cache and bytes as here, and what becomes of workers that die."""

from __future__ import annotations

import pickle

import pytest
from qiskit import QuantumCircuit

pytest.importorskip("distributed")

import hwcost
import sample_compilers
from dask_cluster import cluster
from hwcost.comparison.cluster import cells_on_cluster, cluster_results, fingerprint
from hwcost.comparison.compilers import resolve_compiler
from hwcost.comparison.work import CellTask, Setup
from hwcost.core.errors import HwcostError, OptionError
from hwcost.estimation.conditions import prepare_conditions
from hwcost.estimation.options import EstimateRequest
from make import small_calibration
from places import SUPPORT

LINE = small_calibration(4, name="line")
RING = small_calibration(6, name="ring", edges=[(i, (i + 1) % 6) for i in range(6)], two_qubit_gate="cz")


def ghz(width):
    circuit = QuantumCircuit(width, name=f"ghz_{width}")
    circuit.h(0)
    for qubit in range(1, width):
        circuit.cx(0, qubit)
    circuit.measure_all()
    return circuit


def test_the_same_bytes_and_the_same_cache(tmp_path):
    circuits, backends = [ghz(3), ghz(5)], [LINE, RING, "fake_man[hi]*"]
    options = {"optimization_levels": 1, "num_seeds": 2, "budget": "1min"}
    here = hwcost.compare(circuits, backends, cache=tmp_path / "here", num_workers=1, **options)
    with cluster(tmp_path, 2, path=[SUPPORT], nanny=False) as (address, _):
        there = hwcost.compare(circuits, backends, cache=tmp_path / "there", cluster=address, **options)
        custom = hwcost.compare(
            ghz(3), LINE, compilers=sample_compilers.right, num_seeds=1, cache=False, cluster=address
        )
    assert there.to_json() == here.to_json()
    assert there.to_csv() == here.to_csv()
    assert there.num_from_cache == 0
    again = hwcost.compare(circuits, backends, cache=tmp_path / "there", num_workers=1, **options)
    assert again.num_from_cache == len(here.cells) == 16
    assert again.to_json() == here.to_json()
    assert not custom.failures
    # Everything is in the cache, so that no cluster is asked.
    assert hwcost.compare(circuits, backends, cache=tmp_path / "there", cluster="tcp://127.0.0.1:1", **options) == here


def test_a_cell_that_kills_every_worker_has_failed_alone(tmp_path):
    environment = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
    with cluster(tmp_path, 1, path=[SUPPORT], **environment) as (address, _):
        found = hwcost.compare(
            ghz(3), LINE, compilers=sample_compilers.killed_at_seed_one, num_seeds=2, cache=False, cluster=address
        )
    assert [cell.cost is not None for cell in found.cells] == [True, False]
    (failure,) = found.failures
    assert (failure.kind, failure.seeds) == ("work", (1,))
    assert failure.error == "every worker of the cluster that took it died"


def test_a_worker_with_other_versions_is_refused(tmp_path, monkeypatch):
    real = fingerprint()
    with cluster(tmp_path, 1, nanny=False) as (address, _):
        monkeypatch.setattr("hwcost.comparison.cluster.fingerprint", lambda: {**real, "qiskit": "0.1"})
        with pytest.raises(HwcostError, match="a worker of the cluster runs qiskit .*, not 0.1"):
            hwcost.compare(ghz(2), LINE, num_seeds=1, cache=False, cluster=address)
        monkeypatch.setattr("hwcost.comparison.cluster.fingerprint", lambda: real)
        # A module that only this machine has.
        with pytest.raises(HwcostError, match="needs hwcost and the modules of the compilers"):
            hwcost.compare(ghz(2), LINE, compilers=sample_compilers.right, num_seeds=1, cache=False, cluster=address)


def test_what_cannot_be_sent_is_told_before_a_cluster_is_asked():
    local = resolve_compiler(lambda circuit, target, seed: circuit)
    with pytest.raises(OptionError, match="cannot be sent to the cluster"):
        list(cluster_results(Setup(backends=(), compilers=(local,)), [], "tcp://127.0.0.1:1"))


def test_an_address_where_nobody_answers(monkeypatch):
    with pytest.raises(HwcostError, match="not the address of a scheduler") as caught:
        hwcost.compare(ghz(2), LINE, num_seeds=1, cache=False, cluster="nonsense://x")
    assert "\n" not in str(caught.value)


def test_a_worker_says_what_it_runs():
    circuit = ghz(2)
    conditions = prepare_conditions(LINE, EstimateRequest())
    setup = Setup(backends=(conditions,), compilers=(resolve_compiler("qiskit:1"),))
    task = CellTask(circuit=0, circuit_file="nowhere", device=0, compiler=0, seeds=(3, 4))
    said, outcomes = cells_on_cluster(pickle.dumps((setup, task, pickle.dumps(circuit))))
    assert said == fingerprint()
    assert said["hwcost"]
    assert [(seed, outcome.cost.num_2q) for seed, outcome in outcomes] == [(3, 1), (4, 1)]
