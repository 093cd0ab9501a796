"""Attenuation of structured circuits at bound angles, by each method, against exact noise simulation.

Takes the folder with `bound_dev.qpy` (ISA circuits: GHZ, QFT, QAOA, Trotter, trained ansätze, 4 to 8 qubits) and
`bound_dev.json`, a list with `circuit` (number in the QPY), `device`, `family` and `observables`, each of which has
`isa` (Pauli by physical qubit), `lam_without_readout` and `readout_factor`. λ is that of an exact simulation of the
same calibration (Qiskit Aer, density matrix, relaxation of waiting qubits).
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from qiskit import qpy

from hwcost.calibration.audit import audit
from hwcost.calibration.sources.ibm_fake import load_fake_backend
from hwcost.core.errors import HwcostError
from hwcost.isa.read import read_isa
from hwcost.isa.schedule import schedule_alap
from hwcost.noise.attenuation import attenuate
from hwcost.noise.observables import NoisyCircuit, Observable

COMPARED = ("pauli-propagation", "auto", "mean-field", "pauli-path", "light-cone")


@dataclass(frozen=True)
class Case:
    """A circuit, its observables, and the true λ of each, readout included."""

    family: str
    circuit: NoisyCircuit
    observables: list[Observable]
    true: list[float]


@dataclass
class Score:
    """One method on all cases."""

    logs: list[float] = field(default_factory=list)
    signs: int = 0
    refused: int = 0
    seconds: list[float] = field(default_factory=list)
    used: Counter[str] = field(default_factory=Counter)

    @property
    def log_rmse(self) -> float:
        """Root mean square of log(predicted/true) of 1/λ², where both have a signal of the same sign."""
        return float(np.sqrt(np.mean(np.square(self.logs))))


def load_cases(folder: Path, name: str = "bound_dev") -> list[Case]:
    """The circuits as the formulas read them."""
    with (folder / f"{name}.qpy").open("rb") as file:
        circuits = qpy.load(file)
    audits: dict[str, object] = {}
    cases = []
    for row in json.loads((folder / f"{name}.json").read_text()):
        device = row["device"]
        if device not in audits:
            audits[device] = audit(load_fake_backend(device))
        isa = read_isa(circuits[row["circuit"]], audits[device])
        cases.append(
            Case(
                family=row.get("family", ""),
                circuit=NoisyCircuit(isa, schedule_alap(isa), audits[device]),
                observables=[{int(q): p for q, p in each["isa"].items()} for each in row["observables"]],
                true=[each["lam_without_readout"] * each["readout_factor"] for each in row["observables"]],
            )
        )
    return cases


def score(cases: list[Case], method: str) -> Score:
    """Hold one method against the truth."""
    result = Score()
    for case in cases:
        start = time.process_time()
        try:
            rows = attenuate(case.circuit, observables=case.observables, method=method)
        except HwcostError:
            result.refused += len(case.true)
            continue
        result.seconds.append((time.process_time() - start) / len(case.true))
        for row, true in zip(rows, case.true, strict=True):
            result.used[row.method or method] += 1
            if row.value * true > 0.0:
                result.logs.append(2.0 * np.log(row.value / true))
            else:
                result.signs += 1
    return result


def shown(log_rmse: float) -> str:
    """A root mean square as text: what is rounding is not shown as exact."""
    return "< 0.001" if log_rmse < 5e-4 else f"{log_rmse:.3f}"


def main() -> None:
    """Compare and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--name", default="bound_dev")
    given = parser.parse_args()
    cases = load_cases(given.folder, given.name)
    families = sorted({case.family for case in cases})
    print(f"{len(cases)} circuits, {sum(len(case.true) for case in cases)} observables\n")
    print("| method | log-RMSE of 1/λ² | worst factor | wrong sign or no signal | refused | by another method | s |")
    print("|---|---|---|---|---|---|---|")
    for method in COMPARED:
        found = score(cases, method)
        others = sum(count for name, count in found.used.items() if name != method) if method != "auto" else 0
        print(
            f"| `{method}` | {shown(found.log_rmse)} | {np.exp(np.abs(found.logs).max()):.3g} | {found.signs} | "
            f"{found.refused} | {others} | {np.median(found.seconds):.3f}, at most {max(found.seconds):.2f} |"
        )
    print("\ns: processor seconds per observable, all of a circuit together. log-RMSE by family:\n")
    print(f"| method | {' | '.join(families)} |")
    print("|---|" + "---|" * len(families))
    for method in COMPARED:
        own = [score([case for case in cases if case.family == family], method).log_rmse for family in families]
        print(f"| `{method}` | {' | '.join(shown(value) for value in own)} |")


if __name__ == "__main__":
    main()
