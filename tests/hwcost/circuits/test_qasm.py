"""OpenQASM files that are broken or hostile are refused."""

from __future__ import annotations

import os
import sys
import time

import pytest

from circuit_files import QASM2, QASM3, attempt, refusal
from hwcost.circuits import load as circuits
from hwcost.circuits.load import load_circuit
from hwcost.circuits.qasm import qasm_format
from hwcost.core.errors import CircuitError, MissingDependencyError, NotNativeError
from hwcost.estimation.estimate import estimate


class TestBadQasm2:
    @pytest.mark.parametrize(
        ("statement", "expected"),
        [
            ("foo q[0];", "line 5, column 1: 'foo' is not defined"),
            ("h q[5];", "line 5, column 5: not valid OpenQASM 2 (index 5 is out-of-range"),
            ("h r[0];", "'r' is not defined"),
            ("rx(1/0) q[0];", "line 5, column 5: not valid OpenQASM 2 (cannot divide by zero)"),
            ("h q[0]", "line 5, column 1: not valid OpenQASM 2 (unexpected end-of-file"),
            ("gphase(0.5) ;", "line 5, column 1: gphase is not OpenQASM 2"),
            ("swap q[0],q[1]; bar q[0];", "line 5, column 17: 'bar' is not defined"),
            ("\x1b[31m", "line 5, column 1: not valid OpenQASM 2"),
        ],
    )
    def test_a_mistake_is_placed(self, write, statement, expected):
        assert expected in refusal(write(QASM2 + statement))

    def test_a_missing_include_is_named(self, write):
        assert 'add include "qelib1.inc"' in refusal(write("OPENQASM 2.0; qreg q[1]; h q[0];"))

    @pytest.mark.parametrize(
        ("statement", "remedy"),
        [
            ("iswap q[0],q[1];", "define it in the file before its use (gate iswap ... { ... })"),
            ("if (c==1) ryy(0.5) q[0],q[1];", "define it in the file before its use (gate ryy ... { ... })"),
            ("h r[0];", "declare the register before its use (qreg r[...];)"),
            ("rx(0.5) r[0];", "declare the register before its use (qreg r[...];)"),
            ("cx q[0],r[0];", "declare the register before its use (qreg r[...];)"),
            ("measure q[0] -> d[0];", "declare the register before its use (creg d[...];)"),
            ("if (d==1) h q[0];", "declare the register before its use (creg d[...];)"),
            ("gate g a { h b; }", "name it among the qubits of the gate"),
            ("rx(foo) q[0];", "give a number, pi or a parameter of the gate"),
        ],
    )
    def test_the_remedy_fits_what_is_not_defined(self, write, statement, remedy):
        message = refusal(write(QASM2 + statement))
        assert message.endswith(remedy) or remedy in message
        assert "qelib1" not in message

    def test_a_version_line_without_semicolon(self, write):
        message = refusal(write("// a comment\nOPENQASM 2.0\nqreg q[2];"))
        assert "line 2: OPENQASM 2.0 is not followed by ;: add one" in message

    @pytest.mark.parametrize("claimed", ["1000000", "99999999999999999999999", "9" * 5000])
    def test_a_large_register_is_refused_before_parsing(self, write, claimed):
        start = time.monotonic()
        message = refusal(write(f"OPENQASM 2.0; qreg q[{claimed}];"))
        assert "qubits, at most 10,000 can be costed" in message
        assert time.monotonic() - start < 1.0

    def test_many_registers_are_added_up(self, write):
        registers = "".join(f"qreg q{number}[6000];" for number in range(2))
        assert "12,000 qubits" in refusal(write(f"OPENQASM 2.0; {registers}"))

    def test_a_large_classical_register(self, write):
        assert "1,000,000 classical bits" in refusal(write("OPENQASM 2.0; qreg q[1]; creg c[1000000];"))

    @pytest.mark.parametrize("quote", ['"', "'"])
    @pytest.mark.parametrize("relative", [False, True])
    def test_an_included_file_is_never_opened(self, write, tmp_path, monkeypatch, quote, relative):
        secret = write("opensesame 1;", "secret.txt")
        fifo = tmp_path / "fifo"
        os.mkfifo(fifo)  # opening it would block until the time limit
        monkeypatch.chdir(tmp_path)
        for included in (secret, fifo):
            name = included.name if relative else included
            start = time.monotonic()
            message = refusal(write(f"OPENQASM 2.0;\ninclude {quote}{name}{quote};\nqreg q[1];"))
            assert time.monotonic() - start < 1.0
            assert "opensesame" not in message
            assert "line 2" in message
            assert "is not read" in message

    def test_a_system_file_is_never_quoted(self, write):
        message = refusal(write('OPENQASM 2.0;\ninclude "/etc/passwd";'))
        assert 'line 2: include "/etc/passwd" is not read; only "qelib1.inc" is' in message
        assert "root:" not in message
        assert "'root'" not in message

    def test_the_parser_itself_opens_no_file_either(self, write, monkeypatch):
        monkeypatch.setattr(circuits, "check_qasm_claims", lambda *_: None)
        secret = write("opensesame 1;", "secret.txt")
        message = refusal(write(f'OPENQASM 2.0;\ninclude "{secret}";'))
        assert "opensesame" not in message

    def test_brackets_without_end(self, write):
        # Some versions of Qiskit overflow their stack here, others read it.
        loaded, message = attempt(write(QASM2 + "rx(" + "(" * 300_000 + "1" + ")" * 300_000 + ") q[0];"))
        assert "crashes the reader (SIGSEGV)" in message if loaded is None else len(loaded[0].data) == 1


@pytest.mark.usefixtures("needs_qasm3")
class TestBadQasm3:
    def test_a_syntax_error_is_placed_although_the_parser_gives_no_text(self, write):
        message = refusal(write(QASM3 + "garbage in"))
        assert "line 5, column 9: not valid OpenQASM 3" in message

    def test_a_file_that_is_cut_off(self, write):
        assert "not valid OpenQASM 3" in refusal(write(QASM3 + "h q[0"))
        assert "not valid OpenQASM 3" in refusal(write(QASM3 + "h q"))

    @pytest.mark.parametrize(
        ("statement", "expected"),
        [
            ("foo q;", "line 5, column 1: this OpenQASM 3 cannot become a circuit (gate 'foo' is not defined"),
            ("def f(qubit a) { h a; }", "SubroutineDefinition"),
            ("uint[8] a = 5; a = 6;", "'uint'"),
            ("input bit b;", "input"),
            ("rx(1/0) q[0];", "ZeroDivisionError"),
            ('h "q', "line 5, column 3: this OpenQASM 3 cannot become a circuit (token recognition error"),
        ],
    )
    def test_what_qiskit_cannot_read_is_named(self, write, statement, expected):
        assert expected in refusal(write(QASM3 + statement))

    @pytest.mark.parametrize("included", ["/etc/passwd", "other.inc"])
    def test_other_includes_are_refused(self, write, included):
        message = refusal(write(f'OPENQASM 3.0;\ninclude "{included}";'))
        assert f'line 2: include "{included}" is not read; only "stdgates.inc" is' in message

    def test_nested_brackets(self, write):
        assert "nested too deeply" in refusal(write(QASM3 + "rx(" + "(" * 2000 + "1" + ")" * 2000 + ") q[0];"))

    @pytest.mark.parametrize(
        "claim", ["qubit[10000000] r;", "qubit[10_000_000] r;", "qubit[0x989680] r;", "h $10000000;"]
    )
    def test_a_large_register_is_refused_before_parsing(self, write, claim):
        start = time.monotonic()
        assert "qubits, at most 10,000 can be costed" in refusal(write(f"OPENQASM 3.0; {claim}"))
        assert time.monotonic() - start < 1.0


@pytest.mark.usefixtures("needs_qasm3")
class TestRemediesOfQasm3:
    def test_a_gate_without_the_include(self, write):
        message = refusal(write("OPENQASM 3.0;\nqubit q;\nh q;"))
        assert "line 3, column 1" in message
        assert 'add include "stdgates.inc"; before its use' in message

    def test_what_braket_writes_is_read_after_doing_what_is_said(self, write):
        text = "OPENQASM 3.0;\nbit[2] b;\nqubit[2] q;\nh q[0];\ncnot q[0], q[1];\nb[0] = measure q[0];\n"
        message = refusal(write(text))
        assert 'add include "stdgates.inc"; before its use' in message
        assert "cnot is Amazon Braket's name of cx: write cx" in message
        changed = text.replace("3.0;", '3.0;\ninclude "stdgates.inc";').replace("cnot", "cx")
        assert dict(load_circuit(write(changed)).count_ops()) == {"h": 1, "cx": 1, "measure": 1}

    def test_no_include_is_asked_for_where_it_is(self, write):
        for statement in ("cnot q[0], q[1];", "foo q[0];", "h r[0];"):
            assert "stdgates" not in refusal(write(QASM3 + statement))

    def test_an_undeclared_register(self, write):
        assert "Undefined symbol 'r'.); declare r before its use" in refusal(write(QASM3 + "h r[0];"))


class TestVersion:
    @pytest.mark.parametrize(
        "text",
        [
            'include "stdgates.inc";\nqreg q[1];\nh q[0];',
            "// a comment\ninclude 'stdgates.inc'; qubit q; h q;",
            "qubit[2] q;\nU(0.1, 0, 0) q[0];",
            "qubit q;",
            "gate g a { U(0, 0, 0) a; }\nqubit q;\ng q;",
            "bit b = 0;\nqubit q;",
            "input float angle;",
            "inv @ U(0, 0, 0) q;",
        ],
    )
    def test_openqasm_3_without_a_line(self, text):
        assert qasm_format(text.encode(), "file") == "qasm3"

    @pytest.mark.parametrize(
        "text",
        [
            'include "qelib1.inc";\nqreg q[1];\nh q[0];',
            "qreg q[1];\n// qubit q;\nU(0, 0, 0) q[0];",
            "gate qubit a { U(0, 0, 0) a; }\nqreg q[1];\nqubit q;",
            "OPENQASM 2.0;\nqubit q;",
            "prose about a qubit; not a circuit",
        ],
    )
    def test_openqasm_2(self, text):
        assert qasm_format(text.encode(), "file") == "qasm2"

    @pytest.mark.usefixtures("needs_qasm3")
    def test_the_line_makes_no_difference(self, write):
        text = 'include "stdgates.inc";\nqubit[2] q;\nbit[2] c;\nh q[0];\ncx q[0], q[1];\nc = measure q;\n'
        circuits = [load_circuit(write(head + text, "c.qasm")) for head in ("", "OPENQASM 3.0;\n")]
        assert circuits[0] == circuits[1]

    @pytest.mark.usefixtures("needs_qasm3")
    def test_what_the_importer_cannot_read_is_refused_as_openqasm_3(self, write):
        message = refusal(write('include "stdgates.inc";\nqubit q;\ndef f(qubit a) { h a; }\n'))
        assert "line 3, column 1: this OpenQASM 3 cannot become a circuit (node of type Subroutine" in message


def test_the_reader_of_qasm3_is_an_option(write, monkeypatch):
    monkeypatch.setitem(sys.modules, "qiskit_qasm3_import", None)
    with pytest.raises(MissingDependencyError, match=r'pip install "hwcost\[qasm3\]"'):
        load_circuit(write(QASM3))


@pytest.mark.usefixtures("needs_qasm3")
class TestPhysicalQubits:
    NATIVE = (
        'OPENQASM 3.0;\ninclude "stdgates.inc";\nbit[2] c;\n'
        "sx $0;\nsx $1;\ncz $0, $1;\nsx $1;\nc[0] = measure $0;\nc[1] = measure $1;"
    )

    def test_are_never_moved(self, write):
        path = write(self.NATIVE)
        for source in (path, load_circuit(path), load_circuit(path).copy()):
            with pytest.raises(CircuitError, match=r"is on physical qubits .* with --no-transpile .* qubit\[2\] q;"):
                estimate(source, "fake_torino", num_seeds=1)

    def test_are_those_of_the_device_without_compiling(self, write):
        coupled, apart = (self.NATIVE.replace("$1;", f"${q};").replace("$0", "$16") for q in (4, 5))
        assert estimate(write(coupled), "fake_torino", transpile=False).gates.num_2q == 1
        with pytest.raises(NotNativeError, match="cz on qubits 16, 5"):
            estimate(write(apart), "fake_torino", transpile=False)

    def test_the_remedy_works(self, write):
        text = self.NATIVE.replace("bit[2] c;", "bit[2] c; qubit[2] q;").replace("$0", "q[0]").replace("$1", "q[1]")
        assert estimate(write(text), "fake_torino", num_seeds=1).gates.num_2q == 1
