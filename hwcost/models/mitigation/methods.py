"""Which error mitigation is asked for: `MitigationMethod`, and `parse_mitigation` for the command line."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from hwcost.core.checks import choice
from hwcost.core.errors import OptionError
from hwcost.core.numbers import parse_real
from hwcost.core.text import one_line

MitigationName: TypeAlias = Literal["readout", "zne", "pec"]
ExtrapolationFit: TypeAlias = Literal["exponential", "linear", "richardson"]
ReadoutCalibration: TypeAlias = Literal["tensored", "full"]

DEFAULT_NOISE_FACTORS = (1.0, 3.0, 5.0)
"""Of gate folding in Qiskit Runtime (`ZneOptions`, qiskit-ibm-runtime 0.45), which tries the exponential fit first."""

DEFAULT_PEC_SHOTS = 64
"""Shots of each random circuit of PEC in Qiskit Runtime (`TwirlingOptions.shots_per_randomization`, same version)."""

MAX_NOISE_FACTOR = 1000.0
MAX_NOISE_FACTORS = 20
MAX_PEC_SHOTS = 10**9

_EXAMPLE = "such as readout,zne:1:3:5"


@dataclass(frozen=True, slots=True, kw_only=True)
class MitigationMethod:
    """One method and its settings; those of other methods are left alone.

    Attributes:
        name: `readout` (inverse of the confusion matrix), `zne` (extrapolation to zero noise) or `pec`
            (probabilistic error cancellation).
        noise_factors: `zne`: factors by which the gate noise is amplified, at least two different ones from 1 on.
        fit: `zne`: what is fitted to the amplified values.
        calibration: `readout`: two circuits for all qubits at once (`tensored`), or one for each of the 2^n basis
            states of the measured qubits (`full`).
        shots_per_circuit: `pec`: shots of each random circuit.

    Raises:
        OptionError: A setting is invalid.
    """

    name: MitigationName
    noise_factors: tuple[float, ...] = DEFAULT_NOISE_FACTORS
    fit: ExtrapolationFit = "exponential"
    calibration: ReadoutCalibration = "tensored"
    shots_per_circuit: int = DEFAULT_PEC_SHOTS

    def __post_init__(self) -> None:
        for field, allowed in (
            ("name", MitigationName),
            ("fit", ExtrapolationFit),
            ("calibration", ReadoutCalibration),
        ):
            choice(f"mitigation: {field}", getattr(self, field), get_args(allowed))
        factors = self.noise_factors
        for factor in factors:
            if not 1.0 <= factor <= MAX_NOISE_FACTOR:
                raise OptionError(
                    f"mitigation: zne cannot amplify noise by {factor:g}; give factors from 1 to {MAX_NOISE_FACTOR:g}"
                )
        if len(set(factors)) != len(factors) or not 2 <= len(factors) <= MAX_NOISE_FACTORS:
            raise OptionError(
                f"mitigation: zne has the noise factors {', '.join(f'{f:g}' for f in factors) or 'none'}; give 2 to "
                f"{MAX_NOISE_FACTORS} different ones, such as zne:1:3:5"
            )
        if isinstance(self.shots_per_circuit, bool) or not 1 <= self.shots_per_circuit <= MAX_PEC_SHOTS:
            raise OptionError(
                f"mitigation: pec has {self.shots_per_circuit} shots per random circuit; give 1 to {MAX_PEC_SHOTS:g}"
            )

    def __str__(self) -> str:
        """Write the method as on the command line."""
        if self.name == "zne":
            fit = "" if self.fit == "exponential" else f":{self.fit}"
            return f"zne{fit}:{':'.join(f'{factor:g}' for factor in self.noise_factors)}"
        if self.name == "pec":
            return "pec" if self.shots_per_circuit == DEFAULT_PEC_SHOTS else f"pec:{self.shots_per_circuit}"
        return "readout" if self.calibration == "tensored" else "readout:full"


def parse_mitigation(text: str) -> tuple[MitigationMethod, ...]:
    """Parse the methods in a list such as `readout,zne:1:3:5`.

    - `readout`, `readout:tensored` or `readout:full`
    - `zne`, with noise factors and a fit in any order: `zne:1:2:3`, `zne:linear:1:3`, `zne:richardson`
    - `pec`, with the shots of each random circuit: `pec:128`

    Args:
        text: Methods separated by commas; empty for none.

    Raises:
        OptionError: A method or setting is unknown, one is given twice, or two contradict each other.

    Example:
        >>> [str(method) for method in parse_mitigation("readout, ZNE:1:3")]
        ['readout', 'zne:1:3']
    """
    methods = tuple(_parse_one(item.strip().lower()) for item in text.split(",")) if text.strip() else ()
    check_methods(methods)
    return methods


def check_methods(methods: Sequence[MitigationMethod]) -> None:
    """Refuse methods that cannot be used together.

    Raises:
        OptionError: One is given twice, or both `zne` and `pec` are: each removes the gate noise for itself.
    """
    for method in methods:
        if not isinstance(method, MitigationMethod):
            raise OptionError(
                f"mitigation: {one_line(repr(method))} is no MitigationMethod; parse_mitigation makes them from text"
            )
    names = [method.name for method in methods]
    for name in names:
        if names.count(name) > 1:
            raise OptionError(f"mitigation: {name} is given {names.count(name)} times; give it once")
    if "zne" in names and "pec" in names:
        raise OptionError(
            "mitigation: zne and pec both remove the gate noise; choose one (probabilistic error amplification, which "
            "joins them, is not costed)"
        )


def _parse_one(item: str) -> MitigationMethod:
    name, *settings = (part.strip() for part in item.split(":"))
    if name == "readout":
        if len(settings) > 1 or not set(settings) <= set(get_args(ReadoutCalibration)):
            raise OptionError(
                f"mitigation: readout takes one of {', '.join(get_args(ReadoutCalibration))}, not "
                f"{one_line(':'.join(settings))!r}"
            )
        return MitigationMethod(name="readout", calibration="full" if settings == ["full"] else "tensored")
    if name == "zne":
        return _parse_zne(settings)
    if name == "pec":
        if len(settings) > 1 or not all(text.isascii() and text.isdigit() and len(text) < 12 for text in settings):
            raise OptionError(
                f"mitigation: pec takes the shots of each random circuit, such as pec:{DEFAULT_PEC_SHOTS}, not "
                f"{one_line(':'.join(settings))!r}"
            )
        return MitigationMethod(name="pec", shots_per_circuit=int(settings[0]) if settings else DEFAULT_PEC_SHOTS)
    raise OptionError(
        f"mitigation: {one_line(name)!r} is not a method; choose from {', '.join(get_args(MitigationName))}, {_EXAMPLE}"
    )


def _parse_zne(settings: Sequence[str]) -> MitigationMethod:
    fits = [text for text in settings if text in get_args(ExtrapolationFit)]
    factors = []
    for text in settings:
        if text in fits:
            continue
        factor = parse_real(text)
        if factor is None or not math.isfinite(factor):
            raise OptionError(
                f"mitigation: zne takes noise factors and one of {', '.join(get_args(ExtrapolationFit))}, not "
                f"{one_line(text)!r}; write zne:1:3:5"
            )
        factors.append(factor)
    if len(fits) > 1:
        raise OptionError(f"mitigation: zne has {len(fits)} fits, {', '.join(fits)}; give one")
    return MitigationMethod(
        name="zne",
        noise_factors=tuple(factors) if factors else DEFAULT_NOISE_FACTORS,
        fit=fits[0] if fits else "exponential",  # type: ignore[arg-type]
    )
