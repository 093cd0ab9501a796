"""The attenuation methods: one file each, and one line each in `METHODS`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, TypeAlias, cast

if TYPE_CHECKING:
    from hwcost.noise.observables import NoisyCircuit, SignalEstimate, TrackedPauli


class Attenuation(Protocol):
    """A method: the signal that noise leaves of each observable.

    Raises:
        CircuitError: The method cannot answer for this circuit.
    """

    def __call__(
        self, circuit: NoisyCircuit, tracked: Sequence[TrackedPauli], *, seed: int
    ) -> Sequence[SignalEstimate]:
        """Return one estimate per observable, in their order."""
        ...


# Where each function is; loaded on use, because a command line that lists the names needs no NumPy.
METHODS: Mapping[str, str] = {
    "mean-field": "hwcost.noise.methods.mean_field:mean_field_attenuation",
    "pauli-propagation": "hwcost.noise.methods.pauli_propagation:pauli_propagation_attenuation",
    "pauli-path": "hwcost.noise.methods.pauli_path:pauli_path_attenuation",
    "light-cone": "hwcost.noise.methods.light_cone:light_cone_attenuation",
    "paper": "hwcost.noise.methods.paper:paper_attenuation",
}
AUTO = "auto"
"""Choose `pauli-propagation` or `mean-field` for each observable: not a method of its own."""
_AUTO_FUNCTION = "hwcost.noise.methods.auto:auto_attenuation"

DEFAULT_ATTENUATION = AUTO

AttenuationMethod: TypeAlias = str
"""`AUTO`, or a key of `METHODS`."""


def load_method(name: str) -> Attenuation:
    """Return the function of a method, or of `AUTO`.

    Raises:
        KeyError: There is no such method.
    """
    module, _, function = (_AUTO_FUNCTION if name == AUTO else METHODS[name]).partition(":")
    return cast(Attenuation, getattr(import_module(module), function))
