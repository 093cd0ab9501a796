"""Circuit cutting: hand-worked overheads, minima by brute force, subcircuits and experiments against the library."""

from __future__ import annotations

import itertools
import math
import sys
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qiskit import QuantumCircuit
from qiskit.circuit import Gate, Parameter, ParameterVector
from qiskit.circuit.library import CXGate, RZZGate, SwapGate, UnitaryGate
from qiskit.circuit.library.standard_gates import get_standard_gate_name_mapping
from qiskit.quantum_info import PauliList, Statevector, random_unitary

from brute_force_cuts import brute_force
from hwcost.core.errors import CircuitError, MissingDependencyError, OptionError
from hwcost.models.cutting.circuit import MAX_TWO_QUBIT_GATES, read_cuttable
from hwcost.models.cutting.cost import cutting_cost
from hwcost.models.cutting.search import Pair, _best_partition, connected_parts, find_cuts

try:
    import qiskit_addon_cutting
except ImportError:
    qiskit_addon_cutting = None

needs_library = pytest.mark.skipif(qiskit_addon_cutting is None, reason="qiskit-addon-cutting is not installed")


def network(num_qubits, num_layers, entangler="cx", *, circular=False, free=False):
    """RY on each qubit, then a chain or ring of entanglers, per layer; measured."""
    circuit = QuantumCircuit(num_qubits)
    angles = iter(ParameterVector("w", num_qubits * num_layers)) if free else itertools.repeat(0.3)
    for _ in range(num_layers):
        for qubit in range(num_qubits):
            circuit.ry(next(angles), qubit)
        for qubit in range(num_qubits if circular else num_qubits - 1):
            if entangler:
                getattr(circuit, entangler)(qubit, (qubit + 1) % num_qubits)
    circuit.measure_all()
    return circuit


# ----------------------------------------------------------------------------------------------------- hand-worked


@needs_library
@pytest.mark.parametrize(
    ("circuit", "max_qubits", "overhead", "gate_cuts", "widths"),
    [
        # A chain of four: one cut in the middle, 9. A ring: two.
        (network(4, 1), 2, 9, 1, (2, 2)),
        (network(4, 1, "cz", circular=True), 2, 81, 2, (2, 2)),
        # Two layers of a chain: the same gate twice.
        (network(6, 2), 3, 81, 2, (3, 3)),
        # One qubit: every gate.
        (network(4, 2), 1, 9**6, 6, (1, 1, 1, 1)),
        # Gates of one layer that commute to a single cut per layer, 4 layers.
        (network(8, 4), 4, 9**4, 4, (4, 4)),
    ],
)
def test_overheads_by_hand(circuit, max_qubits, overhead, gate_cuts, widths):
    cost = cutting_cost(circuit, max_qubits)
    assert cost.sampling_overhead == pytest.approx(overhead)
    assert cost.log10_sampling_overhead == pytest.approx(math.log10(overhead))
    assert (cost.num_gate_cuts, cost.num_wire_cuts) == (gate_cuts, 0)
    assert cost.subcircuit_widths == widths
    assert cost.minimal
    assert math.prod(cut.sampling_overhead for cut in cost.cuts) == pytest.approx(overhead)


@needs_library
def test_a_wire_cut_where_it_is_cheaper():
    # Qubit 1 meets qubit 0 twice, then qubit 2 twice: two gates cost 81, its wire in between 16.
    circuit = QuantumCircuit(3)
    for a, b in ((0, 1), (1, 0), (1, 2), (2, 1)):
        circuit.ry(0.3, a)
        circuit.cx(a, b)
    cost = cutting_cost(circuit, 2)
    assert (cost.sampling_overhead, cost.num_gate_cuts, cost.num_wire_cuts) == (16, 0, 1)
    (cut,) = cost.cuts
    assert (cut.kind, cut.qubits, cut.gate_index) == ("wire", (1,), 2)
    assert cost.subcircuit_widths == (2, 2)
    # Four ways to measure the end of the wire, six states to go on in.
    assert cost.distinct_subexperiments == (4, 6)
    # The library sends one circuit of each part for each of the eight terms.
    assert cost.subexperiments == (8, 8)
    first, second = cost.subcircuits
    assert first.count_ops()["cx"] == second.count_ops()["cx"] == 2
    assert first.count_ops()["measure"] == 1


@needs_library
def test_the_overhead_of_a_gate_depends_on_the_gate():
    def overhead(name, *arguments):
        circuit = QuantumCircuit(2)
        getattr(circuit, name)(*arguments, 0, 1)
        return cutting_cost(circuit, 1).sampling_overhead

    assert overhead("cx") == overhead("cz") == pytest.approx(9)
    assert overhead("ecr") == pytest.approx(9)
    assert overhead("swap") == pytest.approx(49)
    assert overhead("rzz", 0.3) == pytest.approx((1 + 2 * math.sin(0.3)) ** 2)
    assert overhead("crx", 0.3) == pytest.approx((1 + 2 * math.sin(0.15)) ** 2)
    circuit = QuantumCircuit(2)
    circuit.append(UnitaryGate(CXGate().to_matrix()), [0, 1])
    circuit.append(UnitaryGate(RZZGate(0.3).to_matrix()), [0, 1])
    assert cutting_cost(circuit, 1).sampling_overhead == pytest.approx(9 * (1 + 2 * math.sin(0.3)) ** 2)


@needs_library
@pytest.mark.parametrize(
    "name", ["rzz", "rxx", "ryy", "rzx", "crx", "cry", "crz", "cp", "cu1", "cu3", "cu", "xx_plus_yy", "xx_minus_yy"]
)
def test_free_angles_count_at_their_worst(name):
    number = {"cu3": 3, "cu": 4, "xx_plus_yy": 2, "xx_minus_yy": 2}.get(name, 1)

    kind = get_standard_gate_name_mapping()[name].base_class

    def circuit(angles):
        made = QuantumCircuit(2)
        made.append(kind(*angles), [0, 1])
        return made

    cost = cutting_cost(circuit(list(ParameterVector("t", number))), 1)
    assert any("free angles" in note and name in note for note in cost.notes)
    grid = [0.2, math.pi / 2, 2.5, math.pi] if number < 4 else [0.2, math.pi / 2, math.pi]
    found = [cutting_cost(circuit(angles), 1).sampling_overhead for angles in itertools.product(grid, repeat=number)]
    assert max(found) <= cost.sampling_overhead * (1 + 1e-9)
    assert max(found) == pytest.approx(cost.sampling_overhead)


def test_no_entanglers_no_cuts():
    cost = cutting_cost(network(8, 3, None), 4)
    assert (cost.sampling_overhead, cost.log10_sampling_overhead, cost.cuts) == (1.0, 0.0, ())
    # Eight lone qubits share two circuits.
    assert cost.subcircuit_widths == (4, 4)
    assert cost.subexperiments == (1, 1)
    assert cost.minimal


def test_circuits_that_fit():
    circuit = network(4, 2, free=True)
    cost = cutting_cost(circuit, 4)
    assert (cost.sampling_overhead, cost.num_subcircuits, cost.num_subexperiments, cost.notes) == (1.0, 1, 1, ())
    (whole,) = cost.subcircuits
    assert set(whole.parameters) == set(circuit.parameters)
    assert whole.count_ops()["measure"] == 4
    # Two pairs that never meet: one circuit of four qubits, or two of two.
    apart = QuantumCircuit(5)
    apart.cx(0, 3)
    apart.cx(1, 2)
    assert cutting_cost(apart, 4).subcircuit_widths == (4,)
    assert cutting_cost(apart, 3).subcircuit_widths == (2, 2)  # the idle qubit 4 is left out


@needs_library
def test_parts_without_cuts_share_circuits_and_cut_parts_do_not():
    circuit = QuantumCircuit(7)
    for a, b in ((0, 1), (1, 2), (2, 3)):
        circuit.cx(a, b)
    circuit.cx(4, 5)
    circuit.h(6)
    cost = cutting_cost(circuit, 3)
    # The chain of four is cut once; {4, 5} and {6} go together.
    assert cost.num_gate_cuts == 1
    assert sorted(cost.subcircuit_widths) in ([1, 3, 3], [2, 2, 3])
    assert sorted(cost.subexperiments) == [1, 6, 6]
    assert sorted(cost.distinct_subexperiments) == [1, 5, 5]


@needs_library
@pytest.mark.parametrize(
    ("gates", "num_terms"), [(["cx"], 6), (["cx", "cx"], 36), (["cz", "cx", "ecr"], 216), (["swap"], 34)]
)
def test_every_part_is_sent_once_for_each_product_of_terms(gates, num_terms):
    circuit = QuantumCircuit(len(gates) + 1)
    for qubit, gate in enumerate(gates):
        getattr(circuit, gate)(qubit, qubit + 1)
    cost = cutting_cost(circuit, 1)
    assert cost.subexperiments == (num_terms,) * (len(gates) + 1)
    assert cost.num_subexperiments == num_terms * (len(gates) + 1)


# ------------------------------------------------------------------------------------------------- brute force


_KAPPAS = {"cx": 3.0, "swap": 7.0, "rzz": 1 + 2 * math.sin(0.3)}
_GATES = {"cx": CXGate(), "swap": SwapGate(), "rzz": RZZGate(0.3)}


@needs_library
@settings(max_examples=30)
@given(st.data())
def test_minima_against_brute_force(data):
    num_qubits = data.draw(st.integers(3, 4))
    pairs = st.permutations(range(num_qubits)).map(lambda p: tuple(p[:2]))
    gates = data.draw(st.lists(st.tuples(st.sampled_from(sorted(_KAPPAS)), pairs), min_size=2, max_size=5))
    max_qubits = data.draw(st.integers(1, num_qubits - 1))
    circuit = QuantumCircuit(num_qubits)
    for name, qubits in gates:
        circuit.append(_GATES[name], qubits)
    cost = cutting_cost(circuit, max_qubits)
    assert cost.minimal
    assert cost.log10_sampling_overhead == pytest.approx(
        2 * brute_force(num_qubits, gates, max_qubits, _KAPPAS) / math.log(10), abs=1e-9
    )
    assert max(cost.subcircuit_widths) <= max_qubits


@given(st.data())
def test_best_partition_against_all_partitions(data):
    num_qubits = data.draw(st.integers(2, 6))
    places = st.permutations(range(num_qubits)).map(lambda p: tuple(p[:2]))
    drawn = data.draw(st.lists(st.tuples(st.floats(1.0, 7.0), places), min_size=1, max_size=15))
    max_qubits = data.draw(st.integers(1, num_qubits))
    pairs = [Pair(qubits=qubits, gate=None, kappa=kappa) for kappa, qubits in drawn]
    found = _best_partition(num_qubits, pairs, max_qubits)
    best = min(
        math.fsum(math.log(p.kappa) for p in pairs if labels[p.qubits[0]] != labels[p.qubits[1]])
        for labels in itertools.product(range(num_qubits), repeat=num_qubits)
        if max(map(labels.count, labels)) <= max_qubits
    )
    assert found.log_kappa(pairs) == pytest.approx(best, abs=1e-9)
    kept = [pair for index, pair in enumerate(pairs) if index not in found.gates]
    assert max(map(len, connected_parts(num_qubits, kept))) <= max_qubits


# --------------------------------------------------------------------------------------- the library, end to end


def cut_with_the_library(circuit, cost):
    """The library's subcircuits and bases for the cuts that were found, barriers and measurements aside."""
    from qiskit_addon_cutting import cut_wires, expand_observables, partition_problem
    from qiskit_addon_cutting.instructions import CutWire
    from qiskit_addon_cutting.qpd import TwoQubitQPDGate

    marked = QuantumCircuit(circuit.num_qubits)
    gates = {cut.gate_index for cut in cost.cuts if cut.kind == "gate"}
    wires = {(cut.gate_index, cut.qubits[0]) for cut in cost.cuts if cut.kind == "wire"}
    number = -1
    for instruction in circuit.data:
        qubits = [circuit.find_bit(bit).index for bit in instruction.qubits]
        if instruction.name in ("barrier", "measure"):
            continue
        operation = instruction.operation
        if len(qubits) == 2:
            number += 1
            for qubit in qubits:
                if (number, qubit) in wires:
                    marked.append(CutWire(), [qubit])
            if number in gates:
                operation = TwoQubitQPDGate.from_instruction(operation)
        marked.append(operation, qubits)
    observables = PauliList(["Z" * circuit.num_qubits])
    expanded = cut_wires(marked)
    return partition_problem(expanded, observables=expand_observables(observables, marked, expanded))


def mixed_circuit():
    """Three qubits whose best cuts to width 2 are one wire and one gate."""
    circuit = QuantumCircuit(4)
    for qubit in range(4):
        circuit.ry(0.4 + 0.3 * qubit, qubit)
    for a, b in ((0, 1), (1, 0), (1, 2), (2, 1), (2, 3)):
        circuit.cx(a, b)
        circuit.ry(0.7, b)
    return circuit


@needs_library
@pytest.mark.parametrize("circuit", [network(4, 1), network(4, 1, circular=True), mixed_circuit()])
def test_the_cuts_give_back_the_expectation_value(circuit):
    from qiskit_addon_cutting import generate_cutting_experiments, reconstruct_expectation_values

    cost = cutting_cost(circuit, 2)
    aer = pytest.importorskip("qiskit_aer.primitives")
    problem = cut_with_the_library(circuit, cost)
    assert math.prod(basis.overhead for basis in problem.bases) == pytest.approx(cost.sampling_overhead)
    widths = sorted(c.num_qubits for c in problem.subcircuits.values())
    assert widths == sorted(cost.subcircuit_widths)
    experiments, coefficients = generate_cutting_experiments(
        problem.subcircuits, problem.subobservables, num_samples=np.inf
    )
    distinct = {label: {content(c) for c in circuits} for label, circuits in experiments.items()}
    assert sorted(map(len, experiments.values())) == sorted(cost.subexperiments)
    assert sorted(map(len, distinct.values())) == sorted(cost.distinct_subexperiments)
    if cost.num_subexperiments > 40:
        return
    sampler = aer.SamplerV2(seed=1, default_shots=20_000)
    results = {label: sampler.run(circuits).result() for label, circuits in experiments.items()}
    (value,) = reconstruct_expectation_values(results, coefficients, problem.subobservables)
    exact = Statevector(circuit.remove_final_measurements(inplace=False)).expectation_value(PauliList(["ZZZZ"])[0])
    assert value == pytest.approx(exact.real, abs=0.08)


def content(circuit):
    return tuple(
        (i.name, tuple(map(str, i.params)), tuple(circuit.find_bit(q).index for q in i.qubits)) for i in circuit
    )


@needs_library
def test_subcircuits_hold_all_kept_gates_measurements_and_parameters():
    circuit = network(6, 2, circular=True, free=True)
    cost = cutting_cost(circuit, 3)
    assert sum(c.count_ops()["cx"] for c in cost.subcircuits) == 12 - cost.num_gate_cuts
    assert sum(c.count_ops()["ry"] for c in cost.subcircuits) == 12
    assert sum(c.count_ops()["measure"] for c in cost.subcircuits) == 6 + cost.num_wire_cuts
    assert set().union(*(set(c.parameters) for c in cost.subcircuits)) == set(circuit.parameters)
    assert all(c.num_qubits <= 3 for c in cost.subcircuits)
    # Two sides of each cut gate, one-qubit gates in its place.
    assert sum(c.count_ops().get("sdg", 0) + c.count_ops().get("s", 0) for c in cost.subcircuits) >= cost.num_gate_cuts


# -------------------------------------------------------------------------------------------------------- laws


@needs_library
@settings(max_examples=10)
@given(st.integers(4, 6), st.integers(1, 2), st.sampled_from(["cx", "cz"]), st.booleans())
def test_a_wider_limit_never_costs_more(num_qubits, num_layers, entangler, circular):
    circuit = network(num_qubits, num_layers, entangler, circular=circular)
    costs = [cutting_cost(circuit, width) for width in range(1, num_qubits + 1)]
    proved = [cost.log10_sampling_overhead for cost in costs if cost.minimal]
    assert all(wide <= narrow + 1e-9 for narrow, wide in itertools.pairwise(proved))
    assert costs[-1].sampling_overhead == 1.0


@needs_library
def test_the_same_seed_gives_the_same_cuts():
    circuit = network(6, 2, circular=True)
    assert cutting_cost(circuit, 4, seed=3) == cutting_cost(circuit, 4, seed=3)


@needs_library
def test_barriers_resets_and_order_of_qubits_change_nothing():
    circuit = QuantumCircuit(4)
    circuit.reset(0)
    circuit.cx(0, 1)
    circuit.barrier(0, 1)
    circuit.cx(2, 1)
    circuit.barrier()
    circuit.cx(2, 3)
    cost = cutting_cost(circuit, 2)
    assert (cost.sampling_overhead, cost.num_gate_cuts) == (9.0, 1)


# ----------------------------------------------------------------------------------------- composite, wide, hostile


@needs_library
def test_composite_and_three_qubit_gates_are_written_out():
    body = QuantumCircuit(3, name="body")
    body.cx(0, 1)
    body.rzz(Parameter("t"), 1, 2)
    circuit = QuantumCircuit(4)
    circuit.append(body.to_gate(), [0, 1, 2])
    circuit.cx(2, 3)
    cost = cutting_cost(circuit, 2)
    assert any("written out" in note for note in cost.notes)
    assert cost.sampling_overhead == pytest.approx(9.0)  # the middle gate, rzz at its worst
    toffoli = QuantumCircuit(3)
    toffoli.ccx(0, 1, 2)
    # Qubit 2 meets the others in four of the six CX.
    assert cutting_cost(toffoli, 2).num_gate_cuts + cutting_cost(toffoli, 2).num_wire_cuts >= 2
    prepared = QuantumCircuit(3)
    prepared.initialize(random_unitary(8, seed=1).data[0])
    assert cutting_cost(prepared, 2).sampling_overhead > 9.0


def test_what_cannot_be_cut_is_refused_by_its_name():
    circuit = QuantumCircuit(3, 3)
    circuit.h(0)
    circuit.measure(0, 0)
    circuit.cx(0, 1)
    with pytest.raises(CircuitError, match=r"a measurement on the way \(qubit 0\) cannot be cut around"):
        cutting_cost(circuit, 2)
    circuit = QuantumCircuit(3, 3)
    circuit.h(1)
    circuit.reset(1)
    with pytest.raises(CircuitError, match=r"a reset on the way \(qubit 1\)"):
        cutting_cost(circuit, 2)
    circuit = QuantumCircuit(3, 1)
    with circuit.for_loop(range(2)):
        circuit.cx(0, 1)
    with pytest.raises(CircuitError, match="for_loop cannot be cut around"):
        cutting_cost(circuit, 2)
    circuit = QuantumCircuit(3)
    circuit.append(Gate("oracle", 3, []), [0, 1, 2])
    with pytest.raises(CircuitError, match="'oracle' is opaque"):
        cutting_cost(circuit, 2)
    circuit = QuantumCircuit(2)
    for _ in range(MAX_TWO_QUBIT_GATES + 1):
        circuit.cx(0, 1)
    with pytest.raises(CircuitError, match="at most 5,000 can be searched"):
        cutting_cost(circuit, 1)
    with pytest.raises(CircuitError, match="no operations"):
        cutting_cost(QuantumCircuit(2), 1)
    with pytest.raises(CircuitError, match="int is not a circuit"):
        cutting_cost(3, 1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_qubits": 0}, "max_qubits is 0"),
        ({"max_qubits": 2.0}, "max_qubits is 2.0"),
        ({"max_qubits": True}, "max_qubits is True"),
        ({"max_backjumps": -1}, "max_backjumps is -1"),
        ({"seed": "1"}, "seed is '1'"),
        ({"time_limit_s": 0}, "time_limit_s is 0"),
        ({"time_limit_s": math.nan}, "time_limit_s is nan"),
    ],
)
def test_refused_options(options, message):
    with pytest.raises(OptionError, match=message):
        cutting_cost(network(4, 1), **{"max_qubits": 2, **options})


def test_without_the_library(monkeypatch):
    monkeypatch.setitem(sys.modules, "qiskit_addon_cutting", None)
    with pytest.raises(MissingDependencyError, match=r"pip install \"hwcost\[cutting\]\""):
        cutting_cost(network(4, 1), 2)
    assert cutting_cost(network(4, 1), 4).sampling_overhead == 1.0


@needs_library
def test_limits_of_the_search_are_honest():
    circuit = network(8, 4, circular=True)
    hasty = cutting_cost(circuit, 4, max_backjumps=10)
    assert not hasty.minimal
    assert any("did not prove" in note for note in hasty.notes)
    # The exact partition of the qubits finds the two cuts per layer all the same.
    assert hasty.sampling_overhead == pytest.approx(9.0**8)
    start = time.monotonic()
    ended = cutting_cost(network(13, 6, circular=True), 4, time_limit_s=1e-9)
    assert time.monotonic() - start < 10
    assert not ended.minimal
    assert any("time limit" in note for note in ended.notes)
    assert max(ended.subcircuit_widths) <= 4


@needs_library
def test_overheads_beyond_floats():
    circuit = network(4, 120)
    cost = cutting_cost(circuit, 1)
    assert cost.num_gate_cuts == 360
    assert cost.sampling_overhead is None
    assert cost.log10_sampling_overhead == pytest.approx(360 * math.log10(9))
    # 400 gates, of which the two that join the halves are cut in each of 20 layers, also where time is up at once.
    wide = cutting_cost(network(20, 20, circular=True), 10, time_limit_s=1e-9)
    assert not wide.minimal
    assert wide.num_gate_cuts == 40
    assert wide.subcircuit_widths == (10, 10)
    # So deep that the library's floats end: the partition still has an answer.
    deep = cutting_cost(network(4, 400), np.int64(2), max_backjumps=10)
    assert type(deep.max_qubits) is int
    assert deep.log10_sampling_overhead == pytest.approx(400 * math.log10(9))
    assert not deep.minimal


@needs_library
def test_parts_are_searched_on_their_own():
    pairs = [Pair(qubits=q, gate=CXGate(), kappa=3.0) for q in ((0, 2), (2, 4), (1, 3), (3, 5), (0, 2))]
    cuts = find_cuts(6, pairs, 2, max_backjumps=1000, time_limit_s=30, seed=0)
    # 2–4 (once, not 0–2, twice) and one of 1–3, 3–5.
    assert 1 in cuts.gates
    assert len(cuts.gates) == 2
    assert cuts.minimal


def test_reading_drops_barriers_and_measurements():
    given = read_cuttable(network(3, 1))
    assert [len(qubits) for _, qubits in given.gates] == [1, 1, 1, 2, 2]
    assert given.measured == (0, 1, 2)
    assert given.two_qubit_gates == [3, 4]
