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
    "gate g(b, a) x { rz(b) x; rx(a) x; } g(0.25, 0.75) q[0];": "rz(0.25) q[0]; rx(0.75) q[0];",
    "gate g(b, a) x { rz(b) x; rx(a) x; } gate f(z, y) x { g(y, z) x; } f(0.1, 0.2) q[0];": (
        "rz(0.2) q[0]; rx(0.1) q[0];"
    ),
    "pow(1/2) @ x q[0]; ctrl @ pow(1/2) @ x q[0], q[1];": (
        "sx q[0]; sdg q[0]; h q[1]; cp(pi/2) q[0], q[1]; h q[1]; s q[0];"
    ),
    "gate g(t) a, b { rx(2*sin(t)) a; ctrl @ p(t**2) a, b; } g(0.5) q[0], q[1]; g(-0.1) q[1], q[2];": (
        "rx(0.9588510772) q[0]; cp(0.25) q[0], q[1]; rx(-0.1996668333) q[1]; cp(0.01) q[1], q[2];"
    ),
    "gate g(t) a { rx(sin(t)) a; } gate f(u) a { g(u/2) a; h a; } f(1.0) q[0];": "rx(0.4794255386) q[0]; h q[0];",
    "array[float, 2] a = {0.1, 0.2}; for uint i in [0:sizeof(a)-1] { rx(a[i]) q[i]; }": "rx(0.1) q[0]; rx(0.2) q[1];",
    "const int k = 2; switch (k) { case 0, 1 { x q[0]; } case 2 { h q[0]; } default { z q[0]; } }": "h q[0];",
    "const int n = 2; let a = q[0:n-1]; h a; x q[n];": "h q[0]; h q[1]; x q[2];",
    "extern f(float) -> float; h q[0];": "h q[0];",
    "gphase(pi/2); U(pi/2, 0, pi) q[0]; negctrl @ x q[0], q[1]; inv @ s q[2];": (
        "h q[0]; x q[0]; cx q[0], q[1]; x q[0]; sdg q[2];"
    ),
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
        ("rx(1/2) q[0];", 5, "write 1.0/2 for 0.5"),
        ("const int i = 1;\nrx(i/2) q[0];", 6, "write 1.0/2 for 0.5"),
        ("for int i in [0:1] {\n if (c[0]) { break; }\n h q[i]; }", 5, "write the repetitions out"),
        ("for int i in [0:99999999] { h q[i%2]; }", 5, "estimate one repetition"),
        ("h q[0];\nqubit[2] q;", 6, "another name"),
        ("def f(qubit a) { h a; }", 5, "make it a gate"),
        ("extern f(float) -> float;\nrx(f(0.1)) q[0];", 5, "as a number"),
        ("while (c == 0) { h q[0]; }", 5, "as a for loop over their number"),
        ("complex[float] z = 1.0im;", 5, "where they are used"),
        ("uint[8] a = 3;\na = a << 1;", 5, "if no measurement decides it"),
        ("#pragma foo", 5, "delete it"),
        ('defcalgrammar "openpulse";', 5, "delete it"),
        ("stretch s;", 5, "delay[100ns] q[0];"),
        ("input float t;\ngate g(a) x { rx(sin(a)) x; }\ng(t) q[0];", 7, "give it numbers"),
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


# A statement, and the operations that it becomes.
COUNTS = {
    "measure q[0]; measure q; c[1] = measure q[1]; bit d = measure q[0];": {"measure": 5},
    "output bit o; o = measure q[0];": {"measure": 1},
    "delay[100ns] q[0]; delay[1.5us] q[1]; delay[20dt] q; delay[2*100ns] q[0];": {"delay": 5},
    "bit[2] e; qreg r[2]; creg d[2]; h r; cx q, r; measure r -> d;": {"h": 2, "cx": 2, "measure": 2},
    "CX q[0], q[1]; U(0.1, 0.2, 0.3) q[0];": {"cx": 1, "u": 1},
    "reset q; barrier q; barrier;": {"reset": 2, "barrier": 2},
    "@note of mine\nh q[0];": {"h": 1},
}


@pytest.mark.parametrize("number", range(len(COUNTS)))
@pytest.mark.parametrize("end", ["\n", "\r\n", "\t// \u03b8 Gr\u00fc\u00dfe\n"])
def test_operations(write, number, end):
    text, counts = list(COUNTS.items())[number]
    circuit = load_circuit(write((QASM3 + text + "\n").replace("\n", end)))
    assert dict(circuit.count_ops()) == counts


ON_BITS = {
    "if (c[0] == 1) x q[0];": [[(1, "x")]],
    "if (c[0] != 1) x q[0];": [[(0, "x")]],
    "if (0 == c[0]) { x q[0]; } else { z q[0]; }": [[(0, "x")], [(1, "z")]],
    "if (uint[2](c) == 3) x q[0];": [[(3, "x")]],
}


@pytest.mark.parametrize("number", range(len(ON_BITS)))
def test_conditions(write, number):
    text, cases = list(ON_BITS.items())[number]
    (branch,) = load_circuit(write(QASM3 + text)).data
    names = [[i.name for i in block.data] for block in branch.operation.blocks]
    assert names == [[name for _, name in case] for case in cases]
    assert int(branch.operation.condition[1]) == cases[0][0][0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # What each value of the two bits does to the third qubit, c = 0 to 3.
        ("if (c[0] && c[1]) { x q[2]; } else { y q[2]; }", "yyyx"),
        ("if (c[0] == 1 || c[1] == 1) { x q[2]; } else { y q[2]; }", "yxxx"),
        ("if (!(c[0] == 1 && c[1] == 0)) { x q[2]; } else { y q[2]; }", "xyxx"),
        ("if (c != 2) { x q[2]; } else { y q[2]; }", "xxyx"),
        ("switch (c) { case 0 { x q[2]; } case 1, 2 { y q[2]; } default { z q[2]; } }", "xyyz"),
        ("if (c == 1) { x q[2]; } else if (c == 2) { y q[2]; } else { z q[2]; }", "zxyz"),
    ],
)
def test_branches_do_what_they_say_for_every_value(write, text, expected):
    circuit = load_circuit(write(QASM3.replace("[2] q", "[3] q") + text))
    assert "".join(name for value in range(4) for name in taken(circuit, circuit.clbits, value)) == expected


def taken(circuit, clbits, value):
    """The operations that run for a value of the classical register."""
    for instruction in circuit.data:
        if instruction.name != "if_else":
            yield instruction.name
            continue
        what, wanted = instruction.operation.condition
        index = {bit: number for number, bit in enumerate(clbits)}
        found = (
            value >> index[what] & 1 if what in index else sum((value >> index[b] & 1) << k for k, b in enumerate(what))
        )
        blocks = instruction.operation.blocks
        chosen = blocks[0] if found == int(wanted) else blocks[1] if len(blocks) > 1 else None
        if chosen is not None:
            yield from taken(chosen, list(clbits), value)
