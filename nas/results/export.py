"""A member of a front as files: circuits, weights, costs: `export`."""

from __future__ import annotations

import dataclasses
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hwcost.core.errors import InputError
from hwcost.core.files import check_target, write_files
from hwcost.core.guard import guarded
from hwcost.core.json_text import json_text
from hwcost.core.own_files import CIRCUIT_MARK
from hwcost.report.formats import FORMATS
from nas.architectures.circuit import build_circuit
from nas.architectures.json import architecture_to_dict
from nas.core.errors import RunError
from nas.results.member import front_member, train_member
from nas.runs.evaluate import candidate_cost_in
from nas.runs.objectives import NOISE
from nas.runs.record import Evaluation
from nas.runs.store import unusable
from nas.training.checkpoint import checkpoint_bytes

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

    from hwcost import ModelCost
    from nas.costs import CandidateCost
    from nas.runs.context import SearchContext
    from nas.runs.run import Run
    from nas.training.train import TrainedNetwork


FILES = ("circuit.qpy", "trained.qpy", "isa.qpy", "network.pt", "cost.json", "cost.html", "member.json")
"""All that an export can write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was written.

    Attributes:
        folder: Where.
        files: Names of the files.
        accuracy: Best validation accuracy of the network in the checkpoint.
        as_recorded: Whether that is the accuracy of the run.
        weights_kept: Whether the weights are those that the run kept; else the network was trained again.
    """

    folder: Path
    files: tuple[str, ...]
    accuracy: float
    as_recorded: bool
    weights_kept: bool = False


def export(
    folder: str | os.PathLike[str],
    member: int,
    output: str | os.PathLike[str],
    *,
    force: bool = False,
    **changes: Any,
) -> Exported:
    """Write a member of a front: circuit.qpy (free parameters `x` and `w`), trained.qpy (weights bound, data free),
    isa.qpy (compiled for the device, where the circuit is not cut), network.pt, cost.json and cost.html, member.json.

    The weights are those that the run kept (`keep_weights`); else the network is trained again from its seed, which
    gives the same ones with the same versions. Of several training seeds the one with the best accuracy is taken.

    Args:
        folder: Directory of the run.
        member: Number of the member as in `nas front`, from 1.
        output: Directory to write to; made if there is none. Other files in it are left alone.
        force: Whether files named as those of an export are replaced that are none.
        changes: Another backend and so on, as in `nas.recost`.

    Raises:
        SettingError: There is no such member.
        RunError: The directory is no run, or the output cannot be written to.
        WorkerError: Training again failed.
        OptionError: There are other people's files of these names.
    """
    if not os.fspath(output):
        raise RunError("the name of the directory to write to is empty; give one")
    run, chosen = front_member(folder, member)
    context = run.context.on(**changes) if changes else run.context
    target = Path(output)
    with _writing(target), guarded(force=force):
        target.mkdir(parents=True, exist_ok=True)
        for name in FILES:  # before the work
            check_target(target / name)
    trained = train_member(run, chosen)
    network = trained.network
    cost = candidate_cost_in(context, network.architecture, on_device=True)
    files = _circuits(network, cost)
    files["member.json"] = _json(_description(run, chosen, member, network, context, cost))
    if cost.model_cost is not None:
        files["cost.json"] = cost.model_cost.to_json().encode() + b"\n"
        files["cost.html"] = FORMATS["html"]([cost.model_cost], False).encode()
    files["network.pt"] = checkpoint_bytes(network, trained.data, space=context.space.name, genome=chosen.genome)
    with _writing(target), guarded(force=force):
        write_files(target, files, stale=FILES)  # those of a member that was exported there before
    trained.warn()
    names = tuple(sorted(files))
    return Exported(
        folder=target,
        files=names,
        accuracy=trained.accuracy,
        as_recorded=trained.as_recorded,
        weights_kept=trained.kept,
    )


@contextmanager
def _writing(target: Path) -> Iterator[None]:
    try:
        yield
    except InputError:  # also a ValueError
        raise
    except (OSError, ValueError) as error:
        raise unusable(target, error) from error


def _circuits(network: TrainedNetwork, cost: CandidateCost) -> dict[str, bytes]:
    circuit = build_circuit(network.architecture)
    state = network.model.state_dict() if network.model is not None else {}
    weights = {f"w[{i}]": value for i, value in enumerate(state["quantum.weights"].double().reshape(-1).tolist())}
    bound = circuit.assign_parameters({p: weights[p.name] for p in circuit.parameters if p.name in weights})
    files = {"circuit.qpy": _qpy(circuit), "trained.qpy": _qpy(bound)}
    if cost.model_cost is not None and _is_whole(cost.model_cost):
        files["isa.qpy"] = _qpy(cost.model_cost.estimates[0].isa_circuit)
    return files


def _is_whole(cost: ModelCost) -> bool:
    """Return whether the circuit was compiled as it is, neither simulated nor cut."""
    return bool(cost.estimates) and all(overhead.method != "cutting" for overhead in cost.overheads)


def _qpy(circuit: QuantumCircuit) -> bytes:
    from qiskit import qpy

    marked = circuit.copy()
    marked.metadata = {**(circuit.metadata or {}), **CIRCUIT_MARK}
    buffer = io.BytesIO()
    qpy.dump(marked, buffer)
    return buffer.getvalue()


def _description(
    run: Run, member: Evaluation, number: int, network: TrainedNetwork, context: SearchContext, cost: CandidateCost
) -> dict[str, Any]:
    objectives: dict[str, float | None] = dict(member.objectives)
    if context is not run.context:
        values = context.config.values(cost, member.accuracies)
        if NOISE in context.config.needs:  # of the run's own device
            values.pop("noisy_validation_error", None)
        objectives = {name: values.get(name) for name in context.config.objectives}
    return {
        "schema": "nas.member/1",
        "member": number,
        "rank": number,  # its old name
        "run": str(run.folder),
        "space": run.context.space.name,
        "dataset": dataclasses.asdict(run.context.dataset),
        "backend": context.config.backend,
        "genome": dict(member.genome),
        "architecture": architecture_to_dict(network.architecture),
        "architecture_hash": member.architecture_hash,
        "objectives": objectives,
        "accuracies": list(member.accuracies),
        "training": network.record.to_dict(),
    }


def _json(plain: object) -> bytes:
    return (json_text(plain) + "\n").encode()
