"""Where seeds are compiled changes nothing in what is found."""

from __future__ import annotations

import logging

import pytest
from qiskit import QuantumCircuit

import hwcost
from hwcost.core import pool
from hwcost.core.errors import HwcostError
from hwcost.estimation import seed_work


def ring(num_qubits=4, name="ring"):
    circuit = QuantumCircuit(num_qubits, name=name)
    for qubit in range(num_qubits):
        circuit.ry(0.3 + qubit, qubit)
        circuit.cx(qubit, (qubit + 1) % num_qubits)
    circuit.measure_all()
    return circuit


@pytest.fixture
def at_once(monkeypatch):
    """Workers pay as soon as one seed is done; returns the setups that were sent to workers."""
    monkeypatch.setattr(seed_work, "PAYS_S", -1.0)
    started = []
    run_tasks = pool.run_tasks

    def counted(make, setup, tasks, num_workers):
        started.append(list(tasks))
        return run_tasks(make, setup, tasks, num_workers)

    monkeypatch.setattr(pool, "run_tasks", counted)
    return started


def test_workers_find_what_this_process_finds(at_once):
    said = []
    options = {"num_seeds": "auto", "seed": 5, "optimization_level": 1}
    together = hwcost.estimate(ring(), "fake_manila", **options, num_workers=2, progress=lambda *at: said.append(at))
    assert at_once == [list(range(1, 8))]  # the first seed shows how long one takes; the workers stay for all rounds
    alone = hwcost.estimate(ring(), "fake_manila", **options, num_workers=1)
    assert len(at_once) == 1
    assert together.to_dict() == alone.to_dict()
    assert together.isa_circuit == alone.isa_circuit
    assert [done for done, _ in said] == list(range(1, alone.spread.num_seeds + 1))


def test_few_quick_seeds_start_no_worker(monkeypatch):
    monkeypatch.setattr(pool, "run_tasks", None)
    hwcost.estimate(ring(), "fake_manila", num_seeds=2, num_workers=2)


def test_what_cannot_be_sent_is_compiled_here(at_once):
    circuit = ring()
    circuit.metadata = {"function": lambda: None}
    assert hwcost.estimate(circuit, "fake_manila", num_seeds=3, num_workers=2).spread.num_seeds == 3
    assert at_once == []


@pytest.mark.parametrize("found", ["lost", "no worker"])
def test_without_workers_it_goes_on_here(monkeypatch, caplog, found):
    monkeypatch.setattr(seed_work, "PAYS_S", -1.0)

    def run_tasks(make, setup, tasks, num_workers):
        if found == "no worker":
            tasks.popleft()  # it was about to be given to one
            raise HwcostError("a worker process ended while it was starting (exit code 1); use one worker")
        while tasks:
            yield tasks.pop(), pool.Lost(0, "killed by SIGKILL", ended=True)

    monkeypatch.setattr(pool, "run_tasks", run_tasks)
    with caplog.at_level(logging.WARNING, logger="hwcost"):
        cost = hwcost.estimate(ring(), "fake_manila", num_seeds=4, num_workers=2)
    assert cost.to_dict() == hwcost.estimate(ring(), "fake_manila", num_seeds=4, num_workers=1).to_dict()
    assert ("SIGKILL" if found == "lost" else "goes on in this process") in caplog.text


def test_the_number_of_workers_is_checked():
    with pytest.raises(hwcost.OptionError, match="num_workers is 0"):
        hwcost.estimate(ring(), "fake_manila", num_workers=0)
