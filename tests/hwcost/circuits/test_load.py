"""Reading circuit files: good ones come through unchanged, every bad one ends in one clear line."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import resource
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from qiskit import QuantumCircuit, __version__, qasm2, qasm3, qpy
from qiskit.circuit import ClassicalRegister, Parameter, QuantumRegister

from hwcost.circuits import load as circuits
from hwcost.circuits.load import load_circuit, load_circuits, read_circuit_file
from hwcost.core.errors import CircuitError, MissingDependencyError
from places import EXAMPLES

QASM2 = 'OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[2];\ncreg c[2];\n'
QASM3 = 'OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[2] q;\nbit[2] c;\n'


def bell() -> QuantumCircuit:
    circuit = QuantumCircuit(2, 2, name="bell")
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.measure([0, 1], [0, 1])
    return circuit


def dynamic() -> QuantumCircuit:
    """Mid-circuit measurement, reset, a branch, a bounded loop and a custom gate."""
    rotation = QuantumCircuit(1, name="rotation")
    rotation.rz(0.25, 0)
    rotation.sx(0)
    circuit = QuantumCircuit(QuantumRegister(3, "q"), ClassicalRegister(2, "c"), name="dynamic")
    circuit.h(0)
    circuit.measure(0, 0)
    with circuit.if_test((circuit.clbits[0], 1)) as otherwise:
        circuit.x(1)
    with otherwise:
        circuit.z(1)
    with circuit.for_loop(range(4)):
        circuit.cx(1, 2)
    circuit.append(rotation.to_gate(), [2])
    circuit.reset(0)
    circuit.measure(2, 1)
    return circuit


THETA, PHI = Parameter("θ"), Parameter("φ")


def parametrised() -> QuantumCircuit:
    circuit = QuantumCircuit(2, name="parametrised")
    circuit.ry(THETA, 0)
    circuit.rz(2 * THETA + PHI, 1)
    return circuit


def qpy_bytes(*written: QuantumCircuit, version: int = 14) -> bytes:
    buffer = io.BytesIO()
    qpy.dump(list(written), buffer, version=version)
    return buffer.getvalue()


def patched(content: bytes, position: int, layout: str, *values: int) -> bytes:
    damaged = bytearray(content)
    struct.pack_into(layout, damaged, position, *values)
    return bytes(damaged)


def first_circuit_header(content: bytes) -> int:
    """Where the first circuit's header starts: behind the file header and, from version 16, the table of offsets."""
    version = content[6]
    return struct.unpack_from("!Q", content, 20)[0] if version >= 16 else 20


@pytest.fixture
def write(tmp_path):
    def write_file(content: bytes | str, name: str = "circuit.any") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write_file


@pytest.fixture
def needs_qasm3():
    pytest.importorskip("qiskit_qasm3_import")


def refusal(path: object) -> str:
    """The message with which a file is refused; it is one printable line and comes in time."""
    start = time.monotonic()
    with pytest.raises(CircuitError) as caught:
        load_circuits(path)
    assert time.monotonic() - start < 15.0
    message = str(caught.value)
    assert message.isprintable()
    assert len(message) < 900
    assert message.startswith(str(path))
    return message


def attempt(path: Path) -> tuple[list[QuantumCircuit] | None, str]:
    """The circuits of a file, or None and the message of the refusal. Any other exception fails the test."""
    try:
        return load_circuits(path), ""
    except CircuitError as error:
        return None, str(error)


class TestGoodFiles:
    @pytest.mark.parametrize("build", [bell, dynamic, parametrised])
    @pytest.mark.parametrize("version", range(qpy.QPY_COMPATIBILITY_VERSION, qpy.QPY_VERSION + 1))
    def test_qpy_of_every_version_comes_through_unchanged(self, write, build, version):
        assert load_circuit(write(qpy_bytes(build(), version=version))) == build()

    def test_qpy_with_several_circuits_keeps_their_order(self, write):
        path = write(qpy_bytes(bell(), dynamic(), parametrised()))
        assert load_circuits(path) == [bell(), dynamic(), parametrised()]
        assert load_circuit(path, index=1) == dynamic()

    def test_trailing_bytes_after_qpy_are_accepted(self, write):
        assert load_circuit(write(qpy_bytes(bell()) + b"trailing")) == bell()

    def test_qasm2_comes_through_unchanged(self, write):
        assert load_circuit(write(qasm2.dumps(bell()))) == bell()

    def test_qasm2_without_a_version_line_is_read(self, write):
        assert load_circuit(write('include "qelib1.inc"; qreg q[1]; h q[0];')).count_ops() == {"h": 1}

    def test_qasm2_with_a_condition_becomes_a_branch(self, write):
        circuit = load_circuit(write(QASM2 + "measure q[0] -> c[0]; if (c==1) x q[1];"))
        assert circuit.count_ops() == {"measure": 1, "if_else": 1}

    @pytest.mark.parametrize("statement", ["swap q[0],q[1];", "rzz(0.1) q[0],q[1];", "sx q[0];", "rx(acos(0.5)) q[0];"])
    def test_gates_and_functions_outside_the_papers_qelib1_are_read(self, write, statement):
        assert len(load_circuit(write(QASM2 + statement)).data) == 1

    def test_a_gate_of_that_name_defined_in_the_file_is_kept(self, write):
        circuit = load_circuit(write(QASM2 + "gate swap a,b { cx a,b; cx b,a; cx a,b; }\nswap q[0],q[1];"))
        assert circuit.decompose().count_ops() == {"cx": 3}

    @pytest.mark.parametrize("head", ["", "\ufeff", "// written by hand\n\n", "\n \t", "/* two\nlines */ // and one\n"])
    @pytest.mark.usefixtures("needs_qasm3")
    def test_the_version_line_may_follow_blanks_and_comments(self, write, head):
        assert load_circuit(write(head + qasm3.dumps(bell()))) == bell()

    @pytest.mark.parametrize("head", ["\ufeff", "// written by hand\n\n", "\r\n"])
    def test_the_same_in_qasm2(self, write, head):
        assert load_circuit(write(head + qasm2.dumps(bell()))) == bell()

    @pytest.mark.usefixtures("needs_qasm3")
    def test_qasm3_with_a_branch_and_a_loop_is_read(self, write):
        branch = "c[0] = measure q[0]; if (c[0]) { x q[1]; } for int i in [0:3] { cx q[0], q[1]; }"
        circuit = load_circuit(write(QASM3 + branch))
        assert circuit.count_ops() == {"measure": 1, "if_else": 1, "for_loop": 1}

    @pytest.mark.usefixtures("needs_qasm3")
    def test_an_input_of_qasm3_is_a_parameter(self, write):
        circuit = load_circuit(write(QASM3 + "input float a;\nrx(a) q[0];"))
        assert [parameter.name for parameter in circuit.parameters] == ["a"]

    def test_large_registers_in_comments_do_not_count(self, write):
        assert load_circuit(write(QASM2 + "// qreg r[1000000];\nh q[0];")).num_qubits == 2

    def test_the_name_of_the_file_does_not_decide(self, write):
        assert load_circuit(write(qpy_bytes(bell()), "bell.qasm")) == bell()
        assert load_circuit(str(write(qasm2.dumps(bell()), "bell.qpy"))) == bell()

    def test_openqasm_2_is_named_after_its_file(self, write):
        path = write(qasm2.dumps(bell()), "ghz.v2.qasm")
        assert [load_circuit(path).name for _ in range(2)] == ["ghz.v2", "ghz.v2"]  # Qiskit alone would count up

    @pytest.mark.usefixtures("needs_qasm3")
    def test_openqasm_3_is_named_after_its_file(self, write):
        path = write(qasm3.dumps(bell()), "ghz.qasm")
        assert [load_circuit(path).name for _ in range(2)] == ["ghz", "ghz"]

    def test_a_hostile_name_of_a_file_becomes_a_name_that_can_be_printed(self, write):
        name = load_circuit(write(QASM2 + "h q[0];", "\x1b[31mred\udcff.qasm")).name
        assert name == r"\x1b[31mred\udcff"

    def test_qpy_keeps_its_own_name(self, write):
        assert load_circuit(write(qpy_bytes(bell()), "other.qpy")).name == "bell"

    def test_the_record_says_where_a_circuit_came_from(self, write):
        content = qpy_bytes(bell(), dynamic())
        path = write(content)
        first, second = read_circuit_file(path)
        assert (first.source, first.sha256) == (str(path), hashlib.sha256(content).hexdigest())
        assert (second.index, second.num_in_file, second.file_format) == (1, 2, "qpy")

    def test_a_swap_written_by_pennylane_is_read(self, write):
        qml = pytest.importorskip("pennylane")

        @qml.qnode(qml.device("default.qubit", wires=2))
        def node(angle):
            qml.RY(angle, 0)
            qml.SWAP([0, 1])
            return qml.expval(qml.Z(0))

        circuit = load_circuit(write(qml.to_openqasm(node)(0.3)))
        assert circuit.count_ops() == {"ry": 1, "swap": 1, "measure": 2}

    def test_a_global_phase_written_by_pennylane_is_explained(self, write):
        qml = pytest.importorskip("pennylane")

        @qml.qnode(qml.device("default.qubit", wires=1))
        def node():
            qml.QubitUnitary([[0, 1], [1, 0]], wires=0)
            return qml.expval(qml.Z(0))

        message = refusal(write(qml.to_openqasm(node)()))
        assert "gphase is not OpenQASM 2" in message
        assert "PennyLane" in message
        assert "delete these lines" in message


class TestExamples:
    def test_both_files_hold_the_same_circuit(self):
        circuit = load_circuit(EXAMPLES / "hqnn_8q.qpy")
        assert circuit == load_circuit(EXAMPLES / "hqnn_8q.qasm")
        assert (circuit.name, circuit.num_qubits) == ("hqnn_8q", 8)
        # 8 inputs, and 3 layers of RY, RZ and a closed ring of CX on 8 qubits.
        assert circuit.count_ops() == {"ry": 8 + 24, "rz": 24, "cx": 24, "measure": 8}

    def test_the_script_writes_the_same_bytes_again(self, tmp_path):
        script = EXAMPLES / "make_circuits.py"
        subprocess.run([sys.executable, script, tmp_path], check=True, capture_output=True, timeout=60)
        for name in ("hqnn_8q.qpy", "hqnn_8q.qasm"):
            assert (tmp_path / name).read_bytes() == (EXAMPLES / name).read_bytes()


class TestSeveralCircuits:
    def test_one_must_be_picked(self, write):
        path = write(qpy_bytes(bell(), dynamic()))
        with pytest.raises(CircuitError, match=r"holds 2 circuits; pick one with index=0 to 1, or .* load_circuits"):
            load_circuit(path)

    @pytest.mark.parametrize("index", [2, -1])
    def test_an_index_beyond_them_is_refused(self, write, index):
        with pytest.raises(CircuitError, match=f"no circuit with index {index}; the file holds 2"):
            load_circuit(write(qpy_bytes(bell(), dynamic())), index=index)

    def test_none_at_all_is_refused(self, write):
        empty = patched(qpy_bytes(bell()), 10, "!Q", 0)
        assert "holds no circuit" in refusal(write(empty))


class TestNotACircuitFile:
    def test_a_missing_file(self, tmp_path):
        assert refusal(tmp_path / "no.qpy").endswith("no such file; check the path")

    def test_a_directory(self, tmp_path):
        assert "is a directory" in refusal(tmp_path)

    def test_no_permission(self, write, monkeypatch):
        path = write(qpy_bytes(bell()))

        def refuse(*_):
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(circuits.os, "open", refuse)
        assert "no permission" in refusal(path)

    def test_a_path_that_cannot_exist(self, tmp_path):
        with pytest.raises(CircuitError, match="cannot be opened"):
            load_circuits("a\0b")
        assert "cannot be opened" in refusal(tmp_path / ("n" * 300))

    def test_a_fifo_does_not_block(self, tmp_path):
        path = tmp_path / "fifo"
        os.mkfifo(path)
        assert "not a regular file" in refusal(path)

    @pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs /dev/zero")
    def test_an_endless_device_does_not_hang(self):
        assert "not a regular file" in refusal("/dev/zero")

    def test_a_socket(self, tmp_path):
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(tmp_path / "s"))
            assert refusal(tmp_path / "s")

    def test_a_file_beyond_the_size_limit(self, tmp_path):
        path = tmp_path / "large"
        with path.open("wb") as file:
            file.truncate(circuits.MAX_FILE_BYTES + 1)
        assert "larger than 64 MiB" in refusal(path)

    @pytest.mark.parametrize("content", [b"", b" \n\t\r\n"])
    def test_an_empty_file(self, write, content):
        assert "the file is empty" in refusal(write(content))

    @pytest.mark.parametrize(
        "content", [b"\x00\x01\x02\x03" * 50, b"\xff\xfe" + "OPENQASM".encode("utf-16-le"), b"\xe9\xe9"]
    )
    def test_other_binary_data(self, write, content):
        assert "neither QPY nor OpenQASM" in refusal(write(content))

    def test_a_compressed_file(self, write):
        assert "compressed with gzip; unpack it" in refusal(write(gzip.compress(qpy_bytes(bell()))))

    @pytest.mark.parametrize("content", ["Dear all,\nplease find attached", '{"qubits": 3}', "<html></html>"])
    def test_other_text(self, write, content):
        message = refusal(write(content))
        assert "line 1, column 1: not a circuit file" in message
        assert '"OPENQASM 2.0;"' in message

    def test_an_unknown_version_of_openqasm(self, write):
        assert "OpenQASM version 4; only versions 2 and 3" in refusal(write("OPENQASM 4.0;"))

    def test_a_hostile_name_cannot_write_to_the_terminal(self, tmp_path):
        with pytest.raises(CircuitError) as caught:
            load_circuits(tmp_path / "\x1b[31mred\nline")
        assert str(caught.value).isprintable()


class TestBadQpy:
    WHOLE = qpy_bytes(dynamic())

    def test_every_truncation_is_refused(self, write):
        lengths = [*range(1, 40), *range(40, len(self.WHOLE), 29)]
        for length in lengths:
            message = refusal(write(self.WHOLE[:length]))
            assert "cut off" in message, length

    def test_a_file_of_a_newer_qiskit_names_both_versions(self, write):
        newer = patched(qpy_bytes(bell()), 6, "!BBBB", qpy.QPY_VERSION + 1, 9, 8, 7)
        message = refusal(write(newer))
        assert f"QPY version {qpy.QPY_VERSION + 1} (written by Qiskit 9.8.7)" in message
        assert f"Qiskit {__version__} reads up to {qpy.QPY_VERSION}" in message
        assert f"version={qpy.QPY_VERSION})" in message

    def test_a_newer_writer_of_a_readable_version_is_fine(self, write):
        assert load_circuit(write(patched(qpy_bytes(bell()), 7, "!BBB", 9, 8, 7))) == bell()

    @pytest.mark.parametrize("version", [0, 17 + 180])
    def test_a_version_that_does_not_exist(self, write, version):
        assert "damaged" in refusal(write(patched(qpy_bytes(bell()), 6, "!B", version)))

    def test_random_bytes_behind_the_magic(self, write):
        assert refusal(write(b"QISKIT\x0e" + bytes(range(256))))

    def test_pulse_schedules(self, write):
        assert "pulse schedules" in refusal(write(patched(qpy_bytes(bell()), 19, "!B", ord("s"))))

    def test_more_circuits_than_bytes(self, write):
        assert "claims 4,000,000,000 circuits" in refusal(write(patched(qpy_bytes(bell()), 10, "!Q", 4 * 10**9)))

    @pytest.mark.parametrize("version", [14, qpy.QPY_VERSION])
    @pytest.mark.parametrize("claimed", [10_001, 20_000_000, 4_000_000_000])
    def test_a_small_file_that_claims_millions_of_qubits_is_refused_at_once(self, write, version, claimed):
        tiny = QuantumCircuit(1, name="q")
        tiny.h(0)
        content = qpy_bytes(tiny, version=version)
        assert len(content) < 400
        header = first_circuit_header(content)
        start = time.monotonic()
        message = refusal(write(patched(content, header + 5, "!I", claimed)))
        assert time.monotonic() - start < 1.0
        assert f"{claimed:,} qubits, at most 10,000 can be costed" in message

    def test_a_claim_in_the_second_circuit_is_refused_too(self, write):
        content = qpy_bytes(bell(), bell(), version=14)
        second = content.index(b"bell", content.index(b"bell") + 4)
        header = second - struct.calcsize("!H1cHIIQIQI")
        assert refusal(write(patched(content, header + 5, "!I", 4_000_000_000)))

    def test_millions_of_classical_bits(self, write):
        content = qpy_bytes(bell())
        message = refusal(write(patched(content, first_circuit_header(content) + 9, "!I", 10**9)))
        assert "1,000,000,000 classical bits" in message

    def test_more_instructions_than_bytes(self, write):
        content = qpy_bytes(bell())
        message = refusal(write(patched(content, first_circuit_header(content) + 25, "!Q", 10**15)))
        assert "claims 1,000,000,000,000,000 instructions" in message

    @settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def test_changed_bytes_give_circuits_or_a_refusal(self, data, tmp_path_factory):
        content = bytearray(self.WHOLE)
        for _ in range(data.draw(st.integers(1, 5))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
        path = tmp_path_factory.getbasetemp() / "damaged.qpy"
        path.write_bytes(content)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(circuits, "READ_TIME_LIMIT_S", 1.0)
            loaded, message = attempt(path)
        assert message.isprintable() if loaded is None else all(isinstance(found, QuantumCircuit) for found in loaded)


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


class TestLimits:
    HUGE = "OPENQASM 2.0;\nqreg q[10000];\n" + "U(0,0,0) q;\n" * 20_000  # 2·10^8 gates in 240 kB

    def test_a_file_that_takes_too_long_is_refused_within_the_limits(self, write):
        message = refusal(write(self.HUGE))
        assert "took more than 7 s" in message or "needs more than 1 GB" in message
        peak_kib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        assert peak_kib * 1024 < 2 * 10**9

    def test_a_file_that_needs_too_much_memory_is_refused(self, write, monkeypatch):
        monkeypatch.setattr(circuits, "READ_MEMORY_LIMIT_BYTES", 10**8)
        monkeypatch.setattr(circuits, "parse_qpy", lambda *_: [bytearray(10**9)])
        assert "needs more than 0.1 GB to read: refused" in refusal(write(qpy_bytes(bell())))

    def test_no_process_to_be_had_is_a_refusal(self, write, monkeypatch):
        def refuse(*_, **__):
            raise BlockingIOError(11, "Resource temporarily unavailable")

        monkeypatch.setattr(circuits, "run_limited", refuse)
        assert "cannot start a process" in refusal(write(qpy_bytes(bell())))

    def test_a_good_file_costs_milliseconds(self):
        times = []
        for _ in range(10):
            start = time.perf_counter()
            load_circuit(EXAMPLES / "hqnn_8q.qpy")
            times.append(time.perf_counter() - start)
        # Measured 8-12 ms, 1 ms of it the parse in this process; the bound leaves room for a loaded machine.
        assert min(times) < 0.1
