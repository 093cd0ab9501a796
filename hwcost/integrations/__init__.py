"""Where people already are: a Qiskit pass, a PennyLane function, a pytest fixture, an MCP server."""
