"""QPY files that are broken or hostile are refused."""

from __future__ import annotations

import struct
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from qiskit import QuantumCircuit, __version__, qpy

from circuit_files import attempt, bell, dynamic, patched, qpy_bytes, refusal
from hwcost.circuits import load as circuits
from hwcost.circuits.load import load_circuit


def first_circuit_header(content: bytes) -> int:
    """Where the first circuit's header starts: behind the file header and, from version 16, the table of offsets."""
    version = content[6]
    return struct.unpack_from("!Q", content, 20)[0] if version >= 16 else 20


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
