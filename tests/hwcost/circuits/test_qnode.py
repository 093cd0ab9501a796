"""A QNode is told from anything else, and nothing is imported for it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from hwcost.circuits.qnode import is_qnode


def basic():
    return None


def test_a_qnode_is_one_and_its_function_is_not():
    qml = pytest.importorskip("pennylane")
    assert is_qnode(qml.QNode(basic, qml.device("default.qubit")))
    assert not is_qnode(basic)


def test_nothing_is_imported():
    code = "import sys; from hwcost.circuits.qnode import is_qnode; print(is_qnode(3), 'pennylane' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
