"""The training loop: epochs of Adam steps on one or several networks at once, and what is kept of each."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, cast

from nas.training.feed import batches
from nas.training.limits import Clock, TrainingFailedError
from nas.training.order import BatchOrder, training_seeds
from nas.training.outcome import Curves
from nas.training.parts import Parts, require_torch, validation_chunk
from nas.training.record import TrainRecord

if TYPE_CHECKING:
    from torch import Tensor, nn

    from nas.architectures.record import Architecture
    from nas.engine.compiled import CompiledNetworks
    from nas.training.adam import StackedAdam

Progress: TypeAlias = Callable[[int, int, float | None], None]
"""Called with steps done, steps in all, and the best validation accuracy so far: after each step, or, with compiled
kernels, after those of about a tenth of a second."""


GiveUp: TypeAlias = Callable[[Sequence[float]], bool]
"""Called after each epoch but the last with the validation accuracies so far; says whether to stop the training."""


class Networks(Protocol):
    """K networks that are trained at once, as `nas.training.stack.StackedNetworks`."""

    architectures: tuple[Architecture, ...]
    parameters: Tensor
    gradients: Tensor
    compiled: CompiledNetworks | None

    def losses_and_gradients(self, x: Tensor, labels: Tensor) -> Tensor:
        """Compute mean losses of each network on (K, batch, features) and (K, batch); derivatives go to `gradients`."""
        ...

    def log_probabilities(self, x: Tensor) -> Tensor:
        """Compute the log-probabilities (K, batch, classes) for (batch, features)."""
        ...

    def network(self, number: int) -> nn.Module:
        """Return one network on its own."""
        ...


class OneModule:
    """A torch module with the derivatives of autograd, as `Networks` of one.

    Args:
        architecture: Its architecture.
        model: The module; its parameters become views of `parameters`.
    """

    is_small = False
    compiled: CompiledNetworks | None = None

    def __init__(self, architecture: Architecture, model: nn.Module) -> None:
        torch = require_torch()
        self.architectures: tuple[Architecture, ...] = (architecture,)
        self._model = model
        parts = [parameter for parameter in model.parameters() if parameter.requires_grad]
        self.parameters: Tensor = torch.cat([parameter.detach().reshape(-1) for parameter in parts])[None]
        self.gradients: Tensor = torch.zeros_like(self.parameters)
        start = 0
        for parameter in parts:
            end = start + parameter.numel()
            parameter.data = self.parameters[0, start:end].view(parameter.shape)
            parameter.grad = self.gradients[0, start:end].view(parameter.shape)
            start = end

    def losses_and_gradients(self, x: Tensor, labels: Tensor) -> Tensor:
        """Compute the mean loss (1) on (1, batch, features) and (1, batch); the derivatives go into `gradients`."""
        loss: Tensor = require_torch().nn.functional.nll_loss(self.in_training(x[0]), labels[0])
        self.gradients.zero_()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss.detach()[None]

    def in_training(self, x: Tensor) -> Tensor:
        """Compute the log-probabilities (batch, classes) of a training step."""
        found: Tensor = self._model(x)
        return found

    def log_probabilities(self, x: Tensor) -> Tensor:
        """Compute the log-probabilities (1, batch, classes) for (batch, features)."""
        found: Tensor = self._model(x)
        return found[None]

    def network(self, number: int) -> nn.Module:
        """Return the module, with memory of its own for each parameter."""
        for parameter in self._model.parameters():
            parameter.data = parameter.data.clone()
            parameter.grad = None
        return self._model


@dataclass(slots=True, kw_only=True)
class Candidate:
    """One of the networks that are trained: what is known of it so far.

    Attributes:
        begun: Its record as it was before the training.
        curves: Figures by epoch.
        reason: Why it has failed.
        done: Whether it has failed, is out of patience or was stopped; it is carried along, but nothing of it is kept
            any more.
        best_parameters: Its parameters in the best epoch.
        give_up: Says after each epoch but the last whether to stop it; None never does.
        stopped: Whether it was stopped so.
    """

    begun: TrainRecord
    curves: Curves = field(default_factory=Curves)
    reason: str | None = None
    done: bool = False
    best_parameters: Any = None
    give_up: GiveUp | None = None
    stopped: bool = False

    def __post_init__(self) -> None:
        self.curves.best_by = self.begun.settings.best_by

    def add(self, figures: tuple[float, float, float, float], parameters: Tensor) -> None:
        """Add figures and parameters after an epoch."""
        if self.done:
            return
        try:
            self.curves.add(*figures)
        except TrainingFailedError as failure:
            self.reason, self.done = str(failure), True
            return
        if self.curves.best_epoch == self.curves.num_epochs:
            self.best_parameters = parameters.clone()
        self.done = self.curves.out_of_patience(self.begun.settings.patience)
        if self.give_up is not None and not self.done and self.curves.num_epochs < self.begun.settings.epochs:
            self.stopped = self.done = self.give_up(tuple(self.curves.validation_accuracy))


def fit(
    networks: Networks, candidates: Sequence[Candidate], parts: Parts, clock: Clock, progress: Progress | None
) -> None:
    """Train the networks; what comes of them goes into the candidates.

    Nothing is read back from the device before the end of an epoch.

    Raises:
        TrainingFailedError: The time limit has passed.
    """
    torch = require_torch()
    from nas.training.adam import StackedAdam

    settings = candidates[0].begun.settings
    rates = [candidate.begun.learning_rate for candidate in candidates]
    optimizer = StackedAdam(cast(Any, networks), rates)
    num_samples, size = len(parts.y_training), settings.batch_size
    orders = [BatchOrder(num_samples, training_seeds(candidate.begun.seed).order) for candidate in candidates]
    starts = range(0, num_samples, size)
    sizes = [min(size, num_samples - start) for start in starts]
    chunk = validation_chunk(networks.architectures[0].num_qubits, len(candidates), size)
    # One block for all steps: small tensors that stay, between large ones that go, keep the C library from using freed
    # memory again, and a long epoch then holds as much as all its batches.
    losses = networks.parameters.new_empty((len(starts), len(candidates)))
    for epoch in range(1, settings.epochs + 1):
        number = 0
        permutations = torch.stack([order.next_epoch() for order in orders]).to(settings.device)
        for some in _epoch(networks, optimizer, parts, permutations, size, rates):
            for loss in some:
                losses[number] = loss
                number += 1
            clock.check(epoch)
            if progress is not None:
                best = max(candidate.curves.best_accuracy for candidate in candidates)
                done = (epoch - 1) * len(starts) + number
                progress(done, settings.epochs * len(starts), best if best >= 0.0 else None)
        with torch.no_grad():
            scores = sums_of_scores(networks.log_probabilities, parts.x_validation, parts.y_validation, chunk)
            read = torch.cat([networks.parameters.sum(dim=1)[None], losses, scores]).T.tolist()
        for candidate, parameters, (total, *figures) in zip(candidates, networks.parameters, read, strict=True):
            train_loss = sum(map(operator.mul, figures, sizes)) / num_samples
            candidate.add((train_loss, *means(figures[len(starts) :], len(parts.y_validation)), total), parameters)
        clock.check(epoch)
        if all(candidate.done for candidate in candidates):
            return


def _epoch(
    networks: Networks,
    optimizer: StackedAdam,
    parts: Parts,
    permutations: Tensor,
    size: int,
    rates: Sequence[float],
) -> Iterator[list[Tensor]]:
    """Take the steps of an epoch, one or some at a time, and yield the losses before each, (K)."""
    torch = require_torch()
    features, labels = parts.x_training, parts.y_training
    if networks.compiled is not None:
        samples = size * networks.compiled.steps_at_once(size)
        for rows in torch.split(permutations, samples, dim=1):
            yield list(networks.compiled.take_steps(features, labels, rows.numpy(), size, rates).T)
        return
    for x, y in batches(parts, permutations, size):
        losses = networks.losses_and_gradients(x, y)
        optimizer.step()
        yield [losses]


def sums_of_scores(networks: Callable[[Tensor], Tensor], features: Tensor, labels: Tensor, chunk: int) -> Tensor:
    """Return the sum of losses and the number of right answers of each chunk in turn, (2·chunks, K), on the device."""
    scores: Tensor | None = None  # one block, as the losses of `fit`
    for number, start in enumerate(range(0, len(labels), chunk)):
        log_probabilities = networks(features[start : start + chunk])
        if scores is None:
            scores = log_probabilities.new_empty((2 * -(-len(labels) // chunk), len(log_probabilities)))
        right = labels[start : start + chunk].expand(len(log_probabilities), -1)
        scores[2 * number] = -log_probabilities.gather(2, right.unsqueeze(2)).sum(dim=(1, 2))
        scores[2 * number + 1] = (log_probabilities.argmax(dim=2) == right).sum(dim=1)
    return features.new_empty((0, 1)) if scores is None else scores


def means(scores: Sequence[float], num_samples: int) -> tuple[float, float]:
    """Return the mean loss, and the share of right answers, from what `sums_of_scores` found for one network."""
    return sum(scores[0::2]) / num_samples, sum(scores[1::2]) / num_samples
