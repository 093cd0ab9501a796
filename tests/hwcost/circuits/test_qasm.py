"""OpenQASM files that are broken or hostile are refused."""

from __future__ import annotations

import os
import sys
import time

import pytest

from circuit_files import QASM2, QASM3, attempt, refusal
from hwcost.circuits import load as circuits
from hwcost.circuits.load import load_circuit
from hwcost.core.errors import MissingDependencyError


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
            ("uint[8] a = 5;", "'uint'"),
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


def test_the_reader_of_qasm3_is_an_option(write, monkeypatch):
    monkeypatch.setitem(sys.modules, "qiskit_qasm3_import", None)
    with pytest.raises(MissingDependencyError, match=r'pip install "hwcost\[qasm3\]"'):
        load_circuit(write(QASM3))
