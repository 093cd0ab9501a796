"""A replayed service that runs what it is sent: jobs go through the client's own Sampler in its local mode.

What is sent is read with the client's decoder and what comes back is written with its encoder, so that circuits, values
and results pass through the formats of the wire. The replies about a job are made up (see `replay`).
"""

from __future__ import annotations

import itertools
import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit import Parameter
from qiskit_ibm_runtime import RuntimeDecoder, RuntimeEncoder, SamplerV2

from hwcost.backend import sent_jobs
from hwcost.core.errors import HwcostError
from replay import TOKEN, Call, Service, install
from saved_jobs import metrics


def quick_service(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Service:
    """Replay a service whose jobs are asked for at short intervals."""
    monkeypatch.setattr(sent_jobs, "FIRST_POLL_S", 0.01)
    return install(monkeypatch, tmp_path)


def install_sampler(service: Service, backend: object, *, seconds: float = 7.0) -> list[dict[str, Any]]:
    """Let a replayed service run jobs of the Sampler on a backend of this machine.

    Args:
        service: The service.
        backend: Any backend of Qiskit's; stands in for all live ones.
        seconds: QPU time that each job is said to have taken.

    Returns:
        What was sent, job by job, as it was decoded; filled as jobs arrive.
    """
    sent: list[dict[str, Any]] = []
    numbers = itertools.count(1)

    def run(call: Call) -> dict[str, Any]:
        asked = json.loads(call.body, cls=RuntimeDecoder)
        sent.append(asked)
        pubs = [tuple(pub) for pub in asked["params"]["pubs"]]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # what one client's parts say of one another
            result = SamplerV2(mode=backend, options={"simulator": {"seed_simulator": 5}}).run(pubs).result()
        about = {
            "id": f"sent{next(numbers)}",
            "backend": asked["backend"],
            "program": {"id": asked["program_id"]},
            "created": "2026-03-01T11:00:00Z",
            "state": {"status": "Completed"},
            "status": "Completed",
        }
        results = json.loads(json.dumps(result, cls=RuntimeEncoder))
        return {"job": about, "metrics": metrics(seconds), "results": results}

    service.run = run
    return sent


def states(*names: str, reason: str = "", code: int = 0) -> Callable[[Call], tuple[int, Any]]:
    """An answer that says of a job one state after the other, the last one for ever."""
    waiting = list(names)

    def answer(call: Call) -> tuple[int, Any]:
        state: dict[str, Any] = {"status": waiting.pop(0) if len(waiting) > 1 else waiting[0]}
        if reason:
            state |= {"reason": reason, "reason_code": code}
        return 200, {"id": "sent1", "backend": "ibm_manila", "state": state}

    return answer


def crossed_circuit() -> QuantumCircuit:
    """Two registers whose bits are crossed; angle b turns qubit 2, angle a qubit 1."""
    first, second = Parameter("b"), Parameter("a")
    made = QuantumCircuit(QuantumRegister(5), ClassicalRegister(1, "one"), ClassicalRegister(2, "two"))
    for qubit, angle in ((2, first), (1, second)):
        made.sx(qubit)
        made.rz(angle, qubit)
        made.sx(qubit)
    made.measure(2, 2)
    made.measure(1, 0)
    made.measure(0, 1)
    return made


VALUES = np.array([[0.0, 0.0], [np.pi, 0.0], [0.0, np.pi], [np.pi, np.pi]])
"""Of a and b: rx(π) where the angle is 0, nothing where it is π."""


def failed(kind: type[HwcostError], call: Callable[..., object], *arguments: object, **options: object) -> str:
    """The message with which a call is refused: one line, in which no token is."""
    with pytest.raises(HwcostError) as caught:
        call(*arguments, **options)
    message = str(caught.value)
    assert type(caught.value) is kind, message
    assert "\n" not in message
    assert TOKEN not in message
    return message
