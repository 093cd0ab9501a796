"""A replayed service that runs what it is sent: jobs go through the client's own Sampler in its local mode.

What is sent is read with the client's decoder and what comes back is written with its encoder, so that circuits, values
and results pass through the formats of the wire. The replies about a job are made up (see `replay`).
"""

from __future__ import annotations

import itertools
import json
import warnings
from collections.abc import Callable
from typing import Any

from qiskit_ibm_runtime import RuntimeDecoder, RuntimeEncoder, SamplerV2

from replay import Call, Service
from saved_jobs import metrics


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
