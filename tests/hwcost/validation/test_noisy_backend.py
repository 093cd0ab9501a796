"""A device as a Qiskit backend: the user's own transpile, Aer's runs, and the cost of what came out."""

from __future__ import annotations

import math
from copy import deepcopy
from pathlib import Path

import pytest
from qiskit import QuantumCircuit, transpile
from qiskit.providers import BackendV2

import hwcost
from targets import native_target

pytest.importorskip("qiskit_aer")


def ghz(num_qubits: int) -> QuantumCircuit:
    circuit = QuantumCircuit(num_qubits)
    circuit.h(0)
    for qubit in range(num_qubits - 1):
        circuit.cx(qubit, qubit + 1)
    circuit.measure_all()
    return circuit


@pytest.fixture(scope="module")
def torino() -> BackendV2:
    return hwcost.backend("fake_torino")


def used(isa: QuantumCircuit) -> set[int]:
    gates = (step for step in isa.data if step.name != "barrier")
    return {isa.find_bit(qubit).index for step in gates for qubit in step.qubits}


@pytest.mark.parametrize("level", [1, 2, 3])
@pytest.mark.parametrize("num_qubits", [3, 30])
def test_the_users_own_transpile_avoids_what_is_dead(torino, level, num_qubits):
    isa = transpile(ghz(num_qubits), backend=torino, optimization_level=level, seed_transpiler=5)
    audited = hwcost.prepare_device("fake_torino").audited
    assert used(isa) <= set(audited.component)
    assert not any(
        audited.is_dead(step.name, tuple(isa.find_bit(qubit).index for qubit in step.qubits))
        for step in isa.data
        if step.name != "barrier"
    )
    cost = hwcost.estimate(isa, "fake_torino", transpile=False, durations_only=num_qubits > 3)
    assert cost.time.circuit_duration_s == pytest.approx(isa.estimate_duration(torino.target, unit="s"), rel=1e-9)


def test_the_target_alone_gives_the_same(torino):
    own = transpile(ghz(4), target=hwcost.target("fake_torino"), seed_transpiler=5)
    assert own == transpile(ghz(4), backend=torino, seed_transpiler=5)
    assert hwcost.target("fake_torino").num_qubits == 133


def test_it_runs_on_aer_with_the_noise_of_the_device(torino):
    counts = (
        torino.run(transpile(ghz(3), torino, seed_transpiler=5), shots=4000, seed_simulator=7).result().get_counts()
    )
    assert sum(counts.values()) == 4000
    good = (counts["000"] + counts["111"]) / 4000
    cost = hwcost.estimate(transpile(ghz(3), torino, seed_transpiler=5), "fake_torino", transpile=False)
    # ESP counts any error as a failure, and some errors leave the outcome as it is.
    assert cost.noise.esp - 5 * math.sqrt(0.25 / 4000) < good < 1.0


def test_costing_it_is_costing_the_device(torino):
    of_backend, of_name = (hwcost.estimate(ghz(3), b, shots=1000, num_seeds=1) for b in (torino, "fake_torino"))
    assert (of_backend.time, of_backend.noise) == (of_name.time, of_name.noise)


def test_native_gates_run_with_their_noise():
    """One gate and its inverse: what is lost is the depolarizing of two gates, and the readout."""
    target = native_target(["gpi", "gpi2", "rz"], ["ms"], error_1q=0.05, error_2q=0.0, readout_error=0.0)
    backend = hwcost.backend(target)
    circuit = QuantumCircuit(1)
    circuit.x(0)
    circuit.measure_all()
    isa = transpile(circuit, backend, seed_transpiler=1, optimization_level=0)
    num_pulses = sum(step.name in ("gpi", "gpi2") for step in isa.data)
    shots = 40_000
    counts = backend.run(isa, shots=shots, seed_simulator=3).result().get_counts()
    kept = (1.0 - 2.0 * 0.05) ** num_pulses  # d/(d − 1)·e of each pulse is lost of ⟨Z⟩
    expected = (1.0 + kept) / 2.0
    assert counts["1"] / shots == pytest.approx(expected, abs=5 * math.sqrt(0.25 / shots))


def test_from_a_saved_calibration(tmp_path: Path):
    path = hwcost.save_snapshot(hwcost.load_calibration("fake_manila"), tmp_path / "manila.json")
    backend = hwcost.noisy_backend(path)
    isa = transpile(ghz(3), backend, seed_transpiler=1)
    same = hwcost.backend("fake_manila").run(isa, shots=500, seed_simulator=1).result().get_counts()
    assert backend.run([isa], shots=500, seed_simulator=1).result().get_counts() == same


def scheduled(backend: BackendV2, num_qubits: int) -> QuantumCircuit:
    return transpile(
        ghz(num_qubits), backend=backend, optimization_level=1, seed_transpiler=5, scheduling_method="alap"
    )


def test_the_noise_of_qubits_in_use_is_that_of_the_whole_device():
    """A scheduler fills all qubits with delays; Aer would prepare every channel of the device for every job."""
    backend = hwcost.backend("fake_guadalupe")
    isa = scheduled(backend, 3)
    assert isa.count_ops()["delay"] > 13
    counts = backend.run(isa, shots=2000, seed_simulator=3).result().get_counts()
    whole = backend.run(isa, shots=2000, seed_simulator=3, noise_model=backend.noise_model).result().get_counts()
    assert counts == whole
    assert len(counts) > 2  # there is noise


def test_delays_of_qubits_in_use_still_relax(torino):
    def ones(delay_s: float) -> float:
        circuit = QuantumCircuit(torino.num_qubits, 1)
        qubit = min(used(scheduled(torino, 2)))
        circuit.x(qubit)
        circuit.delay(delay_s, qubit, unit="s")
        circuit.measure(qubit, 0)
        return torino.run(circuit, shots=2000, seed_simulator=1).result().get_counts().get("1", 0) / 2000

    assert ones(0.0) - ones(1e-2) > 0.6


def test_a_copy_shares_the_device_and_not_the_options(torino):
    """Primitives of the runtime copy a backend for every job."""
    twin = deepcopy(torino)
    twin.options.update_options(shots=7)
    isa = scheduled(torino, 2)
    assert sum(twin.run(isa).result().get_counts().values()) == 7
    assert sum(torino.run(isa).result().get_counts().values()) == 1024
    assert twin.target is torino.target
