"""OpenQASM 2 and 3 files: their version, what they claim before they are parsed, and the circuit in them."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Literal, TypeAlias

from hwcost.circuits.check import refuse_too_many_bits
from hwcost.circuits.own_gates import own_gates, rename_own_gates
from hwcost.core.errors import CircuitError, MissingDependencyError
from hwcost.core.text import error_text, one_line

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

QasmFormat: TypeAlias = Literal["qasm2", "qasm3"]

_COMMENT = r"//[^\n]*|/\*.*?(?:\*/|\Z)"
_BLANK = re.compile(rf"\s+|{_COMMENT}", re.DOTALL)
_VERSION_LINE = re.compile(r"OPENQASM\s+(\d+)(?:\.\d+)?\s*;")
_INCLUDE = re.compile(r"""\binclude\s*["']([^"'\n]*)["']""")
_COMMENT_OR_STRING = re.compile(rf"""{_COMMENT}|"[^"\n]*"|'[^'\n]*'""", re.DOTALL)
_QUBIT_SIZES = re.compile(r"\bqreg\s+\w+\s*\[\s*(\w+)|\bqubit\s*\[\s*(\w+)")
_CLBIT_SIZES = re.compile(r"\bcreg\s+\w+\s*\[\s*(\w+)|\bbit\s*\[\s*(\w+)")
_PHYSICAL_QUBIT = re.compile(r"\$(\d+)")
_STANDARD_INCLUDE = {"qasm2": "qelib1.inc", "qasm3": "stdgates.inc"}
_QASM2_POSITION = re.compile(r"<input>:(\d+),(\d+): (.*)", re.DOTALL)
_LEGACY_FUNCTIONS = {"asin", "acos", "atan"}  # of qasm2.LEGACY_CUSTOM_CLASSICAL, whose entries hide their names
_QASM2_UNDEFINED = re.compile(r"'(\w+)' is not (?:defined in this scope|a parameter or custom instruction)")
_QASM3_POSITION = re.compile(r"L?(\d+)[,:]C?(\d+): (.*)", re.DOTALL)  # of the importer, and of the lexer


def qasm_format(data: bytes, label: str) -> QasmFormat:
    """Tell the version by its line; text without one is taken for OpenQASM 2."""
    version = _version(_text_of(data, label))
    if version in (None, "2"):
        return "qasm2"
    if version == "3":
        return "qasm3"
    raise CircuitError(f"{label}: OpenQASM version {one_line(str(version))}; only versions 2 and 3 exist")


def _version(text: str) -> str | None:
    position = 0
    while blank := _BLANK.match(text, position):
        position = blank.end()
    line = _VERSION_LINE.match(text, position)
    return line.group(1) if line else None


def _text_of(data: bytes, label: str) -> str:
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


def check_qasm_claims(data: bytes, file_format: QasmFormat, label: str) -> None:
    """Refuse registers that are too large, and includes of any file: an include can name any file of the reader."""
    text = _COMMENT_OR_STRING.sub(_blank_comment, _text_of(data, label))
    allowed = _STANDARD_INCLUDE[file_format]
    for include in _INCLUDE.finditer(text):
        if include.group(1) != allowed:
            line = text.count("\n", 0, include.start()) + 1
            raise CircuitError(
                f'{label}, line {line}: include "{one_line(include.group(1))}" is not read; only "{allowed}" is, '
                "copy the needed gate definitions into the file"
            )
    num_qubits = sum(_integer(first or second) for first, second in _QUBIT_SIZES.findall(text))
    num_clbits = sum(_integer(first or second) for first, second in _CLBIT_SIZES.findall(text))
    if file_format == "qasm3":
        highest = max((_integer(number) for number in _PHYSICAL_QUBIT.findall(text)), default=-1)
        num_qubits = max(num_qubits, highest + 1)
    refuse_too_many_bits(num_qubits, num_clbits, label)


def _blank_comment(match: re.Match[str]) -> str:
    token = match.group()
    return token if token.startswith(('"', "'")) else "\n" * token.count("\n")


def _integer(text: str) -> int:
    """Return the value of an integer literal; 0 for a name, whose value only the parser knows."""
    digits = text.replace("_", "")
    # Longer literals are cut, for Python refuses to convert thousands of digits; 20 digits are too many qubits anyway.
    with contextlib.suppress(ValueError):
        return int(digits[:20], 0 if digits[:1] == "0" and not digits.isdigit() else 10)
    return 0


def require_qasm3_reader(label: str) -> None:
    """Refuse OpenQASM 3 where the package that reads it is not installed."""
    try:
        import qiskit_qasm3_import  # noqa: F401
    except ImportError:
        raise MissingDependencyError(
            f'{label}: reading OpenQASM 3 needs the package qiskit-qasm3-import; pip install "hwcost[qasm3]"'
        ) from None


def parse_qasm2(data: bytes, label: str) -> list[QuantumCircuit]:
    """Read the one circuit of an OpenQASM 2 file whose claims were checked."""
    text = _text_of(data, label)
    try:
        circuit = _loads_qasm2(text)
        renamed = rename_own_gates(text, parse=_loads_qasm2)
        return [circuit if renamed is text else _loads_qasm2(renamed)]
    except (MemoryError, RecursionError):
        raise
    except Exception as error:
        raise CircuitError(_qasm2_refusal(text, error_text(error), label)) from None


def _loads_qasm2(text: str) -> QuantumCircuit:
    from qiskit import qasm2

    try:
        # No include path: only the built-in qelib1.inc may be included.
        return qasm2.loads(text, include_path=())
    except qasm2.QASM2ParseError as error:
        undefined = _QASM2_UNDEFINED.search(error_text(error))
        own = own_gates(text)
        # Qiskit and PennyLane write gates such as swap that the paper's qelib1.inc does not define.
        legacy = [entry for entry in qasm2.LEGACY_CUSTOM_INSTRUCTIONS if entry.name not in own]
        added = {entry.name for entry in legacy if entry.builtin}
        if undefined is None or undefined.group(1) not in added | _LEGACY_FUNCTIONS:
            raise
        return qasm2.loads(
            text, include_path=(), custom_instructions=legacy, custom_classical=qasm2.LEGACY_CUSTOM_CLASSICAL
        )


def _qasm2_refusal(text: str, message: str, label: str) -> str:
    position = _QASM2_POSITION.match(message)
    where, reason = label, one_line(message)
    if position:
        where = f"{label}, line {position.group(1)}, column {int(position.group(2)) + 1}"
        reason = one_line(position.group(3))
    if _version(text) is None:
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


def parse_qasm3(data: bytes, label: str) -> list[QuantumCircuit]:
    """Read the one circuit of an OpenQASM 3 file whose claims were checked."""
    from qiskit import qasm3

    text = _text_of(data, label)
    try:
        circuit = qasm3.loads(text)
        renamed = rename_own_gates(text, parse=qasm3.loads)
        return [circuit if renamed is text else qasm3.loads(renamed)]
    except (MemoryError, RecursionError):
        raise
    except Exception as error:
        message = error_text(error)
        if position := _QASM3_POSITION.match(message):
            line, column, reason = position.groups()
            raise CircuitError(
                f"{label}, line {line}, column {int(column) + 1}: this OpenQASM 3 cannot become a circuit "
                f"({one_line(reason)}); change that line"
            ) from None
        if not message or isinstance(error, AttributeError):
            raise SilentSyntaxError(
                f"{label}: not valid OpenQASM 3 (its parser gives no reason), or cut off; check its syntax"
            ) from None
        raise CircuitError(
            f"{label}: cannot be read as OpenQASM 3 ({type(error).__name__}: {one_line(message)}); check its syntax"
        ) from None


class SilentSyntaxError(CircuitError):
    """A syntax error whose position is known only from what the parser printed."""


def placed_syntax_error(printed: str, label: str) -> str | None:
    """Write the message for a syntax error of OpenQASM 3, from what its parser printed; None if it gave no position."""
    position = re.search(r"line (\d+):(\d+) (.*)", printed)
    if position is None:
        return None
    line, column, reason = position.groups()
    return (
        f"{label}, line {line}, column {int(column) + 1}: not valid OpenQASM 3 ({one_line(reason)}); correct that line"
    )
