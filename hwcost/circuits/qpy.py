"""QPY files: what their headers claim, checked before Qiskit believes it, and the circuits in them."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING, NoReturn

from hwcost.circuits.limits import refuse_too_many_bits
from hwcost.core.errors import CircuitError
from hwcost.core.text import error_text, one_line

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

_MAGIC = b"QISKIT"
_INSTRUCTION_BYTES = 25  # the shortest instruction record of any version
_REGISTER_BYTES = 8  # the shortest register record
_FIRST_WITH_SHORT_PHASE = 2
_FIRST_WITH_TYPE_KEY = 5
_FIRST_WITH_ENCODING = 10
_FIRST_WITH_OFFSETS = 16


def is_qpy(data: bytes) -> bool:
    """Return whether this is a QPY file, be it cut off within its first word."""
    return data.startswith(_MAGIC) or _MAGIC.startswith(data)


def check_qpy_claims(data: bytes, label: str) -> None:
    """Refuse a QPY file whose version is too new or whose headers claim more than is possible.

    Up to QPY 15 only the first circuit's header can be found without parsing; the limits of the child process cover
    the others.
    """
    try:
        version, *qiskit_version = struct.unpack_from("!BBBB", data, len(_MAGIC))
        _check_version(version, ".".join(map(str, qiskit_version)), label)
        (num_circuits,) = struct.unpack_from("!Q", data, 10)
        if num_circuits == 0:
            raise CircuitError(f"{label}: the QPY file holds no circuit; write at least one with qpy.dump")
        start = 18 + (version >= _FIRST_WITH_ENCODING)
        if version >= _FIRST_WITH_TYPE_KEY:
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
        headers = struct.unpack_from(f"!{num_circuits}Q", data, start) if version >= _FIRST_WITH_OFFSETS else (start,)
        for header in headers:
            if header >= len(data):
                _refuse_damaged(label, "a circuit lies beyond its end")
            _check_circuit_claims(data, version, header, label)
    except struct.error:
        raise CircuitError(
            f"{label}: the QPY file is cut off after {len(data)} bytes; write it again with qpy.dump"
        ) from None


def _check_version(version: int, written_by: str, label: str) -> None:
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


def _check_circuit_claims(data: bytes, version: int, start: int, label: str) -> None:
    phase_bytes = 3 if version >= _FIRST_WITH_SHORT_PHASE else 8
    name_bytes, num_qubits, num_clbits, metadata_bytes, num_registers, num_instructions = struct.unpack_from(
        f"!H{phase_bytes}xIIQIQ", data, start
    )
    refuse_too_many_bits(num_qubits, num_clbits, label)
    rest = len(data) - start
    if max(name_bytes + metadata_bytes, num_registers * _REGISTER_BYTES) > rest:
        _refuse_damaged(label, "its header claims more data than there is")
    if num_instructions * _INSTRUCTION_BYTES > rest:
        _refuse_damaged(label, f"it claims {num_instructions:,} instructions in {rest:,} bytes")


def parse_qpy(data: bytes, label: str) -> list[QuantumCircuit]:
    """Read all circuits of a QPY file whose claims were checked."""
    from qiskit import qpy

    try:
        circuits: list[QuantumCircuit] = qpy.load(io.BytesIO(data))
    except (MemoryError, RecursionError):
        raise
    except ImportError as error:
        raise CircuitError(
            f"{label}: this QPY file needs another package ({one_line(str(error))}); install it, or write the file "
            "again with a newer Qiskit"
        ) from None
    except Exception as error:  # a damaged file raises any of a dozen types
        _refuse_damaged(label, f"{type(error).__name__}: {one_line(error_text(error))}")
    return circuits


def _refuse_damaged(label: str, what: str) -> NoReturn:
    raise CircuitError(f"{label}: the QPY file is damaged or cut off ({what}); write it again with qpy.dump")
