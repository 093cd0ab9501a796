"""Circuits as people have them: files, Qiskit objects, PennyLane QNodes; what can be costed of them."""
