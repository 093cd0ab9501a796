import pytest

pytest.importorskip("torch")

import hwcost
import nas
from nas.papers.proxies import PROXIES, costed, distinct_networks, figures
from nas.spaces.load import load_space


def test_networks_are_different_narrow_enough_and_the_same_each_time():
    space = load_space("hyb-hanas")
    networks = distinct_networks(space, 12, 1, 4)
    assert len({nas.architecture_hash(one) for one in networks}) == 12
    assert max(one.num_qubits for one in networks) <= 4
    assert networks == distinct_networks(space, 12, 1, 4)
    assert networks != distinct_networks(space, 12, 2, 4)


def test_figures_are_those_of_the_cost(tmp_path):
    (built,) = distinct_networks(load_space("hyb-hanas"), 1, 0, 3)
    device = hwcost.prepare_device(hwcost.load_calibration("fake_torino"))
    row = figures(built, device)
    cost = nas.candidate_cost(
        built, 4, 3, backend=device, scope="step", gradient="parameter-shift", shots=1024, num_seeds=1
    )
    assert row["step_qpu_s"] == cost.model_cost.quantum.qpu_time_s
    assert row["flops"] == cost.quantum_flops
    assert row["parameters"] == cost.num_parameters
    assert row["step_classical_share"] == cost.model_cost.classical.time_s / cost.model_cost.unified.time_s
    assert not row["step_seen"]
    assert row["simulated_seen"]
    assert PROXIES.keys() <= row.keys()
    kept = costed(tmp_path, "fake_torino", 0, number=1, max_qubits=3)
    assert kept == [row] == costed(tmp_path, "fake_torino", 0, number=1, max_qubits=3)
