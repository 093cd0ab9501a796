"""A gate that a file defines itself means what the file says, whatever it is called."""

from __future__ import annotations

import pytest
from qiskit import QuantumCircuit, qasm2, qasm3
from qiskit.circuit import ControlledGate, Parameter
from qiskit.circuit.library import XGate

import hwcost
from circuit_files import QASM2, QASM3, qpy_bytes, refusal
from hwcost.circuits.layers import layer_from_circuit
from hwcost.circuits.load import load_circuit
from hwcost.circuits.own_gates import name_own_gates, own_gates, rename_own_gates, reserved_names
from hwcost.classical.simulation import statevector_flops
from hwcost.core.errors import NotNativeError
from hwcost.estimation.estimate import estimate
from hwcost.models.cutting.cost import cutting_cost

SIGNATURES = {
    "iswap": (0, 2),
    "ecr": (0, 2),
    "dcx": (0, 2),
    "swap": (0, 2),
    "cs": (0, 2),
    "csx": (0, 2),
    "ryy": (1, 2),
    "rxx": (1, 2),
    "rzz": (1, 2),
    "rzx": (1, 2),
    "cp": (1, 2),
    "xx_plus_yy": (2, 2),
    "cu": (4, 2),
    "unitary": (0, 2),
    "initialize": (0, 2),
    "permutation": (0, 2),
    "u0": (1, 2),
}


def own(name: str, num_params: int, num_qubits: int, body: str = "h a0; t a1;") -> str:
    params = [f"p{k}" for k in range(num_params)]
    head = f"({', '.join(params)})" if params else ""
    return f"gate {name}{head} {', '.join(f'a{k}' for k in range(num_qubits))} {{ {body} }}\n"


def call(name: str, num_params: int, num_qubits: int) -> str:
    values = f"({', '.join(['0.3'] * num_params)})" if num_params else ""
    return f"{name}{values} {', '.join(f'q[{k}]' for k in range(num_qubits))};\n"


def gates(circuit: QuantumCircuit) -> dict[str, int]:
    """Gates of the circuit written out in those of its definitions."""
    return dict(circuit.decompose(reps=3, gates_to_decompose="*_of_file").count_ops())


class TestOwnDefinition:
    @pytest.mark.parametrize("name", SIGNATURES)
    def test_counts_in_openqasm_2(self, write, name):
        signature = SIGNATURES[name]
        circuit = load_circuit(write(QASM2 + own(name, *signature) + call(name, *signature)))
        assert gates(circuit) == {"h": 1, "t": 1}

    @pytest.mark.usefixtures("needs_qasm3")
    @pytest.mark.parametrize("name", ["iswap", "ecr", "ryy", "rzz", "rzx", "cs", "dcx"])
    def test_counts_in_openqasm_3(self, write, name):
        signature = SIGNATURES[name]
        circuit = load_circuit(write(QASM3 + own(name, *signature) + call(name, *signature)))
        assert gates(circuit) == {"h": 1, "t": 1}

    @pytest.mark.parametrize("name", ["iswap", "ryy", "swap", "ecr", "cu", "cp"])
    def test_no_two_qubit_gate_is_costed(self, write, name):
        signature = SIGNATURES[name]
        circuit = load_circuit(write(QASM2 + own(name, *signature) + call(name, *signature) + "measure q -> c;"))
        record = estimate(circuit, "fake_torino", num_seeds=1)
        assert record.gates.num_2q == 0

    def test_a_gate_called_delay(self, write):
        circuit = load_circuit(write(QASM2 + "gate delay a { id a; }\ndelay q[0];\nmeasure q[0] -> c[0];"))
        record = estimate(circuit, "fake_torino", num_seeds=1)
        counts = record.gates
        assert (counts.num_1q, counts.num_2q, counts.num_measure) == (0, 0, 1)

    def test_in_definitions_of_definitions(self, write):
        text = "gate swap a,b { h a; }\ngate iswap a,b { swap a,b; t b; }\ngate pair a,b { iswap a,b; swap b,a; }\n"
        circuit = load_circuit(write(QASM2 + text + "pair q[0],q[1];"))
        assert gates(circuit.decompose()) == {"h": 2, "t": 1}

    def test_stays_when_another_gate_is_one_of_qiskits(self, write):
        # cp is in no definition of the file: Qiskit's own is added, and only that.
        circuit = load_circuit(write(QASM2 + own("swap", 0, 2) + "swap q[0],q[1]; cp(0.5) q[0],q[1];"))
        assert gates(circuit) == {"h": 1, "t": 1, "cp": 1}

    def test_with_other_numbers_of_parameters_and_qubits(self, write):
        circuit = load_circuit(write(QASM2 + own("cu", 1, 2) + call("cu", 1, 2) + "swap q[0],q[1];"))
        assert gates(circuit) == {"h": 1, "t": 1, "swap": 1}

    def test_the_angle_counts_not_only_the_form(self, write):
        half = "gate rzz(p) a,b { cx a,b; u1(p/2) b; cx a,b; }\nrzz(0.3) q[0],q[1];"
        assert gates(load_circuit(write(QASM2 + half))) == {"cx": 2, "u1": 1}

    def test_a_name_of_the_include_cannot_be_defined_again(self, write):
        assert "line 5, column 1: not valid OpenQASM 2 ('cx' is already defined)" in refusal(
            write(QASM2 + "gate cx a,b { h a; }")
        )

    def test_doubling_under_a_library_name_is_not_written_out(self, write):
        levels = [f"gate d{k + 1} a,b {{ d{k} a,b; d{k} a,b; }}\n" for k in range(40)]
        text = "gate d0 a,b { h a; }\n" + "".join(levels) + "gate iswap a,b { d40 a,b; }\niswap q[0],q[1];"
        assert dict(load_circuit(write(QASM2 + text)).count_ops()) == {"iswap_of_file": 1}


class TestQiskitsDefinition:
    @pytest.mark.parametrize(
        "text",
        [
            "gate rzz(p) a,b { cx a,b; u1(p) b; cx a,b; }\nrzz(0.3) q[0],q[1];",
            "gate swap a,b { cx a,b; cx b,a; cx a,b; }\nswap q[0],q[1];",
            "gate cp(p) a,b { u1(p/2) a; cx a,b; u1(-p/2) b; cx a,b; u1(p/2) b; }\ncp(0.3) q[0],q[1];",
        ],
    )
    def test_keeps_its_name(self, write, text):
        name = text.split()[1].split("(")[0]
        assert dict(load_circuit(write(QASM2 + text)).count_ops()) == {name: 1}

    def test_what_qiskit_writes_keeps_its_names(self, write):
        circuit = QuantumCircuit(2)
        circuit.ecr(0, 1)
        circuit.rzx(0.1, 0, 1)
        circuit.iswap(0, 1)
        circuit.ryy(0.2, 0, 1)
        assert load_circuit(write(qasm2.dumps(circuit))).count_ops() == circuit.count_ops()

    @pytest.mark.usefixtures("needs_qasm3")
    def test_what_qiskit_writes_as_openqasm_3(self, write):
        circuit = QuantumCircuit(2)
        circuit.ecr(0, 1)
        circuit.iswap(0, 1)
        assert load_circuit(write(qasm3.dumps(circuit))).count_ops() == circuit.count_ops()

    def test_costs_what_the_gate_costs(self, write):
        circuit = QuantumCircuit(2, 2)
        circuit.iswap(0, 1)
        circuit.measure([0, 1], [0, 1])
        read = load_circuit(write(qasm2.dumps(circuit)))
        costs = [estimate(each, "fake_torino", num_seeds=1).gates for each in (circuit, read)]
        assert costs[0] == costs[1]


class TestRename:
    def test_a_text_without_such_names_is_itself(self):
        text = QASM2 + "gate mine a { h a; }\nmine q[0];"
        assert rename_own_gates(text, parse=qasm2.loads) is text

    def test_comments_and_strings_do_not_count(self):
        text = QASM2 + "// gate swap a,b { h a; }\ngate /* odd */ iswap a,b { h a; } iswap q[0],q[1];"
        assert set(own_gates(text)) == {"iswap"}

    def test_the_new_name_is_nobody_elses(self):
        text = QASM2 + "gate iswap_of_file a { h a; }\ngate iswap a,b { h a; } iswap q[0],q[1]; iswap_of_file q[0];"
        circuit = qasm2.loads(rename_own_gates(text, parse=qasm2.loads))
        assert dict(circuit.count_ops()) == {"iswap_of_file_": 1, "iswap_of_file": 1}

    def test_what_passes_tell_by_name_is_reserved(self):
        assert {"delay", "measure_2", "swap", "qft", "mcx", "if_else", "xslow"} <= reserved_names()


def two_rotations(name: str) -> QuantumCircuit:
    body = QuantumCircuit(2, name=name)
    body.h(0)
    body.t(1)
    return body


class TestCircuits:
    @pytest.mark.parametrize("name", ["swap", "iswap", "ecr", "cz", "delay", "measure", "reset", "barrier", "if_else"])
    @pytest.mark.parametrize("kind", ["to_gate", "to_instruction"])
    def test_an_own_gate_costs_what_it_holds(self, name, kind):
        circuit = QuantumCircuit(2)
        circuit.append(getattr(two_rotations(name), kind)(), [0, 1])
        circuit.measure_all()
        counts = estimate(circuit, "fake_torino", num_seeds=1).gates
        assert (counts.num_1q, counts.num_2q, counts.num_measure) == (4, 0, 2)

    def test_in_definitions_and_branches(self):
        outer = QuantumCircuit(2, name="outer")
        outer.append(two_rotations("swap").to_gate(), [0, 1])
        circuit = QuantumCircuit(2, 1)
        circuit.measure(0, 0)
        with circuit.if_test((circuit.clbits[0], 1)):
            circuit.append(outer.to_gate(), [0, 1])
        before = circuit.copy()
        (block,) = name_own_gates(circuit).data[1].operation.blocks
        assert dict(block.data[0].operation.definition.count_ops()) == {"swap_of_user": 1}
        assert circuit == before

    def test_qiskits_gates_stay(self):
        circuit = QuantumCircuit(2, 1)
        circuit.swap(0, 1)
        circuit.delay(100, 0)
        circuit.measure(0, 0)
        assert name_own_gates(circuit) is circuit

    def test_a_definition_that_is_qiskits_keeps_its_name(self):
        body = QuantumCircuit(2, name="swap")
        body.cx(0, 1)
        body.cx(1, 0)
        body.cx(0, 1)
        circuit = QuantumCircuit(2)
        circuit.append(body.to_gate(), [0, 1])
        assert name_own_gates(circuit) is circuit

    def test_a_file_read_by_qiskit(self):
        own_rzz = "gate rzz(p) a,b { cx a,b; u1(p/2) b; cx a,b; }\nrzz(0) q[0],q[1]; rzz(1) q[0],q[1];"
        assert dict(name_own_gates(qasm2.loads(QASM2 + own_rzz)).count_ops()) == {"rzz_of_user": 2}
        qiskits = own_rzz.replace("p/2", "p")
        assert dict(name_own_gates(qasm2.loads(QASM2 + qiskits)).count_ops()) == {"rzz": 2}


def with_own_gates(form: str, names: list[str]) -> QuantumCircuit:
    """Each name once, as an own gate on two qubits that is an h and a t; `form` says what is done with it."""
    circuit = QuantumCircuit(3)
    for name in names:
        gate = two_rotations(name).to_gate()
        operation = {
            "gate": lambda gate=gate: gate,
            "inverse": lambda gate=gate: gate.inverse(),
            "inverse, annotated": lambda gate=gate: gate.inverse(annotated=True),
            "power, annotated": lambda gate=gate: gate.power(3, annotated=True),
            "repeated": lambda gate=gate: gate.repeat(2),
            "controlled": lambda gate=gate: gate.control(1),
            "controlled on 0": lambda gate=gate: gate.control(1, ctrl_state=0),
            "controlled, annotated": lambda gate=gate: gate.control(1, annotated=True),
        }[form]()
        circuit.append(operation, range(operation.num_qubits))
    circuit.measure_all()
    return circuit


class TestEveryName:
    @pytest.mark.parametrize("form", ["gate", "inverse, annotated", "repeated"])
    def test_no_two_qubit_gate_comes_of_a_name(self, form):
        names = sorted(reserved_names() - {"store"})  # which Qiskit 2.6 appends to no circuit
        cost = estimate(with_own_gates(form, names), "fake_torino", num_seeds=1)
        assert cost.gates.num_2q == 0
        assert cost.transpile.equivalence.proved

    @pytest.mark.parametrize("form", ["controlled", "controlled on 0", "controlled, annotated", "power, annotated"])
    def test_modified_gates_count_as_under_a_name_of_nobody(self, form):
        names = ["swap", "cz", "iswap", "ecr", "measure", "barrier"]
        named, plain = (
            estimate(with_own_gates(form, each), "fake_torino", num_seeds=1)
            for each in (names, [f"own_{k}" for k in range(len(names))])
        )
        assert (named.gates.num_2q, named.gates.num_1q) == (plain.gates.num_2q, plain.gates.num_1q)
        assert named.transpile.equivalence.proved

    def test_qpy(self, write):
        circuit = with_own_gates("controlled on 0", ["swap", "cz"])
        read = load_circuit(write(qpy_bytes(circuit)))
        counts = [estimate(each, "fake_torino", num_seeds=1).gates for each in (circuit, read)]
        assert counts[0] == counts[1]

    def test_two_gates_of_one_name(self):
        other = QuantumCircuit(2, name="swap")
        other.cx(0, 1)
        other.h(0)
        circuit = QuantumCircuit(2)
        circuit.append(two_rotations("swap").to_gate(), [0, 1])
        circuit.append(other.to_gate(), [0, 1])
        circuit.measure_all()
        cost = estimate(circuit, "fake_torino", num_seeds=1)
        assert (cost.gates.num_2q, cost.transpile.equivalence.proved) == (1, True)

    def test_a_controlled_gate_with_a_definition_of_its_own(self):
        body = two_rotations("body")
        gate = ControlledGate("cx", 2, [], num_ctrl_qubits=1, definition=body, base_gate=XGate())
        circuit = QuantumCircuit(2)
        circuit.append(gate, [0, 1])
        circuit.measure_all()
        assert estimate(circuit, "fake_torino", num_seeds=1).gates.num_2q == 0

    @pytest.mark.parametrize("name", ["cz", "barrier", "delay", "measure", "reset", "if_else"])
    def test_a_native_name_is_no_native_gate(self, name):
        circuit = QuantumCircuit(2, 2)
        circuit.append(two_rotations(name).to_gate(), [0, 1])
        circuit.measure([0, 1], [0, 1])
        with pytest.raises(
            NotNativeError, match=f"no duration is known for {name}_of_user on qubits 0, 1; it is not native"
        ):
            estimate(circuit, "fake_torino", transpile=False)


class TestOtherCommands:
    NAMES = ("rx", "crz", "cp", "rzz", "unitary", "measure", "delay", "own")

    @staticmethod
    def model(name: str) -> QuantumCircuit:
        angle = Parameter("angle")
        body = QuantumCircuit(2, name=name)
        body.ry(angle, 0)
        body.rz(angle, 1)
        body.h(1)
        body.ry(angle, 1)
        circuit = QuantumCircuit(2, 2)
        circuit.append(body.to_gate(), [0, 1])
        circuit.append(body.to_gate(), [0, 1])
        circuit.measure([0, 1], [0, 1])
        return circuit

    @pytest.mark.parametrize("name", NAMES)
    def test_gradients(self, name):
        layer = layer_from_circuit(self.model(name))
        assert [(angle.gate, angle.num_shifts) for angle in layer.angles] == [("ry", 2), ("rz", 2), ("ry", 2)] * 2

    @pytest.mark.parametrize("name", NAMES)
    def test_simulation(self, name):
        assert statevector_flops(self.model(name), gradient="none") == statevector_flops(
            self.model("own"), gradient="none"
        )

    def test_compare(self, write):
        path = write(QASM2 + own("swap", 0, 2) + call("swap", 0, 2) + "measure q -> c;", "own.qasm")
        (cell,) = hwcost.compare(
            path, ["fake_torino"], optimization_levels=[1], num_seeds=1, cache=False, num_workers=1
        ).cells
        assert (cell.cost.num_2q, cell.cost.equivalence) == (0, "equal")

    def test_cutting_takes_the_definition(self):
        circuit = QuantumCircuit(4)
        for qubit in range(3):
            circuit.append(two_rotations("cz").to_gate(), [qubit, qubit + 1])
        assert cutting_cost(circuit, 1).sampling_overhead == 1.0

    @pytest.mark.parametrize("name", ["barrier", "measure", "box", "cz"])
    def test_jobs_keep_what_ends_a_circuit(self, name):
        body = QuantumCircuit(2, name=name)
        body.sx([0, 1])
        circuit = QuantumCircuit(2)
        circuit.append(body.to_gate(), [0, 1])
        job = hwcost.estimate_job([(circuit, "ZZ")], "fake_torino", primitive="estimator", transpile=True, num_seeds=1)
        plain = QuantumCircuit(2)
        plain.sx([0, 1])
        expected = hwcost.estimate_job(
            [(plain, "ZZ")], "fake_torino", primitive="estimator", transpile=True, num_seeds=1
        )
        assert job.pubs[0].circuit_duration_s == expected.pubs[0].circuit_duration_s > 0
