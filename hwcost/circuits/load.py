"""Circuits from files: `load_circuit`, `load_circuits`, `read_circuit_file`.

A file's type is read from its content: QPY, OpenQASM 2 or OpenQASM 3. Files come from anywhere, so the claims in their
headers are checked first, and every file is parsed in a limited child process (`hwcost.circuits.sandbox`) before it is
parsed here. Whatever is wrong with a file becomes a `CircuitError` of one line.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import warnings
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Literal, TypeAlias

from hwcost.circuits.check import check_circuit
from hwcost.circuits.qasm import (
    SilentSyntaxError,
    check_qasm_claims,
    parse_qasm2,
    parse_qasm3,
    placed_syntax_error,
    qasm_format,
    require_qasm3_reader,
)
from hwcost.circuits.qpy import check_qpy_claims, is_qpy, parse_qpy
from hwcost.circuits.sandbox import Verdict, run_limited
from hwcost.core.errors import CircuitError
from hwcost.core.reading import path_label, read_file
from hwcost.core.text import one_line

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

FileFormat: TypeAlias = Literal["qpy", "qasm2", "qasm3"]
Path: TypeAlias = str | os.PathLike[str]

MAX_FILE_BYTES = 64 * 2**20
"""About a million instructions in QPY (55 bytes each), more than is read within the time limit."""

READ_TIME_LIMIT_S = 7.0
"""Of processor time. A good file is parsed twice, in the child and here: both together stay below 15 s. Qiskit 2.3
reads 60,000 to 80,000 instructions of QPY per second, Qiskit 2.6 four times as many."""

READ_MEMORY_LIMIT_BYTES = 10**9
"""A million instructions need about 0.3 GB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedCircuit:
    """A circuit and where it came from.

    Attributes:
        circuit: The circuit.
        source: The path as the caller gave it; None for a circuit that was never in a file.
        sha256: Hash of the file's bytes, or `content_sha256` of a circuit that was never in a file.
        index: Position in the file, from 0.
        num_in_file: How many circuits the file holds.
        file_format: What the content was recognised as; None for a circuit that was never in a file.
    """

    circuit: QuantumCircuit
    source: str | None
    sha256: str
    index: int
    num_in_file: int
    file_format: FileFormat | None


def load_circuit(path: Path, *, index: int | None = None) -> QuantumCircuit:
    """Load the circuit in a QPY, OpenQASM 2 or OpenQASM 3 file.

    Args:
        path: The file; its type is read from its content.
        index: Which circuit, from 0, of a QPY file that holds several.

    Returns:
        The circuit.

    Raises:
        CircuitError: The file cannot be read, holds several circuits and `index` is not given, or has no such index.
        MissingDependencyError: The file is OpenQASM 3 and its reader is not installed.

    Example:
        >>> load_circuit("missing.qpy")
        Traceback (most recent call last):
            ...
        hwcost.core.errors.CircuitError: missing.qpy: no such file; check the path
    """
    circuits = load_circuits(path)
    label = path_label(path)
    if index is None:
        if len(circuits) > 1:
            raise CircuitError(
                f"{label}: the file holds {len(circuits)} circuits; pick one with index=0 to {len(circuits) - 1}, "
                "or read them all with load_circuits"
            )
        return circuits[0]
    if not 0 <= index < len(circuits):
        raise CircuitError(f"{label}: no circuit with index {index}; the file holds {len(circuits)}, counted from 0")
    return circuits[index]


def load_circuits(path: Path) -> list[QuantumCircuit]:
    """Load all circuits of a QPY, OpenQASM 2 or OpenQASM 3 file, in the order of the file.

    Args:
        path: The file; its type is read from its content.

    Returns:
        One circuit for OpenQASM, one or more for QPY.

    Raises:
        CircuitError: The file cannot be read.
        MissingDependencyError: The file is OpenQASM 3 and its reader is not installed.
    """
    return [loaded.circuit for loaded in read_circuit_file(path)]


def read_circuit_file(path: Path) -> tuple[LoadedCircuit, ...]:
    """Read all circuits of a file with the file's hash and format.

    Args:
        path: The file; its type is read from its content.

    Returns:
        One record per circuit, in the order of the file.

    Raises:
        CircuitError: The file cannot be read.
        MissingDependencyError: The file is OpenQASM 3 and its reader is not installed.
    """
    label = path_label(path)
    data = read_file(path, what="circuit", limit_bytes=MAX_FILE_BYTES, error=CircuitError)
    file_format, circuits = circuits_in(data, label)
    if file_format != "qpy":
        # OpenQASM has no name for a circuit: Qiskit counts up, so that it would differ from run to run.
        (circuit,) = circuits
        circuit.name = path_label(PurePath(path).stem)
    sha256 = hashlib.sha256(data).hexdigest()
    return tuple(
        LoadedCircuit(
            circuit=circuit,
            source=os.fspath(path),
            sha256=sha256,
            index=index,
            num_in_file=len(circuits),
            file_format=file_format,
        )
        for index, circuit in enumerate(circuits)
    )


def circuits_in(data: bytes, label: str) -> tuple[FileFormat, list[QuantumCircuit]]:
    """Read all circuits of a file's content under a time and memory limit.

    Args:
        data: The bytes of the file.
        label: What messages call it.

    Returns:
        What the content was recognised as, and the circuits.

    Raises:
        CircuitError: The content cannot be read.
        MissingDependencyError: It is OpenQASM 3 and its reader is not installed.
    """
    file_format = _file_format(data, label)
    if file_format == "qpy":
        check_qpy_claims(data, label)
    else:
        check_qasm_claims(data, file_format, label)
    if file_format == "qasm3":
        require_qasm3_reader(label)
    # Imported before the fork, so that the child need not do it once more.
    import qiskit.qasm2
    import qiskit.qpy  # noqa: F401

    try:
        verdict = run_limited(
            _try_parse,
            data,
            file_format,
            label,
            time_limit_s=READ_TIME_LIMIT_S,
            memory_limit_bytes=READ_MEMORY_LIMIT_BYTES,
        )
    except OSError as error:
        raise CircuitError(f"{label}: cannot start a process to read it safely ({error.strerror}); try again") from None
    if verdict.outcome != "ok":
        raise _refusal(verdict, label)
    try:
        circuits = _parse(data, file_format, label)
    except MemoryError:
        raise _refusal(Verdict(outcome="memory"), label) from None
    return file_format, circuits


def _file_format(data: bytes, label: str) -> FileFormat:
    """Return what the content is, by its first bytes."""
    if not data.strip():
        raise CircuitError(f"{label}: the file is empty; write a circuit to it")
    if is_qpy(data):
        return "qpy"
    if data.startswith(b"\x1f\x8b"):
        raise CircuitError(f"{label}: the file is compressed with gzip; unpack it first")
    return qasm_format(data, label)


def _try_parse(data: bytes, file_format: FileFormat, label: str) -> None:
    """Do what the child does: parse, and check too, because some gates build their definition only when asked."""
    with contextlib.redirect_stderr(io.StringIO()) as printed:
        try:
            circuits = _parse(data, file_format, label)
        except SilentSyntaxError as error:
            raise CircuitError(placed_syntax_error(printed.getvalue(), label) or str(error)) from None
    for circuit in circuits:
        with contextlib.suppress(CircuitError):
            check_circuit(circuit)


def _parse(data: bytes, file_format: FileFormat, label: str) -> list[QuantumCircuit]:
    parser = {"qpy": parse_qpy, "qasm2": parse_qasm2, "qasm3": parse_qasm3}[file_format]
    with warnings.catch_warnings():
        # A newer writer and unused vector elements are no reason to warn about a file that loads.
        warnings.simplefilter("ignore")
        try:
            return parser(data, label)
        except RecursionError:
            raise CircuitError(f"{label}: nested too deeply to be read; write it with fewer nested levels") from None


def _refusal(verdict: Verdict, label: str) -> CircuitError:
    if verdict.outcome == "error" and verdict.error_type == CircuitError.__name__:
        return CircuitError(verdict.message)
    what = {
        "time": f"took more than {READ_TIME_LIMIT_S:g} s of processor time to read",
        "memory": f"needs more than {READ_MEMORY_LIMIT_BYTES / 1e9:g} GB to read",
        "crash": f"crashes the reader ({verdict.error_type or 'no reason given'})",
        "error": f"cannot be read ({verdict.error_type}: {one_line(verdict.message)})",
    }[verdict.outcome]
    return CircuitError(f"{label}: {what}: refused; the file is damaged, hostile or far too large, write it again")
