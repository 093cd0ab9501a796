"""Measured readout in estimates: today's numbers for products, Aer's counts for what is read together, the words."""

from __future__ import annotations

import json

import numpy as np
import pytest
from qiskit import QuantumCircuit

import hwcost
from hwcost.core.errors import OptionError
from make import small_calibration

OPTIONS = {"optimization_level": 1, "num_seeds": 1, "shots": 1000}
QUIET = {"t1_s": 1e9, "t2_s": 1e9, "readout_error": 0.0, "prob_meas0_prep1": 0.0, "prob_meas1_prep0": 0.0}
GATES = {("cx", (a, b)): {"error": 0.0} for a, b in ((0, 1), (1, 0))}
GATES |= {(name, (q,)): {"error": 0.0} for name in ("sx", "x") for q in range(2)}
PERFECT = small_calibration(2, qubits=dict.fromkeys(range(2), QUIET), gates=GATES)
FLIPS = [("XX", 0.08), ("IX", 0.03), ("XI", 0.02), ("II", 0.87)]
"""Errors before two readouts, right letter qubit 0: mostly both at once."""


def turned():
    circuit = QuantumCircuit(2)
    circuit.sx(0)
    circuit.rz(0.7, 0)
    circuit.sx(0)
    circuit.cx(0, 1)
    return circuit


def matrix_of(*confusions):
    matrix = np.array([[1.0]])
    for confusion in confusions:
        matrix = np.kron(np.array(confusion), matrix)
    return matrix.tolist()


def attenuations(cost):
    return [row.value for row in cost.shots.attenuation]


def test_a_product_of_the_calibrated_values_changes_no_number():
    calibration = hwcost.load_calibration("fake_manila")
    qubits = calibration.qubits
    confusions = [
        [[1 - q.prob_meas1_prep0, q.prob_meas0_prep1], [q.prob_meas1_prep0, 1 - q.prob_meas0_prep1]] for q in qubits
    ]
    document = {"backend": "ibm_manila", "qubits": [q.qubit for q in qubits], "confusion": matrix_of(*confusions)}
    for observable in (None, ["ZZ", "IZ"]):
        circuit = turned()
        if observable is None:
            circuit.measure_all()
        today = hwcost.estimate(circuit, "fake_manila", observable=observable, **OPTIONS)
        measured = hwcost.estimate(circuit, "fake_manila", observable=observable, readout_from=document, **OPTIONS)
        assert attenuations(measured) == pytest.approx(attenuations(today), rel=1e-12)
        assert measured.shots.needed == today.shots.needed
        assert measured.transpile.physical_qubits == today.transpile.physical_qubits


def noisy_counts(circuit, shots, seed):
    """Counts of Aer with correlated flips before the readout, the independent route."""
    aer = pytest.importorskip("qiskit_aer")
    noise = aer.noise.NoiseModel()
    noise.add_all_qubit_quantum_error(aer.noise.pauli_error(FLIPS), ["readout_noise"])
    wide = circuit.copy()
    from qiskit.circuit.library import UnitaryGate

    wide.append(UnitaryGate(np.eye(4), label="readout_noise"), [0, 1])
    wide.measure_all()
    simulator = aer.AerSimulator(noise_model=noise)
    return simulator.run(wide, shots=shots, seed_simulator=seed).result().get_counts()


def parity(counts):
    return sum(number * (-1) ** bits.count("1") for bits, number in counts.items()) / sum(counts.values())


def test_correlated_readout_is_what_aer_counts(tmp_path):
    """Both flip together in most errors: ⟨ZZ⟩ keeps 0.9, the product of the single contrasts would be 0.62."""
    prepared = {}
    for state in ("00", "01", "10", "11"):
        circuit = QuantumCircuit(2)
        for place, bit in enumerate(reversed(state)):
            if bit == "1":
                circuit.x(place)
        prepared[state] = noisy_counts(circuit, 40_000, 1 + int(state, 2))
    path = tmp_path / "readout.json"
    path.write_text(json.dumps({"qubits": [0, 1], "counts": prepared}))
    cost = hwcost.estimate(
        turned(), PERFECT, transpile=False, observable=["ZZ", "IZ", "ZI"], readout_from=path, shots=1000
    )
    both, first, second = attenuations(cost)
    assert both == pytest.approx(1 - 2 * 0.05, abs=0.006)
    assert first == pytest.approx(1 - 2 * 0.11, abs=0.006)
    assert second == pytest.approx(1 - 2 * 0.10, abs=0.006)
    flipped = turned()
    flipped.x(1)  # ⟨ZZ⟩ = −1 without noise
    assert parity(noisy_counts(turned(), 40_000, 9)) == pytest.approx(both, abs=0.01)
    assert parity(noisy_counts(flipped, 40_000, 10)) == pytest.approx(-both, abs=0.01)


def lines(readout=None, observable="ZZ"):
    return hwcost.estimate(
        turned(), small_calibration(3), observable=observable, readout_from=readout, **OPTIONS
    ).backend.assumptions


GOOD = [[0.97, 0.05], [0.03, 0.95]]


def test_what_is_said_about_readout():
    together = {"qubits": [0, 1, 2], "confusion": matrix_of(GOOD, GOOD, GOOD)}
    apart = {"groups": [{"qubits": [q], "confusion": GOOD} for q in range(3)]}
    assert any("calibrations read one qubit at a time" in line for line in lines())
    assert not any("one qubit at a time" in line for line in lines(observable="IZ"))
    found = [line for line in lines(together) if "readout" in line]
    assert len(found) == 1
    assert "as measured (readout as given)" in found[0]
    assert any("1 of 1 Pauli strings" in line for line in lines(apart))
    some = lines({"qubits": [0], "confusion": GOOD}, observable=["IZ", "ZI"])
    assert any("as calibrated" in line for line in some)


@pytest.mark.parametrize(
    ("readout", "said"),
    [
        ({"qubits": [3], "confusion": GOOD}, "has qubit 3, but small has 3 qubits"),
        ({"backend": "ibm_fez", "qubits": [0], "confusion": GOOD}, "was measured on ibm_fez, not on small"),
        ({"qubits": [0]}, "either counts or confusion"),
    ],
)
def test_readout_of_another_device_is_refused(readout, said):
    with pytest.raises(OptionError, match=said):
        lines(readout)


def test_it_goes_with_what_it_can_go_with():
    measured = {"qubits": [0], "confusion": GOOD}
    circuit = turned()
    circuit.measure_all()
    with pytest.raises(OptionError, match="durations_only and readout_from"):
        hwcost.estimate(circuit, "fake_manila", durations_only=True, readout_from=measured)
    with pytest.raises(OptionError, match="2 backends are compared"):
        hwcost.compare(circuit, ["fake_manila", "fake_lima"], readout_from=measured, cache=False)


def test_a_dead_readout_is_kept_off_as_a_calibrated_one_is():
    dead = {"qubits": [0], "confusion": [[0.5, 0.5], [0.5, 0.5]]}
    circuit = QuantumCircuit(1)
    circuit.x(0)
    circuit.measure_all()
    cost = hwcost.estimate(circuit, small_calibration(3), readout_from=dead, **OPTIONS)
    assert cost.backend.excluded.qubits == (0,)
    assert 0 not in cost.transpile.active_qubits


def test_a_comparison_and_a_model_take_it_too():
    measured = {"qubits": [0, 1, 2], "confusion": matrix_of(GOOD, GOOD, GOOD)}
    circuit = turned()
    circuit.measure_all()
    options = {"shots": 1000, "num_seeds": 1}
    plain = hwcost.estimate(circuit, small_calibration(3), readout_from=measured, optimization_level=1, **options)
    compared = hwcost.compare(
        circuit, small_calibration(3), readout_from=measured, optimization_levels=1, cache=False, **options
    )
    assert compared.cells[0].cost.shots_needed == plain.shots.needed
    assert compared.cells[0].cost.shots_needed_high == plain.shots.needed_high
    model = hwcost.estimate_model(
        circuit, backend=small_calibration(3), scope="inference", readout_from=measured, optimization_level=1, **options
    )
    assert model.estimates[0].shots.needed == plain.shots.needed
    assert model.quantum.shots_high == plain.shots.needed_high
