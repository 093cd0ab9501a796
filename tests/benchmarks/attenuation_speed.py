"""What attenuation costs: time by number of gates, and against transpiling."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

from noted import note
from qiskit import QuantumCircuit, transpile
from qiskit.circuit.library import real_amplitudes

from hwcost.calibration.audit import AuditedCalibration, audit
from hwcost.calibration.record import Calibration, GateCalibration, QubitCalibration
from hwcost.calibration.sources.ibm_fake import load_fake_backend
from hwcost.isa.columns import IsaCircuit
from hwcost.isa.read import read_isa
from hwcost.isa.schedule import schedule_alap
from hwcost.noise.attenuation import attenuate
from hwcost.noise.observables import NoisyCircuit

NUM_QUBITS = 100


def line_device(num_qubits: int) -> AuditedCalibration:
    """A line of qubits with typical errors and times of a Heron processor."""
    gates = [GateCalibration(name="rz", qubits=(q,), error=0.0, duration_s=0.0) for q in range(num_qubits)]
    gates += [GateCalibration(name="sx", qubits=(q,), error=3e-4, duration_s=32e-9) for q in range(num_qubits)]
    gates += [
        GateCalibration(name="cz", qubits=(q, q + 1), error=4e-3, duration_s=68e-9) for q in range(num_qubits - 1)
    ]
    qubits = [
        QubitCalibration(qubit=q, t1_s=180e-6, t2_s=130e-6, readout_error=0.02, readout_duration_s=1.5e-6)
        for q in range(num_qubits)
    ]
    return audit(
        Calibration(
            name="line",
            source="snapshot",
            origin="made for the benchmark",
            num_qubits=num_qubits,
            basis_gates=("rz", "sx", "cz"),
            qubits=tuple(qubits),
            gates=tuple(gates),
            dt_s=4e-9,
        )
    )


def random_isa(audited: AuditedCalibration, num_gates: int, *, seed: int = 0) -> IsaCircuit:
    """Random native gates on all qubits of a line, a third of them on two qubits, then measurements."""
    rng = random.Random(seed)
    num_qubits = audited.calibration.num_qubits
    circuit = QuantumCircuit(num_qubits, num_qubits)
    for _ in range(num_gates):
        kind = rng.randrange(3)
        if kind == 0:
            a = rng.randrange(num_qubits - 1)
            circuit.cz(a, a + 1)
        elif kind == 1:
            circuit.rz(rng.uniform(0.0, 6.0), rng.randrange(num_qubits))
        else:
            circuit.sx(rng.randrange(num_qubits))
    circuit.measure(range(num_qubits), range(num_qubits))
    return read_isa(circuit, audited)


def best_of(repeats: int, work: Callable[[], Any]) -> float:
    """Shortest time of `work` in seconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def attenuation_times_s(method: Any, sizes: tuple[int, ...]) -> list[float]:
    """Time of all 100 measured qubits for each number of gates."""
    audited = line_device(NUM_QUBITS)
    times = []
    for size in sizes:
        isa = random_isa(audited, size)
        circuit = NoisyCircuit(isa, schedule_alap(isa), audited)
        times.append(best_of(3, lambda circuit=circuit: attenuate(circuit, method=method)))
    return times


def share_of_transpiling() -> float:
    """Time of the mean field divided by that of transpiling the same circuit of 8 qubits once."""
    from qiskit_ibm_runtime.fake_provider import FakeSherbrooke

    backend = FakeSherbrooke()
    audited = audit(load_fake_backend("fake_sherbrooke"))
    circuit = real_amplitudes(8, reps=3, entanglement="circular")
    circuit.measure_all()
    isa_circuit = transpile(circuit, backend, optimization_level=3, seed_transpiler=1)
    transpiling = best_of(7, lambda: transpile(circuit, backend, optimization_level=3, seed_transpiler=1))
    isa = read_isa(isa_circuit, audited)
    schedule = schedule_alap(isa)
    return best_of(20, lambda: attenuate(NoisyCircuit(isa, schedule, audited))) / transpiling


def main() -> None:
    """Prints the figures."""
    sizes = (2_500, 5_000, 10_000, 20_000, 40_000)
    print(f"all measured qubits of {NUM_QUBITS}, seconds")
    for method in ("mean-field", "light-cone"):
        for size, seconds in zip(sizes, attenuation_times_s(method, sizes), strict=True):
            print(f"  {method:10} {size:6} gates  {seconds:.4f}  {seconds / size * 1e6:.2f} µs/gate")
            if (method, size) == ("mean-field", 10_000):
                note(mean_field_s=seconds)
    share = share_of_transpiling()
    print(f"8 qubits, mean field / one transpilation: {share:.1%}")
    note(share_of_transpiling=share)


if __name__ == "__main__":
    main()
