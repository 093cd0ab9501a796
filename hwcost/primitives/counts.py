"""Circuits and executions of a job in closed form: `count_runs`.

::

    executions = Σ over runs of circuits · shots
    circuits of a PUB = randomizations · Σ over its parameter sets of their bases, once for each noise factor

Source: the documentation of the options of qiskit-ibm-runtime. What the client-side primitives of 0.51 prepare is equal
(`hwcost.primitives.client`); the tests compare the two on a grid.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from hwcost.core.errors import OptionError
from hwcost.primitives.options import MAX_RANDOMIZATIONS, JobOptions
from hwcost.primitives.pubs import Pub
from hwcost.primitives.shots import shots_for_precision, split_shots

Purpose: TypeAlias = Literal["computation", "readout learning", "noise learning"]

LEARNING_BASES = 9
"""Circuits that measure all 16 Paulis of each pair of neighbours in a layer (van den Berg et al., arXiv:2201.09866)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Circuits with one purpose, all of the same length and with the same shots.

    Attributes:
        purpose: What they are for.
        pub: Number of the PUB (or of the item of a program), None where they serve all of them.
        noise_factor: Factor by which noise is amplified, None without zero-noise extrapolation.
        num_circuits: Circuits as they are run: randomizations, parameter sets and bases count.
        shots: Shots of each.
        num_templates: Circuits that are compiled; the others differ from them in angles alone.
        in_job: Whether they are part of this job; noise may be learned by a job of its own.
    """

    purpose: Purpose
    pub: int | None
    noise_factor: float | None
    num_circuits: int
    shots: int
    num_templates: int = 1
    in_job: bool = True

    @property
    def executions(self) -> int:
        """Shots of all circuits."""
        return self.num_circuits * self.shots


def shots_of_pubs(
    pubs: Sequence[Pub], options: JobOptions, *, precision: float | None = None, shots: int | None = None
) -> tuple[int, ...]:
    """Return the shots of one configuration of each PUB: its own, else those of the call, else those of the options.

    Args:
        pubs: The PUBs.
        options: The options.
        precision: Precision of the call (Estimator).
        shots: Shots of the call.

    Raises:
        OptionError: PUBs differ and the client prepares the circuits, which takes one number for all.
    """
    if options.primitive == "estimator":
        wanted: list[float | int | None] = [precision if pub.precision is None else pub.precision for pub in pubs]
        default = options.default_shots if shots is None else shots
        if default is None:
            default = shots_for_precision(options.default_precision or math.nan)
        found = tuple(default if value is None else shots_for_precision(value) for value in wanted)
    else:
        default = options.default_shots if shots is None else shots
        wanted = [default if pub.shots is None else pub.shots for pub in pubs]
        if None in wanted:
            raise OptionError(
                f"PUB {wanted.index(None)}: it has no shots, and default_shots of the options is null; give shots"
            )
        found = tuple(int(value or 0) for value in wanted)
    if options.processing == "client" and len(set(wanted)) > 1:
        other = next(index for index, value in enumerate(wanted) if value != wanted[0])
        what = "precision" if options.primitive == "estimator" else "shots"
        raise OptionError(
            f"PUB {other}: its {what} is {_said(wanted[other])} and that of PUB 0 is {_said(wanted[0])}; the "
            f"client-side primitives take one for all PUBs of a job: submit two jobs"
        )
    return found


def count_runs(
    pubs: Sequence[Pub],
    options: JobOptions,
    shots: Sequence[int],
    *,
    overheads: Mapping[int, float] | None = None,
    fixed: Collection[int] = (),
) -> tuple[Run, ...]:
    """Count the circuits of a job, without those that learn the noise of layers.

    Args:
        pubs: The PUBs.
        options: The options.
        shots: Shots of one configuration of each PUB, see `shots_of_pubs`.
        overheads: Sampling overhead γ² of each PUB, for probabilistic error cancellation.
        fixed: Numbers of the PUBs whose shots came with them or with the call: the server obeys these.

    Returns:
        PUB by PUB, noise factor by noise factor; readout learning last.
    """
    runs: list[Run] = []
    splits: list[tuple[int, int]] = []
    for pub, wanted in zip(pubs, shots, strict=True):
        randomizations, each = _split(options, wanted, pub.index in fixed)
        splits.append((randomizations, each))
        if options.pec:
            randomizations = _scaled(pub, randomizations, options, (overheads or {}).get(pub.index, 1.0))
        runs += [
            Run(
                purpose="computation",
                pub=pub.index,
                noise_factor=factor,
                num_circuits=randomizations * pub.num_circuits,
                shots=each,
            )
            for factor in options.noise_factors or (None,)
        ]
    if options.measure_mitigation:
        randomizations, each = max(splits)
        runs.append(
            Run(
                purpose="readout learning",
                pub=None,
                noise_factor=None,
                num_circuits=_or(options.learning_randomizations, randomizations),
                shots=_or(options.learning_shots, each),
            )
        )
    return tuple(runs)


def learning_run(options: JobOptions, num_layers: int) -> Run:
    """Count the circuits that learn the noise of layers of two-qubit gates.

    Args:
        options: The options.
        num_layers: Distinct layers in all PUBs.
    """
    learning = options.layer_learning
    layers = num_layers if learning.max_layers is None else min(num_layers, learning.max_layers)
    return Run(
        purpose="noise learning",
        pub=None,
        noise_factor=None,
        num_circuits=layers * LEARNING_BASES * len(learning.pair_depths) * learning.randomizations,
        shots=learning.shots,
        num_templates=layers * LEARNING_BASES * len(learning.pair_depths),
        in_job=options.processing == "server",
    )


def pec_randomizations(randomizations: int, options: JobOptions, overhead: float) -> int:
    """Return the randomizations of probabilistic error cancellation: scaled by the sampling overhead, up to its limit.

    Args:
        randomizations: Without noise.
        options: The options.
        overhead: γ² of the whole noise, at least 1.

    Raises:
        OptionError: They are more than can be run.
    """
    kept = options.pec_noise_gain
    limit = math.inf if options.pec_max_overhead is None else options.pec_max_overhead
    if kept != "auto":
        # γ is the exponential of the noise that is removed, so that a share of it is a power.
        overhead = math.exp(min(700.0, math.log(overhead) * max(0.0, 1.0 - kept)))
    scaled = randomizations * min(limit, overhead)
    if scaled > MAX_RANDOMIZATIONS:
        raise OptionError(
            f"PEC multiplies its {randomizations:,} randomizations by {min(limit, overhead):.1e}, too many to be run; "
            "give resilience.pec.max_overhead, or a circuit with less noise"
        )
    return math.ceil(scaled)


def _scaled(pub: Pub, randomizations: int, options: JobOptions, overhead: float) -> int:
    try:
        return pec_randomizations(randomizations, options, overhead)
    except OptionError as error:
        raise OptionError(f"PUB {pub.index}: {error}") from None


def _split(options: JobOptions, shots: int, fixed: bool) -> tuple[int, int]:
    if not options.twirls:
        return 1, shots
    randomizations, each = options.randomizations, options.shots_per_randomization
    if options.processing == "server" and fixed and randomizations != "auto":
        each = "auto"  # what was asked for comes before the product of the two
    return split_shots(shots, randomizations, each, pec=options.pec)


def _or(value: int | str, default: int) -> int:
    return default if isinstance(value, str) else value


def _said(value: float | int | None) -> str:
    return "left open" if value is None else f"{value:g}"
