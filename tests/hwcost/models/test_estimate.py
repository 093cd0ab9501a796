"""`estimate_model` from end to end: circuits, shots, jobs and seconds that can be followed by hand."""

from __future__ import annotations

import json
import math

import pytest
from qiskit import QuantumCircuit
from qiskit.circuit import ParameterVector

import hwcost
from hwcost.classical.machine import load_device_profile
from hwcost.core.errors import CircuitError, OptionError
from hwcost.report.formats import formatted

DEVICE = "xeon-1-thread"


@pytest.fixture(scope="module")
def circuit():
    x, w = ParameterVector("x", 2), ParameterVector("w", 4)
    made = QuantumCircuit(2, name="small")
    for qubit in range(2):
        made.ry(x[qubit], qubit)
        made.ry(w[qubit], qubit)
    made.cx(0, 1)
    for qubit in range(2):
        made.ry(w[2 + qubit], qubit)
    made.measure_all()
    return made


def cost_of(model, *sample, **options):
    return hwcost.estimate_model(
        model, *sample, **({"backend": "fake_manila", "device": DEVICE, "num_seeds": 1} | options)
    )


def test_a_circuit_with_flops_by_hand(circuit):
    cost = cost_of(
        circuit, scope="training", epochs=3, samples=100, batch_size=32, inputs=["x"], classical_flops=1000, shots=1000
    )
    # 1 + 2 · 4 circuits a sample; 100 samples, three times.
    assert (cost.quantum.circuits_per_sample, cost.quantum.num_circuits) == (9, 2700)
    one = hwcost.estimate(circuit, "fake_manila", shots=1000, num_seeds=1)
    assert cost.quantum.shots == 2700 * one.shots.needed
    assert cost.quantum.shots_per_circuit == one.shots.needed
    assert cost.quantum.shot_inflation == pytest.approx(one.shots.needed / 1000)
    assert cost.quantum.qpu_time_s == pytest.approx(2700 * one.time.qpu_time_s)
    # Each epoch: three batches of 32 (a job of 32 and one of 256 circuits) and one of 4 (4 and 32).
    assert cost.quantum.num_jobs == 3 * (3 * 2 + 2)
    assert cost.classical.flops == 300 * 3000
    assert cost.unified.time_s == pytest.approx(cost.quantum.job_time_s.value + cost.classical.time_s)
    assert math.fsum(cost.unified.parts.values()) == pytest.approx(cost.unified.time_s)
    assert cost.unified.dominant == max(cost.unified.parts, key=cost.unified.parts.get)
    assert cost.unified.low_s < cost.unified.time_s < cost.unified.high_s
    assert cost.estimates[0].time.shot_time_s == one.time.shot_time_s


def test_the_scopes_add_up(circuit):
    options = {"inputs": ["x"], "batch_size": 10}
    step = cost_of(circuit, scope="step", **options)
    epoch = cost_of(circuit, scope="epoch", samples=50, **options)
    training = cost_of(circuit, scope="training", samples=50, epochs=4, **options)
    inference = cost_of(circuit, scope="inference", inputs=["x"])
    assert epoch.unified.time_s == pytest.approx(5 * step.unified.time_s)
    assert training.unified.time_s == pytest.approx(4 * epoch.unified.time_s)
    assert (inference.quantum.num_circuits, inference.unified.gradient) == (1, "none")
    checked = cost_of(circuit, scope="epoch", samples=50, validation_samples=20, **options)
    assert checked.quantum.num_circuits == epoch.quantum.num_circuits + 20


def test_sessions_are_billed_while_classical_work_goes_on(circuit):
    job = cost_of(circuit, classical_flops=1e9, price_per_second=1.6)
    session = cost_of(circuit, classical_flops=1e9, price_per_second=1.6, mode="session")
    assert job.unified.billed_s == pytest.approx(job.quantum.job_time_s.value)
    assert session.unified.billed_s == pytest.approx(session.unified.time_s)
    assert session.unified.price == pytest.approx(1.6 * session.unified.time_s)
    assert cost_of(circuit).unified.price is None
    assert any("no job inside a batch or a session was timed" in line for line in session.assumptions)


def test_json_csv_and_html_hold_the_same_numbers(circuit):
    cost = cost_of(circuit, batch_size=4, inputs=["x"])
    plain = json.loads(cost.to_json())
    assert plain["schema"] == "hwcost.model/1"
    assert {
        "circuits_per_sample",
        "num_circuits",
        "shots_per_circuit",
        "shots",
        "num_jobs",
        "qpu_time_s",
        "job_time_s",
    } <= set(plain["quantum"])
    assert {"flops", "device", "time_s", "uncounted"} <= set(plain["classical"])
    assert {"time_s", "low_s", "high_s", "scope", "gradient", "dominant"} <= set(plain["unified"])
    assert plain["estimates"][0]["schema"] == "hwcost.estimate/1"
    row = cost.to_rows()[0]
    assert row["unified.time_s"] == plain["unified"]["time_s"]
    assert row["backend"] == "fake_manila"
    assert formatted([cost, cost], "csv").count("\n") == 3
    assert "Where the time goes" in cost._repr_html_()
    assert "Where the time goes" in str(cost)
    assert hash(cost) == hash(cost_of(circuit, batch_size=4, inputs=["x"]))


def test_simulated_circuits_cost_flops_on_the_classical_device(circuit):
    shift = cost_of(circuit, backend=None, inputs=["x"], batch_size=8)
    backprop = cost_of(circuit, backend=None, inputs=["x"], batch_size=8, gradient="backprop")
    assert shift.quantum.execution == "simulation"
    assert shift.quantum.qpu_time_s is None
    forward = shift.model.layers[0].simulation.forward
    assert shift.quantum.flops == 8 * 9 * forward
    simulation = backprop.model.layers[0].simulation
    assert backprop.quantum.flops == 8 * (simulation.forward + simulation.backward)
    assert backprop.quantum.num_circuits == 8
    assert backprop.unified.time_s > 0.0
    assert shift.estimates == ()
    assert "simulated on xeon-1-thread" in str(shift)


def test_a_signal_that_is_gone_has_no_number():
    deep = QuantumCircuit(5)
    w = ParameterVector("w", 3000)
    for index in range(3000):
        deep.ry(w[index], index % 5)
        deep.cx(index % 5, (index + 2) % 5)
    deep.measure_all()
    cost = cost_of(deep, optimization_level=0)
    assert cost.unified.time_s is None
    assert cost.quantum.shots is None
    assert cost.quantum.num_circuits == 1 + 2 * cost.model.num_circuit_parameters
    assert any("signal is gone" in line for line in cost.warnings)
    assert "no number" in str(cost)
    json.loads(cost.to_json())


def test_mitigation_adds_circuits_shots_and_what_is_measured_once(circuit):
    plain = cost_of(circuit, batch_size=4, inputs=["x"])
    zne = cost_of(circuit, batch_size=4, inputs=["x"], mitigation="zne:exponential:1:3:5")
    readout = cost_of(circuit, batch_size=4, inputs=["x"], mitigation="readout")
    # Three circuits for each; two calibration circuits once.
    assert zne.quantum.num_circuits == 3 * plain.quantum.num_circuits
    assert readout.quantum.num_circuits == plain.quantum.num_circuits + 2
    assert zne.quantum.shots > plain.quantum.shots
    assert zne.unified.time_s > plain.unified.time_s
    assert zne.unified.parts["mitigation and cutting"] > 0.0
    assert math.fsum(zne.unified.parts.values()) == pytest.approx(zne.unified.time_s)
    assert [one.method for one in zne.overheads] == ["zne"]
    assert any("measures 2 calibration circuits once" in line for line in readout.assumptions)
    assert "Mitigation and cutting" in str(zne)
    with pytest.raises(OptionError, match="need a backend"):
        cost_of(circuit, backend=None, mitigation="zne")


def test_a_cut_circuit_is_its_parts():
    pytest.importorskip("qiskit_addon_cutting")
    w = ParameterVector("w", 4)
    chain = QuantumCircuit(4, name="chain")
    for qubit in range(4):
        chain.ry(w[qubit], qubit)
    for qubit in range(3):
        chain.cx(qubit, qubit + 1)
    chain.measure_all()
    whole = cost_of(chain, optimization_level=1)
    cut = cost_of(chain, optimization_level=1, max_qubits=2)
    (overhead,) = cut.overheads
    assert overhead.method == "cutting"
    assert overhead.shot_factor == 9.0 * 2  # one CNOT cut, two parts
    assert len(cut.estimates) == 2
    assert cut.model.layers[0].estimates == (0, 1)
    assert cut.quantum.num_circuits == whole.quantum.num_circuits * overhead.circuit_factor
    # Each part needs N · 9 · the noise of both parts.
    noise = math.prod(one.shots.needed / one.shots.noiseless for one in cut.estimates)
    logical = whole.quantum.num_circuits
    assert cut.quantum.shots == pytest.approx(logical * 2 * 4096 * 9 * noise, rel=1e-6)
    assert cost_of(chain, optimization_level=1, max_qubits=4).overheads == ()
    with pytest.raises(OptionError, match="max_qubits is 0"):
        cost_of(chain, max_qubits=0)


def test_a_file_is_a_model(circuit, tmp_path):
    from qiskit import qpy

    with (tmp_path / "c.qpy").open("wb") as file:
        qpy.dump(circuit, file)
    assert cost_of(tmp_path / "c.qpy", inputs=["x"]).quantum.circuits_per_sample == 9


def test_the_device_that_was_assumed_is_named(circuit):
    bare = hwcost.estimate_model(circuit, backend="fake_manila", num_seeds=1)
    assert bare.assumptions[0] == "no classical half was given; it counts as nothing"
    cost = hwcost.estimate_model(circuit, backend="fake_manila", num_seeds=1, classical_flops=1e3)
    assert any("no classical device was given; xeon-1-thread assumed" in line for line in cost.assumptions)
    given = cost_of(circuit, device=load_device_profile("a100-sxm4"), classical_flops=1e6)
    assert given.classical.device == "a100-sxm4"
    assert any("assumed: wide matrix products" in line for line in given.assumptions)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"gradient": "backprop"}, "backprop needs the state of a simulation, which no device has"),
        ({"gradient": "magic"}, "gradient is 'magic'; choose from"),
        ({"gradient": "none"}, "the scope step needs a gradient method"),
        ({"mode": "hope"}, "mode is 'hope'; choose from job, batch, session"),
        ({"circuits_per_job": 0}, "circuits_per_job is 0"),
        ({"price_per_second": -1.0}, "price_per_second is -1.0"),
        ({"price_per_second": math.nan}, "price_per_second is nan"),
        ({"classical_flops": math.inf}, "classical_flops is inf"),
        ({"classical_flops": 1.0, "classical": (1, 2)}, "both given"),
        ({"classical": 5}, "classical is the pair"),
        ({"device": "cray"}, "no device profile 'cray'"),
        ({"inputs": ["z"]}, "input 'z' is not a parameter"),
        ({"shots": 1, "precision": 0.1}, "shots and precision are both given"),
        ({"scope": "epoch"}, "needs the number of training samples"),
    ],
)
def test_mistakes_are_one_line(circuit, options, words):
    with pytest.raises(OptionError, match=words) as caught:
        cost_of(circuit, **options)
    assert "\n" not in str(caught.value)


def test_other_objects_and_samples_are_refused(circuit):
    with pytest.raises(OptionError, match=r"a model of type builtins.int cannot be costed; give a torch module"):
        cost_of(5)
    with pytest.raises(OptionError, match="a circuit takes no sample"):
        cost_of(circuit, 5)
    wide = QuantumCircuit(6)
    wide.h(range(6))
    wide.measure_all()
    with pytest.raises((CircuitError, hwcost.CalibrationError), match="6"):
        cost_of(wide)


class TestTorch:
    """Models with PennyLane layers."""

    @pytest.fixture(scope="class")
    @classmethod
    def model(cls):
        pytest.importorskip("torch")
        pytest.importorskip("pennylane")
        import pennylane as qml
        import torch

        from hybrid_models import NUM_WIRES, basic, layer

        torch.manual_seed(0)
        quantum = layer(basic, qml.device("default.qubit", wires=NUM_WIRES))
        return torch.nn.Sequential(torch.nn.Linear(6, 3), quantum, torch.nn.Linear(3, 2), torch.nn.LogSoftmax(-1))

    def test_a_hybrid_model(self, model):
        import torch

        cost = cost_of(model, torch.rand(1, 6), scope="epoch", samples=20, batch_size=8)
        # 1 + 2·6 weights + 2·3 data angles, behind a trainable layer.
        assert cost.quantum.circuits_per_sample == 19
        assert cost.quantum.num_circuits == 380
        # Linear(6, 3) forward 36 and weights 36; Linear(3, 2) 12, 12 and 12 more for its input.
        assert cost.classical.flops_per_sample == 36 + 36 + 12 + 12 + 12
        assert cost.classical.flops == 20 * 108
        assert cost.classical.uncounted == ()
        assert (cost.model.num_parameters, cost.model.num_circuit_parameters) == (21 + 8, 6)
        assert cost.model.kind == "a torch module with 1 quantum layer"

    def test_equal_circuits_are_estimated_once(self, model):
        import pennylane as qml
        import torch

        from hybrid_models import NUM_WIRES, basic, layer

        device = qml.device("default.qubit", wires=NUM_WIRES)
        twice = torch.nn.Sequential(layer(basic, device), layer(basic, device))
        cost = cost_of(twice, torch.rand(1, 3))
        assert len(cost.estimates) == 1
        assert [one.estimates for one in cost.model.layers] == [(0,), (0,)]
        # First layer: 1 + 12; second: its data comes from trained weights, 1 + 12 + 6.
        assert cost.quantum.circuits_per_sample == 13 + 19

    def test_a_plain_module_has_no_quantum_half(self):
        torch = pytest.importorskip("torch")
        cost = hwcost.estimate_model(torch.nn.Linear(4, 2), torch.rand(1, 4), batch_size=16)
        assert cost.quantum.num_circuits == 0
        assert cost.unified.dominant == "classical half"
        assert cost.unified.time_s == cost.classical.time_s
        assert "no quantum layer" in str(cost)
        # On a device that would be a clean report of a model whose circuits were overlooked.
        with pytest.raises(OptionError, match="Linear ran no circuit, so there is nothing to cost on a device"):
            cost_of(torch.nn.Linear(4, 2), torch.rand(1, 4), batch_size=16)

    def test_batch_normalisation_is_listed(self):
        torch = pytest.importorskip("torch")
        model = torch.nn.Sequential(torch.nn.Linear(4, 6), torch.nn.BatchNorm1d(6), torch.nn.Linear(6, 2))
        cost = hwcost.estimate_model(model, torch.rand(3, 4), batch_size=16)
        assert [module.type_name for module in cost.classical.uncounted] == ["BatchNorm1d"]
        assert "not in the FLOPs" in str(cost)
        with pytest.raises(OptionError, match="batch normalisation, which cannot train on a batch of one"):
            hwcost.estimate_model(model, torch.rand(3, 4), scope="epoch", samples=33, batch_size=16)

    def test_a_qnode_is_a_model_and_a_circuit(self, model):
        import pennylane as qml
        import torch

        from hybrid_models import arguments, bases, basic

        qnode = qml.QNode(basic, qml.device("default.qubit"))
        given = arguments(basic)
        assert cost_of(qnode, given).quantum.circuits_per_sample == 13
        one = hwcost.estimate(qnode, "fake_manila", arguments=given, num_seeds=1)
        assert one.circuit.name == "basic"
        assert one.circuit.num_parameters == 3 + 6
        with pytest.raises(CircuitError, match="2 circuits, because its observables do not commute"):
            hwcost.estimate(qml.QNode(bases, qml.device("default.qubit")), "fake_manila", arguments=arguments(bases))
        assert torch.equal(given[0], arguments(basic)[0])

    def test_samples_that_do_not_fit(self, model):
        import torch

        with pytest.raises(OptionError, match="a torch module needs a sample"):
            cost_of(model)
        with pytest.raises(OptionError, match=r"fails on a sample of shape \(1, 5\)"):
            cost_of(model, torch.rand(1, 5))
        with pytest.raises(OptionError, match="inputs does not belong to a torch module"):
            cost_of(model, torch.rand(1, 6), inputs=["x"])
        with pytest.raises(OptionError, match="its FLOPs are counted"):
            cost_of(model, torch.rand(1, 6), classical_flops=5.0)


def test_torch_and_pennylane_are_imported_only_for_their_objects():
    import subprocess
    import sys

    program = (
        "import sys, hwcost; from qiskit.circuit.library import real_amplitudes as r;"
        "c = r(2); c.measure_all(); hwcost.estimate_model(c, backend='fake_manila', num_seeds=1);"
        "print([m for m in ('torch', 'pennylane') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
