"""Prints the table of docs/devices.md: the same circuit on each device that is at hand, with its cost or the reason.

    python scripts/devices_table.py [PYTHON]

A device is a line of `devices()`. What is not installed is left out. PYTHON is the interpreter of an environment with
the extra iqm, whose package allows no Qiskit as new as the rest; its rows come from there.
"""

from __future__ import annotations

import importlib
import io
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from qiskit import QuantumCircuit
from qiskit.providers.fake_provider import GenericBackendV2

import hwcost
from hwcost.calibration.sources.iqm_objects import list_iqm_backends
from hwcost.core.units import format_seconds

ONLY_IQM = "iqm"

Row = tuple[str, Callable[[], Any]]


def devices() -> Iterator[Row]:
    """Yield the name and the maker of each device."""
    yield "`GenericBackendV2(5)`", lambda: GenericBackendV2(5, seed=1)
    yield "`GenericBackendV2(5).target`", lambda: GenericBackendV2(5, seed=1).target
    for name in ("fake_manila", "fake_sherbrooke", "fake_torino", "fake_fez"):
        yield f"`{name}`", lambda name=name: name
    fake = importlib.import_module("qiskit_ibm_runtime.fake_provider")
    yield "`FakeTorino()`", fake.FakeTorino
    yield "`FakeTorino().target`", lambda: fake.FakeTorino().target
    yield "snapshot of `fake_torino`", lambda: _snapshot("fake_torino")
    try:
        aer = importlib.import_module("qiskit_aer")
    except ImportError:
        pass
    else:
        yield "`AerSimulator.from_backend(FakeTorino())`", lambda: aer.AerSimulator.from_backend(fake.FakeTorino())
        yield "`AerSimulator()`", aer.AerSimulator
        yield '`hwcost.backend("fake_torino")`', lambda: hwcost.noisy_backend("fake_torino")
    try:
        bench = importlib.import_module("mqt.bench.targets.devices")
    except ImportError:
        return
    for name in sorted(bench.get_available_device_names()):
        yield f"MQT Bench `{name}`", lambda name=name: bench.get_device(name)
    for name, given in (
        ("quantinuum_h2_56", {"duration_1q_s": 5e-6, "duration_2q_s": 25e-6, "readout_duration_s": 120e-6}),
        ("rigetti_ankaa_84", {"duration_1q_s": 40e-9, "duration_2q_s": 70e-9, "readout_duration_s": 1e-6}),
    ):
        yield (
            f"MQT Bench `{name}`, durations given",
            lambda name=name, given=given: hwcost.calibration_from_target(bench.get_device(name), **given),
        )


def iqm_devices() -> Iterator[Row]:
    """Yield IQM's fake backends where they are installed."""
    for name in list_iqm_backends():
        yield f"`{name}` (`IQMFake{name.removeprefix('iqm_').capitalize()}()`)", lambda name=name: name


def files() -> Iterator[Row]:
    """Yield files as AWS Braket and IonQ have them, made from their public schemas with the tests' round values."""
    sys.path.append(str(Path(__file__).resolve().parents[1] / "tests" / "support"))
    vendor = importlib.import_module("vendor_files")
    four = vendor.standardized_3(4)
    line = {"0": ["1"], "1": ["0", "2"], "2": ["1", "3"], "3": ["2"]}
    ions = vendor.braket("ionq", gates=("GPi", "GPi2", "MS"), full=True, num_qubits=4, standardized=four)
    for name, content in (
        ("AWS Braket file of IonQ, standardized version 3", ions),
        ("AWS Braket file of IQM, standardized version 3", vendor.braket(graph=line, num_qubits=4, standardized=four)),
        ("IonQ characterization", vendor.ionq()),
        ("IQM observations", vendor.iqm_observations(("QB1", "QB2", "QB3", "QB4"))),
    ):
        yield name, lambda content=content: _read(content)


def _read(content: object) -> hwcost.Calibration:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "device.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        return hwcost.import_calibration(path)


def _snapshot(name: str) -> hwcost.Calibration:
    return hwcost.calibration_from_text(hwcost.calibration_text(hwcost.load_calibration(name)))


def circuit() -> QuantumCircuit:
    """Return a GHZ state of four qubits, measured."""
    made = QuantumCircuit(4, name="ghz")
    made.h(0)
    for qubit in range(3):
        made.cx(qubit, qubit + 1)
    made.measure_all()
    return made


def row(name: str, make: Callable[[], Any]) -> str:
    """Return the line of one device."""
    try:
        cost = hwcost.estimate(circuit(), make(), shots=1000, num_seeds=2)
    except hwcost.HwcostError as error:
        reason = str(error)
        # Of a long refusal the first cause; the message goes on to the options that help.
        cause = reason.partition(" (")[2].partition(". ")[0].partition(";")[0]
        return f"| {name} | | | | | {f'refused: {cause}' if cause else reason} |"
    delay = format_seconds(cost.time.rep_delay_s) if cost.time.rep_delay_s else "unknown"
    duration, esp = format_seconds(cost.time.circuit_duration_s), f"{cost.noise.esp:.3f}"
    return f"| {name} | {cost.gates.num_2q} | {duration} | {esp} | {cost.shots.needed:,} | {delay} |"


def table(other_python: str | None = None) -> str:
    """Return the whole table; the rows of IQM's fake backends are those of another interpreter, if one is given."""
    text = io.StringIO()
    print("| device | two-qubit gates | one shot without delay | ESP | shots | repetition delay |", file=text)
    print("|---|---|---|---|---|---|", file=text)
    for name, make in (*devices(), *files()):
        print(row(name, make), file=text)
    if other_python is None:
        return text.getvalue() + iqm_rows()
    done = subprocess.run([other_python, __file__, ONLY_IQM], capture_output=True, text=True, check=True)
    return text.getvalue() + done.stdout


def iqm_rows() -> str:
    """Return the rows of IQM's fake backends."""
    return "".join(f"{row(name, make)}\n" for name, make in iqm_devices())


if __name__ == "__main__":
    given = sys.argv[1] if len(sys.argv) > 1 else None
    print(iqm_rows() if given == ONLY_IQM else table(given), end="")
