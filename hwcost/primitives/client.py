"""What IBM's own client prepares, offline: `client_counts`. The one place that calls its inner functions.

`qiskit_ibm_runtime.executor_estimator.prepare` and `executor_sampler.prepare` (0.51) turn PUBs into a `QuantumProgram`,
which is counted by `hwcost.primitives.program`. Neither is documented as public; tests hold both to the closed form.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, TypeAlias

from hwcost.core.errors import OptionError
from hwcost.core.text import error_text, one_line
from hwcost.primitives.counts import Run
from hwcost.primitives.option_tree import OptionTree
from hwcost.primitives.options import JobOptions
from hwcost.primitives.program import program_runs
from hwcost.primitives.pubs import Pub

if TYPE_CHECKING:
    from qiskit_ibm_runtime.quantum_program import QuantumProgram

Prepare: TypeAlias = Callable[[list[Any]], "QuantumProgram"]

_NEEDED = (
    "qiskit_ibm_runtime.executor_estimator",
    "qiskit_ibm_runtime.executor_sampler",
    "qiskit_mitigation",
    "samplomatic",
)

# Nothing in them changes a count; decoupling would need the backend itself.
_LEFT_OUT = ("dynamical_decoupling", "environment", "simulator", "experimental")

MAX_CIRCUITS = 20_000
"""Circuits before randomizations that the client is asked to prepare: some seconds of work."""

MAX_PUBS = 100
"""PUBs that it is asked to prepare: up to 0.1 s for each."""


def client_version() -> str | None:
    """Return the version of qiskit-ibm-runtime if it prepares circuits itself (0.51), None otherwise."""
    try:
        if not all(find_spec(name) for name in _NEEDED):
            return None
    except ModuleNotFoundError:  # of a package in whose name there is a dot
        return None
    import qiskit_ibm_runtime

    return str(qiskit_ibm_runtime.__version__)


def can_count(pubs: Sequence[Pub], options: JobOptions) -> str | None:
    """Return why the client cannot be asked about a job, None if it can."""
    from hwcost.circuits.boxes import has_boxes

    if client_version() is None:
        return "qiskit-ibm-runtime 0.51, which prepares circuits itself, is not installed"
    if options.processing != "client":
        return "these primitives prepare circuits on IBM's server"
    if options.needs_noise_model and not options.has_noise_model:
        return "PEC and PEA need a learned noise model, and none is given"
    if any(has_boxes(pub.circuit) for pub in pubs):
        return "the primitives refuse circuits with boxes"
    if len(pubs) > MAX_PUBS:
        return f"there are more than {MAX_PUBS} PUBs"
    if sum(pub.num_circuits for pub in pubs) > MAX_CIRCUITS:
        return f"there are more than {MAX_CIRCUITS:,} circuits"
    return None


def client_counts(
    pubs: Sequence[Pub],
    options: JobOptions,
    tree: OptionTree,
    *,
    precision: float | None = None,
    shots: int | None = None,
) -> tuple[Run, ...]:
    """Let the client prepare a job, and count what it would send.

    Args:
        pubs: The PUBs.
        options: The options, resolved.
        tree: The options as they were given.
        precision: Precision of the call (Estimator).
        shots: Shots of the call.

    Raises:
        OptionError: The client refuses the job; the message names the PUB where it is one alone.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the client says of the options, the report says too
        try:
            prepare = _estimator(options, tree, precision, shots) if _of_estimator(options) else _sampler(tree, shots)
        except Exception as error:
            raise _refusal("the options", error) from error
        try:
            program = prepare([pub.native for pub in pubs])
        except Exception as error:
            for pub in pubs if len(pubs) > 1 else ():
                try:
                    prepare([pub.native])
                except Exception as own:
                    raise _refusal(f"PUB {pub.index}", own) from own
            raise _refusal(f"PUB {pubs[0].index}" if len(pubs) == 1 else "the job", error) from error
    return program_runs(program, [pub.index for pub in pubs])


def _of_estimator(options: JobOptions) -> bool:
    return options.primitive == "estimator"


def _known(tree: OptionTree) -> dict[str, Any]:
    return {name: value for name, value in tree.values.items() if name not in _LEFT_OUT}


def _estimator(options: JobOptions, tree: OptionTree, precision: float | None, shots: int | None) -> Prepare:
    from qiskit_ibm_runtime.executor_estimator.prepare import prepare
    from qiskit_ibm_runtime.options_models import EstimatorOptions

    values = _known(tree)
    if options.has_noise_model:  # a zip would be used up by now
        values["resilience"] = {**values["resilience"], "layer_noise_model": options.layer_noise_model}
    given = EstimatorOptions(**{**values, "resilience_level": options.resilience_level})
    if shots is not None:
        given.default_shots = shots
    return lambda pubs: prepare(pubs, given, precision)[0]


def _sampler(tree: OptionTree, shots: int | None) -> Prepare:
    from qiskit_ibm_runtime.executor_sampler.prepare import prepare
    from qiskit_ibm_runtime.options_models import SamplerOptions

    given = SamplerOptions(**_known(tree))
    return lambda pubs: prepare(pubs, given, shots)[0]


def _refusal(where: str, error: Exception) -> OptionError:
    return OptionError(f"{where}: refused by IBM's client: {one_line(error_text(error))}")
