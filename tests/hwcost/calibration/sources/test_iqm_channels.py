"""The error of a CZ through a resonator, against the channels composed by Aer and averaged by Qiskit."""

from __future__ import annotations

import pytest

from hwcost.calibration.sources.iqm_channels import through_resonator


@pytest.mark.parametrize(("depolarizing", "move"), [(0.0, 0.0), (0.0128, 0.0), (0.02, 0.03)])
def test_the_error_is_that_of_the_channels(depolarizing: float, move: float) -> None:
    pytest.importorskip("qiskit_aer")
    from qiskit.quantum_info import SuperOp, average_gate_fidelity
    from qiskit_aer.noise import depolarizing_error, thermal_relaxation_error

    moved, other, resonator = (35.0, 33.0), (20.0, 25.0), (5.4, 10.8)
    found, duration = through_resonator(
        cz=(depolarizing, 0.12), move=(move, 0.096), moved=moved, other=other, resonator=resonator
    )
    state = SuperOp(thermal_relaxation_error(*resonator, 0.096)).compose(SuperOp(depolarizing_error(move, 1)))
    state = state.compose(SuperOp(thermal_relaxation_error(*resonator, 0.12)))
    state = state.compose(SuperOp(thermal_relaxation_error(*moved, 0.096))).compose(
        SuperOp(depolarizing_error(move, 1))
    )
    waits = SuperOp(thermal_relaxation_error(*other, 0.312))
    both = waits.tensor(state).compose(SuperOp(depolarizing_error(depolarizing, 2)))
    assert duration == pytest.approx(0.312)
    assert found == pytest.approx(1.0 - average_gate_fidelity(both), abs=1e-9)
