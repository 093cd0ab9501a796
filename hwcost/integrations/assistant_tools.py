"""What an assistant may ask: read-only questions whose inputs are plain data and whose answers are our JSON.

Nothing that is asked reaches beyond the folders that were allowed: no live backends, no compilers of the user's, no
files elsewhere. The MCP server (`hwcost.integrations.mcp_server`) offers these methods as tools.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hwcost.backend.prepared import prepare_device
from hwcost.calibration.assumed import ASSUMED
from hwcost.calibration.listing import backend_listing
from hwcost.calibration.load import import_calibration, is_live, is_path, load_calibration
from hwcost.calibration.record import Calibration
from hwcost.calibration.sources.ibm_fake import load_fake_backend
from hwcost.calibration.sources.iqm_objects import list_iqm_backends
from hwcost.calibration.summary import summarize
from hwcost.circuits.load import MAX_FILE_BYTES, LoadedCircuit, circuits_in, read_circuit_file
from hwcost.comparison.compare import compare
from hwcost.core.checks import whole
from hwcost.core.errors import CircuitError, InputError, OptionError
from hwcost.core.text import shown
from hwcost.estimation.estimate import estimate

MAX_SEEDS = 64
"""Of one estimate: an assistant is answered while somebody waits."""

MAX_CELLS = 500
"""Of one comparison: circuits times backends times levels times seeds."""


class AssistantTools:
    """The tools, and the folders that files may lie in.

    Args:
        folders: Allowed folders; without one, no files are read.

    Raises:
        OptionError: One of them is no folder.
    """

    def __init__(self, folders: Sequence[str | os.PathLike[str]] = ()) -> None:
        for folder in folders:
            if not os.path.isdir(folder):
                raise OptionError(f"{os.fspath(folder)}: there is no such folder; name one that is there")
        self._folders = tuple(Path(os.path.realpath(folder)) for folder in folders)

    def estimate(
        self,
        circuit: str,
        backend: str,
        shots: int | None = None,
        precision: float | None = None,
        optimization_level: int = 2,
        num_seeds: int = 4,
        seed: int = 0,
        task: str = "expectation",
        observables: list[str] | None = None,
        measure_all: bool = False,
        fractional_gates: bool = False,
        budget: str | None = None,
        assumed: dict[str, float] | None = None,
    ) -> dict[str, Any]:
        """Cost one quantum circuit on one device before it runs: seconds, shots in spite of noise, routing, noise.

        Args:
            circuit: OpenQASM 2 or 3 as text, or the path of a QPY or OpenQASM file in an allowed folder.
            backend: Name such as fake_torino (the tool backends lists them), or a calibration file in such a folder.
            shots: Shots that a noiseless device would need; default 4096.
            precision: Instead of shots: the standard error wanted.
            optimization_level: Qiskit's, 0 to 3.
            num_seeds: Transpiler seeds to try, at most 64; the cheapest is reported.
            seed: First seed.
            task: expectation or sampling.
            observables: Pauli labels such as ZZII, qubit 0 on the right; default Z on each measured qubit.
            measure_all: Measure every qubit of a circuit without measurements.
            fractional_gates: Compile into IBM's fractional gates.
            budget: Time such as 10min: which shots and precision fit.
            assumed: Values for where the calibration has none, in seconds and as probabilities: duration_1q_s,
                duration_2q_s, readout_duration_s, error_1q, error_2q, readout_error, t1_s, t2_s, dt_s.

        Returns:
            JSON of schema hwcost.estimate/1. Times are in seconds; null where no number exists. `backend.assumptions`
            and `backend.warnings` belong to the answer.
        """
        cost = estimate(
            self.circuit(circuit),
            self.backend(backend),
            shots=shots,
            precision=precision,
            optimization_level=optimization_level,
            num_seeds=whole("num_seeds", num_seeds, 1, MAX_SEEDS),
            seed=seed,
            task=task,  # type: ignore[arg-type]  # checked there
            # As mappings: a text could name a file.
            observable=None if observables is None else [{label: 1.0} for label in observables],
            measure_all=measure_all,
            fractional_gates=fractional_gates,
            budget=budget,
            **_assumed(assumed),
        )
        return cost.to_dict()

    def compare(
        self,
        circuits: list[str],
        backends: list[str],
        optimization_levels: list[int] | None = None,
        num_seeds: int = 10,
        seed: int = 0,
        shots: int | None = None,
        sort_by: str = "qpu_time_s",
        measure_all: bool = False,
        assumed: dict[str, float] | None = None,
    ) -> dict[str, Any]:
        """Compare circuits on devices by Qiskit's optimization levels over seeds, with a test against seed noise.

        Args:
            circuits: Each as in the tool estimate.
            backends: Each as in the tool estimate.
            optimization_levels: Qiskit's, 0 to 3; default 2.
            num_seeds: Seeds for each; at least 6 are needed for the test. At most 500 cells in all.
            seed: First seed.
            shots: Shots that a noiseless device would need; default 4096.
            sort_by: Column that ranks, such as qpu_time_s, num_2q or shots_needed.
            measure_all: Measure every qubit of circuits without measurements.
            assumed: As in the tool estimate; each device takes what it lacks.

        Returns:
            JSON of schema hwcost.comparison/1: ranking, difference of the first two, cells, failures.
        """
        levels = [2] if optimization_levels is None else optimization_levels
        cells = len(circuits) * len(backends) * len(levels) * whole("num_seeds", num_seeds, 1, MAX_SEEDS)
        if cells > MAX_CELLS:
            raise OptionError(f"the comparison has {cells} cells; at most {MAX_CELLS} are done here, take fewer seeds")
        found = compare(
            [self.circuit(text, f"circuit{number}") for number, text in enumerate(circuits)],
            [self.backend(name) for name in backends],
            optimization_levels=levels,
            num_seeds=num_seeds,
            seed=seed,
            shots=shots,
            sort_by=sort_by,
            measure_all=measure_all,
            num_workers=1,
            cache=False,
            **_assumed(assumed),
        )
        return found.to_dict()

    def calibration_show(self, backend: str) -> dict[str, Any]:
        """Show a calibration: medians and quartiles, worst qubits and edges, what is excluded, every finding.

        Args:
            backend: As in the tool estimate.

        Returns:
            JSON of schema hwcost.calibration-summary/1.
        """
        return summarize(prepare_device(self.backend(backend)).audited).to_dict()

    def backends(self, name_contains: str = "") -> dict[str, Any]:
        """List the backends whose calibration is available: size, two-qubit gates, date, and what is wrong with each.

        Args:
            name_contains: Only those with this text in their names.

        Returns:
            JSON with a list under `backends`, each as `hwcost backends --format json` has it.
        """
        wanted = name_contains.strip().lower()
        return {"backends": [record for record in backend_listing().to_plain() if wanted in record["name"]]}

    def circuit(self, given: str, name: str = "circuit") -> LoadedCircuit:
        """Read a circuit from text or from a file in an allowed folder.

        Raises:
            CircuitError: It cannot be read.
            InputError: The file is elsewhere.
        """
        if not (";" in given or "\n" in given):
            path = self.inside(given)
            circuits = read_circuit_file(path)
            if len(circuits) > 1:
                raise CircuitError(f"{given}: the file has {len(circuits)} circuits; give one with a single circuit")
            return circuits[0]
        data = given.encode(errors="replace")
        if len(data) > MAX_FILE_BYTES:
            raise CircuitError(f"the circuit has more than {MAX_FILE_BYTES // 2**20} MiB of text; use a part of it")
        file_format, (circuit,) = circuits_in(data, name)
        circuit.name = name
        return LoadedCircuit(
            circuit=circuit,
            source=None,
            sha256=hashlib.sha256(data).hexdigest(),
            index=0,
            num_in_file=1,
            file_format=file_format,
        )

    def backend(self, given: str) -> Calibration:
        """Load a calibration by name or from a file in an allowed folder.

        Raises:
            UnknownBackendError: There is no such backend.
            InputError: It is a live one, or a file elsewhere.
        """
        if is_path(given):
            return import_calibration(self.inside(given))
        if is_live(given):
            raise InputError(
                f"{shown(given)} is a live backend, and this server asks nobody; save its calibration with `hwcost "
                "calibration save` and give the file"
            )
        if given in list_iqm_backends():
            return load_calibration(given)
        return load_fake_backend(given)

    def inside(self, given: str) -> Path:
        """Return the path of a file, links resolved, if it is in an allowed folder; relative ones are looked for there.

        Raises:
            InputError: No folder is allowed, or the path leads elsewhere. It does not say what is there.
        """
        if not self._folders:
            raise InputError(f"{shown(given)} is no text or name, and no folder is allowed; give OpenQASM or a name")
        try:
            places = [Path(os.path.realpath(folder / given)) for folder in self._folders]
        except (OSError, ValueError):  # a NUL, a loop of links
            places = []
        allowed = [place for place in places if any(place.is_relative_to(folder) for folder in self._folders)]
        if not allowed:
            folders = ", ".join(map(str, self._folders))
            raise InputError(f"{shown(given)} is outside of the allowed folders; give a path inside {folders}")
        return next((place for place in allowed if os.path.lexists(place)), allowed[0])


def _assumed(values: dict[str, float] | None) -> dict[str, Any]:
    for name in values or ():
        if name not in ASSUMED:
            raise OptionError(f"assumed has {shown(name)}; its names are {', '.join(ASSUMED)}")
    return dict(values or {})
