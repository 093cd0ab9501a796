"""OpenQASM 2 and 3 files: their version, what they claim before they are parsed, and the circuit in them."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Literal, TypeAlias

from hwcost.circuits.limits import refuse_too_many_bits
from hwcost.circuits.own_gates import own_gates, rename_own_gates, rename_store
from hwcost.circuits.qasm3_values import Refused
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
_BAD_VERSION_LINE = re.compile(r"OPENQASM\s+\d+(?:\.\d+)?(?=\s*[^\s\d.;])")
_QASM3_ONLY = re.compile(
    r"""\binclude\s*["']stdgates\.inc["']
    |(?:\A|[;{}])\s*(?:
        (?:qu)?bit\s*(?:\[[^\]]*\]\s*)?\w+\s*[;=]
        |(?:input|output|const)\s+\w+[^;{}]*;
        |let\s+\w+\s*=
        |def\s+\w+\s*\(
        |(?:ctrl|negctrl|inv|pow)\s*(?:\([^()]*\)\s*)?@
    )""",
    re.VERBOSE,
)
_QASM2_WORD = re.compile(r"\b(?:qreg|creg|gate|include)\b")
_IF = re.compile(r"\s*(?:if\s*\([^()]*\)\s*)?")
_QELIB1_GATES = "u3 u2 u1 cx id x y z h s sdg t tdg rx ry rz cz cy ch ccx crz cu1 cu3"
_STDGATES = "p x y z h s sdg t tdg sx rx ry rz cx cy cz cp crx cry crz ch swap ccx cswap cu CX phase cphase id u1 u2 u3"
_BRAKET_GATES = {
    "cnot": "cx", "ccnot": "ccx", "phaseshift": "p", "cphaseshift": "cp", "i": "id", "si": "sdg", "ti": "tdg", "v": "sx"
}  # fmt: skip
_QASM3_UNDEFINED_GATE = re.compile(r"gate '(\w+)' is not defined")
_QASM3_UNDEFINED = re.compile(r"Undefined symbol '(\w+)'")
_QASM2_REMEDIES = {
    "instead got /": "comments of OpenQASM 2 begin with //, on each line",
    "capital letters": "begin the name with a lower-case letter",
    "non-ASCII": "use only ASCII letters outside comments",
    "already defined": "give one of them another name, or delete this line",
    "'*' is not": "a power is written with ^",
    "saw [": "a condition of OpenQASM 2 compares a whole register, as in if(c==1)",
    "can only handle OpenQASM 2.0": "write OPENQASM 2.0;",
    "doesn't match any valid tokens": "delete what is not OpenQASM 2, such as a line that begins with #",
    "classical register, not a gate": "a measurement is written measure q[0] -> c[0];",
}
"""What to do about a mistake in OpenQASM 2, by what Qiskit's parser says of it."""

_QASM2_FOREIGN = {
    **dict.fromkeys(
        (
            *("qubit", "bit", "for", "while", "ctrl", "negctrl", "inv", "pow", "def", "let", "const", "input"),
            *("output", "box", "switch", "int", "uint", "float"),
        ),
        'it is a word of OpenQASM 3: let the file begin with OPENQASM 3.0; and include "stdgates.inc";',
    ),
    "delay": 'OpenQASM 2 has none: begin with OPENQASM 3.0; and include "stdgates.inc"; and write delay[100ns] q[0];',
    "openqasm": "write OPENQASM in capital letters",
    "c3sx": "the gate is called c3sqrtx in OpenQASM 2: write that",
}
"""What to do about names that belong to something else."""

_QASM3_REMEDIES = {
    "SubroutineDefinition": "write its statements where it is called, or make it a gate if it only applies gates",
    "Constant|type '(u?int|float|angle|bool)'": "write its value where its name is used, if no measurement decides it",
    "Extern": "write the value of its calls as a number",
    "type '(array|complex)'": "write its values where they are used",
    "type 'duration'|DurationOf|type 'stretch'": "write each delay as a number with a unit, such as delay[100ns] q[0];",
    "SwitchStatement": "write it as if (...) { ... } else { ... }",
    "must save their result": "give the result a bit, as in c[0] = measure q[0];",
    "initialisation of classical bits": "declare the bit without a value; it is 0 until a measurement writes it",
    "operator": "write conditions as nested if (...) on one bit or register each",
    "Calibration|Pragma": "delete it: durations and errors come from the device's calibration",
    "keyword is not supported": "delete that keyword; every measured bit is an output",
    "FunctionCall|Cast": "write the value as a number",
    "inputs are supported": "write it as a constant, as in const int n = 4;",
    "ClassicalAssignment": "leave it out: only measurements write bits",
    "conditions must be": "compare one bit with 0 or 1, or one register with a whole number",
    "already inserted in symbol table|is already defined": "give it another name; s, t, p and others are gates",
    "SizeOf": "write the size as a number",
    "already declared": "give one of them another name, or delete the second declaration",
    "divides whole numbers|broadcast": "correct that line",
    "unrolled": "estimate one repetition and multiply",
    "loop is an index": "write the repetitions out",
    "can only handle constant ranges": "write the repetitions out",
    "aliases must be|type error": "write the register and index itself",
}
"""What to do about statements that Qiskit's importer refuses, by what it says of them."""

_GREEK_MICRO = re.compile(r"(?<=[\d.])(\s*)\u03bcs\b")
_STANDARD_INCLUDE = {"qasm2": "qelib1.inc", "qasm3": "stdgates.inc"}
_QASM2_POSITION = re.compile(r"<input>:(\d+),(\d+): (.*)", re.DOTALL)
_LEGACY_FUNCTIONS = {"asin", "acos", "atan"}  # of qasm2.LEGACY_CUSTOM_CLASSICAL, whose entries hide their names
_QASM2_UNDEFINED = re.compile(r"'(\w+)' is not (?:defined in this scope|a parameter or custom instruction)")
_QASM3_POSITION = re.compile(r"L?(\d+)[,:]C?(\d+): (.*)", re.DOTALL)  # of the importer, and of the lexer


def qasm_format(data: bytes, label: str) -> QasmFormat:
    """Tell the version by its line, which is optional in OpenQASM 3, or by what only OpenQASM 3 has."""
    text = _text_of(data, label)
    version = _version(text)
    if version is None:
        bare = _bare(text)
        if bad := _BAD_VERSION_LINE.match(bare.lstrip()):
            line = text.count("\n", 0, text.find("OPENQASM")) + 1
            raise CircuitError(f"{label}, line {line}: {one_line(bad.group())} is not followed by ;: add one")
        return "qasm3" if _QASM3_ONLY.search(bare) and not {"qubit", "bit"} & own_gates(bare).keys() else "qasm2"
    if version == "2":
        return "qasm2"
    if version == "3":
        return "qasm3"
    raise CircuitError(f"{label}: OpenQASM version {one_line(version)}; only versions 2 and 3 exist")


def _bare(text: str) -> str:
    """Return the text without its comments, line by line."""
    return _COMMENT_OR_STRING.sub(_blank_comment, text)


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
    text = _bare(_text_of(data, label))
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
    text = rename_store(_text_of(data, label))
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
    if not position and (line := _first_bad_line(text)):
        where = f"{label}, line {line}"
    if position:
        where = f"{label}, line {position.group(1)}, column {int(position.group(2)) + 1}"
        reason = one_line(position.group(3))
    if _version(text) is None and not _QASM2_WORD.search(_bare(text)):
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
    if undefined and position:
        return f"{where}: {reason}; {_qasm2_remedy(text, undefined.group(1), position)}"
    remedy = next((remedy for words, remedy in _QASM2_REMEDIES.items() if words in reason), "correct that line")
    return f"{where}: not valid OpenQASM 2 ({reason}); {remedy}"


def _first_bad_line(text: str) -> int | None:
    """Find the first statement that cannot be read, where the parser does not say which; by halves."""
    bare = _bare(text)
    ends = [match.end() for match in re.finditer(r";(?![^{]*\})|\}", bare)]
    low, high = 0, len(ends)
    while low < high:
        middle = (low + high) // 2
        try:
            _loads_qasm2(bare[: ends[middle]])
        except (MemoryError, RecursionError):
            return None
        except Exception:
            high = middle
        else:
            low = middle + 1
    if low == len(ends):
        return None
    start = ends[low - 1] if low else 0
    return bare.count("\n", 0, start + len(bare[start:]) - len(bare[start:].lstrip())) + 1


def _qasm2_remedy(text: str, name: str, position: re.Match[str]) -> str:
    """Say what to do about a name that is not defined: a gate where a statement begins, otherwise a register."""
    if "parameter" in position.group(3):
        return "give a number, pi or a parameter of the gate"
    line, column = int(position.group(1)) - 1, int(position.group(2))
    lines = text.split("\n")
    before = _bare("\n".join([*lines[:line], lines[line][:column]]))
    statement = re.split(r"[;{}]", before)[-1]
    if name in _QASM2_FOREIGN:
        return _QASM2_FOREIGN[name]
    if _IF.fullmatch(statement):
        if name in _QELIB1_GATES.split() and not _INCLUDE.search(_bare(text)):
            return 'add include "qelib1.inc"; before its use'
        return f"define it in the file before its use (gate {name} ... {{ ... }})"
    if before.count("{") > before.count("}"):
        return "name it among the qubits of the gate that is defined"
    if "->" in statement or re.match(r"\s*if\b", statement):
        return f"declare the register before its use (creg {name}[...];)"
    return f"declare the register before its use (qreg {name}[...];)"


def parse_qasm3(data: bytes, label: str) -> list[QuantumCircuit]:
    """Read the one circuit of an OpenQASM 3 file whose claims were checked."""
    text = rename_store(_text_of(data, label))
    try:
        circuit = _loads_qasm3(text)
        renamed = rename_own_gates(text, parse=_loads_qasm3)
        return [circuit if renamed is text else _loads_qasm3(renamed)]
    except (MemoryError, RecursionError):
        raise
    except Refused as error:
        where = f"{label}, {_place(text, error.line, error.column or 1)}" if error.line else label
        raise CircuitError(
            f"{where}: this OpenQASM 3 cannot become a circuit ({one_line(error.reason)}); {error.remedy}"
        ) from None
    except Exception as error:
        message = error_text(error)
        if position := _QASM3_POSITION.match(message):
            line, column, reason = position.groups()
            raise CircuitError(
                f"{label}, {_place(text, int(line), int(column) + 1)}: this OpenQASM 3 cannot become a circuit "
                f"({one_line(reason)}); {_qasm3_remedy(text, reason)}"
            ) from None
        if not message or isinstance(error, AttributeError):
            raise SilentSyntaxError(_silent_refusal(error, text, label)) from None
        raise CircuitError(
            f"{label}: cannot be read as OpenQASM 3 ({type(error).__name__}: {one_line(message)}); check its syntax"
        ) from None


def _silent_refusal(error: Exception, text: str, label: str) -> str:
    """Write the message for a syntax error without a text, from the token at which the parser gave up."""
    cause = next(
        (arg for arg in getattr(error.__cause__, "args", ()) if hasattr(arg, "offendingToken")), error.__cause__
    )
    token = getattr(cause, "offendingToken", None)
    if token is None:
        return f"{label}: not valid OpenQASM 3 (its parser gives no reason), or cut off; check its syntax"
    where = f"{label}, line {token.line}, column {token.column + 1}: not valid OpenQASM 3"
    if token.text == "<EOF>":
        return f"{where} (it ends within a statement); end it with ; or }}"
    lines = text.split("\n")[: token.line]
    before = "\n".join([*lines[:-1], lines[-1][: token.column]])
    if re.search(r"\bopaque\b[^;]*\Z", before):
        return f"{where} (opaque gates are OpenQASM 2); define the gate with gate ... {{ ... }}"
    if token.text == "[" and re.search(r"\b(?:qu)?bit\s+\w+\s*\Z", before):
        return f"{where}; registers are declared as in qubit[2] q; and bit[2] c;"
    return f"{where} ({one_line(repr(token.text))} is not expected here); correct that line"


def _loads_qasm3(text: str) -> QuantumCircuit:
    import openqasm3
    import qiskit_qasm3_import

    from hwcost.circuits.qasm3_program import simplified

    # Two signs look alike, of which the language knows the other one.
    return qiskit_qasm3_import.convert(simplified(openqasm3.parse(_GREEK_MICRO.sub(r"\1us", text))))


def _place(text: str, line: int, column: int) -> str:
    """Write a position; the importer's columns of names in brackets may be beyond the line's end."""
    lines = text.split("\n")
    is_there = line <= len(lines) and column <= len(lines[line - 1]) + 1
    return f"line {line}, column {column}" if is_there else f"line {line}"


def _qasm3_remedy(text: str, reason: str) -> str:
    """Say what to do about a statement that Qiskit's importer refuses."""
    if symbol := _QASM3_UNDEFINED.search(reason):
        return f"declare {symbol.group(1)} before its use; registers are declared as in qubit[2] q; and bit[2] c;"
    gate = _QASM3_UNDEFINED_GATE.search(reason)
    if gate is None:
        return next(
            (remedy for words, remedy in _QASM3_REMEDIES.items() if re.search(words, reason)), "change that line"
        )
    name, bare = gate.group(1), _bare(text)
    advice = []
    if name not in _STDGATES.split() and name not in _BRAKET_GATES:
        advice.append(f"define it in the file before its use (gate {name} ... {{ ... }})")
    elif not _INCLUDE.search(bare):
        advice.append('add include "stdgates.inc"; before its use')
    # Names of one or two letters may be anything, those of Braket's longer ones are said all at once.
    words = {word for word in re.findall(r"\w+", bare) if len(word) > 2} | {name}
    for foreign, standard in _BRAKET_GATES.items():
        if foreign in words - own_gates(bare).keys():
            advice.append(f"{foreign} is Amazon Braket's name of {standard}: write {standard}")
    return "; ".join(advice) or "change that line"


class SilentSyntaxError(CircuitError):
    """A syntax error whose position is known only from what the parser printed."""


def placed_syntax_error(printed: str, label: str) -> str | None:
    """Write the message for a syntax error of OpenQASM 3, from what its parser printed; None if it gave no position."""
    position = re.search(r"line (\d+):(\d+) (.*)", printed)
    if position is None:
        return None
    line, column, reason = position.groups()
    remedy = "a power is written a**b" if reason.endswith("pow'") else "correct that line"
    return f"{label}, line {line}, column {int(column) + 1}: not valid OpenQASM 3 ({one_line(reason)}); {remedy}"
