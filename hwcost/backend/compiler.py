"""Compile a circuit for the healthy part of a device, several seeds, and see what routing put in.

The Target that is compiled for counts only the qubits of the largest healthy component (see `hwcost.backend.target`),
so no dead gate can be chosen at any optimization level. Afterwards the circuit is moved to the device's own qubit
numbers. `layout_method` is never passed: giving one switches off `VF2PostLayout`, the pass that moves a circuit to
better qubits.
"""

from __future__ import annotations

import re
import threading
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from hwcost.backend.angles import add_folding
from hwcost.backend.commuting import refuse_long_runs
from hwcost.backend.plugins import only_plugins_of
from hwcost.circuits.check import refuse_to_move
from hwcost.circuits.definitions import write_out_definitions
from hwcost.core.errors import CircuitError, HwcostError
from hwcost.core.text import error_text, one_line

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit._accelerate.error_map import ErrorMap
    from qiskit.dagcircuit import DAGCircuit
    from qiskit.transpiler import StagedPassManager, Target, TranspileLayout

PassOptions: TypeAlias = tuple[tuple[str, str | float], ...]

_USER_SWAP = "hwcost: swap of the user"

MAX_PASS_MANAGERS = 64
"""Pass managers kept per Target: a few levels times a few seeds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transpiled:
    """One compilation of a circuit.

    Attributes:
        seed: The transpiler seed.
        optimization_level: Qiskit's level.
        circuit: ISA circuit on the Target's qubit numbers, with its layout.
        swaps: Qubit pairs (Target's numbers, those of the finished circuit) of the swaps that routing inserted. The
            user's own swaps that were still present when routing began are not among them.
        rescheduled: True if the circuit's delays forced Qiskit's ALAP scheduling, which pads with delays.
    """

    seed: int
    optimization_level: int
    circuit: QuantumCircuit
    swaps: tuple[tuple[int, int], ...]
    rescheduled: bool = False


class Compiler:
    """Compiles circuits for one Target and keeps the pass managers, whose making takes as long as a small circuit.

    One circuit at a time: a pass keeps state while it runs, and Qiskit 2.0 cannot share a Target between threads. Use
    processes to compile in parallel.

    Args:
        target: What to compile for.
        fold_angles: Fold the angles of rzz into the range that IBM accepts.
    """

    def __init__(self, target: Target, *, fold_angles: bool = False) -> None:
        self.target = target
        self._fold_angles = fold_angles
        self._managers: dict[tuple[int, int, str | None, PassOptions], tuple[Any, Any]] = {}
        self._average_errors = average_errors(target) if _adds_errors_at_random() else None
        self._lock = threading.Lock()
        self._native = frozenset(target.operation_names)

    def compile(
        self, circuit: QuantumCircuit, *, optimization_level: int, seed: int, options: PassOptions = ()
    ) -> Transpiled:
        """Compile `circuit` with one explicit seed.

        Args:
            circuit: What to compile; own gates under names of Qiskit have been renamed (`name_own_gates`).
            optimization_level: Qiskit's, 0 to 3.
            seed: The transpiler seed.
            options: More arguments of `generate_preset_pass_manager`, as (name, value) pairs.

        Raises:
            CircuitError: The circuit is on physical qubits, has runs of gates that take minutes, or Qiskit cannot
                compile it for this device; the message is then Qiskit's own, on one line.
        """
        from qiskit.transpiler.exceptions import TranspilerError

        refuse_to_move(circuit)
        circuit = write_out_definitions(circuit, keep=self._native)
        refuse_long_runs(circuit, optimization_level)
        try:
            return self._run(circuit, optimization_level, seed, None, options)
        except MemoryError:
            raise HwcostError(f"{one_line(circuit.name)}: out of memory while Qiskit transpiles it") from None
        except TranspilerError as error:
            if "ConstrainedReschedule" not in str(error):
                raise CircuitError(_refusal(circuit, error)) from error
        except Exception as error:
            raise CircuitError(_refusal(circuit, error)) from error
        # Qiskit refuses delays that are no multiple of the alignment unless a scheduling method is named
        # (Qiskit/qiskit#8985).
        try:
            return self._run(circuit, optimization_level, seed, "alap", options)
        except Exception as error:
            raise CircuitError(_refusal(circuit, error)) from error

    def _run(
        self, circuit: QuantumCircuit, level: int, seed: int, scheduling_method: str | None, options: PassOptions
    ) -> Transpiled:
        with self._lock, warnings.catch_warnings():
            # Of delays that are no multiple of dt; the schedule holds what comes of them.
            warnings.filterwarnings("ignore", message="Duration is rounded", category=UserWarning)
            manager, watch = self._manager(level, seed, scheduling_method, options)
            isa = manager.run(circuit)
            swaps = watch.edges_in(isa)
        return Transpiled(
            seed=seed,
            optimization_level=level,
            circuit=isa,
            swaps=swaps,
            rescheduled=scheduling_method is not None,
        )

    def _manager(self, level: int, seed: int, scheduling_method: str | None, options: PassOptions) -> tuple[Any, Any]:
        """Pass manager with the passes that watch routing; made on first use."""
        key = (level, seed, scheduling_method, options)
        if key not in self._managers:
            from qiskit.transpiler import generate_preset_pass_manager

            with only_plugins_of(value for _, value in options if isinstance(value, str)):
                manager = generate_preset_pass_manager(
                    level,
                    target=self.target,
                    seed_transpiler=seed,
                    scheduling_method=scheduling_method,
                    **dict(options),
                )
            if self._fold_angles:
                add_folding(manager, self.target)
            if len(self._managers) >= MAX_PASS_MANAGERS:
                self._managers.pop(next(iter(self._managers)))
            self._managers[key] = manager, _hook_passes(manager, self._average_errors)
        return self._managers[key]


def _refusal(circuit: QuantumCircuit, error: Exception) -> str:
    text = one_line(error_text(error))
    return (
        f"{one_line(circuit.name)}: Qiskit cannot transpile it for this device: {text}; "
        "try another optimization level, seed or device"
    )


def average_errors(target: Target) -> ErrorMap:
    """Return the mean error of the operations on each qubit and edge, by which Qiskit's VF2 passes weigh layouts.

    Qiskit before the fix of its issue 16490 adds the errors of a qubit in an order that changes from call to call. Sums
    then differ in the last digit, so that one of two equally good layouts is chosen by chance, whatever the seed. Here
    they are added in the order of the operations' names, with the same result up to rounding.

    Returns:
        An `ErrorMap` for the property `vf2_avg_error_map` of a pass manager; None for a Target without connectivity or
        without errors, where Qiskit's own rule applies.
    """
    from qiskit._accelerate.error_map import ErrorMap

    if target.qargs is None:
        return None
    errors: dict[tuple[int, int], list[float]] = {}
    for name in sorted(target.operation_names):
        for qubits, properties in (target[name] or {}).items():
            if qubits is not None and len(qubits) <= 2 and properties is not None and properties.error is not None:
                errors.setdefault((qubits[0], qubits[-1]), []).append(properties.error)
    if not errors:
        return None
    found = ErrorMap(len(errors))
    for pair, values in errors.items():
        found.add_error(pair, sum(values) / len(values))
    return found


@lru_cache(maxsize=1)
def _adds_errors_at_random() -> bool:
    """Return whether this Qiskit may lack the fix of its issue 16490; 2.6.2 was seen to have it."""
    import qiskit

    version = tuple(int(part) for part in re.findall(r"\d+", qiskit.__version__)[:3])
    return version < (2, 6, 2)


def _hook_passes(manager: StagedPassManager, errors: ErrorMap) -> StagedPassManager:
    """Add passes around layout and routing that tell the user's swaps from inserted ones, and give errors to VF2."""
    from qiskit.transpiler import PassManager

    mark_user_swaps, collect_swaps, set_average_errors = _passes()
    collect = collect_swaps()
    first = [mark_user_swaps()] if errors is None else [mark_user_swaps(), set_average_errors(errors)]
    for stage, extra in (("post_init", first), ("post_routing", [collect])):
        existing = getattr(manager, stage)
        added = PassManager(extra)
        setattr(manager, stage, added if existing is None else existing + added)
    return collect


@lru_cache(maxsize=1)
def _passes() -> tuple[Any, Any, Any]:
    """Make the pass classes, on first use because their base classes live in qiskit."""
    from qiskit.circuit.library import SwapGate
    from qiskit.transpiler.basepasses import AnalysisPass, TransformationPass

    class SetAverageErrors(AnalysisPass):  # type: ignore[misc]
        """Give the errors that VF2 weighs layouts by; see `average_errors`."""

        def __init__(self, errors: ErrorMap) -> None:
            super().__init__()
            self._errors = errors

        def run(self, dag: DAGCircuit) -> None:
            self.property_set["vf2_avg_error_map"] = self._errors

    class MarkUserSwaps(TransformationPass):  # type: ignore[misc]
        """Label the swaps that exist before routing; labels travel with the gate."""

        def run(self, dag: DAGCircuit) -> DAGCircuit:
            for node in dag.op_nodes(SwapGate):
                dag.substitute_node(node, SwapGate(label=_USER_SWAP))
            return dag

    class CollectSwaps(TransformationPass):  # type: ignore[misc]
        """Note where unlabelled swaps sit after routing, and take the labels off again."""

        def run(self, dag: DAGCircuit) -> DAGCircuit:
            self.edges: list[tuple[int, int]] = []
            self.layout: dict[int, Any] = {}
            if "swap" not in dag.count_ops():
                return dag
            index = {bit: i for i, bit in enumerate(dag.qubits)}
            for node in dag.named_nodes("swap"):
                if node.label == _USER_SWAP:
                    dag.substitute_node(node, SwapGate())
                else:
                    self.edges.append((index[node.qargs[0]], index[node.qargs[1]]))
            layout = self.property_set["layout"]
            self.layout = dict(layout.get_physical_bits()) if layout is not None else {}
            return dag

        def edges_in(self, isa: QuantumCircuit) -> tuple[tuple[int, int], ...]:
            """Return the swaps on the finished circuit's qubits: level 3 may move the circuit once more at the end."""
            if not self.edges or isa.layout is None or not self.layout:
                return tuple(self.edges)
            now = isa.layout.initial_layout.get_virtual_bits()
            moved = {old: now.get(bit, old) for old, bit in self.layout.items()}
            return tuple((moved.get(a, a), moved.get(b, b)) for a, b in self.edges)

    return MarkUserSwaps, CollectSwaps, SetAverageErrors


def on_device_qubits(isa: QuantumCircuit, component: Sequence[int], num_device_qubits: int) -> QuantumCircuit:
    """Move an ISA circuit from the component's qubit numbers to the device's own, layout included.

    Args:
        isa: Circuit whose qubit i stands for physical qubit `component[i]`.
        component: Physical qubit numbers.
        num_device_qubits: Width of the device.

    Returns:
        The same operations on a register of `num_device_qubits` qubits, ready to run on the device. Its `layout`
        maps the user's qubits to physical ones, so that `SparsePauliOp.apply_layout` works.
    """
    from qiskit.circuit import QuantumCircuit, QuantumRegister

    device = QuantumCircuit(
        QuantumRegister(num_device_qubits, "q"),
        name=isa.name,
        metadata=isa.metadata,
    )
    device.add_bits(isa.clbits)
    for register in isa.cregs:
        device.add_register(register)
    device.compose(isa, qubits=list(component[: isa.num_qubits]), clbits=isa.clbits, inplace=True, copy=False)
    device._layout = _move_layout(isa.layout, component, device)
    return device


def _move_layout(layout: TranspileLayout, component: Sequence[int], device: QuantumCircuit) -> TranspileLayout:
    """Make a `TranspileLayout` on the device's numbers; qubits outside the component become idle ancillas."""
    from qiskit.circuit import QuantumRegister
    from qiskit.transpiler.layout import Layout, TranspileLayout

    if layout is None:
        return None
    outside = sorted(set(range(device.num_qubits)) - set(component))
    spare = QuantumRegister(len(outside), "excluded") if outside else ()
    inputs = dict(layout.input_qubit_mapping)
    # In the order of the user's qubits: `initial_index_layout` of Qiskit 2.0 counts on it.
    placed = layout.initial_layout.get_virtual_bits()
    initial = {component[placed[bit]]: bit for bit in sorted(placed, key=inputs.__getitem__)}
    initial |= dict(zip(outside, spare, strict=True))
    inputs |= {bit: len(inputs) + i for i, bit in enumerate(spare)}
    final = None
    if layout.final_layout is not None:
        ends_at = {
            i: p
            for p, bit in layout.final_layout.get_physical_bits().items()
            for i in [layout._output_qubit_list.index(bit)]
        }
        moves = {component[start]: component[end] for start, end in ends_at.items()}
        final = Layout({device.qubits[start]: moves.get(start, start) for start in range(device.num_qubits)})
    return TranspileLayout(
        initial_layout=Layout(initial),
        input_qubit_mapping=inputs,
        final_layout=final,
        _input_qubit_count=layout._input_qubit_count,
        _output_qubit_list=list(device.qubits),
    )
