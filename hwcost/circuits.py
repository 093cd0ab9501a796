"""Circuits from files and the question whether they can be costed: `load_circuit`, `check_circuit`.

A file's type is read from its content: QPY, OpenQASM 2 or OpenQASM 3. Files come from anywhere, so the claims in their
headers are checked first, and every file is parsed in a limited child process (`hwcost.sandbox`) before it is parsed
here. Whatever is wrong with a file becomes a `CircuitError` of one line.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import math
import os
import re
import stat
import struct
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NoReturn, TypeAlias

from hwcost.errors import CircuitError, MissingDependencyError
from hwcost.sandbox import Verdict, run_limited

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

FileFormat: TypeAlias = Literal["qpy", "qasm2", "qasm3"]
Path: TypeAlias = str | os.PathLike[str]

MAX_QUBITS = 10_000
"""Ten times the largest announced superconducting chips; a header may claim billions, and each costs memory."""

MAX_CLBITS = 100_000
"""Room for a hundred rounds of mid-circuit measurement of a thousand qubits."""

MAX_FILE_BYTES = 64 * 2**20
"""About a million instructions in QPY (55 bytes each), more than is read within the time limit."""

MAX_INSTRUCTIONS = 2_000_000
"""Transpiling takes 10-100 µs per instruction: above this one estimate takes minutes per seed and gigabytes."""

MAX_NESTING = 200
"""Definitions within definitions. Real circuits stay below 20; Python's own stack ends at 1000 calls."""

READ_TIME_LIMIT_S = 7.0
"""A good file is parsed twice, in the child and here: both together stay below 15 s. Qiskit 2.3 reads 60,000 to 80,000
instructions of QPY per second, Qiskit 2.6 four times as many."""

READ_MEMORY_LIMIT_BYTES = 10**9
"""A million instructions need about 0.3 GB."""

_MESSAGE_CHARACTERS = 240
_QPY_MAGIC = b"QISKIT"
_QPY_INSTRUCTION_BYTES = 25  # the shortest instruction record of any QPY version
_QPY_REGISTER_BYTES = 8  # the shortest register record
_QPY_FIRST_WITH_TYPE_KEY = 5
_QPY_FIRST_WITH_ENCODING = 10
_QPY_FIRST_WITH_OFFSETS = 16


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


# --------------------------------------------------------------------------------------------------- reading files


def load_circuit(path: Path, *, index: int | None = None) -> QuantumCircuit:
    """The circuit in a QPY, OpenQASM 2 or OpenQASM 3 file.

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
        hwcost.errors.CircuitError: missing.qpy: no such file; check the path
    """
    circuits = load_circuits(path)
    label = _label(path)
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
    """All circuits of a QPY, OpenQASM 2 or OpenQASM 3 file, in the order of the file.

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
    """All circuits of a file with the file's hash and format.

    Args:
        path: The file; its type is read from its content.

    Returns:
        One record per circuit, in the order of the file.

    Raises:
        CircuitError: The file cannot be read.
        MissingDependencyError: The file is OpenQASM 3 and its reader is not installed.
    """
    label = _label(path)
    data = _read_bytes(path, label)
    file_format = _file_format(data, label)
    if file_format == "qpy":
        _check_qpy_claims(data, label)
    else:
        _check_qasm_claims(data, file_format, label)
    if file_format == "qasm3":
        _require_qasm3_reader(label)
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
    _refuse_unless_ok(verdict, label)
    try:
        circuits = _parse(data, file_format, label)
    except MemoryError:
        _refuse_unless_ok(Verdict(outcome="memory"), label)
        raise
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


def _label(path: Path) -> str:
    return _printable(os.fspath(path)) or "''"


def _printable(text: str) -> str:
    """Text from outside on one line, without what a terminal would obey."""
    flat = " ".join(text.split())
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in flat)


def _one_line(text: str) -> str:
    """The same, cut to a length that can be read."""
    shown = _printable(text)
    return shown if len(shown) <= _MESSAGE_CHARACTERS else shown[: _MESSAGE_CHARACTERS - 1] + "…"


def _read_bytes(path: Path, label: str) -> bytes:
    # Not blocking: opening a FIFO would otherwise wait for a writer.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags)
    except FileNotFoundError:
        raise CircuitError(f"{label}: no such file; check the path") from None
    except IsADirectoryError:
        raise CircuitError(f"{label}: is a directory; name a circuit file in it") from None
    except PermissionError:
        if os.path.isdir(path):
            raise CircuitError(f"{label}: is a directory; name a circuit file in it") from None
        raise CircuitError(f"{label}: no permission to read it; change its permissions or copy it") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise CircuitError(f"{label}: cannot be opened ({reason}); check the path") from None
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISDIR(mode):
        os.close(descriptor)
        raise CircuitError(f"{label}: is a directory; name a circuit file in it")
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(mode):
            raise CircuitError(
                f"{label}: is not a regular file but a pipe, socket or device; save the circuit to a file"
            )
        try:
            data = file.read(MAX_FILE_BYTES + 1)
        except OSError as error:
            raise CircuitError(f"{label}: cannot be read ({error.strerror}); copy the file and try again") from None
    if len(data) > MAX_FILE_BYTES:
        raise CircuitError(
            f"{label}: is larger than {MAX_FILE_BYTES // 2**20} MiB; circuits of that size cannot be costed, "
            "cost a part of it"
        )
    return data


def _file_format(data: bytes, label: str) -> FileFormat:
    """What the content is, by its first bytes; text without a version line is taken for OpenQASM 2."""
    if not data.strip():
        raise CircuitError(f"{label}: the file is empty; write a circuit to it")
    if data.startswith(_QPY_MAGIC):
        return "qpy"
    if _QPY_MAGIC.startswith(data):
        raise CircuitError(f"{label}: the QPY file is cut off after {len(data)} bytes; write it again with qpy.dump")
    if data.startswith(b"\x1f\x8b"):
        raise CircuitError(f"{label}: the file is compressed with gzip; unpack it first")
    version = _qasm_version(_qasm_text(data, label))
    if version in (None, "2"):
        return "qasm2"
    if version == "3":
        return "qasm3"
    raise CircuitError(f"{label}: OpenQASM version {_one_line(str(version))}; only versions 2 and 3 exist")


def _qasm_text(data: bytes, label: str) -> str:
    text = None
    if b"\0" not in data:
        with contextlib.suppress(UnicodeDecodeError):
            text = data.decode("utf-8-sig")
    if text is None:
        raise CircuitError(
            f"{label}: neither QPY nor OpenQASM but other binary data (it starts with {data[:8]!r}); "
            "write the circuit with qiskit.qpy.dump or as OpenQASM in UTF-8"
        )
    return text


_BLANK = re.compile(r"\s+|//[^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
_VERSION_LINE = re.compile(r"OPENQASM\s+(\d+)(?:\.\d+)?\s*;")


def _qasm_version(text: str) -> str | None:
    position = 0
    while blank := _BLANK.match(text, position):
        position = blank.end()
    line = _VERSION_LINE.match(text, position)
    return line.group(1) if line else None


# ------------------------------------------------------------------------------------------- claims before parsing


def _check_qpy_claims(data: bytes, label: str) -> None:
    """Refuse a QPY file whose version is too new or whose headers claim more than is possible.

    Up to QPY 15 only the first circuit's header can be found without parsing; the limits of the child process cover
    the others.
    """
    try:
        version, *qiskit_version = struct.unpack_from("!BBBB", data, len(_QPY_MAGIC))
        _check_qpy_version(version, ".".join(map(str, qiskit_version)), label)
        (num_circuits,) = struct.unpack_from("!Q", data, 10)
        if num_circuits == 0:
            raise CircuitError(f"{label}: the QPY file holds no circuit; write at least one with qpy.dump")
        start = 18 + (version >= _QPY_FIRST_WITH_ENCODING)
        if version >= _QPY_FIRST_WITH_TYPE_KEY:
            kind = data[start : start + 1]
            start += 1
            if kind == b"s":
                raise CircuitError(
                    f"{label}: the QPY file holds pulse schedules; Qiskit 2 and hwcost read only circuits"
                )
            if kind not in (b"q", b""):
                _refuse_damaged(label, f"unknown content {kind!r}")
        if num_circuits > len(data):
            _refuse_damaged(label, f"it claims {num_circuits:,} circuits")
        headers = (
            struct.unpack_from(f"!{num_circuits}Q", data, start) if version >= _QPY_FIRST_WITH_OFFSETS else (start,)
        )
        for header in headers:
            if header >= len(data):
                _refuse_damaged(label, "a circuit lies beyond its end")
            _check_qpy_circuit_claims(data, version, header, label)
    except struct.error:
        raise CircuitError(
            f"{label}: the QPY file is cut off after {len(data)} bytes; write it again with qpy.dump"
        ) from None


def _check_qpy_version(version: int, written_by: str, label: str) -> None:
    import qiskit
    from qiskit import qpy

    if version == 0:
        _refuse_damaged(label, "QPY version 0 does not exist")
    if version > qpy.QPY_VERSION:
        raise CircuitError(
            f"{label}: QPY version {version} (written by Qiskit {written_by}), and Qiskit {qiskit.__version__} reads "
            f"up to {qpy.QPY_VERSION}; install a newer Qiskit, or write it with "
            f"qpy.dump(circuit, file, version={qpy.QPY_VERSION}), unless the file is damaged"
        )


def _check_qpy_circuit_claims(data: bytes, version: int, start: int, label: str) -> None:
    if version >= 2:
        name_bytes, _, _, num_qubits, num_clbits, metadata_bytes, num_registers, num_instructions = struct.unpack_from(
            "!H1cHIIQIQ", data, start
        )
    else:
        name_bytes, _, num_qubits, num_clbits, metadata_bytes, num_registers, num_instructions = struct.unpack_from(
            "!HdIIQIQ", data, start
        )
    _refuse_too_many_bits(num_qubits, num_clbits, label)
    rest = len(data) - start
    if max(name_bytes + metadata_bytes, num_registers * _QPY_REGISTER_BYTES) > rest:
        _refuse_damaged(label, "its header claims more data than there is")
    if num_instructions * _QPY_INSTRUCTION_BYTES > rest:
        _refuse_damaged(label, f"it claims {num_instructions:,} instructions in {rest:,} bytes")


def _refuse_damaged(label: str, what: str) -> NoReturn:
    raise CircuitError(f"{label}: the QPY file is damaged or cut off ({what}); write it again with qpy.dump")


def _refuse_too_many_bits(num_qubits: int, num_clbits: int, where: str) -> None:
    for number, limit, kind in ((num_qubits, MAX_QUBITS, "qubits"), (num_clbits, MAX_CLBITS, "classical bits")):
        if number > limit:
            raise CircuitError(
                f"{where}: {_count_text(number)} {kind}, at most {limit:,} can be costed; no device has that many, "
                "use smaller registers"
            )


def _count_text(number: int) -> str:
    return f"{number:,}" if number < 10**15 else f"about 10^{int(math.log10(number))}"


_INCLUDE = re.compile(r"""\binclude\s*["']([^"'\n]*)["']""")
_COMMENT_OR_STRING = re.compile(r"""//[^\n]*|/\*.*?(?:\*/|\Z)|"[^"\n]*"|'[^'\n]*'""", re.DOTALL)
_QUBIT_SIZES = re.compile(r"\bqreg\s+\w+\s*\[\s*(\w+)|\bqubit\s*\[\s*(\w+)")
_CLBIT_SIZES = re.compile(r"\bcreg\s+\w+\s*\[\s*(\w+)|\bbit\s*\[\s*(\w+)")
_PHYSICAL_QUBIT = re.compile(r"\$(\d+)")
_STANDARD_INCLUDE = {"qasm2": "qelib1.inc", "qasm3": "stdgates.inc"}


def _check_qasm_claims(data: bytes, file_format: FileFormat, label: str) -> None:
    """Refuse registers that are too large, and includes of any file: an include can name any file of the reader."""
    text = _COMMENT_OR_STRING.sub(_blank_comment, _qasm_text(data, label))
    allowed = _STANDARD_INCLUDE[file_format]
    for include in _INCLUDE.finditer(text):
        if include.group(1) != allowed:
            line = text.count("\n", 0, include.start()) + 1
            raise CircuitError(
                f'{label}, line {line}: include "{_one_line(include.group(1))}" is not read; only "{allowed}" is, '
                "copy the needed gate definitions into the file"
            )
    num_qubits = sum(_integer(first or second) for first, second in _QUBIT_SIZES.findall(text))
    num_clbits = sum(_integer(first or second) for first, second in _CLBIT_SIZES.findall(text))
    if file_format == "qasm3":
        highest = max((_integer(number) for number in _PHYSICAL_QUBIT.findall(text)), default=-1)
        num_qubits = max(num_qubits, highest + 1)
    _refuse_too_many_bits(num_qubits, num_clbits, label)


def _blank_comment(found: re.Match[str]) -> str:
    token = found.group()
    return token if token.startswith(('"', "'")) else "\n" * token.count("\n")


def _integer(text: str) -> int:
    """The value of an integer literal; 0 for a name, whose value only the parser knows."""
    digits = text.replace("_", "")
    # Longer literals are cut, for Python refuses to convert thousands of digits; 20 digits are too many qubits anyway.
    with contextlib.suppress(ValueError):
        return int(digits[:20], 0 if digits[:1] == "0" and not digits.isdigit() else 10)
    return 0


# --------------------------------------------------------------------------------------------------------- parsing


def _require_qasm3_reader(label: str) -> None:
    try:
        import qiskit_qasm3_import  # noqa: F401
    except ImportError:
        raise MissingDependencyError(
            f'{label}: reading OpenQASM 3 needs the package qiskit-qasm3-import; pip install "hwcost[qasm3]"'
        ) from None


def _refuse_unless_ok(verdict: Verdict, label: str) -> None:
    if verdict.outcome == "ok":
        return
    if verdict.outcome == "error" and verdict.error_type == CircuitError.__name__:
        raise CircuitError(verdict.message)
    what = {
        "time": f"took more than {READ_TIME_LIMIT_S:g} s to read",
        "memory": f"needs more than {READ_MEMORY_LIMIT_BYTES / 1e9:g} GB to read",
        "crash": f"crashes the reader ({verdict.error_type or 'no reason given'})",
        "error": f"cannot be read ({verdict.error_type}: {_one_line(verdict.message)})",
    }[verdict.outcome]
    raise CircuitError(f"{label}: {what}: refused; the file is damaged, hostile or far too large, write it again")


def _try_parse(data: bytes, file_format: FileFormat, label: str) -> None:
    """What the child does: parse, and check too, because some gates build their definition only when asked."""
    # The parser of OpenQASM 3 reports a syntax error as an exception without text, and prints the position.
    printed = io.StringIO()
    try:
        with contextlib.redirect_stderr(printed):
            circuits = _parse(data, file_format, label)
    except CircuitError as error:
        position = re.search(r"line (\d+):(\d+) (.*)", printed.getvalue())
        if position is None or not isinstance(error, _SilentSyntaxError):
            raise CircuitError(str(error)) from None
        line, column, reason = position.groups()
        raise CircuitError(
            f"{label}, line {line}, column {int(column) + 1}: not valid OpenQASM 3 ({_one_line(reason)}); "
            "correct that line"
        ) from None
    for circuit in circuits:
        with contextlib.suppress(CircuitError):
            check_circuit(circuit)


class _SilentSyntaxError(CircuitError):
    """A syntax error whose position is known only from what the parser printed."""


def _parse(data: bytes, file_format: FileFormat, label: str) -> list[QuantumCircuit]:
    parser = {"qpy": _parse_qpy, "qasm2": _parse_qasm2, "qasm3": _parse_qasm3}[file_format]
    with warnings.catch_warnings():
        # A newer writer and unused vector elements are no reason to bother somebody whose file loads.
        warnings.simplefilter("ignore")
        try:
            return parser(data, label)
        except RecursionError:
            raise CircuitError(f"{label}: nested too deeply to be read; write it with fewer nested levels") from None


def _parse_qpy(data: bytes, label: str) -> list[QuantumCircuit]:
    from qiskit import qpy

    try:
        circuits: list[QuantumCircuit] = qpy.load(io.BytesIO(data))
    except (MemoryError, RecursionError):
        raise
    except ImportError as error:
        raise CircuitError(
            f"{label}: this QPY file needs another package ({_one_line(str(error))}); install it, or write the file "
            "again with a newer Qiskit"
        ) from None
    except Exception as error:  # a damaged file raises any of a dozen types
        _refuse_damaged(label, f"{type(error).__name__}: {_one_line(_message(error))}")
    return circuits


def _message(error: Exception) -> str:
    # str() of a QiskitError is the repr of its message.
    return str(getattr(error, "message", "") or error)


_QASM2_POSITION = re.compile(r"<input>:(\d+),(\d+): (.*)", re.DOTALL)
_LEGACY_FUNCTIONS = {"asin", "acos", "atan"}  # of qasm2.LEGACY_CUSTOM_CLASSICAL, whose entries hide their names
_QASM2_UNDEFINED = re.compile(r"'(\w+)' is not (?:defined in this scope|a parameter or custom instruction)")


def _parse_qasm2(data: bytes, label: str) -> list[QuantumCircuit]:
    from qiskit import qasm2

    text = _qasm_text(data, label)
    try:
        try:
            # No include path: only the built-in qelib1.inc may be included.
            return [qasm2.loads(text, include_path=())]
        except qasm2.QASM2ParseError as error:
            undefined = _QASM2_UNDEFINED.search(_message(error))
            builtins = {entry.name for entry in qasm2.LEGACY_CUSTOM_INSTRUCTIONS if entry.builtin}
            if undefined is None or undefined.group(1) not in builtins | _LEGACY_FUNCTIONS:
                raise
            # Qiskit and PennyLane write gates such as swap that the paper's qelib1.inc does not define.
            circuit = qasm2.loads(
                text,
                include_path=(),
                custom_instructions=qasm2.LEGACY_CUSTOM_INSTRUCTIONS,
                custom_classical=qasm2.LEGACY_CUSTOM_CLASSICAL,
            )
            return [circuit]
    except (MemoryError, RecursionError):
        raise
    except Exception as error:
        raise CircuitError(_qasm2_refusal(text, _message(error), label)) from None


def _qasm2_refusal(text: str, message: str, label: str) -> str:
    found = _QASM2_POSITION.match(message)
    where, reason = label, _one_line(message)
    if found:
        where = f"{label}, line {found.group(1)}, column {int(found.group(2)) + 1}"
        reason = _one_line(found.group(3))
    if _qasm_version(text) is None:
        return (
            f'{where}: not a circuit file: no QPY header and no line "OPENQASM 2.0;" or "OPENQASM 3;", '
            f"and as OpenQASM 2 it fails ({reason}); give a QPY or OpenQASM file"
        )
    undefined = _QASM2_UNDEFINED.search(message)
    if undefined and undefined.group(1) == "gphase":
        return (
            f"{where}: gphase is not OpenQASM 2 (PennyLane writes it for QubitUnitary and controlled gates); a global "
            "phase changes no result: delete these lines, or convert with pennylane_qiskit.converter.circuit_to_qiskit"
        )
    if undefined:
        return f'{where}: {reason}; define it in the file before its use, or add include "qelib1.inc";'
    return f"{where}: not valid OpenQASM 2 ({reason}); correct that line"


_QASM3_POSITION = re.compile(r"L?(\d+)[,:]C?(\d+): (.*)", re.DOTALL)  # of the importer, and of the lexer


def _parse_qasm3(data: bytes, label: str) -> list[QuantumCircuit]:
    from qiskit import qasm3

    text = _qasm_text(data, label)
    try:
        return [qasm3.loads(text)]
    except (MemoryError, RecursionError):
        raise
    except Exception as error:
        message = _message(error)
        if found := _QASM3_POSITION.match(message):
            line, column, reason = found.groups()
            raise CircuitError(
                f"{label}, line {line}, column {int(column) + 1}: this OpenQASM 3 cannot become a circuit "
                f"({_one_line(reason)}); change that line"
            ) from None
        if not message or isinstance(error, AttributeError):
            raise _SilentSyntaxError(
                f"{label}: not valid OpenQASM 3 (its parser gives no reason), or cut off; check its syntax"
            ) from None
        raise CircuitError(
            f"{label}: cannot be read as OpenQASM 3 ({type(error).__name__}: {_one_line(message)}); check its syntax"
        ) from None


# -------------------------------------------------------------------------------------------------------- checking

_REFUSED_CONTROL_FLOW = {
    "while_loop": "a while_loop has no bounded length",
    "box": "a box is not supported by the transpiler",
}
_ACCEPTED = "bounded constructs are accepted: if_else, for_loop, switch_case"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Size:
    """What a circuit expands to, once every definition is written out in Qiskit's standard gates."""

    num_instructions: int = 0
    num_measurements: int = 0
    num_resets: int = 0

    def __mul__(self, times: int) -> _Size:
        return _Size(
            num_instructions=self.num_instructions * times,
            num_measurements=self.num_measurements * times,
            num_resets=self.num_resets * times,
        )


def check_circuit(circuit: QuantumCircuit) -> tuple[str, ...]:
    """Refuse a circuit that has no honest cost; otherwise what its user should know, one line each.

    The size is counted without expanding anything, in time linear in the number of instructions, so that forty nested
    doublings are refused in milliseconds.

    Args:
        circuit: The circuit as its author wrote it, or transpiled.

    Returns:
        Warnings for people; empty when there is nothing to say.

    Raises:
        CircuitError: The circuit has no qubits or no operations, has an unbounded or unknown part, or is too large.

    Example:
        >>> from qiskit import QuantumCircuit
        >>> bell = QuantumCircuit(2)
        >>> _ = bell.h(0), bell.cx(0, 1)
        >>> check_circuit(bell)
        ('no measurement: duration and ESP are without readout; --measure-all adds one to every qubit',)
    """
    from qiskit import QuantumCircuit

    if not isinstance(circuit, QuantumCircuit):
        raise CircuitError(f"a {type(circuit).__name__} is not a circuit; give a qiskit.QuantumCircuit")
    where = f"circuit {_one_line(circuit.name)!r}"
    if circuit.num_qubits == 0:
        raise CircuitError(f"{where} has 0 qubits: nothing to estimate; give a circuit with qubits and gates")
    _refuse_too_many_bits(circuit.num_qubits, circuit.num_clbits, where)
    sizes = _Sizes()
    size = sizes.of_circuit(circuit, where)
    if size.num_instructions == 0:
        found = "only barriers" if len(circuit.data) else "no operations"
        raise CircuitError(f"{where} has {found}: nothing to estimate; add gates or a measurement")
    if size.num_instructions > MAX_INSTRUCTIONS:
        raise CircuitError(
            f"{where} expands to {_count_text(size.num_instructions)} instructions, at most {MAX_INSTRUCTIONS:,} can "
            "be costed; cost one repetition of its largest part instead"
        )
    # Qiskit counts the variable of a loop among the parameters, but the loop gives it its values.
    unbound = [parameter.name for parameter in circuit.parameters if parameter not in sizes.loop_variables]
    return _warnings(unbound, size)


def _warnings(unbound: list[str], size: _Size) -> tuple[str, ...]:
    found = []
    if unbound:
        names = [_one_line(name) for name in unbound[:3]]
        shown = ", ".join(names) + (", …" if len(unbound) > len(names) else "")
        plural = "s" if len(unbound) > 1 else ""
        found.append(
            f"{len(unbound)} unbound parameter{plural} ({shown}): gate counts of bound circuits differ, angles such as "
            "0 or π need fewer gates"
        )
    if not size.num_measurements:
        found.append("no measurement: duration and ESP are without readout; --measure-all adds one to every qubit")
    if size.num_resets:
        plural = "s" if size.num_resets > 1 else ""
        found.append(
            f"{_count_text(size.num_resets)} reset{plural} (initialize contains one per qubit): calibrations report no "
            "error for reset"
        )
    return tuple(found)


_NOTHING = _Size()
_MEASUREMENT = _Size(num_instructions=1, num_measurements=1)
_RESET = _Size(num_instructions=1, num_resets=1)


class _Sizes:
    """Sizes of circuits, each definition counted once.

    State: the variables of loops seen, and the memo. Definitions are remembered by identity and kept alive, so that an
    identity is never reused.
    """

    def __init__(self) -> None:
        from qiskit import circuit

        self._qiskit = circuit
        self._by_type = {
            circuit.Measure: _MEASUREMENT,
            circuit.Reset: _RESET,
            circuit.Barrier: _NOTHING,
            circuit.BreakLoopOp: _NOTHING,
            circuit.ContinueLoopOp: _NOTHING,
        }
        self.loop_variables: set[Any] = set()
        self._memo: dict[tuple[object, ...], tuple[object, _Size]] = {}

    def of_circuit(self, circuit: QuantumCircuit, where: str, depth: int = 0) -> _Size:
        if depth > MAX_NESTING:
            raise CircuitError(f"{where}: gates are nested more than {MAX_NESTING} levels deep; decompose the circuit")
        num_variables = circuit.num_vars + getattr(circuit, "num_stretches", 0)
        if num_variables:
            raise CircuitError(
                f"{where} has {num_variables} classical variable{'s' if num_variables > 1 else ''}: its course is "
                f"unknown before it runs; {_ACCEPTED}"
            )
        num_instructions = num_measurements = num_resets = 0
        isfinite = math.isfinite
        # This loop runs once per instruction: plain integers, and the frequent cases before any call.
        for index, instruction in enumerate(circuit.data):
            if instruction.is_standard_gate():
                num_instructions += 1
                for value in instruction.params:
                    if isinstance(value, float) and not isfinite(value):
                        raise CircuitError(
                            f"{_position(where, index, depth)}: {instruction.name} has the parameter {value}; "
                            "give a finite angle"
                        )
            else:
                operation = instruction.operation
                size = self._by_type.get(type(operation))
                if size is None:
                    size = self._of_operation(operation, _position(where, index, depth), depth)
                num_instructions += size.num_instructions
                num_measurements += size.num_measurements
                num_resets += size.num_resets
        return _Size(num_instructions=num_instructions, num_measurements=num_measurements, num_resets=num_resets)

    def _of_operation(self, operation: Any, where: str, depth: int) -> _Size:
        known = self._memo.get(_definition_key(operation))
        if known is not None:
            return known[1]
        for kind, size in self._by_type.items():
            if isinstance(operation, kind):
                return size
        if isinstance(operation, self._qiskit.Delay):
            _check_delay(operation, where)
            return _Size(num_instructions=1)
        if isinstance(operation, (self._qiskit.ControlFlowOp, self._qiskit.Store)):
            return self._of_control_flow(operation, where, depth)
        return self._of_gate(operation, where, depth)

    def _of_control_flow(self, operation: Any, where: str, depth: int) -> _Size:
        name = operation.name
        if name == "store":
            raise CircuitError(f"{where}: store writes a classical variable, whose value is unknown; {_ACCEPTED}")
        if name in _REFUSED_CONTROL_FLOW:
            raise CircuitError(f"{where}: {_REFUSED_CONTROL_FLOW[name]}; {_ACCEPTED}")
        if name not in ("if_else", "for_loop", "switch_case"):
            raise CircuitError(f"{where}: the control flow {_one_line(name)!r} is not known; {_ACCEPTED}")
        times = 1
        if name == "for_loop":
            times = len(operation.params[0])
            self.loop_variables.add(operation.params[1])
        inside = where if depth else f"{where} ({name})"
        sizes = [self.of_circuit(block, inside, depth + 1) for block in operation.blocks]
        return _Size(
            num_instructions=times * sum(size.num_instructions for size in sizes),
            num_measurements=times * sum(size.num_measurements for size in sizes),
            num_resets=times * sum(size.num_resets for size in sizes),
        )

    def _of_gate(self, operation: Any, where: str, depth: int) -> _Size:
        shown = _one_line(operation.name)
        base = getattr(operation, "base_op", None)
        if base is not None and hasattr(operation, "modifiers"):
            return self._of_annotated(operation, base, where, depth)
        if getattr(operation, "_standard_gate", None) is not None:
            return _Size(num_instructions=1)
        formula = _library_size(operation)
        if formula is not None:
            return formula
        key = _definition_key(operation)
        try:
            with warnings.catch_warnings():
                # Qiskit's own deprecations, not the user's.
                warnings.simplefilter("ignore")
                definition = getattr(operation, "definition", None)
        except Exception as error:
            reason = f"{type(error).__name__}: {_one_line(_message(error))}"
            raise CircuitError(
                f"{where}: the gate {shown!r} cannot be expanded ({reason}); decompose it first"
            ) from None
        if definition is None:
            raise CircuitError(
                f"{where}: {shown!r} is opaque, it has no definition and is not a standard gate; define it, or remove "
                "it if it is an instruction for a simulator"
            )
        size = self.of_circuit(definition, where if depth else f"{where}, inside gate {shown!r}", depth + 1)
        # Once built, a definition has an identity of its own, which copies of the gate share.
        self._memo[key] = self._memo[_definition_key(operation)] = (operation, size)
        return size

    def _of_annotated(self, operation: Any, base: Any, where: str, depth: int) -> _Size:
        size = self._of_operation(base, where, depth + 1)
        for modifier in operation.modifiers:
            power = getattr(modifier, "power", None)
            if power is not None:
                if not math.isfinite(power):
                    raise CircuitError(f"{where}: the power {power} of {_one_line(base.name)!r} is not finite")
                size *= max(1, math.ceil(abs(power)))
        return size if size.num_instructions else _Size(num_instructions=1)


def _position(where: str, index: int, depth: int) -> str:
    """The place of an instruction of the outermost circuit; deeper ones keep that of the instruction they are in."""
    return where if depth else f"{where}, instruction {index}"


def _definition_key(operation: Any) -> tuple[object, ...]:
    """Equal for operations that have the same definition, up to the values of parameters."""
    # Gates of an OpenQASM 2 file build their definition when it is asked for, each instance its own. What they share
    # is the list of gates known where their kind was defined.
    known_gates = getattr(operation, "_gates", None)
    if known_gates:
        return (type(operation), operation.name, operation.num_qubits, id(known_gates))
    definition = getattr(operation, "_definition", None)
    return (id(operation),) if definition is None else (id(definition),)


def _check_delay(operation: Any, where: str) -> None:
    from qiskit.circuit import ParameterExpression

    duration = operation.params[0]
    if isinstance(duration, ParameterExpression) and duration.parameters:
        raise CircuitError(
            f"{where}: a delay of {_one_line(str(duration))} {operation.unit} has no known length; bind its parameter "
            "with circuit.assign_parameters"
        )
    if not isinstance(duration, ParameterExpression):
        try:
            known = math.isfinite(duration)
        except TypeError:
            known = False
        if not known:
            raise CircuitError(f"{where}: a delay of {_one_line(repr(duration))} has no known length; give a number")


def _is_library(operation: Any) -> bool:
    # Qiskit's shared instances have a class of their own without a module.
    kind = getattr(operation, "base_class", type(operation))
    return str(kind.__module__).startswith(("qiskit.circuit.library", "qiskit.quantum_info", "qiskit.qasm2"))


def _library_size(operation: Any) -> _Size | None:
    """Order of magnitude of the library's gates that are synthesised, not expanded; None for every other gate.

    Their definitions are never built here: that can take minutes, and only the transpiler needs them.
    """
    if not _is_library(operation):
        return None
    name, n = operation.name, operation.num_qubits
    if name in ("unitary", "isometry"):
        return _Size(num_instructions=4**n)
    if name in ("diagonal", "state_preparation", "multiplexer", "ucrx", "ucry", "ucrz"):
        return _Size(num_instructions=2**n)
    if name == "initialize":
        return _Size(num_instructions=2**n + n, num_resets=n)
    if name in ("qft", "clifford", "linear_function", "permutation"):
        return _Size(num_instructions=max(1, n * n))
    if name == "u0":  # qelib1's wait of that many cycles
        return _Size(num_instructions=max(1, int(operation.params[0])))
    if name == "PauliEvolution":
        return _Size(num_instructions=_evolution_size(operation))
    return None


def _evolution_size(operation: Any) -> int:
    operators = operation.operator if isinstance(operation.operator, list) else [operation.operator]
    num_terms = sum(len(operator) if hasattr(operator, "__len__") else 1 for operator in operators)
    repetitions = int(getattr(operation.synthesis, "reps", 1) or 1)
    order = int(getattr(operation.synthesis, "order", 1) or 1)
    # Suzuki: order 2 goes there and back, each further pair of orders takes five copies.
    copies = 1 if order < 2 else 2 * int(5 ** min(order // 2 - 1, 100))
    return max(1, num_terms * (2 * int(operation.num_qubits) + 1) * repetitions * copies)


# --------------------------------------------------------------------------------------------------------- hashing


def content_sha256(circuit: QuantumCircuit) -> str:
    """Hash of what a circuit does: gates, parameters, qubits and classical bits, in order.

    Equal in every process, and for circuits that differ only in their name, metadata, register names or in the
    identity of equally named parameters.

    Args:
        circuit: The circuit.

    Returns:
        64 hexadecimal digits.

    Raises:
        CircuitError: Its definitions expand to more than `MAX_INSTRUCTIONS`.

    Example:
        >>> from qiskit import QuantumCircuit
        >>> one, two = QuantumCircuit(1, name="one"), QuantumCircuit(1, name="two")
        >>> _ = one.h(0), two.h(0)
        >>> content_sha256(one) == content_sha256(two)
        True
    """
    try:
        return _Hasher().of_circuit(circuit)
    except RecursionError:
        raise CircuitError(
            f"circuit {_one_line(circuit.name)!r}: a classical expression is nested too deeply; write it as several"
        ) from None


class _Hasher:
    """Hashes of circuits. State: how much was hashed, and the hashes of definitions seen."""

    def __init__(self) -> None:
        from qiskit import circuit

        self._qiskit = circuit
        self._num_hashed = 0
        self._memo: dict[tuple[object, ...], tuple[object, str]] = {}

    def of_circuit(self, circuit: QuantumCircuit, depth: int = 0) -> str:
        self._num_hashed += len(circuit.data)
        if self._num_hashed > MAX_INSTRUCTIONS or depth > MAX_NESTING:
            raise CircuitError(
                f"circuit {_one_line(circuit.name)!r} expands to more than {MAX_INSTRUCTIONS:,} instructions or "
                f"{MAX_NESTING} levels; cost a part of it"
            )
        index_of = {bit: index for bits in (circuit.qubits, circuit.clbits) for index, bit in enumerate(bits)}
        variables = sorted(variable.name for variable in circuit.iter_vars())
        head = [circuit.num_qubits, circuit.num_clbits, _parameter_text(circuit.global_phase), variables]
        digest = hashlib.sha256(f"{head}\n".encode())
        for instruction in circuit.data:
            bits = [index_of[bit] for bit in instruction.qubits], [index_of[bit] for bit in instruction.clbits]
            if instruction.is_standard_gate():
                what = _parameter_text(instruction.params)
            else:
                what = self._of_operation(instruction.operation, index_of, depth)
            digest.update(f"{instruction.name}{what}{bits}\n".encode())
        return digest.hexdigest()

    def _of_operation(self, operation: Any, index_of: dict[Any, int], depth: int) -> str:
        if isinstance(operation, (self._qiskit.Measure, self._qiskit.Reset, self._qiskit.Barrier)):
            return ""
        if isinstance(operation, self._qiskit.Delay):
            return f"{_parameter_text(operation.params)}{operation.unit}"
        if isinstance(operation, self._qiskit.ControlFlowOp):
            blocks = [self.of_circuit(block, depth + 1) for block in operation.blocks]
            return f"{_control_text(operation, index_of)}{blocks}"
        if isinstance(operation, self._qiskit.Store):
            return str([_classical_text(value, index_of) for value in operation.params])
        params = _parameter_text(getattr(operation, "params", []))
        if hasattr(operation, "modifiers"):
            base = operation.base_op
            return f"{operation.modifiers}{base.name}{params}{self._of_operation(base, index_of, depth + 1)}"
        if _library_size(operation) is not None:
            state = [_parameter_text(getattr(operation, name, None)) for name in ("operator", "tableau")]
            synthesis = getattr(operation, "synthesis", None)
            return f"{params}{state}{type(synthesis).__name__}{getattr(synthesis, 'settings', None)}"
        return params + self._of_definition(operation, params, depth)

    def _of_definition(self, operation: Any, params: str, depth: int) -> str:
        key = (*_definition_key(operation), params)
        if key not in self._memo:
            definition = getattr(operation, "definition", None)
            inside = "opaque" if definition is None else self.of_circuit(definition, depth + 1)
            self._memo[key] = self._memo[(*_definition_key(operation), params)] = (operation, inside)
        return self._memo[key][1]


def _parameter_text(value: Any) -> str:
    """A parameter as text that is the same in every process."""
    if isinstance(value, (int, float)):
        return repr(float(value))
    if hasattr(value, "tobytes") and hasattr(value, "dtype"):
        return f"{value.dtype}{value.shape}{hashlib.sha256(value.tobytes()).hexdigest()}"
    if isinstance(value, (list, tuple)):
        return f"[{','.join([_parameter_text(item) for item in value])}]"
    if hasattr(value, "paulis"):  # an operator of an evolution: its printed form is shortened, its list is not
        return str(value.to_list())
    return str(value)


def _control_text(operation: Any, index_of: dict[Any, int]) -> str:
    """Condition, target and cases of a control-flow operation, with bits as indices."""
    parts: list[str] = []
    if operation.name == "for_loop":
        indices, parameter, _ = operation.params
        parts += [str(indices if isinstance(indices, range) else tuple(indices)), str(parameter)]
    for name in ("condition", "target"):
        parts.append(_classical_text(getattr(operation, name, None), index_of))
    if operation.name == "switch_case":
        parts += [
            str([_classical_text(label, index_of) for label in labels]) for labels, _ in operation.cases_specifier()
        ]
    return ";".join(parts)


# Of every kind of node of a classical expression.
_EXPRESSION_FIELDS = ("type", "op", "operand", "left", "right", "target", "index", "value", "var")


def _classical_text(value: Any, index_of: dict[Any, int]) -> str:
    from qiskit.circuit import Clbit, Register
    from qiskit.circuit.classical import expr

    if isinstance(value, Clbit):
        return f"c{index_of.get(value, '?')}"
    if isinstance(value, Register):
        return str([f"c{index_of.get(bit, '?')}" for bit in value])
    if isinstance(value, tuple):
        return str([_classical_text(item, index_of) for item in value])
    if isinstance(value, expr.Var) and value.standalone:
        return f"variable {value.name}"
    if isinstance(value, expr.Expr):
        fields = [(name, getattr(value, name, None)) for name in _EXPRESSION_FIELDS]
        parts = [f"{name}={_classical_text(field, index_of)}" for name, field in fields if field is not None]
        return f"{type(value).__name__}({','.join(parts)})"
    if isinstance(value, bool):
        return str(int(value))  # a copy of a circuit may turn 1 into True
    return "default" if type(value).__name__ == "_DefaultCaseType" else str(value)
