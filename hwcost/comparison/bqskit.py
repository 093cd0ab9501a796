"""BQSKit as a compiler to compare: `BqskitCompiler`."""

from __future__ import annotations

import atexit
import contextlib
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata, util
from typing import TYPE_CHECKING

from hwcost.backend.final_measurements import NotFinalError, final_measurements
from hwcost.comparison.foreign import empty_isa, layout_of, native, two_qubit_pairs
from hwcost.core.errors import CircuitError, MissingDependencyError
from hwcost.core.text import one_line

if TYPE_CHECKING:
    from bqskit import MachineModel
    from bqskit.compiler import Compiler
    from qiskit import QuantumCircuit
    from qiskit.transpiler import Target

OPTIMIZATION_LEVEL = 1
"""Of BQSKit's 1 to 4; from 2 on, it synthesises blocks anew, which takes minutes for ten qubits."""

_SERVER = "from bqskit.runtime.attached import start_attached_server as start; start(1, port={0}, worker_port={1})"


@dataclass(frozen=True, slots=True)
class BqskitCompiler:
    """BQSKit's standard workflow for a machine with the Target's couplings and gates.

    Its bridge to Qiskit knows neither measurements nor barriers, so that circuits of gates with measurements at the end
    are compiled, and measured where their qubits end. It does not look at errors. Gates that point the wrong way on a
    directed edge (ECR) are turned round by Qiskit.

    Raises:
        MissingDependencyError: BQSKit is not installed.
    """

    def __post_init__(self) -> None:
        if util.find_spec("bqskit") is None:
            raise MissingDependencyError("bqskit is not installed; `pip install 'hwcost[bqskit]'` brings it")

    @property
    def name(self) -> str:
        """How tables and files call it."""
        return "bqskit"

    @property
    def cache_key(self) -> str | None:
        """The versions of BQSKit and of its numerical part."""
        return " ".join(f"{name} {metadata.version(name)}" for name in self.packages)

    @property
    def packages(self) -> tuple[str, ...]:
        """The packages whose versions belong into a report."""
        return "bqskit", "bqskitrs"

    @property
    def uses_seed(self) -> bool:
        """Its synthesis starts from random angles."""
        return True

    def __call__(self, circuit: QuantumCircuit, target: Target, seed: int) -> QuantumCircuit:
        """Compile with BQSKit, to the Target's qubit numbers and with its layout.

        Raises:
            CircuitError: The circuit has what BQSKit cannot read, or the Target has gates that it does not know.
        """
        from bqskit import compile as compile_with_bqskit
        from bqskit.ext import bqskit_to_qiskit, qiskit_to_bqskit

        if circuit.num_parameters:
            raise CircuitError(
                f"BQSKit does not carry free parameters, and the circuit has {circuit.num_parameters}; bind them, or "
                "use another compiler"
            )
        try:
            measured = final_measurements(circuit)
        except NotFinalError as error:
            raise CircuitError(f"BQSKit cannot read the circuit: it has {error}; use another compiler") from None
        compiled, starts, ends = compile_with_bqskit(
            qiskit_to_bqskit(_simple(circuit)),
            _machine(target),
            optimization_level=OPTIMIZATION_LEVEL,
            seed=seed,
            with_mapping=True,
            compiler=_runtime(),
        )
        isa = _on_target(bqskit_to_qiskit(compiled), circuit, target)
        for clbit, qubit in measured.items():
            isa.measure(ends[qubit], clbit)
        isa = native(isa, target)
        isa._layout = layout_of(circuit, isa, list(starts), list(ends))
        return isa


def _simple(circuit: QuantumCircuit) -> QuantumCircuit:
    """Write the circuit's gates as gates of OpenQASM 2."""
    from qiskit import transpile
    from qiskit.circuit import QuantumCircuit

    gates = QuantumCircuit(circuit.num_qubits)
    index = {bit: k for k, bit in enumerate(circuit.qubits)}
    for instruction in circuit.data:
        if instruction.name not in ("measure", "barrier", "delay"):
            gates.append(instruction.operation, [index[bit] for bit in instruction.qubits])
    simple: QuantumCircuit = transpile(gates, basis_gates=["u3", "cx"], optimization_level=0)
    return simple


def _on_target(compiled: QuantumCircuit, circuit: QuantumCircuit, target: Target) -> QuantumCircuit:
    """Put BQSKit's result on a register as wide as the Target, with the circuit's classical bits."""
    from qiskit.circuit.library import ECRGate

    isa = empty_isa(circuit, target)
    for instruction in compiled.data:
        # OpenQASM 2 does not know it, so that it comes back as a gate of the user's.
        operation = ECRGate() if instruction.name == "ecr" else instruction.operation
        isa.append(operation, [compiled.find_bit(bit).index for bit in instruction.qubits])
    return isa


@lru_cache(maxsize=8)
def _machine(target: Target) -> MachineModel:
    """Make BQSKit's model of one Target (Targets are compared by identity)."""
    from bqskit import MachineModel
    from bqskit.ir.gates import CXGate, CZGate, ECRGate, RZGate, SXGate, U3Gate

    known = {"cx": CXGate(), "cz": CZGate(), "ecr": ECRGate()}
    two_qubit = {gate for name, gate in known.items() if name in target.operation_names}
    if not two_qubit:
        raise CircuitError(
            f"BQSKit knows no two-qubit gate of this device ({one_line(', '.join(target.operation_names))}); use "
            "another compiler"
        )
    # Qiskit writes U3 in the Target's gates, if it has others.
    one_qubit = {RZGate(), SXGate()} if {"rz", "sx"} <= set(target.operation_names) else {U3Gate()}
    edges = sorted({(min(pair), max(pair)) for pair in two_qubit_pairs(target)})
    return MachineModel(target.num_qubits, edges, two_qubit | one_qubit)


@lru_cache(maxsize=1)
def _runtime() -> Compiler:
    """Start BQSKit's server with one worker, for the rest of this process.

    On ports of its own: those that BQSKit takes by itself are the same for every process.
    """
    from bqskit.compiler import Compiler as Client

    port, worker_port = _free_ports(2)
    server = subprocess.Popen([sys.executable, "-c", _SERVER.format(port, worker_port)], stdout=subprocess.DEVNULL)
    atexit.register(_end, server)
    with _kept_interrupt():
        compiler = Client(ip="localhost", port=port)
    atexit.register(compiler.close)
    return compiler


def _end(server: subprocess.Popen[bytes]) -> None:
    """Wait for the server, which ends when its client has closed the connection."""
    try:
        server.wait(timeout=5)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


@contextlib.contextmanager
def _kept_interrupt() -> Iterator[None]:
    """Put back the handler of Ctrl-C that BQSKit replaces."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGINT)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _free_ports(number: int) -> Sequence[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(number)]
        for each in sockets:
            each.bind(("localhost", 0))
        return [each.getsockname()[1] for each in sockets]
