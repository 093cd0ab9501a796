"""A network that is trained as on a device: outputs from shots, gradients from further circuits (`MeasuredNetwork`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from nas.training.loop import OneModule
from nas.training.parts import require_torch

if TYPE_CHECKING:
    from torch import Tensor, nn

    from nas.architectures.record import Architecture
    from nas.engine.measured import MeasuredGradient
    from nas.training.record import TrainSettings


class MeasuredNetwork(OneModule):
    """A network whose training steps measure its circuit; what is validated is its exact simulation.

    Args:
        architecture: The network.
        model: Its module on an exact engine.
        settings: With the gradient and the shots.
        seed: Seed of the shots and of the directions of SPSA.
    """

    def __init__(self, architecture: Architecture, model: nn.Module, settings: TrainSettings, seed: int) -> None:
        from nas.engine.measured import MeasuredCircuit

        super().__init__(architecture, model)
        self._circuit = MeasuredCircuit(
            architecture,
            cast("MeasuredGradient", settings.gradient),
            shots=settings.shots,
            seed=seed,
            directions=settings.spsa_directions,
        )

    @property
    def num_circuits(self) -> int:
        """Return the number of circuits that the steps so far have run."""
        return self._circuit.num_executed

    @property
    def circuits_per_sample(self) -> int:
        """Return the number of circuits of one sample in a step."""
        return self._circuit.circuits_per_sample

    def in_training(self, x: Tensor) -> Tensor:
        """Compute the log-probabilities (batch, classes) as a device would give them."""
        model: Any = self._model
        outputs = self._circuit(model.quantum.weights, model.before(x))
        found: Tensor = require_torch().log_softmax(model.after(outputs), dim=1)
        return found
