"""The parts of the fast engine: stages, features, real arithmetic, memory."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from functools import reduce

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from nas.architectures.record import Architecture, Layer  # noqa: E402
from nas.engine.circuit import memory_bytes  # noqa: E402
from nas.engine.gates import gate_tables  # noqa: E402
from nas.engine.group_tables import group_sizes, group_tables  # noqa: E402
from nas.engine.groups import forward  # noqa: E402
from nas.engine.inputs import normalise, product_features  # noqa: E402
from nas.engine.memory import HEADROOM_BYTES, available_memory_bytes, bytes_text  # noqa: E402
from nas.engine.plan import EIGENBASIS, entangling, kron, plan  # noqa: E402
from nas.engine.simulator import choose_method  # noqa: E402
from nas.engine.whole import whole_tables  # noqa: E402

CPU = torch.device("cpu")
PAULIS = {"x": [[0, 1], [1, 0]], "y": [[0, -1j], [1j, 0]], "z": [[1, 0], [0, -1]]}


def circuit(n: int, axes: str, gate: str | None = "cx", embedding: str = "angle-x", **others: object) -> Architecture:
    """One layer for each letter, entanglers in a circle."""
    pairs = tuple((i, (i + 1) % n) for i in range(n)) if gate else ()
    layers = tuple(Layer(columns=((axis,) * n,), gate=gate, pairs=pairs) for axis in axes)  # type: ignore[arg-type]
    return Architecture(num_qubits=n, embedding=embedding, num_encoded=n, layers=layers, **others)  # type: ignore[arg-type]


@given(st.lists(st.floats(-10, 10), min_size=1, max_size=6))
def test_product_features_are_a_product_state(angles: list[float]) -> None:
    sums, shifts, mix = product_features(len(angles))
    expected = reduce(np.kron, [np.array([math.cos(x / 2), math.sin(x / 2)]) for x in angles])
    assert mix @ np.sin(np.array(angles) @ sums + shifts) == pytest.approx(expected, abs=1e-12)
    # Features of norm √(N/2) give states of norm 1.
    assert mix @ mix.T == pytest.approx(np.eye(len(mix)) * 2 / len(mix), abs=1e-12)


@pytest.mark.parametrize("axis", "xyz")
def test_clifford_diagonalises_its_axis(axis: str) -> None:
    basis = EIGENBASIS[axis]
    assert basis @ np.array(PAULIS["z"]) @ basis.conj().T == pytest.approx(np.array(PAULIS[axis]))


@given(st.data())
def test_entanglers_are_their_matrices(data: st.DataObject) -> None:
    n = data.draw(st.integers(2, 4))
    pair = st.lists(st.integers(0, n - 1), min_size=2, max_size=2, unique=True)
    gates = data.draw(st.lists(st.tuples(st.sampled_from(["cx", "cz"]), pair), max_size=6))
    off, on = np.diag([1.0, 0.0]), np.diag([0.0, 1.0])
    expected = np.eye(2**n, dtype=complex)
    for name, (control, target) in gates:
        idle, active = [np.eye(2)] * n, [np.eye(2)] * n
        idle[control], active[control] = off, on
        active[target] = np.array(PAULIS["x" if name == "cx" else "z"])
        expected = (kron(idle) + kron(active)) @ expected
    source, sign = entangling([(name, *pair) for name, pair in gates], n)
    state = np.arange(1.0, 2**n + 1)
    assert sign * state[source] == pytest.approx(expected.real @ state)


def test_zero_rows_become_the_ground_state() -> None:
    states, norms = normalise(torch.tensor([[0.0, 0.0], [3.0, 4.0]]), 4)
    assert states.tolist() == [[1.0, 0.0, 0.0, 0.0], [0.6000000238418579, 0.800000011920929, 0.0, 0.0]]
    assert norms.flatten().tolist() == [math.inf, 5.0]


def test_weights_without_effect_take_no_time() -> None:
    assert plan(circuit(4, "zzz")).stages == ()
    assert [stage.columns for stage in plan(circuit(4, "yzz")).stages] == [("yyyy",)]
    made = plan(circuit(4, "zyz", None))  # without entanglers all rotations are one stage
    assert [stage.columns for stage in made.stages] == [("zzzz", "yyyy")]
    assert made.num_live_columns == 2


def test_gates_before_the_first_rotation_that_counts_stay() -> None:
    layers = (
        Layer(columns=(("z", "z"),), gate="cx", pairs=((0, 1),)),
        Layer(columns=(("y", "y"),), gate=None, pairs=()),
    )
    made = plan(Architecture(num_qubits=2, embedding="amplitude", num_encoded=2, layers=layers))
    assert made.stages[-1].gates == (("cx", 0, 1),)


@pytest.mark.parametrize(
    ("architecture", "kinds", "real"),
    [
        (circuit(7, "yyy", "cx", "angle-y"), ["real"] * 3, [True] * 4),
        (circuit(7, "yy", "cz", "amplitude"), ["real"] * 2, [True] * 3),
        # Rotations about x alone are those about y in another frame, which CZ does not leave.
        (circuit(7, "xxx", "cz", "angle-x"), ["real"] * 3, [True] * 4),
        (circuit(7, "xx", "cx", "angle-x"), ["real"] * 2, [True, False, False]),
        (circuit(7, "yzy", "cx", "angle-y"), ["real", "diagonal", "real"], [True, False, False, False]),
        (circuit(7, "yy", "cx", "angle-z"), ["full", "real"], [False, False, False]),
    ],
)
def test_arithmetic_is_real_as_long_as_the_circuit_is(
    architecture: Architecture, kinds: list[str], real: list[bool]
) -> None:
    tables = group_tables([plan(architecture)], dtype=torch.float64, device=CPU)
    assert [stage.kind for stage in tables.stages] == kinds
    weights, x = torch.ones(1, architecture.num_weights).double(), torch.ones(1, 2, architecture.num_encoded).double()
    assert [not state.is_complex() for state in forward(tables, weights, x)[1].states] == real


def test_small_real_circuits_are_real_matrices() -> None:
    for architecture, real in (
        (circuit(3, "yy", "cx", "angle-y"), True),
        (circuit(3, "xx", "cz", "angle-x"), True),
        (circuit(3, "xx", "cx", "angle-x"), False),
        (circuit(3, "yy", "cx", "angle-z"), False),
    ):
        assert whole_tables([plan(architecture)], dtype=torch.float64, device=CPU).real == real


def test_groups_cover_the_register() -> None:
    for n in range(1, 30):
        sizes = group_sizes(n)
        assert sum(sizes) == n
        assert max(sizes) <= 4
        assert max(sizes) - min(sizes) <= 1
        assert list(sizes) == sorted(sizes, reverse=True)


def test_the_way_follows_from_the_circuit() -> None:
    ways = {n: choose_method([plan(circuit(n, "xy"))]) for n in (2, 5, 6, 7, 12, 16, 17)}
    assert ways == {2: "whole", 5: "whole", 6: "whole", 7: "groups", 12: "groups", 16: "groups", 17: "gates"}
    assert choose_method([plan(circuit(6, "xy"))] * 2) == "groups"
    assert choose_method([plan(circuit(6, "xyxyxyxyx"))]) == "groups"
    assert choose_method([plan(circuit(3, "xy", reupload=True))]) == "groups"


def test_beyond_groups_no_table_has_an_entry_for_each_state() -> None:
    tables = gate_tables(plan(circuit(24, "xyz")), dtype=torch.float32, device=CPU)
    assert tables.chain is not None
    assert tables.chain.phases.angles.numel() < 2**18


def test_bytes_for_people() -> None:
    assert [bytes_text(n) for n in (0, 999, 1000, 8 * 2**24, 8 * 2**41)] == [
        "0 B",
        "999 B",
        "1 kB",
        "134 MB",
        "17.6 TB",
    ]
    assert bytes_text(2**200) == "1e+12 EB"


def test_free_memory_is_known() -> None:
    free = available_memory_bytes(CPU)
    assert free is None or 2**20 < free < 2**50


PEAK = """
import sys, torch
from pathlib import Path
from nas.architectures.record import Architecture, Layer
from nas.engine.circuit import FastCircuit, memory_bytes
torch.set_num_threads(1)
def peak():  # not ru_maxrss, which a child inherits from whoever started it
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))
def step(n, batch):
    pairs = tuple((i, i + 1) for i in range(n - 1))
    layer = Layer(columns=(("x",) * n, ("y",) * n), gate="cx", pairs=pairs)
    made = Architecture(num_qubits=n, embedding="angle-x", num_encoded=n, layers=(layer,) * 2)
    FastCircuit(made)(torch.ones(batch, n, requires_grad=True)).sum().backward()
    return memory_bytes(made, batch)
step(9, 2)
before = peak()
estimate = step(int(sys.argv[1]), int(sys.argv[2]))
print(peak() - before, estimate)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the peak is read as Linux writes it")
@pytest.mark.parametrize(("num_qubits", "batch"), [(14, 64), (21, 2)])
def test_peak_is_as_estimated(num_qubits: int, batch: int) -> None:
    command = [sys.executable, "-c", PEAK, str(num_qubits), str(batch)]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    peak, estimate = map(int, done.stdout.split())
    if num_qubits > 16:  # all of it is states
        assert 0.5 * estimate < peak < 1.5 * estimate
    assert peak < estimate + HEADROOM_BYTES


def test_estimate_is_of_one_step_of_the_circuit() -> None:
    made = circuit(20, "xy")
    # Twelve real numbers of four bytes for each amplitude of one sample.
    assert memory_bytes(made, 64) == 12 * 4 * 2**20
