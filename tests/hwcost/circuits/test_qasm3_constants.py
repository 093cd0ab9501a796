"""Constants, loops and branches of OpenQASM 3 that are known before a program runs."""

from __future__ import annotations

import pytest
from qiskit import QuantumCircuit
from qiskit.quantum_info import Operator

from circuit_files import QASM2, QASM3, refusal
from hwcost.circuits.load import load_circuit
from hwcost.estimation.estimate import estimate

pytestmark = pytest.mark.usefixtures("needs_qasm3")

# A statement, and what it is when it is written out by hand.
SAME = {
    "for uint i in [0:2] { h q[i]; }": "h q[0]; h q[1]; h q[2];",
    "for uint[8] i in [0:2] h q[i];": "h q[0]; h q[1]; h q[2];",
    "for int i in [0:2:2] { x q[i]; }": "x q[0]; x q[2];",
    "for int i in [2:-1:1] { rx(0.1*i) q[i]; }": "rx(0.2) q[2]; rx(0.1) q[1];",
    "for int i in {0, 2} { x q[i]; }": "x q[0]; x q[2];",
    "for float f in {0.1, -0.2} { rx(f) q[0]; h q[0]; }": "rx(0.1) q[0]; h q[0]; rx(-0.2) q[0]; h q[0];",
    "for int i in [0:1] { for int j in [i+1:2] { cp(pi/2**(j-i)) q[i], q[j]; } }": (
        "cp(pi/2) q[0],q[1]; cp(pi/4) q[0],q[2]; cp(pi/2) q[1],q[2];"
    ),
    "const int n = 3; for int i in [0:n-1] { rx(pi/n) q[i]; }": "rx(pi/3) q[0]; rx(pi/3) q[1]; rx(pi/3) q[2];",
    "const float a = 2*pi/4+sin(0.1); rx(a) q[0];": "rx(1.670629743) q[0];",
    "const angle a = pi/2; rx(-a) q[0];": "rx(-pi/2) q[0];",
    "rx(arccos(0.5)) q[0]; rz(sqrt(2)) q[0];": "rx(pi/3) q[0]; rz(1.414213562) q[0];",
    "uint[4] a = 5; for uint i in [0:2] { if (bool(a[i])) x q[i]; }": "x q[0]; x q[2];",
    "const bool b = false; if (b) { x q[0]; } else { h q[0]; }": "h q[0];",
    "int i = 1; h q[i]; h q[{i, 2}];": "h q[1]; h q[1]; h q[2];",
    "const int i = 2; gate g(i) a { rx(i) a; } g(0.5) q[i];": "rx(0.5) q[2];",
    "gate g a, b { for int i in [0:1] { cx a, b; h a; } } g q[0], q[1];": "cx q[0],q[1]; h q[0]; cx q[0],q[1]; h q[0];",
    "for int i in [3:2] { h q[i]; } x q[0];": "x q[0];",
    "h q[0]; end; x q[1];": "h q[0];",
    "const int i = 1; for int i in [2:2] { h q[i]; } x q[i];": "h q[2]; x q[1];",
}


@pytest.mark.parametrize("number", range(len(SAME)))
def test_is_what_it_is_by_hand(write, number):
    text, by_hand = list(SAME.items())[number]
    read, expected = (load_circuit(write(QASM3.replace("[2] q", "[3] q") + body)) for body in (text, by_hand))
    assert Operator(read).equiv(Operator(expected), atol=1e-7)


def test_a_register_of_constant_size(write):
    text = 'OPENQASM 3.0;\ninclude "stdgates.inc";\nconst uint n = 3;\nqubit[n] q;\nbit[n] c;\nh q;\nc = measure q;'
    assert dict(load_circuit(write(text)).count_ops()) == {"h": 3, "measure": 3}


def test_constant_durations(write):
    (delay,) = load_circuit(write(QASM3 + "const duration d = 100ns;\ndelay[2*d] q[0];")).data
    assert (delay.operation.duration, delay.operation.unit) == (200, "ns")


def test_the_circuit_of_a_loop_is_costed_by_the_gate(write):
    text = QASM3.replace("[2]", "[4]") + "h q[0];\nfor int i in [0:2] { cx q[i], q[i+1]; }\nc = measure q;"
    cost = estimate(write(text), "fake_torino", num_seeds=1)
    assert (cost.gates.num_2q, cost.transpile.equivalence.proved) == (3, True)


def test_a_loop_whose_variable_is_not_used_stays_a_loop(write):
    circuit = load_circuit(write(QASM3 + "for int i in [0:2] { h q[0]; }"))
    assert dict(circuit.count_ops()) == {"for_loop": 1}
    assert isinstance(circuit, QuantumCircuit)


def test_an_own_gate_in_a_loop(write):
    text = QASM3 + "gate iswap a, b { h a; t b; }\nfor int i in [0:1] { iswap q[i], q[1-i]; }"
    assert dict(load_circuit(write(text)).count_ops()) == {"iswap_of_file": 2}


@pytest.mark.parametrize(
    ("statement", "line", "remedy"),
    [
        ("rx(1/2) q[0];\nconst int i = 1;\nrx(i/2) q[0];", 7, "write 1.0/2 for a fraction"),
        ("for int i in [0:1] {\n if (c[0]) { break; }\n h q[i]; }", 5, "write the repetitions out"),
        ("for int i in [0:99999999] { h q[0]; rx(i) q[0]; }", 5, "estimate one repetition"),
        ("h q[0];\nqubit[2] q;", 6, "another name"),
        ("def f(qubit a) { h a; }", 5, "make it a gate"),
        ("extern f(float) -> float;", 5, "as a number"),
        ("array[float, 2] a = {0.1, 0.2};", 5, "where they are used"),
        ("switch (c) { case 0 { x q[0]; } }", 5, "if (...) { ... } else"),
        ("uint[8] a = 3;\na = a << 1;", 5, "if no measurement decides it"),
        ("measure q[0];", 5, "c[0] = measure q[0];"),
        ("#pragma foo", 5, "delete it"),
        ('defcalgrammar "openpulse";', 5, "delete it"),
        ("stretch s;", 5, "delay[100ns] q[0];"),
        ("gate g(a) x { rx(sin(a)) x; }\ng(0.1) q[0];", 5, "as a number"),
        ("output bit o;", 5, "delete that keyword"),
        ("opaque g a;", 5, "define the gate"),
        ('bit e = "1";', 5, "declare the bit without a value"),
    ],
)
def test_a_refusal_has_line_and_remedy(write, statement, line, remedy):
    message = refusal(write(QASM3 + statement))
    assert f", line {line}" in message
    assert remedy in message


@pytest.mark.parametrize(
    ("statement", "remedy"),
    [
        ("ctrl @ x q[0], q[1];", "let the file begin with OPENQASM 3.0;"),
        ("for uint i in [0:1] { h q[i]; }", "let the file begin with OPENQASM 3.0;"),
        ("/* a\nb */ h q[0];", "begin with //"),
        ("c[0] = measure q[0];", "measure q[0] -> c[0];"),
        ("rx(2**3) q[0];", "with ^"),
        ("qreg Q[1];", "lower-case"),
        ("qreg q[1];", "another name"),
        ("qreg r[4]; c3sx r[0],r[1],r[2],r[3];", "write that"),
    ],
)
def test_remedies_of_openqasm_2(write, statement, remedy):
    message = refusal(write(QASM2 + statement))
    assert ", line 5, column" in message
    assert remedy in message


def test_the_remedies_work(write):
    three = QASM3.replace("qubit[2] q;\nbit[2] c;", "qreg q[2];\ncreg c[2];")
    assert dict(load_circuit(write(three + "ctrl @ x q[0], q[1]; measure q -> c;")).count_ops()) == {
        "cx": 1,
        "measure": 2,
    }
    assert load_circuit(write(QASM2 + "qreg r[4]; c3sqrtx r[0],r[1],r[2],r[3];")).num_qubits == 6
    assert load_circuit(write(QASM2 + "rx(2^3) q[0];")).data[0].params == [8.0]
