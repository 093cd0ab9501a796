"""Calibration files of vendors, made after their public schemas, with round values."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

SCHEMA = "braket.device_schema"


def fidelity(value: float, kind: str | None = "RANDOMIZED_BENCHMARKING", **fields: Any) -> dict[str, Any]:
    named = {} if kind is None else {"fidelityType": {"name": kind}}
    return {**named, "fidelity": value, "standardError": None, **fields}


def standardized(version: str = "1", qubits: tuple[str, ...] = ("1", "2", "3"), gate: str = "CZ") -> dict[str, Any]:
    """Version 1 or 2 of a line of qubits: RB 0.999, readout 0.98, two-qubit gate 0.99."""
    unit = {"unit": "fraction"} if version == "2" else {}
    time_unit, scale = ("s", 1e-6) if version == "2" else ("us", 1.0)
    return {
        "braketSchemaHeader": {"name": f"{SCHEMA}.standardized_gate_model_qpu_device_properties", "version": version},
        "oneQubitProperties": {
            qubit: {
                "T1": {"value": 40.0 * scale, "standardError": None, "unit": time_unit},
                "T2": {"value": 20.0 * scale, "standardError": None, "unit": time_unit},
                "oneQubitFidelity": [fidelity(0.999, **unit), fidelity(0.98, "READOUT", **unit)],
            }
            for qubit in qubits
        },
        "twoQubitProperties": {
            f"{a}-{b}": {
                "twoQubitGateFidelity": [fidelity(0.99, "INTERLEAVED_RANDOMIZED_BENCHMARKING", gateName=gate, **unit)]
            }
            for a, b in pairwise(qubits)
        },
    }


def standardized_3(num_qubits: int = 3) -> dict[str, Any]:
    """Version 3: one-qubit fidelity 0.9995 of each qubit, one value of everything else."""

    def time(value: float, unit: str = "us") -> dict[str, Any]:
        return {"value": value, "standardError": None, "unit": unit}

    return {
        "braketSchemaHeader": {"name": f"{SCHEMA}.standardized_gate_model_qpu_device_properties", "version": "3"},
        "oneQubitProperties": {
            str(qubit): {"oneQubitFidelity": [fidelity(0.9995, unit="fraction")]} for qubit in range(num_qubits)
        },
        "T1": time(100.0, "s"),
        "T2": time(1.0, "s"),
        "readoutFidelity": [fidelity(0.995, None, unit="fraction")],
        "readoutDuration": time(150.0),
        "singleQubitGateDuration": time(100.0),
        "twoQubitGateFidelity": [fidelity(0.99, unit="fraction")],
        "twoQubitGateDuration": time(600.0),
        "activeResetDuration": time(0.1, "ms"),
        "updatedAt": "2026-02-22T12:29:03Z",
    }


def braket(
    vendor: str = "iqm",
    *,
    gates: tuple[str, ...] = ("cz", "prx"),
    graph: dict[str, list[str]] | None = None,
    full: bool = False,
    num_qubits: int = 3,
    **parts: Any,
) -> dict[str, Any]:
    """Device properties: a line 1-2-3 by default, with what is given as `standardized` and `provider`."""
    return {
        "braketSchemaHeader": {"name": f"{SCHEMA}.{vendor}.{vendor}_device_capabilities", "version": "1"},
        "service": {
            "braketSchemaHeader": {"name": f"{SCHEMA}.device_service_properties", "version": "1"},
            "executionWindows": [],
            "shotsRange": [1, 20000],
            "updatedAt": "2026-03-01T10:00:00",
        },
        "action": {},
        "deviceParameters": {},
        "paradigm": {
            "braketSchemaHeader": {"name": f"{SCHEMA}.gate_model_qpu_paradigm_properties", "version": "1"},
            "qubitCount": num_qubits,
            "nativeGateSet": list(gates),
            "connectivity": {
                "fullyConnected": full,
                "connectivityGraph": graph if graph is not None else {} if full else {"1": ["2"], "2": ["1", "3"]},
            },
        },
        **parts,
    }


def braket_ionq(**parts: Any) -> dict[str, Any]:
    """IonQ's device on Braket, three ions, with version 3 unless another part is given."""
    return braket("ionq", gates=("GPi", "GPi2", "MS"), full=True, **(parts or {"standardized": standardized_3()}))


def ionq(**fields: Any) -> dict[str, Any]:
    """A characterization: 1q 0.9995 and 100 µs, 2q 0.99 and 600 µs, SPAM 0.995, readout 150 µs."""
    return {
        "id": "aa54e783-0a9b-4f73-ad2f-63983b6aa4a8",
        "date": 1_770_000_000,
        "backend": "qpu.aria-1",
        "qubits": 4,
        "connectivity": [[a, b] for a in range(4) for b in range(a + 1, 4)],
        "fidelity": {
            "1q": {"mean": 0.9995},
            "2q": {"mean": 0.99},
            "spam": {"mean": 0.995, "stderr": None},
        },
        "timing": {"readout": 150e-6, "reset": 50e-6, "1q": 100e-6, "2q": 600e-6, "t1": 100.0, "t2": 1.0},
        **fields,
    }


def ionq_provider() -> dict[str, Any]:
    """IonQ's part of Braket's properties, with T1 and T2 as the schema's own example has them."""
    return {
        "braketSchemaHeader": {"name": f"{SCHEMA}.ionq.ionq_provider_properties", "version": "1"},
        "fidelity": {"1Q": {"mean": 0.9995}, "2Q": {"mean": 0.99}, "spam": {"mean": 0.995}},
        "timing": {
            "T1": 10000000000,
            "T2": 500000,
            "1Q": 100e-6,
            "2Q": 600e-6,
            "readout": 150e-6,
            "reset": 50e-6,
        },
    }


def observation(name: str, value: Any, unit: str = "", **fields: Any) -> dict[str, Any]:
    return {"dut_field": name, "value": value, "unit": unit, "uncertainty": None, "invalid": False, **fields}


def iqm_observations(qubits: tuple[str, ...] = ("QB1", "QB2", "QB3")) -> dict[str, Any]:
    """Observations of a line of qubits: prx 0.999 and 40 ns, cz 0.99 and 80 ns, readout 0.98 and 1.5 µs."""
    entries = []
    for qubit in qubits:
        entries += [
            observation(f"characterization.model.{qubit}.t1_time", 40e-6, "s"),
            observation(f"characterization.model.{qubit}.t2_time", 20e-6, "s"),
            observation(f"metrics.rb.prx.drag_crf.{qubit}.fidelity:par=d1", 0.999),
            observation(f"gates.prx.drag_crf.{qubit}.duration", 40e-9, "s"),
            observation(f"metrics.ssro.measure.constant.{qubit}.fidelity", 0.98),
            observation(f"metrics.ssro.measure.constant.{qubit}.error_0_to_1", 0.01),
            observation(f"metrics.ssro.measure.constant.{qubit}.error_1_to_0", 0.03),
            observation(f"gates.measure.constant.{qubit}.duration", 1.5e-6, "s"),
            observation(f"controllers.{qubit}.drive.frequency", 4.5e9, "Hz"),
        ]
    for a, b in pairwise(qubits):
        entries += [
            observation(f"metrics.irb.cz.crf.{a}__{b}.fidelity", 0.99),
            observation(f"gates.cz.crf.{a}__{b}.duration", 80e-9, "s"),
        ]
    stamp = "2026-03-01T10:00:00Z"
    return {
        "observation_set_id": "b4a2b1c4-0000-4000-8000-000000000000",
        "observation_set_type": "quality-metric-set",
        "observations": [{**entry, "modified_timestamp": stamp, "dut_label": "M000_W0_A00"} for entry in entries],
    }
