"""Does a SuperCircuit pay? `supercircuit`: trained once, networks ranked with what they inherit, and compared."""

from __future__ import annotations

import dataclasses
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hwcost.core.option_fields import option
from hwcost.core.text import one_line
from nas.architectures.json import architecture_hash
from nas.architectures.record import Architecture, num_parameters
from nas.core.checks import whole
from nas.core.errors import SettingError, WorkerError
from nas.costs import candidate_cost
from nas.results.supercircuit_record import MIN_NETWORKS, RankedNetwork, SuperCircuitStudy
from nas.results.supercircuit_store import StudyStore
from nas.runs.config import SearchConfig
from nas.runs.context import SearchContext, make_context
from nas.runs.evaluate import training_seed
from nas.spaces.build import Reader
from nas.spaces.record import Genome
from nas.training.limits import TrainingFailedError
from nas.training.record import TrainSettings
from nas.training.supercircuit import MAX_DRAWS, SuperCircuit, SuperSettings
from nas.training.train import train, train_from

CHUNK = 250
"""Steps between two looks at the clock and two writings of the weights."""

Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class StudySettings:
    """How a SuperCircuit is trained and judged.

    Raises:
        SettingError: A value is invalid.
    """

    networks: int = option(60, "Networks that are ranked, at least 8.", metavar="N")
    steps: int = option(8000, "Steps of the SuperCircuit.", metavar="N")
    per_step: int = option(4, "Networks of a step.", metavar="N")
    sampling: str = option(
        "uniform",
        "Networks of a step: uniform ones of one shape; the sandwich adds the largest and the smallest.",
        choices=("uniform", "sandwich"),
    )
    sharing: str = option(
        "width",
        "Networks that share weights: of one embedding and width, or of one embedding, as slices of the largest.",
        choices=("width", "embedding"),
    )
    fine_tune: int = option(1, "Epochs of further training of each network from what it inherits; 0 for none.")
    train_seeds: int = option(2, "Trainings of its own of each network, at least 2: their agreement is the ceiling.")

    def __post_init__(self) -> None:
        for name, low, high in (("networks", MIN_NETWORKS, 100_000), ("fine_tune", 0, 10**6), ("train_seeds", 2, 100)):
            object.__setattr__(self, name, whole(name, getattr(self, name), low, high))
        self.of_supercircuit()

    def of_supercircuit(self) -> SuperSettings:
        """Return the settings of the SuperCircuit's training."""
        names = (f.name for f in dataclasses.fields(SuperSettings))
        return SuperSettings(**{name: getattr(self, name) for name in names})


def supercircuit(
    config: SearchConfig,
    folder: str | os.PathLike[str] | None = None,
    *,
    progress: Tell | None = None,
    **settings: Any,
) -> SuperCircuitStudy:
    """Train a SuperCircuit and say how well what networks inherit from it ranks them, and what that saves.

    Random distinct networks of the space are trained on their own with several seeds, scored with the weights that they
    inherit, and trained further from them. Everything but times follows from the configuration and the settings.

    Args:
        config: Space, data, training settings and seed; limits of sizes, such as `max={"qubits": 6}`, leave networks
            out. Objectives are not used.
        folder: Folder in which everything is kept, so that the same call continues after an interruption. [default:
            nothing is kept]
        progress: Called with pieces of work done, and in all.
        settings: Fields of `StudySettings`: networks, steps, per_step, sampling, sharing, fine_tune, train_seeds.

    Raises:
        SettingError: A setting is invalid, or the space has too few networks.
        RunError: The folder holds something else, or cannot be written to.
        WorkerError: The SuperCircuit's training, or that of nearly all networks, failed.
        InputError: Space or data cannot be used.

    Returns:
        Rank correlations with intervals, CPU times, and what follows from them.
    """
    chosen = _settings(settings)
    for limit in config.limits:
        if not limit.of_architecture:
            raise SettingError(f"{limit.side} {limit.name}: here only sizes can be limited, such as max qubits=6")
    context = make_context(config)
    asked = {"search": context.to_dict(), "settings": dataclasses.asdict(chosen)}
    return _Study(context, chosen, StudyStore(folder, asked), progress).run()


def _settings(settings: Mapping[str, Any]) -> StudySettings:
    known = StudySettings.__dataclass_fields__
    for name in settings:
        if name not in known:
            raise SettingError(f"supercircuit has no setting {name!r}; its settings are {', '.join(known)}")
    return StudySettings(**settings)


class _Study:
    """A study at work."""

    def __init__(self, context: SearchContext, settings: StudySettings, store: StudyStore, progress: Tell | None):
        self.context, self.settings, self.store, self.progress = context, settings, store, progress
        self.training = context.config.train_settings()
        self.num_chunks = -(-settings.steps // CHUNK)

    def run(self) -> SuperCircuitStudy:
        """Train, rank and compare."""
        drawn = self._draw()
        config, data = self.context.config, self.context.data()
        circuit = SuperCircuit(
            self.context.space,
            data,
            self.training,
            self.settings.of_supercircuit(),
            config.seed,
            allowed=self._is_allowed,
        )
        super_s = self._train(circuit)
        known = self.store.networks()
        for number, (hashed, genome, built) in enumerate(drawn):
            self._tell(self.num_chunks + number)
            if hashed not in known:
                known[hashed] = self._ranked(circuit, hashed, genome, built)
                self.store.keep_networks(known)
        self._tell(self.num_chunks + len(drawn))
        ranked = [known[hashed] for hashed, _, _ in drawn]
        complete = tuple(one for one in ranked if isinstance(one, RankedNetwork))
        if len(complete) < MIN_NETWORKS:
            reason = next(one for one in ranked if isinstance(one, str))
            raise WorkerError(f"only {len(complete)} of {len(ranked)} networks could be trained; the first: {reason}")
        return SuperCircuitStudy(
            context=self.context,
            settings=circuit.super_settings,
            fine_tune=self.settings.fine_tune,
            networks=complete,
            num_failed=len(ranked) - len(complete),
            super_s=super_s,
        )

    def _tell(self, done: int) -> None:
        if self.progress is not None:
            self.progress(done, self.num_chunks + self.settings.networks)

    def _is_allowed(self, built: Architecture) -> bool:
        return not any(limit.is_broken_by(limit.size_of(built)) for limit in self.context.config.limits)

    def _draw(self) -> list[tuple[str, Genome, Architecture]]:
        """Draw different networks that keep the limits."""
        import numpy as np

        space, wanted = self.context.space, self.settings.networks
        rng, reader = np.random.default_rng([self.context.config.seed, 3]), Reader(space)
        found: dict[str, tuple[str, Genome, Architecture]] = {}
        since = 0  # draws in which nothing new was found
        while len(found) < wanted and since < MAX_DRAWS:
            genome = space.random_genome(rng)
            built = reader.architecture(genome)
            hashed = architecture_hash(built) if self._is_allowed(built) else ""
            since += 1
            if hashed and hashed not in found:
                found[hashed], since = (hashed, genome, built), 0
        if len(found) == wanted:
            return list(found.values())
        raise SettingError(
            f"networks is {wanted}, but only {len(found)} different ones of {space.name} were found within the limits"
        )

    def _train(self, circuit: SuperCircuit) -> float:
        """Train the SuperCircuit, from where it was; return the CPU seconds of it all."""
        cpu_s = self.store.load(circuit)
        while circuit.num_done < circuit.super_settings.steps:
            self._tell(circuit.num_done // CHUNK)
            started_s = time.process_time()
            try:
                circuit.train(CHUNK)
            except TrainingFailedError as error:
                raise WorkerError(f"{one_line(str(error))}; take a lower learning rate") from None
            cpu_s += time.process_time() - started_s
            self.store.keep(circuit, cpu_s)
        return cpu_s

    def _ranked(self, circuit: SuperCircuit, hashed: str, genome: Genome, built: Architecture) -> RankedNetwork | str:
        """Train a network on its own, score what it inherits, and train that further; the reason if it fails."""
        config, data, epochs = self.context.config, self.context.data(), self.settings.fine_tune
        started_s = time.process_time()
        records = [
            train(built, data, self.training, training_seed(config.seed, hashed, number))
            for number in range(self.settings.train_seeds)
        ]
        alone_s = (time.process_time() - started_s) / len(records)
        started_s = time.process_time()
        inherited = circuit.score(built)
        inherited_s = time.process_time() - started_s
        tuned = None
        started_s = time.process_time()
        if epochs:
            tuning: TrainSettings = dataclasses.replace(self.training, epochs=epochs)
            seed = training_seed(config.seed, f"fine-tune {hashed}", 0)
            tuned = train_from(circuit.inherited(built), built, data, tuning, seed)
            records.append(tuned)
        tuned_s = time.process_time() - started_s
        for record in records:
            if record.state != "COMPLETE":
                return f"training failed: {record.reason}"
        own = records[: self.settings.train_seeds]
        cost = candidate_cost(built, data.num_features, data.num_classes)
        full = "-full" if built.num_encoded > built.num_qubits else ""
        return RankedNetwork(
            architecture_hash=hashed,
            genome=genome,
            num_qubits=built.num_qubits,
            num_layers=len(built.layers),
            num_parameters=num_parameters(built, data.num_features, data.num_classes),
            quantum_flops=cost.quantum_flops,
            encoding=built.embedding + full,
            alone=tuple(max(record.validation_accuracy) for record in own),
            early=tuple(max(record.validation_accuracy[:epochs]) for record in own) if epochs else (),
            inherited=inherited,
            fine_tuned=None if tuned is None else max(tuned.validation_accuracy),
            alone_s=alone_s,
            inherited_s=inherited_s,
            fine_tuned_s=tuned_s if epochs else 0.0,
        )
