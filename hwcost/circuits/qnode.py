"""Whether an object is a PennyLane QNode: `is_qnode`. Reading one is `hwcost.circuits.pennylane`."""

from __future__ import annotations

import sys


def is_qnode(model: object) -> bool:
    """Return whether an object is a PennyLane QNode; imports nothing."""
    pennylane = sys.modules.get("pennylane")
    qnode = getattr(pennylane, "QNode", None)
    return qnode is not None and isinstance(model, qnode)
