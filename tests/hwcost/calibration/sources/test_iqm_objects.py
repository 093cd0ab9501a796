"""IQM's fake backends: what their error profiles say. IQM's package (extra `iqm`) is not in the extra `dev`, which has
a newer Qiskit than it allows; where it is installed, its own objects are read too."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qiskit import QuantumCircuit

import hwcost
from hwcost.calibration.patterns import BackendPattern, matches_of
from hwcost.calibration.sources import iqm_objects
from hwcost.calibration.sources.iqm_objects import average_gate_error, natural_key, profile_calibration
from hwcost.calibration.vendors import vendor_of
from hwcost.core.errors import CalibrationError, HwcostError, MissingDependencyError, UnknownBackendError

_INSTALLED = iqm_objects.list_iqm_backends()


def profile(**fields: Any) -> SimpleNamespace:
    """An error profile of a star of three qubits around QB2, and QB10."""
    qubits = ("QB1", "QB2", "QB10")
    return SimpleNamespace(
        **{
            "t1s": dict.fromkeys(qubits, 40_000.0),
            "t2s": dict.fromkeys(qubits, 20_000.0),
            "single_qubit_gate_depolarizing_error_parameters": {"prx": dict.fromkeys(qubits, 0.002)},
            "two_qubit_gate_depolarizing_error_parameters": {"cz": {("QB1", "QB2"): 0.02, ("QB10", "QB2"): 0.04}},
            "single_qubit_gate_durations": {"prx": 40.0},
            "two_qubit_gate_durations": {"cz": 80.0},
            "readout_errors": {qubit: {"0": 0.01, "1": 0.03} for qubit in qubits},
            "name": "sample",
            **fields,
        }
    )


def backend(**fields: Any) -> SimpleNamespace:
    return SimpleNamespace(name="IQMFakeMine", error_profile=profile(**fields))


def test_every_value_is_in_place() -> None:
    calibration = hwcost.load_calibration(backend())
    assert (calibration.name, calibration.source, vendor_of(calibration)) == ("IQMFakeMine", "iqm", "IQM")
    assert "qubits 0 to 2 are QB1 to QB10" in calibration.origin
    assert calibration.basis_gates == ("cz", "r")
    record = calibration.qubits[0]
    assert (record.t1_s, record.t2_s) == (pytest.approx(40e-6), pytest.approx(20e-6))
    assert (record.prob_meas1_prep0, record.prob_meas0_prep1) == (0.01, 0.03)
    assert record.readout_error == pytest.approx(0.02)
    assert record.readout_duration_s is None
    assert {gate.qubits for gate in calibration.gates if gate.name == "cz"} == {(0, 1), (1, 0), (1, 2), (2, 1)}
    gate = calibration.gate("cz", (1, 2))
    assert gate is not None
    assert gate.duration_s == pytest.approx(80e-9)
    assert gate.error == average_gate_error(0.04, gate.duration_s, [(record.t1_s, record.t2_s)] * 2)
    assert any("typical" in line for line in calibration.assumptions)


@given(
    depolarizing=st.floats(0.0, 0.5),
    times=st.lists(st.tuples(st.floats(5.0, 100.0), st.floats(0.1, 2.0)), min_size=1, max_size=2),
    duration=st.floats(0.0, 5.0),
)
def test_the_average_error_is_that_of_the_channel(
    depolarizing: float, times: list[tuple[float, float]], duration: float
) -> None:
    """Compose the channels of the profile with Aer and let Qiskit compute their average fidelity."""
    pytest.importorskip("qiskit_aer")
    from qiskit.quantum_info import SuperOp, average_gate_fidelity
    from qiskit_aer.noise import depolarizing_error, thermal_relaxation_error

    coherence = [(t1, t1 * share) for t1, share in times]
    relaxation = [thermal_relaxation_error(t1, t2, duration) for t1, t2 in coherence]
    both = relaxation[0] if len(relaxation) == 1 else relaxation[0].tensor(relaxation[1])
    channel = SuperOp(both.compose(depolarizing_error(depolarizing, len(times))))
    # A unitary is a channel of fidelity 1 with itself.
    expected = 1.0 - average_gate_fidelity(channel)
    assert average_gate_error(depolarizing, duration, coherence) == pytest.approx(expected, abs=1e-9)


def test_a_circuit_by_hand() -> None:
    circuit = QuantumCircuit(2, 2)
    circuit.r(math.pi / 2, 0.0, 0)
    circuit.r(math.pi / 2, 0.0, 1)
    circuit.cz(0, 1)
    circuit.measure([0, 1], [0, 1])
    cost = hwcost.estimate(circuit, backend(), transpile=False)
    assert cost.time.sum_of_durations_s == pytest.approx(2 * 40e-9 + 80e-9)
    assert cost.time.circuit_duration_s == pytest.approx(40e-9 + 80e-9)  # without the readout, whose time is unknown
    assert any("readout" in line and "unknown" in line for line in cost.backend.warnings)
    # One qubit: F = (1 − p)·(1 + e^(−t/T1) + 2e^(−t/T2))/4 + p/4, error = 1 − (2F + 1)/3; two likewise with squares.
    relaxed = [(1 + math.exp(-t / 40_000) + 2 * math.exp(-t / 20_000)) / 4 for t in (40, 80)]
    one = 1 - (2 * (0.998 * relaxed[0] + 0.002 / 4) + 1) / 3
    two = 1 - (4 * (0.98 * relaxed[1] ** 2 + 0.02 / 16) + 1) / 5
    assert cost.noise.esp == pytest.approx((1 - one) ** 2 * (1 - two) * 0.98**2)


def test_qubits_are_sorted_by_number() -> None:
    assert sorted(["QB10", "QB2", "QB1", "A"], key=natural_key) == ["A", "QB1", "QB2", "QB10"]


def test_the_numbers_of_the_backend_win() -> None:
    names = ["QB10", "QB1", "QB2"]
    given_backend = SimpleNamespace(name="x", error_profile=profile(), qubit_name_to_index=names.index)
    assert "qubits 0 to 2 are QB10 to QB2" in hwcost.load_calibration(given_backend).origin


# The star: QB1, QB2 and QB3 reach each other through CR1 alone.


def star(**fields: Any) -> Any:
    t1s = {"CR1": 5400.0, "QB1": 4e4, "QB2": 4e4, "QB3": 2e4}
    values = {
        "t1s": t1s,
        "t2s": {"CR1": 10_800.0, "QB1": 2e4, "QB2": 2e4, "QB3": 2e4},
        "single_qubit_gate_depolarizing_error_parameters": {"prx": dict.fromkeys(("QB1", "QB2", "QB3"), 0.002)},
        "single_qubit_gate_durations": {"prx": 40.0},
        "two_qubit_gate_durations": {"cz": 120.0, "move": 96.0},
        "two_qubit_gate_depolarizing_error_parameters": {
            gate: {(qubit, "CR1"): p for qubit in ("QB1", "QB2", "QB3")} for gate, p in (("cz", 0.02), ("move", 0.004))
        },
        "readout_errors": {qubit: {"0": 0.02, "1": 0.02} for qubit in ("QB1", "QB2", "QB3")},
    }
    return SimpleNamespace(name="star", error_profile=SimpleNamespace(name="star", **{**values, **fields}))


def test_gates_through_a_resonator_run_one_after_the_other() -> None:
    circuit = QuantumCircuit(3, 3)
    for qubit in range(3):
        circuit.r(math.pi / 2, 0.0, qubit)
    circuit.cz(0, 1)
    circuit.cz(2, 1)
    circuit.r(math.pi / 2, 0.0, 2)
    circuit.cz(0, 1)
    circuit.measure(range(3), range(3))
    cost = hwcost.estimate(circuit, star(), transpile=False, readout_duration_s=1e-6)
    through_s = 96e-9 + 120e-9 + 96e-9
    # The last r runs beside the last cz. All three cz need CR1.
    assert cost.time.circuit_duration_s == pytest.approx(40e-9 + 3 * through_s + 1e-6)
    # Two gates on other qubits could run at once, were it not for the resonator.
    apart = QuantumCircuit(4, 4)
    apart.cz(0, 1)
    apart.cz(2, 3)
    apart.measure(range(4), range(4))
    four = star(
        **{
            part: {**getattr(star().error_profile, part), "QB4": value}
            for part, value in (("t1s", 4e4), ("t2s", 2e4), ("readout_errors", {"0": 0.0, "1": 0.0}))
        },
        single_qubit_gate_depolarizing_error_parameters={"prx": dict.fromkeys(("QB1", "QB2", "QB3", "QB4"), 0.0)},
        two_qubit_gate_depolarizing_error_parameters={
            gate: {(f"QB{k}", "CR1"): 0.0 for k in range(1, 5)} for gate in ("cz", "move")
        },
    )
    two = hwcost.estimate(apart, four, transpile=False, readout_duration_s=1e-6)
    assert two.time.circuit_duration_s == pytest.approx(2 * through_s + 1e-6)
    assert two.gates.depth_2q == 1
    # What no other connection could shorten is not the price of routing.
    assert hwcost.estimate(apart, four).routing.duration_s == pytest.approx(0.0, abs=1e-15)


def test_success_through_a_resonator_by_hand() -> None:
    """QB1 and QB2: F = (1 − p)·F1·F2 + p/16, the moved state 216 ns in CR1 and 96 ns in QB1, QB2 waits 312 ns."""
    kept = (1 - 0.004) ** 2
    moved = (1 + kept * (math.exp(-216 / 5400 - 96 / 4e4) + 2 * math.exp(-216 / 10_800 - 96 / 2e4))) / 4
    waits = (1 + math.exp(-312 / 4e4) + 2 * math.exp(-312 / 2e4)) / 4
    expected = 1 - (4 * (0.98 * moved * waits + 0.02 / 16) + 1) / 5
    calibration = hwcost.load_calibration(star())
    gate = calibration.gate("cz", (1, 0))
    assert gate is not None
    assert gate.error == pytest.approx(expected, rel=1e-12)
    assert gate.duration_s == pytest.approx(312e-9)
    assert gate.resource == "CR1"
    again = hwcost.calibration_from_text(hwcost.calibration_text(calibration))
    assert again.gate("cz", (1, 0)) == gate


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"two_qubit_gate_durations": {"cz": 120.0}}, "two_qubit_gate_durations of move is missing"),
        ({"t1s": {"CR1": 0.0, "QB1": 1.0, "QB2": 1.0, "QB3": 1.0}}, "T1 or T2 of CR1 is 0"),
        (
            {"two_qubit_gate_depolarizing_error_parameters": {"cz": {}, "move": {("QB1", "X"): 0.1}}},
            "it must be a qubit and a resonator",
        ),
    ],
)
def test_impossible_stars_are_one_line(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(CalibrationError) as caught:
        hwcost.load_calibration(star(**fields))
    assert message in str(caught.value)


def test_resonators_without_moves_are_refused() -> None:
    times = {"CR1": 5400.0, "QB1": 4e4, "QB2": 4e4, "QB10": 4e4}
    with pytest.raises(CalibrationError, match="qubits are joined by 1 resonator only"):
        hwcost.load_calibration(backend(t1s=times, t2s=times))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"t1s": []}, "t1s is"),
        ({"t1s": {"QB1": 1e4}}, "t1s of QB2 is missing"),
        ({"t2s": {"QB1": 0.0, "QB2": 1.0, "QB10": 1.0}}, "T1 or T2 of QB1 is 0"),
        ({"t2s": {"QB1": math.nan, "QB2": 1.0, "QB10": 1.0}}, "t2s of QB1 is nan"),
        ({"readout_errors": {}}, "readout_errors is empty"),
        ({"readout_errors": {"QB1": {"0": 1.5, "1": 0.0}}}, "resonator"),
        ({"readout_errors": {q: {"0": 1.5, "1": 0.0} for q in ("QB1", "QB2", "QB10")}}, "readout_errors of QB1 is 1.5"),
        ({"readout_errors": {q: {"0": 0.1} for q in ("QB1", "QB2", "QB10")}}, "readout_errors of QB1 is missing"),
        ({"single_qubit_gate_durations": {}}, "single_qubit_gate_durations of prx is missing"),
        ({"two_qubit_gate_durations": {"cz": 0.0}}, "two_qubit_gate_durations of cz is 0"),
        ({"two_qubit_gate_durations": {"cz": -1.0}}, "two_qubit_gate_durations of cz is -1.0"),
        ({"two_qubit_gate_depolarizing_error_parameters": {"cz": {("QB1",): 0.1}}}, "it must be two qubits"),
        ({"two_qubit_gate_depolarizing_error_parameters": {"cz": {("QB1", "QB3"): 0.1}}}, "it must be two qubits"),
        ({"single_qubit_gate_depolarizing_error_parameters": {"prx": {"QB1": 2.0}}}, "prx of QB1 is 2.0"),
    ],
)
def test_impossible_profiles_are_one_line(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(CalibrationError) as caught:
        hwcost.load_calibration(backend(**fields))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


_PARTS = [name for name in vars(profile()) if name != "name"]


@given(st.sampled_from(_PARTS), st.recursive(st.none() | st.floats() | st.text(max_size=3), st.lists, max_leaves=3))
def test_a_damaged_profile_is_refused(part: str, value: Any) -> None:
    with pytest.raises(HwcostError):
        profile_calibration(profile(**{part: value}), name="x", origin="y")


# Names.


@pytest.mark.skipif(bool(_INSTALLED), reason="IQM's package is installed")
@pytest.mark.parametrize("name", ["iqm_adonis", "IQMFakeApollo", "iqm_nothing"])
def test_names_without_the_package_say_what_to_install(name: str) -> None:
    with pytest.raises(MissingDependencyError, match=r"pip install 'hwcost\[iqm\]'"):
        hwcost.load_calibration(name)
    with pytest.raises(MissingDependencyError):
        matches_of(BackendPattern("iqm_*"))


@pytest.mark.skipif(not _INSTALLED, reason="IQM's package (extra iqm) is not installed")
class TestWithThePackage:
    def test_names(self) -> None:
        assert {"iqm_adonis", "iqm_aphrodite", "iqm_apollo", "iqm_deneb"} <= set(_INSTALLED)
        sizes = {"iqm_adonis": 5, "IQMFakeApollo": 20, "iqm_fake_aphrodite": 54}
        for name, num_qubits in sizes.items():
            assert hwcost.load_calibration(name).num_qubits == num_qubits
        assert [match.name for match in matches_of(BackendPattern("iqm_a*"))] == [
            "iqm_adonis",
            "iqm_aphrodite",
            "iqm_apollo",
        ]

    def test_unknown_names(self) -> None:
        with pytest.raises(UnknownBackendError, match="did you mean 'iqm_apollo'"):
            hwcost.load_calibration("iqm_apolo")
        with pytest.raises(UnknownBackendError, match="no IQM fake backend fits"):
            matches_of(BackendPattern("iqm_z*"))

    def test_the_star_takes_no_less_than_the_makers_own_compilation(self) -> None:
        """IQM's compiler may keep a state in the resonator; its circuit then has as many cz and no more moves."""
        from iqm.qiskit_iqm import IQMFakeDeneb, transpile_to_IQM

        ghz = QuantumCircuit(3)
        ghz.h(0)
        ghz.cx(0, 1)
        ghz.cx(0, 2)
        ops = transpile_to_IQM(ghz, IQMFakeDeneb(), optimization_level=1, seed_transpiler=1).count_ops()
        cost = hwcost.estimate(ghz, IQMFakeDeneb(), measure_all=True)
        assert cost.gates.num_2q == ops["cz"] == 2
        assert 2 <= ops["move"] <= 2 * cost.gates.num_2q
        its_own_s = 120e-9 * ops["cz"] + 96e-9 * ops["move"]
        assert cost.time.circuit_duration_s >= its_own_s
        assert any("resonator CR1" in line for line in cost.backend.assumptions)

    def test_errors_are_those_of_the_backends_noise_model(self) -> None:
        from iqm.qiskit_iqm import IQMFakeAdonis
        from qiskit.quantum_info import SuperOp, average_gate_fidelity

        real = IQMFakeAdonis()
        calibration = hwcost.load_calibration(real)
        assert len(calibration.gates) == 5 + 8
        for gate in calibration.gates:
            channel = real.noise_model._local_quantum_errors[gate.name][gate.qubits]
            assert gate.error == pytest.approx(1 - average_gate_fidelity(SuperOp(channel)), abs=1e-12)

    def test_an_estimate(self) -> None:
        circuit = QuantumCircuit(3)
        circuit.h(0)
        circuit.cx(0, 1)
        circuit.cx(1, 2)
        circuit.measure_all()
        assert hwcost.estimate(circuit, "iqm_apollo", num_seeds=1).gates.num_2q >= 2
