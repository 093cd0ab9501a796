"""Files for the readers of circuits."""

from __future__ import annotations

from pathlib import Path

import pytest


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
