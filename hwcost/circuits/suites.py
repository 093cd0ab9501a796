"""Where circuits for a comparison come from: files, folders of QPY and OpenQASM, objects, and MQT Bench."""

from __future__ import annotations

import os
import random
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hwcost.circuits.digest import content_sha256
from hwcost.circuits.load import LoadedCircuit, read_circuit_file
from hwcost.core.errors import CircuitError, HwcostError, MissingDependencyError, OptionError
from hwcost.core.text import error_text, one_line, printable

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

CIRCUIT_ENDINGS = (".qpy", ".qasm", ".qasm2", ".qasm3", ".openqasm")
DEFAULT_SIZES = (5, 10)
MQT_BENCH_SEED = 10  # the one that MQT Bench uses where it sets one

MQT_BENCH_NAMES = (
    "ae", "bv", "dj", "ghz", "graphstate", "qaoa", "qft", "qftentangled", "qnn", "qpeexact", "qpeinexact", "qwalk",
    "randomcircuit", "vqe_real_amp", "vqe_su2", "vqe_two_local", "wstate",
)  # fmt: skip
"""Those of MQT Bench that exist for every size from 3 on and have no control flow."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A circuit that is not available.

    Attributes:
        what: The file, or the name of the circuit.
        error: Why.
    """

    what: str
    error: HwcostError


def iter_circuits(circuits: object) -> Iterator[LoadedCircuit | Unread]:
    """Yield one circuit at a time; what cannot be read is an `Unread` and does not keep the rest back.

    Args:
        circuits: A `QuantumCircuit`, a `LoadedCircuit`, the path of a file or of a folder (searched with its
            subfolders, in the order of the names, for `CIRCUIT_ENDINGS`), a mapping from names to circuits, or any
            iterable of these, generators too.

    Raises:
        OptionError: It is something else.
        CircuitError: A folder has no circuits.
    """
    from qiskit import QuantumCircuit

    if isinstance(circuits, (LoadedCircuit, Unread)):
        yield circuits
    elif isinstance(circuits, QuantumCircuit):
        yield _given(circuits)
    elif isinstance(circuits, (str, os.PathLike)):
        yield from _from_path(circuits)
    elif isinstance(circuits, Mapping):
        for name, circuit in circuits.items():
            if not isinstance(circuit, QuantumCircuit):
                raise OptionError(f"circuits[{name!r}] is a {type(circuit).__name__}; give a QuantumCircuit")
            named = circuit.copy()
            named.name = str(name)
            yield _given(named)
    elif isinstance(circuits, Iterable):
        for item in circuits:
            yield from iter_circuits(item)
    else:
        raise OptionError(
            f"a circuit of type {type(circuits).__name__} cannot be costed; give circuits, files or a folder"
        )


def _given(circuit: QuantumCircuit) -> LoadedCircuit | Unread:
    try:
        sha256 = content_sha256(circuit)
    except HwcostError as error:
        return Unread(one_line(circuit.name), error)
    return LoadedCircuit(circuit=circuit, source=None, sha256=sha256, index=0, num_in_file=1, file_format=None)


def _from_path(path: str | os.PathLike[str]) -> Iterator[LoadedCircuit | Unread]:
    for file in _files(path):
        if isinstance(file, Unread):
            yield file
            continue
        try:
            yield from read_circuit_file(file)
        except HwcostError as error:
            yield Unread(printable(os.fspath(file)), error)


def _files(path: str | os.PathLike[str]) -> list[str | os.PathLike[str] | Unread]:
    """Return the file, or all in the folder that end like circuits, and the folders in it that cannot be read."""
    if not os.path.isdir(path):
        return [path]
    unread: list[Unread] = []

    def refused(error: OSError) -> None:
        what = printable(os.fspath(error.filename or path))
        unread.append(Unread(what, CircuitError(f"{what}: the folder cannot be read ({error.strerror})")))

    paths = [Path(folder, name) for folder, _, names in os.walk(path, onerror=refused) for name in names]
    files: list[Path | Unread] = [*sorted(file for file in paths if file.suffix.lower() in CIRCUIT_ENDINGS), *unread]
    if not files:
        raise CircuitError(
            f"{printable(os.fspath(path))}: no circuits in this folder; files end in {', '.join(CIRCUIT_ENDINGS)}"
        )
    return list(files)


def mqt_bench_circuits(
    names: Sequence[str] | None = None, sizes: Sequence[int] = DEFAULT_SIZES
) -> Iterator[LoadedCircuit | Unread]:
    """Yield circuits of MQT Bench at its algorithm level, parameters bound by it.

    Args:
        names: Names of MQT Bench, such as `ghz`; default `MQT_BENCH_NAMES`.
        sizes: Numbers of qubits.

    Raises:
        MissingDependencyError: mqt.bench is not installed.
        OptionError: There is no benchmark of that name, or a size is invalid.
    """
    try:
        from mqt.bench import get_benchmark_alg
        from mqt.bench.benchmarks import get_available_benchmark_names
    except ImportError as error:
        raise MissingDependencyError("mqt.bench is not installed; `pip install 'hwcost[bench]'` brings it") from error
    available = get_available_benchmark_names()
    chosen = tuple(name for name in MQT_BENCH_NAMES if name in available) if names is None else tuple(names)
    for name in chosen:
        if name not in available:
            raise OptionError(f"MQT Bench has no benchmark {one_line(str(name))!r}; it has {', '.join(available)}")
    for size in sizes:
        if isinstance(size, bool) or not isinstance(size, int) or not 1 <= size <= 10_000:
            raise OptionError(f"size {size!r}: give numbers of qubits from 1 to 10000")
    return _mqt_bench(get_benchmark_alg, chosen, tuple(sizes))


def _mqt_bench(
    get: Callable[..., QuantumCircuit], names: Sequence[str], sizes: Sequence[int]
) -> Iterator[LoadedCircuit | Unread]:
    for name in names:
        for size in sizes:
            label = f"{name}_{size}"
            state = random.getstate()
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    # Some benchmarks draw from the global generator, one without a seed, others set its seed.
                    random.seed(MQT_BENCH_SEED)
                    circuit = get(name, size)
            except Exception as error:  # some exist for some sizes only
                yield Unread(
                    label, CircuitError(f"MQT Bench has no {name} of {size} qubits ({one_line(error_text(error))})")
                )
                continue
            finally:
                random.setstate(state)
            circuit.name = label
            yield _given(circuit)
