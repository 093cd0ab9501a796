"""From whatever names a calibration to the `Calibration`: `load_calibration`, `import_calibration`."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Any

from hwcost.calibration.assumed import GivenValues, fill_unknown
from hwcost.calibration.record import Calibration
from hwcost.calibration.sources.ibm_fake import load_fake_backend
from hwcost.calibration.sources.registry import source_of
from hwcost.calibration.sources.text import CalibrationFile
from hwcost.core.errors import CalibrationError, OptionError
from hwcost.core.user_code import names_object

_FILE_ENDINGS = (".json", ".csv")
_LIVE_PREFIX = "ibm_"


def load_calibration(backend: str | os.PathLike[str] | Calibration | Any) -> Calibration:
    """Load the calibration of a backend.

    Text with a path separator in it, or ending in .json or .csv, is a file. `ibm_…` is a live backend, asked for what
    it reports now (`hwcost.calibration.sources.ibm_live.load_live_backend` has more options). Other text is the name of
    a fake backend; if there is none of that name but a file, it is the file.

    Args:
        backend: Name of a fake backend of qiskit-ibm-runtime (`fake_sherbrooke`, `sherbrooke` and `FakeSherbrooke`
            mean the same), the path of a calibration file (a snapshot, IBM's properties JSON or CSV; see
            `import_calibration`), a `Calibration`, a Qiskit backend object or `Target`, or text that names one in
            Python code: `file.py:name`, `module:name`.

    Raises:
        UnknownBackendError: No fake backend has that name; the message suggests the nearest.
        CalibrationError: The calibration is malformed, or there is no such file.

    Example:
        >>> load_calibration("sherbrooke").num_qubits
        127
    """
    if isinstance(backend, Calibration):
        return backend
    own = getattr(backend, "calibration", None)  # of a backend that `noisy_backend` made
    if isinstance(own, Calibration):
        return own
    if isinstance(backend, os.PathLike) or (
        isinstance(backend, str) and is_path(backend) and not names_object(backend)
    ):
        return import_calibration(backend)
    source = source_of(backend)
    if source is not None:
        return source.read(backend)
    if isinstance(backend, str):
        # Unless there is a file of that name, the error that suggests another is the fake backends'.
        return import_calibration(backend) if _is_file(backend) else load_fake_backend(backend)
    raise OptionError(
        f"a backend of type {type(backend).__name__} has no calibration; give a name such as 'fake_sherbrooke', a "
        "calibration file, a Calibration, or a Qiskit backend or Target"
    )


def import_calibration(
    path: str | os.PathLike[str],
    *,
    conf: str | os.PathLike[str] | None = None,
    name: str | None = None,
    date: datetime | str | None = None,
    rep_delay_s: float | None = None,
    dt_s: float | None = None,
    duration_1q_s: float | None = None,
    duration_2q_s: float | None = None,
    readout_duration_s: float | None = None,
    error_1q: float | None = None,
    error_2q: float | None = None,
    readout_error: float | None = None,
    t1_s: float | None = None,
    t2_s: float | None = None,
) -> Calibration:
    """Read the calibration in a file: a snapshot, IBM's properties JSON or CSV, or the JSON of another vendor.

    Others are AWS Braket (device properties), IonQ (characterizations) and IQM (observations).

    What the file is, its content says. `props_x.json` and `conf_x.json` that lie in one folder are read together.
    What the file lacks stays unknown; each value that is given for it is an assumption of the calibration, and the
    origin names it.

    Args:
        path: The file.
        conf: File with IBM's configuration JSON of the same device, which brings dt, repetition delay and basis gates.
        name: Name to report in place of the file's own.
        date: When the device reported the values, if the file does not say (naive means UTC).
        rep_delay_s: Default repetition delay, if the file does not say.
        dt_s: Time step of the control electronics, if the file does not say.
        duration_1q_s: Duration of one pulse, for one-qubit gates without duration; virtual gates take none, u3 two.
        duration_2q_s: Duration of two-qubit gates without one.
        readout_duration_s: Duration of readouts without one.
        error_1q: Error of one pulse, for one-qubit gates without error; virtual gates have none.
        error_2q: Error of two-qubit gates without one.
        readout_error: Mean assignment error of readouts without one.
        t1_s: T1 of qubits without one.
        t2_s: T2 of qubits without one.

    Raises:
        CalibrationError: The file cannot be read as a calibration; the message names the place in it.
        OptionError: A given value is invalid, or the file has that value already.
    """
    values = GivenValues(
        name=name,
        date=date,
        rep_delay_s=rep_delay_s,
        dt_s=dt_s,
        duration_1q_s=duration_1q_s,
        duration_2q_s=duration_2q_s,
        readout_duration_s=readout_duration_s,
        error_1q=error_1q,
        error_2q=error_2q,
        readout_error=readout_error,
        t1_s=t1_s,
        t2_s=t2_s,
    )
    file = CalibrationFile(Path(path))
    source = source_of(file)
    if source is None:
        raise CalibrationError(
            f"{file.shown}: is JSON, but neither a snapshot nor IBM's properties (with qubits and gates), Braket's "
            "device properties, an IonQ characterization or IQM observations"
        )
    return fill_unknown(source.read(file, conf=None if conf is None else CalibrationFile(Path(conf))), values)


def calibration_from_target(
    backend: Any,
    *,
    name: str | None = None,
    date: datetime | str | None = None,
    rep_delay_s: float | None = None,
    dt_s: float | None = None,
    duration_1q_s: float | None = None,
    duration_2q_s: float | None = None,
    readout_duration_s: float | None = None,
    error_1q: float | None = None,
    error_2q: float | None = None,
    readout_error: float | None = None,
    t1_s: float | None = None,
    t2_s: float | None = None,
) -> Calibration:
    """Read the calibration of a Qiskit `Target` or backend, and give what it does not say.

    Each value that is given stands only where the device reports none, and is an assumption of the calibration.

    Args:
        backend: A `Target`, a backend object, or what else `load_calibration` takes.
        name: Name to report in place of the device's own.
        date: When the device reported the values (naive means UTC).
        rep_delay_s: Default repetition delay between shots; a Target has none.
        dt_s: Time step of the control electronics.
        duration_1q_s: Duration of one pulse, for one-qubit gates without duration; virtual gates take none, u3 two.
        duration_2q_s: Duration of two-qubit gates without one.
        readout_duration_s: Duration of readouts without one.
        error_1q: Error of one pulse, for one-qubit gates without error; virtual gates have none.
        error_2q: Error of two-qubit gates without one.
        readout_error: Mean assignment error of readouts without one.
        t1_s: T1 of qubits without one.
        t2_s: T2 of qubits without one.

    Raises:
        CalibrationError: The Target cannot be read; the message names the gate or qubit.
        OptionError: A given value is invalid, or the device reports that value already.

    Example:
        >>> from qiskit.circuit.library import CZGate, Measure, RXGate, RZGate
        >>> from qiskit.circuit import Parameter
        >>> from qiskit.transpiler import Target
        >>> target = Target(num_qubits=2, description="mine")
        >>> for gate in (RXGate(Parameter("a")), RZGate(Parameter("b"))):
        ...     target.add_instruction(gate, {(0,): None, (1,): None})
        >>> target.add_instruction(CZGate(), {(0, 1): None})
        >>> calibration = calibration_from_target(target, duration_1q_s=40e-9, duration_2q_s=80e-9)
        >>> calibration.gate("rx", (1,)).duration_s, calibration.gate("cz", (0, 1)).duration_s
        (4e-08, 8e-08)
    """
    values = GivenValues(
        name=name,
        date=date,
        rep_delay_s=rep_delay_s,
        dt_s=dt_s,
        duration_1q_s=duration_1q_s,
        duration_2q_s=duration_2q_s,
        readout_duration_s=readout_duration_s,
        error_1q=error_1q,
        error_2q=error_2q,
        readout_error=readout_error,
        t1_s=t1_s,
        t2_s=t2_s,
    )
    return fill_unknown(load_calibration(backend), values)


def is_live(name: str) -> bool:
    """Return whether `name` is that of a live backend, such as `ibm_torino`."""
    # The prefix first: every command asks, and most need not import the reader of live backends.
    if not name.strip().lower().startswith(_LIVE_PREFIX):
        return False
    source = source_of(name)
    return source is not None and source.name == "live"


def is_path(text: str) -> bool:
    """Return whether a text is the path of a file and no name."""
    separators = (os.sep, "/", os.altsep or "/")
    return any(separator in text for separator in separators) or text.lower().endswith(_FILE_ENDINGS)


def _is_file(name: str) -> bool:
    try:
        return Path(name).is_file()
    except (OSError, ValueError):  # too long, or with a NUL
        return False
