"""Networks as torch modules: the fused statevector engine, and PennyLane as reference. Needs torch."""
