"""Prints the table of docs/devices.md: the same circuit on each device that is at hand, with its cost or the reason.

    python scripts/devices_table.py

A device is a line of `devices()`. What is not installed is left out.
"""

from __future__ import annotations

import importlib
import io
from collections.abc import Callable, Iterator
from typing import Any

from qiskit import QuantumCircuit
from qiskit.providers.fake_provider import GenericBackendV2

import hwcost
from hwcost.core.units import format_seconds

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
        cause = reason.partition(" (")[2].partition(";")[0]
        return f"| {name} | | | | | {f'refused: {cause}' if cause else reason} |"
    delay = format_seconds(cost.time.rep_delay_s) if cost.time.rep_delay_s else "unknown"
    duration, esp = format_seconds(cost.time.circuit_duration_s), f"{cost.noise.esp:.3f}"
    return f"| {name} | {cost.gates.num_2q} | {duration} | {esp} | {cost.shots.needed:,} | {delay} |"


def table() -> str:
    """Return the whole table."""
    text = io.StringIO()
    print("| device | two-qubit gates | one shot without delay | ESP | shots | repetition delay |", file=text)
    print("|---|---|---|---|---|---|", file=text)
    for name, make in devices():
        print(row(name, make), file=text)
    return text.getvalue()


if __name__ == "__main__":
    print(table(), end="")
