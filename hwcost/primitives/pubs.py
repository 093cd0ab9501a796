"""PUBs as the primitives take them, checked: `read_pubs`. A bad one is named by its number, counted from 0."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from hwcost.core.errors import HwcostError, OptionError
from hwcost.core.text import error_text, one_line
from hwcost.estimation.options import MIN_PRECISION
from hwcost.primitives.bases import Configurations, count_configurations, has_projectors

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.primitives.containers.estimator_pub import EstimatorPub
    from qiskit.primitives.containers.sampler_pub import SamplerPub

Primitive: TypeAlias = Literal["estimator", "sampler"]

MAX_CONFIGURATIONS = 10**7
"""Parameter sets times observables of one PUB; more take minutes to count and years to run."""

_FORMS = {
    "estimator": "(circuit, observables, parameter values, precision), the last two optional",
    "sampler": "a circuit or (circuit, parameter values, shots), the last two optional",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pub:
    """One PUB.

    Attributes:
        index: Its number in the job, from 0.
        circuit: Its circuit.
        shape: Shape of its result.
        parameter_shape: Shape of its parameter sets; `()` is one set, or none needed.
        configurations: What is measured, None for the Sampler.
        num_observables: Observables, 0 for the Sampler.
        has_projectors: Whether an observable has projectors in it.
        precision: Precision of its own, None without one or for the Sampler.
        shots: Shots of its own, None without or for the Estimator.
        native: The coerced `EstimatorPub` or `SamplerPub`.
    """

    index: int
    circuit: QuantumCircuit
    shape: tuple[int, ...]
    parameter_shape: tuple[int, ...]
    configurations: Configurations | None
    num_observables: int
    has_projectors: bool
    precision: float | None
    shots: int | None
    native: Any

    @property
    def num_parameter_sets(self) -> int:
        """Parameter sets; 1 for a circuit without parameters."""
        return math.prod(self.parameter_shape)

    @property
    def num_circuits(self) -> int:
        """Bound circuits with their basis, before randomizations."""
        return self.num_parameter_sets if self.configurations is None else self.configurations.total


def read_pubs(pubs: object, primitive: Primitive) -> tuple[Pub, ...]:
    """Read PUBs in any of the forms that the primitives take.

    Args:
        pubs: A list of tuples, lists, `EstimatorPub`, `SamplerPub`, or circuits (Sampler).
        primitive: Which primitive they are for.

    Raises:
        OptionError: It is no list of PUBs, or one of them is invalid; the message has its number.
    """
    from qiskit import QuantumCircuit
    from qiskit.primitives.containers.estimator_pub import EstimatorPub
    from qiskit.primitives.containers.sampler_pub import SamplerPub

    if isinstance(pubs, (QuantumCircuit, EstimatorPub, SamplerPub, str, bytes, dict)) or not isinstance(pubs, Iterable):
        raise OptionError(
            f"pubs is a {type(pubs).__name__}; give a list of PUBs, each {_FORMS[primitive]}, such as "
            + ("[circuit]" if primitive == "sampler" else "[(circuit, observable)]")
        )
    try:
        listed = list(pubs)
    except Exception as error:  # a generator of the user's
        raise OptionError(f"pubs cannot be read: {type(error).__name__}: {one_line(error_text(error))}") from error
    if not listed:
        raise OptionError("pubs is empty; give at least one PUB")
    return tuple(_read(index, given, primitive) for index, given in enumerate(listed))


def _read(index: int, given: object, primitive: Primitive) -> Pub:
    try:
        return _read_estimator(index, given) if primitive == "estimator" else _read_sampler(index, given)
    except HwcostError as error:
        raise type(error)(f"PUB {index}: {error}") from None
    except Exception as error:  # whatever Qiskit makes of things that are no PUBs
        raise OptionError(f"PUB {index}: {_advice(error, given, primitive)}") from error


def _read_estimator(index: int, given: object) -> Pub:
    from qiskit import QuantumCircuit
    from qiskit.primitives.containers.estimator_pub import EstimatorPub

    if isinstance(given, QuantumCircuit):
        raise OptionError(f"a circuit alone has no observables; the Estimator takes {_FORMS['estimator']}")
    pub = EstimatorPub.coerce(given, None)
    _check_size(pub)
    _check_values(pub)
    if pub.observables.size == 0:
        raise OptionError(f"it has no observables (shape {tuple(pub.observables.shape)}); give at least one")
    flat = pub.observables.ravel()
    for number in range(flat.size):
        if not len(flat[number]):
            raise OptionError(f"observable {number} has no terms; give one with a coefficient that is not 0")
    if pub.precision is not None and not MIN_PRECISION <= pub.precision < math.inf:
        raise OptionError(
            f"its precision is {pub.precision}; give a standard error from {MIN_PRECISION:g}, such as 0.01"
        )
    return Pub(
        index=index,
        circuit=pub.circuit,
        shape=tuple(pub.shape),
        parameter_shape=tuple(pub.parameter_values.shape),
        configurations=count_configurations(pub.observables, tuple(pub.parameter_values.shape)),
        num_observables=pub.observables.size,
        has_projectors=has_projectors(pub.observables),
        precision=pub.precision,
        shots=None,
        native=pub,
    )


def _read_sampler(index: int, given: object) -> Pub:
    from qiskit.primitives.containers.sampler_pub import SamplerPub

    pub = SamplerPub.coerce(given, None)
    _check_size(pub)
    _check_values(pub)
    if not pub.circuit.num_clbits:
        raise OptionError(
            f"the circuit {one_line(pub.circuit.name)!r} has no classical bits, so the Sampler has nothing to return; "
            "measure it, for example with measure_all"
        )
    return Pub(
        index=index,
        circuit=pub.circuit,
        shape=tuple(pub.shape),
        parameter_shape=tuple(pub.parameter_values.shape),
        configurations=None,
        num_observables=0,
        has_projectors=False,
        precision=None,
        shots=pub.shots,
        native=pub,
    )


def _check_size(pub: EstimatorPub | SamplerPub) -> None:
    shape = tuple(pub.shape)
    if 0 in shape:
        raise OptionError(f"its shape is {shape}, so nothing is run; give at least one parameter set")
    if math.prod(shape) > MAX_CONFIGURATIONS:
        raise OptionError(f"its shape {shape} has {math.prod(shape):,} elements; at most {MAX_CONFIGURATIONS:,}")


def _check_values(pub: EstimatorPub | SamplerPub) -> None:
    """Refuse parameter values that are no angles."""
    import numpy as np

    for names, values in pub.parameter_values.data.items():
        if not np.isfinite(values).all():
            first = names[0] if isinstance(names, tuple) else names
            raise OptionError(f"a value of the parameter {one_line(str(first))} is not finite; give an angle")


def _advice(error: Exception, given: object, primitive: Primitive) -> str:
    """Write what Qiskit says of a PUB, and what to do."""
    text = one_line(error_text(error)).rstrip(".")
    if "does not match the number of qubits" in text or "number of qubits of the circuit" in text:
        return f"{text}; {_layout_advice(given)}"
    if "does not match the number of parameters" in text or "inconsistent with last dimension" in text:
        text = text.split(" Note that if you want")[0].rstrip(".")
        return f"{text}; give a value for each free parameter, as the last axis of the parameter values"
    if "not broadcastable" in text:
        return f"{text}; shapes are matched from the right, as NumPy does: reshape one of them, such as (n, 1)"
    return f"{text}; give {_FORMS[primitive]}"


def _layout_advice(given: object) -> str:
    circuit = given[0] if isinstance(given, (tuple, list)) and given else getattr(given, "circuit", None)
    if getattr(circuit, "layout", None) is not None:
        return "the circuit is transpiled: give observable.apply_layout(circuit.layout)"
    return "give observables on as many qubits as the circuit has"


def named(pub: Pub, error: HwcostError) -> HwcostError:
    """Return an error about a circuit with the number of its PUB in front."""
    return type(error)(f"PUB {pub.index}: {error}")
