"""Which observables are followed, from which moment, and what their readout costs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwcost.core.errors import OptionError
from hwcost.noise.observables import active_qubits, readout_factor, track_observables
from make import small_calibration
from noisy_circuits import NATIVE_OPS, Noise, Op, isa_of, noise_of

READOUT = [(0.03, 0.01), (0.1, 0.2), (0.0, 0.0)]


def noise(**record):
    return Noise(calibration=small_calibration(1, qubits={0: record}), t2_s=(None,))


@pytest.mark.parametrize(
    ("record", "factor"),
    [
        ({"prob_meas0_prep1": 0.03, "prob_meas1_prep0": 0.01, "readout_error": 0.4}, 0.96),
        ({"prob_meas0_prep1": None, "prob_meas1_prep0": 0.01, "readout_error": 0.02}, 0.96),
        ({"prob_meas0_prep1": 0.03, "prob_meas1_prep0": None, "readout_error": None}, None),
        ({"prob_meas0_prep1": 0.7, "prob_meas1_prep0": 0.6}, 0.0),
        ({"prob_meas0_prep1": None, "prob_meas1_prep0": None, "readout_error": 0.6}, 0.0),
    ],
)
def test_readout_by_hand(record, factor):
    found = readout_factor(noise(**record), 0)
    assert found == (None if factor is None else pytest.approx(factor, abs=1e-15))


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_readout_is_the_slope_of_the_confusion_matrix(wrong_1, wrong_0):
    # ⟨Z⟩ read after preparing 0 and 1: the difference of the two over the difference of the true values, 2.
    read_0, read_1 = 1.0 - 2.0 * wrong_0, -1.0 + 2.0 * wrong_1
    found = readout_factor(noise(prob_meas0_prep1=wrong_1, prob_meas1_prep0=wrong_0), 0)
    assert found == pytest.approx(max(0.0, (read_0 - read_1) / 2.0), abs=1e-12)


def test_qubits_that_only_wait_are_not_active():
    isa = isa_of(Op("delay", (2,), duration_s=1.0), Op("barrier", (0, 1)), Op("sx", (1,)), measure=[0])
    assert active_qubits(isa) == (0, 1)
    assert active_qubits(isa_of()) == ()


def test_by_default_z_at_the_last_measurement_into_each_classical_bit():
    isa = isa_of(
        Op("measure", (0,), clbit=1),
        Op("sx", (0,)),
        Op("measure", (0,), clbit=0),
        Op("measure", (1,), clbit=1),
    )
    first, second = track_observables(isa, noise_of(3, readout=READOUT))
    assert (first.starts, first.qubit, first.clbit) == (((0, 3, 2),), 0, 0)
    assert (second.starts, second.qubit, second.clbit) == (((1, 3, 3),), 1, 1)
    assert [first.readout_factor, second.readout_factor] == pytest.approx([0.96, 0.7])


def test_without_measurements_z_on_each_active_qubit_at_the_end_free_of_readout():
    isa = isa_of(Op("cx", (0, 2)), Op("delay", (1,), duration_s=1.0))
    rows = track_observables(isa, noise_of(3, readout=READOUT))
    assert [(row.starts, row.readout_factor, row.qubit, row.clbit) for row in rows] == [
        (((0, 3, 2),), 1.0, 0, None),
        (((2, 3, 2),), 1.0, 2, None),
    ]


def test_a_given_observable_is_read_by_final_measurements_where_there_are_any():
    isa = isa_of(Op("measure", (1,), clbit=5), Op("sx", (1,)), measure=[0])
    (row,) = track_observables(isa, noise_of(3, readout=READOUT), [{1: "X", 0: "Z", 2: "Y"}])
    # Qubit 0 by operation 2; qubit 1 goes on after its measurement, qubit 2 has none: both at the end, 3.
    assert row.starts == ((0, 3, 2), (1, 1, 3), (2, 2, 3))
    assert row.readout_factor == pytest.approx(0.96 * 0.7 * 1.0)
    assert (row.qubit, row.clbit) == (None, None)


def test_an_observable_on_one_qubit_has_its_qubit_and_bit():
    isa = isa_of(Op("sx", (1,)), measure=[0])
    zero, one = track_observables(isa, noise_of(3, readout=READOUT), [{0: "Z", 1: "I"}, {1: "Z"}])  # type: ignore[dict-item]
    assert (zero.qubit, zero.clbit) == (0, 0)
    assert (one.qubit, one.clbit) == (1, None)


@pytest.mark.parametrize("observable", [{3: "Z"}, {-1: "Z"}, {0: "W"}, {0: "z"}, {0: "ZZ"}])
def test_what_is_no_pauli_on_the_device_is_refused(observable):
    with pytest.raises(OptionError, match="needs X, Y or Z on qubits 0 … 2"):
        track_observables(isa_of(Op("sx", (0,))), noise_of(3), [observable])


@given(NATIVE_OPS, st.lists(st.integers(0, 2), unique=True))
def test_z_of_each_measured_qubit_by_hand_is_the_default(operations, measured):
    isa, table = isa_of(*operations, measure=measured), noise_of(3, readout=READOUT)
    default = track_observables(isa, table)
    if measured:
        assert default == track_observables(isa, table, [{q: "Z"} for q in measured])
    else:
        assert [row.qubit for row in default] == list(active_qubits(isa))
