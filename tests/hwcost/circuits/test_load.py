"""Reading circuit files: good ones come through unchanged, every bad one ends in one clear line."""

from __future__ import annotations

import gzip
import hashlib
import os
import resource
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from qiskit import QuantumCircuit, qasm2, qasm3, qpy
from qiskit.circuit import Parameter

from circuit_files import QASM2, QASM3, bell, dynamic, patched, qpy_bytes, refusal
from hwcost.circuits import load as circuits
from hwcost.circuits.load import load_circuit, load_circuits, read_circuit_file
from hwcost.core.errors import CircuitError
from places import EXAMPLES

THETA, PHI = Parameter("θ"), Parameter("φ")


def parametrised() -> QuantumCircuit:
    circuit = QuantumCircuit(2, name="parametrised")
    circuit.ry(THETA, 0)
    circuit.rz(2 * THETA + PHI, 1)
    return circuit


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
        with pytest.raises(CircuitError, match=r"n…n+: cannot be opened"):
            load_circuits(tmp_path / ("n" * 300))

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
