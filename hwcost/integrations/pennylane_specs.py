"""What a QNode costs on a device, in the style of `qml.specs`: `specs`."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from hwcost.circuits.pennylane import layer_from_qnode
from hwcost.circuits.qnode import is_qnode
from hwcost.core.errors import OptionError
from hwcost.core.text import one_line
from hwcost.estimation.estimate import estimate
from hwcost.estimation.record import CostEstimate
from hwcost.integrations.requests import check_names, estimate_request, keywords_of
from hwcost.models.estimate import estimate_model
from hwcost.models.record import ModelCost

if TYPE_CHECKING:
    from pennylane import QNode

# A QNode has its observables and its measurements, and is no ISA circuit.
_NOT_OF_QNODES = frozenset({"observable", "measure_all", "transpile"})
_OPTIONS = keywords_of(estimate) - _NOT_OF_QNODES
_OF_SEVERAL = _OPTIONS & keywords_of(estimate_model)


def specs(qnode: QNode, backend: object, **options: Any) -> Callable[..., CostEstimate | ModelCost]:
    """Return a function that costs one call of a QNode on a device; it takes the arguments of the QNode.

    Nothing is simulated, and the angles of a call count as free, as those of a circuit with parameters. A QNode whose
    observables share one circuit gives what `hwcost.estimate` says of that circuit.
    One whose observables do not commute is several circuits, and gives what `hwcost.estimate_model` says of one
    inference (a forward pass, no gradient): all circuits together, with an estimate of each.

    Args:
        qnode: A PennyLane QNode.
        backend: What `hwcost.estimate` takes.
        **options: Keywords of `hwcost.estimate`, without `observable`, `measure_all` and `transpile`; where it is
            several circuits, only those that `hwcost.estimate_model` has too.

    Returns:
        A function of the QNode's arguments, which returns a `CostEstimate`, or a `ModelCost` for several circuits.

    Raises:
        OptionError: It is no QNode, or an option is unknown or invalid. The function that is returned raises it for
            arguments that do not fit, and where an option has no meaning for several circuits.
        CircuitError: From the function: the QNode cannot be run on a device or cannot be costed.
        CalibrationError: From the function: the backend is unknown or unusable.

    Example::

        cost = hwcost.specs(qnode, "fake_torino", shots=2000)(weights, inputs=x)
        cost.gates.num_2q, cost.time.qpu_time_s
    """
    if not is_qnode(qnode):
        raise OptionError(
            f"specs takes a PennyLane QNode, not a {one_line(type(qnode).__name__)}; use estimate for circuits and "
            "estimate_model for models"
        )
    check_names("specs", options, _OPTIONS)
    estimate_request(options)  # refuses a bad value now, not at the first call

    @functools.wraps(qnode.func)
    def cost(*args: Any, **kwargs: Any) -> CostEstimate | ModelCost:
        layer = layer_from_qnode(qnode, args, kwargs)
        if len(layer.circuits) == 1:
            measured = layer.circuits[0]
            return estimate(measured.circuit, backend, observable=list(measured.observables), **options)
        what = (
            f"{layer.name}: its observables do not commute, so it is {len(layer.circuits)} circuits; for these, specs"
        )
        check_names(what, options, _OF_SEVERAL)
        return estimate_model(qnode, _positional(qnode, args, kwargs), backend, scope="inference", samples=1, **options)

    return cost


def _positional(qnode: QNode, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
    """Return the arguments of a call by position, as `estimate_model` takes them."""
    bound = inspect.signature(qnode.func).bind(*args, **kwargs)
    if bound.kwargs:
        raise OptionError(
            f"the QNode has arguments that can only be named ({', '.join(bound.kwargs)}) and is several circuits; "
            "let them be positional too"
        )
    return bound.args
