"""The registry of attenuation methods: each loads and answers, and one entry is all that a new one needs."""

from __future__ import annotations

import pytest
from qiskit import QuantumCircuit

import hwcost
from hwcost.core.errors import OptionError
from hwcost.estimation import options
from hwcost.isa.schedule import schedule_alap
from hwcost.noise import attenuation, methods
from hwcost.noise.attenuation import attenuate
from hwcost.noise.methods import AUTO, DEFAULT_ATTENUATION, METHODS, load_method
from hwcost.noise.observables import NoisyCircuit
from make import small_calibration
from noisy_circuits import US, Op, isa_of, noise_of

ISA = isa_of(
    Op("sx", (0,), duration_s=0.1 * US, error=0.001),
    Op("cx", (0, 1), duration_s=0.3 * US, error=0.01),
    Op("cx", (1, 2), duration_s=0.3 * US, error=0.01),
    measure=[0, 1, 2],
)
NOISE = noise_of(3, t1_s=100 * US, t2_s=80 * US, readout=(0.03, 0.01))
CIRCUIT = NoisyCircuit(ISA, schedule_alap(ISA), NOISE)


def test_the_methods_are_these_and_the_default_chooses():
    assert list(METHODS) == ["mean-field", "pauli-propagation", "pauli-path", "light-cone", "paper"]
    assert DEFAULT_ATTENUATION == AUTO == "auto"
    assert AUTO not in METHODS


@pytest.mark.parametrize("method", METHODS)
def test_each_loads_and_answers_for_each_observable(method):
    load_method(method)
    rows = attenuate(CIRCUIT, method=method)
    assert [(row.qubit, row.clbit) for row in rows] == [(0, 0), (1, 1), (2, 2)]
    assert all(0.5 < row.value < 1.0 for row in rows)
    assert rows == attenuate(CIRCUIT, method=method)


@pytest.mark.parametrize("method", METHODS)
def test_without_noise_nothing_is_lost(method):
    isa = isa_of(Op("sx", (0,), duration_s=US), Op("cx", (0, 1), duration_s=US), measure=[0, 1])
    clean = NoisyCircuit(isa, schedule_alap(isa), noise_of(3, t2_s=1e12))
    assert [row.value for row in attenuate(clean, method=method)] == pytest.approx([1.0, 1.0], abs=1e-9)


def test_an_unknown_method_is_refused_with_the_known_ones():
    with pytest.raises(
        OptionError, match="'best' is unknown; choose one of auto, mean-field, pauli-propagation, pauli-path, "
    ):
        attenuate(CIRCUIT, method="best")
    with pytest.raises(KeyError):
        load_method("best")


@pytest.fixture
def halving(monkeypatch: pytest.MonkeyPatch) -> str:
    """One more line in the table that everything reads."""
    assert attenuation.METHODS is options.METHODS is METHODS is methods.METHODS
    monkeypatch.setitem(METHODS, "halving", "halving_method:halving_attenuation")  # type: ignore[arg-type]
    return "halving"


def test_one_entry_is_enough_for_attenuate(halving):
    # Two gates on two qubits: a quarter is left, times the readout, 1 − 0.03 − 0.01.
    rows = attenuate(CIRCUIT, method=halving, seed=7)
    assert [row.value for row in rows] == pytest.approx([0.25 * 0.96] * 3, rel=1e-12)
    assert {row.note for row in rows} == {"seed 7"}


def test_one_entry_is_enough_for_estimate(halving):
    circuit = QuantumCircuit(2)
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.measure_all()
    cost = hwcost.estimate(circuit, small_calibration(), attenuation=halving, shots=1000, seed=5, num_seeds=1)
    assert cost.gates.num_2q == 1
    assert cost.shots.method == "halving"
    # λ = 0.5 · (1 − 0.02 − 0.02) = 0.48, so 1000 / 0.48² = 4340.3 shots.
    assert [row.value for row in cost.shots.attenuation] == pytest.approx([0.48, 0.48])
    assert cost.shots.needed == 4341
    assert {row.note for row in cost.shots.attenuation} == {"seed 5"}


def test_an_entry_that_is_taken_out_again_is_unknown():
    assert "halving" not in METHODS
    with pytest.raises(OptionError, match="attenuation is 'halving'; choose from"):
        options.EstimateRequest(attenuation="halving")
