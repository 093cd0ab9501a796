"""Training of networks: `train`, `train_together`, `train_network`, from architectures and data to plain records.

The same arguments give the same records, bit for bit, on the same machine and versions: weights and the order of the
samples have generators of their own, the global ones are neither read nor advanced, and one thread computes, because
the order of a sum, and so its rounding, may depend on how many do. Several trainings are spread over processes.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from nas.core.errors import MemoryLimitError, SettingError
from nas.training.limits import Clock, TrainingFailedError, memory_failure
from nas.training.loop import Candidate, GiveUp, Networks, OneModule, Progress, fit, means, sums_of_scores
from nas.training.measured import MeasuredNetwork
from nas.training.order import training_seeds
from nas.training.outcome import finished_record, new_record
from nas.training.parts import load_parts, one_thread, require_torch, validation_chunk
from nas.training.record import STACKED_ENGINES, TrainRecord, TrainSettings

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor, nn

    from nas.architectures.record import Architecture
    from nas.datasets.dataset import Dataset


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrainedNetwork:
    """A network after training.

    Attributes:
        architecture: The network.
        record: What came of the training.
        model: The torch module with the weights of the best epoch; None if the training failed.
    """

    architecture: Architecture
    record: TrainRecord
    model: nn.Module | None


def train(
    architecture: Architecture,
    data: Dataset,
    settings: TrainSettings | None = None,
    seed: int = 0,
    *,
    progress: Progress | None = None,
    give_up: GiveUp | None = None,
) -> TrainRecord:
    """Train the network on the data and return the record of it.

    A loss or a parameter that is no longer finite, a lack of memory and the time limit end in a record whose state is
    FAILED. Other errors are raised.

    Args:
        architecture: The network.
        data: Data set; its test part is not used.
        settings: How to train. [default: `TrainSettings()`]
        seed: Seed of weights and order of samples.
        progress: Called after each step with steps done, steps in all, and the best validation accuracy so far.
        give_up: Called after each epoch but the last with the validation accuracies so far; the training ends STOPPED
            where it returns True.

    Raises:
        SettingError: A setting is invalid, or the device is not there.
        MissingDependencyError: torch, or PennyLane or Numba for its engine, is not installed.

    >>> from nas.architectures.record import Architecture, Layer
    >>> from nas.datasets.dataset import load_dataset
    >>> layer = Layer(columns=(("y",) * 2,), gate="cx", pairs=((0, 1),))
    >>> small = Architecture(num_qubits=2, embedding="angle-y", num_encoded=2, layers=(layer,))
    >>> record = train(small, load_dataset("iris"), TrainSettings(epochs=2), seed=1)
    >>> record.state, record.num_epochs, record.num_parameters  # 4·2 + 2 before, 2 angles, 2·3 + 3 after
    ('COMPLETE', 2, 21)
    """
    run = _run((architecture,), data, settings, (seed,), progress, give_ups=(give_up,))
    return run.records[0]


def train_network(
    architecture: Architecture,
    data: Dataset,
    settings: TrainSettings | None = None,
    seed: int = 0,
    *,
    progress: Progress | None = None,
    give_up: GiveUp | None = None,
) -> TrainedNetwork:
    """Train the network; return it with the weights of its best epoch and the record that `train` returns.

    Args:
        architecture: The network.
        data: Data set; its test part is not used.
        settings: How to train. [default: `TrainSettings()`]
        seed: Seed of weights and order of samples.
        progress: Called after each step with steps done, steps in all, and the best validation accuracy so far.
        give_up: As in `train`; a training that is stopped has no network.

    Raises:
        SettingError: A setting is invalid, or the device is not there.
        MissingDependencyError: torch, or PennyLane or Numba for its engine, is not installed.
    """
    return _trained(architecture, _run((architecture,), data, settings, (seed,), progress, give_ups=(give_up,)))


def train_networks_together(
    architectures: Sequence[Architecture],
    data: Dataset,
    settings: TrainSettings,
    seeds: Sequence[int],
    *,
    give_ups: Sequence[GiveUp | None] | None = None,
) -> tuple[TrainedNetwork, ...]:
    """Train all networks at once as `train_together`, and return them with the weights of their best epochs.

    Raises:
        SettingError: A setting is invalid.
        InputError: The networks differ in shape.
    """
    require_torch()
    from nas.training.stack import check_shapes

    check_shapes(architectures)
    rules = [None] * len(architectures) if give_ups is None else give_ups
    run = _run(architectures, data, settings, seeds, None, give_ups=rules)
    if run.networks is None and len(architectures) > 1:
        each = zip(architectures, seeds, rules, strict=True)
        return tuple(train_network(a, data, settings, seed, give_up=rule) for a, seed, rule in each)
    return tuple(_trained(architecture, run, number) for number, architecture in enumerate(architectures))


def train_module(
    module: nn.Module,
    architecture: Architecture,
    data: Dataset,
    settings: TrainSettings | None = None,
    seed: int = 0,
    *,
    progress: Progress | None = None,
) -> TrainedNetwork:
    """Train another module in the place of a network, with its learning rate and on the samples in its order.

    Args:
        module: (batch, features) to log-probabilities (batch, classes), with its initial weights, in the precision of
            the settings; it is trained in place, what needs no gradient stays as it is.
        architecture: The network that it stands for.
        data: Data set; its test part is not used.
        settings: How to train. [default: `TrainSettings()`]
        seed: Seed of the order of samples.
        progress: As in `train_network`.

    Raises:
        SettingError: A setting is invalid, or the device is not there.
    """
    return _trained(architecture, _run((architecture,), data, settings, (seed,), progress, module=module))


def train_from(
    parameters: Tensor, architecture: Architecture, data: Dataset, settings: TrainSettings, seed: int = 0
) -> TrainRecord:
    """Train the network from given parameters instead of those of a seed.

    Args:
        parameters: Its initial parameters, (P), in the order of the network's own.
        architecture: The network.
        data: Data set; its test part is not used.
        settings: How to train, with the engine `fast`.
        seed: Seed of the order of samples.

    Raises:
        SettingError: A setting is invalid, or the device is not there.
    """
    if settings.engine != "fast":
        raise SettingError(
            f"engine is {settings.engine!r}; networks are trained from given parameters by the engine fast"
        )
    return _run((architecture,), data, settings, (seed,), None, start=parameters).records[0]


def _trained(architecture: Architecture, run: _Run, number: int = 0) -> TrainedNetwork:
    """Return a network of a run with the weights of its best epoch."""
    model, record = None, run.records[number]
    if run.networks is not None and record.state == "COMPLETE":
        run.networks.parameters[number].copy_(run.candidates[number].best_parameters)
        model = run.networks.network(number).eval()
    return TrainedNetwork(architecture=architecture, record=record, model=model)


def train_together(
    architectures: Sequence[Architecture],
    data: Dataset,
    settings: TrainSettings | None = None,
    seeds: Sequence[int] = (),
    *,
    progress: Progress | None = None,
    give_ups: Sequence[GiveUp | None] | None = None,
) -> tuple[TrainRecord, ...]:
    """Train all networks at once; return a record of each in the order of the architectures.

    At few qubits a step costs what its calls of torch cost, whatever they compute: five epochs of sixteen networks of 4
    qubits at once take a fifth (iris) to an eighth (digits) of the time of one after the other.

    Each has the weights, the order of the samples and the learning rate that `train` gives it with its seed, and none
    is touched by another that diverges. What `train` would find is found to rounding: losses to about 1e-12 of their
    value in double and 1e-5 in single precision, accuracies as long as no sample lies within that of a tie. The same
    call gives the same records bit for bit; the same candidate in other company does not, but with the engine
    `compiled`, which trains each as `train` does. The time is divided equally
    between the networks, in `duration_s` as in the time limit. What does not fit into the memory together is trained
    one after the other.

    Args:
        architectures: Networks with the same `nas.architectures.shapes.stack_key`: qubits, widths of the classical
            layers, activations. The same one may come several times.
        data: Data set; its test part is not used.
        settings: How to train, with the engine `fast` or `compiled`. [default: `TrainSettings()`]
        seeds: Seed of weights and order of samples of each.
        progress: Called after each step with steps done, steps in all, and the best accuracy of all so far.
        give_ups: For each network what `train` takes as `give_up`; those that are stopped are carried along until all
            are. [default: none is stopped]

    Raises:
        SettingError: A setting is invalid, or there is not one seed for each network.
        InputError: The networks differ in shape.
        MissingDependencyError: torch is not installed.

    >>> from nas.architectures.record import Architecture, Layer
    >>> from nas.datasets.dataset import load_dataset
    >>> layers = [Layer(columns=((axis,) * 2,), gate="cx", pairs=((0, 1),)) for axis in "xy"]
    >>> two = [Architecture(num_qubits=2, embedding="angle-y", num_encoded=2, layers=(layer,)) for layer in layers]
    >>> [record.state for record in train_together(two, load_dataset("iris"), TrainSettings(epochs=1), seeds=[0, 1])]
    ['COMPLETE', 'COMPLETE']
    """
    require_torch()
    from nas.training.stack import check_shapes

    if len(seeds) != len(architectures):
        raise SettingError(f"there are {len(seeds)} seeds for {len(architectures)} networks; give one for each")
    check_shapes(architectures)
    if isinstance(settings, TrainSettings) and settings.engine not in STACKED_ENGINES:
        raise SettingError(f"engine is {settings.engine!r}; networks are trained together by fast and compiled")
    rules = [None] * len(architectures) if give_ups is None else give_ups
    run = _run(architectures, data, settings, seeds, progress, give_ups=rules)
    if run.networks is None and len(architectures) > 1:
        each = zip(architectures, seeds, rules, strict=True)
        return tuple(train(a, data, settings, seed, give_up=rule) for a, seed, rule in each)
    return run.records


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Score:
    """How well a network does on samples that it was not trained on.

    Attributes:
        accuracy: Share of right answers.
        loss: Mean negative log-likelihood.
        num_samples: Samples.
    """

    accuracy: float
    loss: float
    num_samples: int


def score_on_test_part(model: nn.Module, architecture: Architecture, data: Dataset) -> Score:
    """Score a trained network on the test part.

    For the figure at the very end: whoever chooses by it has no test part any more.

    Args:
        model: The trained network, of `train_network` or of a checkpoint.
        architecture: Its architecture.
        data: The data set that it was trained on.
    """
    return _score(model, architecture, *data.test_part())


def score_on_validation_part(model: nn.Module, architecture: Architecture, data: Dataset) -> Score:
    """Score a trained network on the validation part, by which its best epoch was chosen.

    Args:
        model: The trained network.
        architecture: Its architecture.
        data: The data set that it was trained on.
    """
    return _score(model, architecture, *data.validation_part())


def _score(model: nn.Module, architecture: Architecture, features: NDArray[Any], labels: NDArray[Any]) -> Score:
    torch = require_torch()
    x = _as_input(model, features)
    y = torch.as_tensor(labels, device=x.device)
    with one_thread(), torch.no_grad():
        chunk = validation_chunk(architecture.num_qubits, 1, 1)
        scores = sums_of_scores(lambda x: model(x)[None], x, y, chunk)[:, 0].tolist()
    loss, accuracy = means(scores, len(labels))
    return Score(accuracy=accuracy, loss=loss, num_samples=len(labels))


def predictions_on_test_part(model: nn.Module, architecture: Architecture, data: Dataset) -> tuple[int, ...]:
    """Predict the class of each sample of the test part, by its number.

    As for `score_on_test_part`: for the figure at the very end.

    Args:
        model: The trained network.
        architecture: Its architecture, or that of the network whose place it took.
        data: The data set that it was trained on.
    """
    torch = require_torch()
    x = _as_input(model, data.test_part()[0])
    chunk = validation_chunk(architecture.num_qubits, 1, 1)
    with one_thread(), torch.no_grad():
        parts = [model(x[start : start + chunk]).argmax(dim=1) for start in range(0, len(x), chunk)]
    return tuple(int(number) for number in torch.cat(parts).tolist())


def _as_input(model: nn.Module, features: NDArray[Any]) -> Tensor:
    parameter = next(model.parameters())
    x: Tensor = require_torch().as_tensor(features, dtype=parameter.dtype, device=parameter.device)
    return x


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Run:
    """A training of one or several networks at once; `networks` is None where they did not fit into the memory."""

    candidates: tuple[Candidate, ...]
    networks: Networks | None
    records: tuple[TrainRecord, ...]


def _run(
    architectures: Sequence[Architecture],
    data: Dataset,
    settings: TrainSettings | None,
    seeds: Sequence[int],
    progress: Progress | None,
    *,
    module: nn.Module | None = None,
    start: Tensor | None = None,
    give_ups: Sequence[GiveUp | None] | None = None,
) -> _Run:
    require_torch()  # its import is no part of the training
    started_s = time.perf_counter()
    settings = TrainSettings() if settings is None else settings
    begun = [new_record(a, data, settings, seed) for a, seed in zip(architectures, seeds, strict=True)]
    if settings.gradient != "backprop" and (module is not None or start is not None or len(architectures) > 1):
        raise SettingError(f"gradient is {settings.gradient}, which trains one network at a time; use backprop")
    if module is not None:
        trainable = sum(p.numel() for p in module.parameters() if p.requires_grad)
        begun = [replace(record, num_parameters=trainable) for record in begun]
    rules = [None] * len(begun) if give_ups is None else give_ups
    candidates = tuple(Candidate(begun=record, give_up=rule) for record, rule in zip(begun, rules, strict=True))
    clock = Clock(started_s=started_s, limit_s=settings.time_limit_s, num_networks=len(candidates))
    networks, reason = None, None
    with one_thread():
        try:
            parts = load_parts(data, settings)
            if module is None:
                networks = _networks(architectures, data, settings, [record.seed for record in begun])
                if start is not None:
                    networks.parameters.copy_(start)
            else:
                networks = OneModule(architectures[0], module.to(settings.device))
            fit(networks, candidates, parts, clock, progress)
        except TrainingFailedError as failure:
            reason = str(failure)
        except (MemoryError, MemoryLimitError, RuntimeError) as error:
            networks, reason = None, memory_failure(error)
    for candidate in candidates:
        if not candidate.done:
            candidate.reason = reason
    duration_s = clock.elapsed_s()
    records = tuple(finished_record(c.begun, c.curves, c.reason, duration_s, stopped=c.stopped) for c in candidates)
    if isinstance(networks, MeasuredNetwork):
        per_sample = networks.circuits_per_sample
        (record,) = records
        records = (replace(record, num_circuits=networks.num_circuits, circuits_per_sample=per_sample),)
    return _Run(candidates=candidates, networks=networks, records=records)


def _networks(
    architectures: Sequence[Architecture], data: Dataset, settings: TrainSettings, seeds: Sequence[int]
) -> Networks:
    """Build the networks with their initial weights."""
    dtype = getattr(require_torch(), settings.dtype)
    weights = [training_seeds(seed).weights for seed in seeds]
    if settings.engine in STACKED_ENGINES and settings.gradient == "backprop":
        from nas.training.stack import StackedNetworks

        return StackedNetworks(
            architectures,
            data.num_features,
            data.num_classes,
            weights,
            dtype=dtype,
            device=settings.device,
            compiled=settings.engine == "compiled",
        )
    from nas.engine.network import build_model

    model = build_model(
        architectures[0], data.num_features, data.num_classes, engine=settings.engine, seed=weights[0], dtype=dtype
    )
    if settings.gradient != "backprop":
        return MeasuredNetwork(architectures[0], model, settings, training_seeds(seeds[0]).shots)
    return OneModule(architectures[0], model.to(settings.device))
