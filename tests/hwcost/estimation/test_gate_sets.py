"""Fractional gates in an estimate, and what the other gate set would cost beside it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from qiskit import QuantumCircuit
from qiskit.circuit import Parameter

import hwcost
from hwcost.calibration.sources.ibm_fake import list_fake_backends
from hwcost.core.errors import CalibrationError, CircuitError, OptionError
from job_profiles import KNOWN
from make import small_calibration

DEVICES = list_fake_backends()
SEEDS = {"num_seeds": 2, "seed": 0}


def ising(num_qubits=10, steps=5, angle=0.2, measure=True):
    """Second-order Trotter steps of a transverse-field Ising chain: 5·(steps + 1) + 4·steps rotations on 10 qubits."""
    circuit = QuantumCircuit(num_qubits, name="ising")
    pairs = [[(q, q + 1) for q in range(first, num_qubits - 1, 2)] for first in (0, 1)]

    def rotate(layer):
        for a, b in pairs[layer]:
            circuit.rzz(angle, a, b)

    circuit.h(range(num_qubits))
    rotate(0)
    for _ in range(steps):
        circuit.rx(angle, range(num_qubits))
        rotate(1)
        circuit.rx(angle, range(num_qubits))
        rotate(0)
    if measure:
        circuit.measure_all()
    return circuit


def present(name):
    if name not in DEVICES:
        pytest.skip(f"{name} is not in this qiskit-ibm-runtime")
    return name


@pytest.fixture(scope="module")
def device():
    """Of Heron's with the most calibrated rzz gates that there is."""
    return "fake_boston" if "fake_boston" in DEVICES else "fake_fez"


@pytest.fixture(scope="module")
def both(device):
    """Without and with fractional gates."""
    circuit = ising()
    return (
        hwcost.estimate(circuit, device, **SEEDS),
        hwcost.estimate(circuit, device, fractional_gates=True, **SEEDS),
    )


@pytest.mark.parametrize(("name", "fewer_shots"), [("fake_boston", 0.17), ("fake_kingston", 0.25)])
def test_an_ising_chain_takes_half_the_gates_and_fewer_shots(name, fewer_shots):
    standard = hwcost.estimate(ising(), present(name), **SEEDS)
    fractional = hwcost.estimate(ising(), name, fractional_gates=True, **SEEDS)
    assert (standard.gates.num_2q, fractional.gates.num_2q) == (100, 50)
    assert 1.0 - fractional.shots.needed / standard.shots.needed >= fewer_shots - 0.02
    assert fractional.time.circuit_duration_s < standard.time.circuit_duration_s
    assert set(fractional.isa_circuit.count_ops()) <= {"rzz", "rx", "rz", "sx", "x", "measure", "barrier"}


def test_an_ising_chain_on_the_heron_that_every_version_has():
    standard = hwcost.estimate(ising(), "fake_fez", num_seeds=4)
    fractional = hwcost.estimate(ising(), "fake_fez", fractional_gates=True, num_seeds=4)
    # A quarter of fez's edges have no calibrated rzz: some rotations remain two cz.
    assert standard.gates.num_2q == 100
    assert 50 <= fractional.gates.num_2q < 80
    assert fractional.shots.needed < 0.83 * standard.shots.needed


def test_each_stands_beside_the_other(both):
    standard, fractional = both
    beside = standard.other_gate_set
    assert beside is not None
    assert beside.fractional_gates == ("rx", "rzz")
    assert beside.num_2q < standard.gates.num_2q
    assert beside.shots_needed < standard.shots.needed
    assert beside.qpu_time_s < standard.time.qpu_time_s
    beside = fractional.other_gate_set
    assert beside is not None
    assert beside.fractional_gates == ()
    assert beside.num_2q == standard.gates.num_2q
    assert beside.shots_needed >= standard.shots.needed  # the best of the seeds against one of them


def test_the_number_beside_is_that_of_an_estimate_with_that_seed(both, device):
    beside = both[0].other_gate_set
    alone = hwcost.estimate(ising(), device, fractional_gates=True, num_seeds=1, seed=beside.seed)
    assert (beside.num_2q, beside.shots_needed) == (alone.gates.num_2q, alone.shots.needed)
    assert (beside.circuit_duration_s, beside.qpu_time_s) == (alone.time.circuit_duration_s, alone.time.qpu_time_s)


def test_the_page_says_it_in_one_sentence(both):
    standard, fractional = (" ".join(str(cost).split()) for cost in both)
    other = both[0].other_gate_set
    assert f"With --fractional-gates: {other.num_2q} two-qubit gates instead of 100, longest path" in standard
    assert "With the standard gate set: 100 two-qubit gates, longest path" in fractional
    assert "--fractional-gates" not in fractional
    worse = replace(both[0], other_gate_set=replace(other, qpu_time_s=1e9))
    assert "--fractional-gates" not in str(worse)
    gone = replace(both[0], other_gate_set=replace(other, qpu_time_s=None, shots_needed=None))
    assert "--fractional-gates" not in str(gone)


def test_json_has_it_only_where_it_was_looked_at(both):
    plain = json.loads(both[0].to_json())
    assert list(plain)[-1] == "other_gate_set"
    assert set(plain["other_gate_set"]) == {
        "fractional_gates", "seed", "num_2q", "circuit_duration_s", "shots_needed", "qpu_time_s",
    }  # fmt: skip
    assert "other_gate_set" not in replace(both[0], other_gate_set=None).to_dict()


def without_rotations():
    circuit = QuantumCircuit(2)
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.measure_all()
    return circuit


@pytest.mark.parametrize(
    ("circuit", "backend"),
    [
        (without_rotations(), "fake_fez"),
        (ising(3, 1), "fake_torino"),  # rzz is not calibrated
        (ising(3, 1), "fake_manila"),
    ],
    ids=["no rotation", "dead rzz", "no rzz"],
)
def test_nothing_is_compiled_twice_where_nothing_can_be_saved(circuit, backend):
    assert hwcost.estimate(circuit, backend, num_seeds=1).other_gate_set is None


def test_a_device_with_rx_alone_says_so():
    cost = hwcost.estimate(ising(3, 1), "fake_torino", num_seeds=1, fractional_gates=True)
    assert any("fake_torino has only rx calibrated" in line for line in cost.backend.warnings)
    assert "rzz" not in cost.isa_circuit.count_ops()
    assert cost.isa_circuit.count_ops()["rx"] > 0
    assert cost.other_gate_set is not None
    assert cost.other_gate_set.fractional_gates == ()


def test_a_device_without_fractional_gates_is_one_line():
    with pytest.raises(CalibrationError, match="fake_manila: the calibration has no usable fractional gate") as caught:
        hwcost.estimate(ising(3, 1), "fake_manila", fractional_gates=True)
    assert "\n" not in str(caught.value)


def test_free_angles_cost_what_the_worst_angles_cost():
    def one(angle):
        circuit = QuantumCircuit(2, name="zz")
        circuit.h([0, 1])
        circuit.rzz(angle, 0, 1)
        circuit.measure_all()
        return circuit

    gates = {("rzz", pair): {"error": 0.01, "duration_s": 1e-7} for pair in ((0, 1), (1, 0))}
    backend = small_calibration(2, two_qubit_gate="cz", gates=gates)
    options = {"num_seeds": 1, "optimization_level": 0, "fractional_gates": True}
    free = hwcost.estimate(one(Parameter("a")), backend, **options)
    small, negative = (hwcost.estimate(one(angle), backend, **options) for angle in (0.4, -0.4))
    assert small.gates.num_1q < negative.gates.num_1q == free.gates.num_1q
    assert free.shots.needed >= small.shots.needed
    text = "1 rzz gate has a free angle: small accepts 0 to π/2, so it is costed with the two X gates"
    assert any(line.startswith(text) for line in free.backend.warnings)
    for cost in (small, negative):
        assert not any("free angle" in line for line in cost.backend.warnings)


def test_an_isa_circuit_with_an_angle_that_ibm_refuses():
    compiled = hwcost.estimate(ising(4, 1), "fake_fez", num_seeds=2, fractional_gates=True).isa_circuit
    again = hwcost.estimate(compiled, "fake_fez", transpile=False, fractional_gates=True)
    assert again.gates.num_2q == sum(compiled.count_ops().get(name, 0) for name in ("rzz", "cz"))
    audited = hwcost.prepare_device("fake_fez", fractional_gates=True).audited
    alive = (gate for gate in audited.calibration.gates if not audited.is_dead(gate.name, gate.qubits))
    edge = next(gate.qubits for gate in alive if gate.name == "rzz")
    circuit = QuantumCircuit(156, 1, name="wide")
    circuit.rzz(2.0, *edge)
    circuit.measure(edge[0], 0)
    with pytest.raises(CircuitError, match=r"wide: rzz on qubits \d+, \d+ has the angle 2; fake_fez accepts 0 to π/2"):
        hwcost.estimate(circuit, "fake_fez", transpile=False)


def test_compare_validate_and_models_take_the_option():
    circuit = ising(3, 1)
    found = hwcost.compare(
        circuit, ["fake_fez", "fake_manila"], fractional_gates=True, num_seeds=1, num_workers=1, cache=False
    )
    by_backend = {cell.backend: cell for cell in found.cells}
    assert by_backend["fake_fez"].cost.equivalence == "equal"
    assert "no usable fractional gate" in by_backend["fake_manila"].error
    assert found.settings["fractional_gates"] is True
    rotated = ising(2, 1, angle=Parameter("w"))
    model = hwcost.estimate_model(rotated, backend="fake_fez", fractional_gates=True, num_seeds=1, job_profile=KNOWN)
    assert "rx" in model.estimates[0].isa_circuit.count_ops()
    with pytest.raises(OptionError, match="pec and fractional_gates are both given"):
        hwcost.estimate_model(rotated, backend="fake_fez", fractional_gates=True, mitigation="pec")


def test_a_prepared_device_has_its_gate_set():
    device = hwcost.prepare_device("fake_fez", fractional_gates=True)
    assert device.fractional_gates == ("rx", "rzz")
    assert device.other_gate_set.fractional_gates == ()
    assert hwcost.prepare_device(device, fractional_gates=True) is device
    with pytest.raises(OptionError, match="fractional_gates belongs to prepare_device"):
        hwcost.prepare_device(device.other_gate_set, fractional_gates=True)


def test_the_options_of_the_device_hold_for_the_other_gate_set():
    device = hwcost.prepare_device("fake_fez", durations_only=True)
    assert device.other_gate_set.audited.durations_only
    kept = hwcost.prepare_device("fake_fez", keep_dead_readout=True)
    assert kept.other_gate_set.audited.keeps_dead_readout


NEW = ("aachen", "boston", "pittsburgh", "kingston", "berlin", "miami", "brussels", "strasbourg")


@pytest.mark.parametrize("name", NEW)
def test_the_eight_devices_of_runtime_0_51(name):
    cost = hwcost.estimate(ising(5, 1), present(f"fake_{name}"), num_seeds=1)
    slow = name in ("berlin", "miami")
    assert cost.time.rep_delay_s == (4e-3 if slow else 250e-6)
    assert cost.backend.processor.split()[0] == (
        "Nighthawk" if slow else "Eagle" if name in ("brussels", "strasbourg") else "Heron"
    )
    assert cost.time.job_time_s.value_s > 0.0
    assert (cost.other_gate_set is not None) == (cost.backend.processor.startswith("Heron"))
    codes = {caveat.code: caveat.text for caveat in cost.backend.caveats}
    assert ("rep_delay_outside_profile" in codes) == slow
    if slow:
        assert "250 µs that the profile ibm was fitted on" in codes["rep_delay_outside_profile"]
        assert "device accepts 1 ms to 4 ms, and with --rep-delay 1ms shots" in codes["rep_delay_outside_profile"]
        faster = hwcost.estimate(ising(5, 1), f"fake_{name}", num_seeds=1, rep_delay_s=1e-3)
        assert cost.time.qpu_time_s / faster.time.qpu_time_s == pytest.approx(4.0, rel=0.01)
        too_fast = hwcost.estimate(ising(5, 1), f"fake_{name}", num_seeds=1, rep_delay_s=250e-6)
        assert "rep_delay_range" in {caveat.code for caveat in too_fast.backend.caveats}
