"""The options of a primitive that change counts or times, resolved: `JobOptions`, `read_options`.

Defaults and dependencies are those that IBM documents: resilience level 1 twirls measurements and mitigates readout
(TREX), level 2 twirls gates too and extrapolates to zero noise with the factors 1, 3 and 5; mitigation of readout
twirls measurements, PEA and PEC twirl everything.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, TypeVar

from hwcost.core.checks import choice, positive, real, whole
from hwcost.core.errors import OptionError
from hwcost.core.text import one_line
from hwcost.estimation.options import MIN_PRECISION
from hwcost.primitives.option_tree import OptionTree, Processing, option_tree
from hwcost.primitives.pubs import Primitive
from hwcost.primitives.shots import Number

_T = TypeVar("_T")
_D = TypeVar("_D")

Amplifier: TypeAlias = Literal["gate_folding", "gate_folding_front", "gate_folding_back", "pea"]
AMPLIFIERS = ("gate_folding", "gate_folding_front", "gate_folding_back", "pea")

DEFAULT_PRECISION = 0.015625
DEFAULT_SAMPLER_SHOTS = 4096
DEFAULT_LEVEL = 1
MAX_SHOTS = 10**15
MAX_RANDOMIZATIONS = 10**12
MAX_FACTORS = 1000
MAX_FACTOR = 1e6

DEFAULT_OVERHEAD = 100.0
"""Limit of the sampling overhead of PEC."""

NOISE_FACTORS = (1.0, 3.0, 5.0)
SERVER_PEA_FACTORS = (1.0, 1.5, 2.0, 2.5, 3.0)
"""Default noise factors of PEA where the server prepares the circuits; the client takes `NOISE_FACTORS`."""

SERVER_LEARNING_RANDOMIZATIONS = 32

SERVER_LAYERS = 4
"""Layers whose noise the server learns, at most, by default."""

FACTORS_NEEDED = {
    "linear": 2,
    "exponential": 2,
    "double_exponential": 4,
    "fallback": 1,
    **{f"polynomial_degree_{degree}": degree + 1 for degree in range(1, 8)},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerLearning:
    """How the noise of layers of two-qubit gates is learned, for PEA and PEC.

    Attributes:
        max_layers: Most layers that are learned, None for all.
        randomizations: Random circuits of each basis and depth.
        shots: Shots of each.
        pair_depths: Depths, in pairs of the layer.
    """

    max_layers: int | None = None
    randomizations: int = 32
    shots: int = 128
    pair_depths: tuple[int, ...] = (0, 1, 2, 4, 16, 32)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobOptions:
    """What of the options of a primitive decides about counts and times, defaults filled in.

    Attributes:
        primitive: Whose options.
        processing: Where the circuits are prepared: by the client (runtime 0.51) or on IBM's server (before).
        resilience_level: 0 to 2, None for the Sampler.
        default_precision: Precision where neither a PUB nor the call gives one, None for the Sampler.
        default_shots: Shots of each configuration in its place, None without.
        rep_delay_s: Repetition delay in seconds, None for the backend's.
        max_execution_time_s: Seconds after which the job is cancelled, None without a limit.
        dynamical_decoupling: Whether idle times are filled with pulses.
        twirl_gates: Whether two-qubit gates are twirled.
        twirl_measure: Whether measurements are.
        randomizations: Random circuits of each configuration.
        shots_per_randomization: Shots of each.
        measure_mitigation: Whether readout is mitigated (TREX), which measures one more circuit.
        learning_randomizations: Random circuits of that one.
        learning_shots: Shots of each.
        noise_factors: Of zero-noise extrapolation, empty without.
        amplifier: How noise is amplified.
        pec: Whether noise is cancelled by quasi-probabilities.
        pec_max_overhead: Upper limit of the sampling overhead, None without.
        pec_noise_gain: Share of the noise that is kept.
        layer_learning: How layers are learned.
        has_noise_model: Whether the noise of layers is given.
        forced: Switches that the user set to off and that mitigation turns on.
        layer_noise_model: That noise.
    """

    primitive: Primitive
    processing: Processing = "client"
    resilience_level: int | None = None
    default_precision: float | None = None
    default_shots: int | None = None
    rep_delay_s: float | None = None
    max_execution_time_s: int | None = None
    dynamical_decoupling: bool = False
    twirl_gates: bool = False
    twirl_measure: bool = False
    randomizations: Number = "auto"
    shots_per_randomization: Number = "auto"
    measure_mitigation: bool = False
    learning_randomizations: Number = "auto"
    learning_shots: Number = "auto"
    noise_factors: tuple[float, ...] = ()
    amplifier: str = "gate_folding"
    pec: bool = False
    pec_max_overhead: float | None = DEFAULT_OVERHEAD
    pec_noise_gain: float | Literal["auto"] = "auto"
    layer_learning: LayerLearning = LayerLearning()
    has_noise_model: bool = False
    forced: tuple[str, ...] = ()
    layer_noise_model: Any = field(default=None, repr=False, compare=False)

    @property
    def twirls(self) -> bool:
        """Whether circuits are randomized."""
        return self.twirl_gates or self.twirl_measure or self.pec

    @property
    def needs_noise_model(self) -> bool:
        """Whether the noise of the layers must be known."""
        return self.pec or (bool(self.noise_factors) and self.amplifier == "pea")

    def plain(self) -> dict[str, Any]:
        """Return the settings for records; of a noise model only whether there is one."""
        return {name: getattr(self, name) for name in self.__slots__ if name != "layer_noise_model"}


def read_options(
    options: object,
    primitive: Primitive,
    *,
    processing: Processing | None = None,
    resilience_level: int | None = None,
) -> JobOptions:
    """Read the options of a primitive in any form that IBM's client takes, and fill in the defaults.

    Args:
        options: A nested dictionary, an options object of qiskit-ibm-runtime (0.40 to 0.51), a primitive, or None.
        primitive: `estimator` or `sampler`.
        processing: Where circuits are prepared; default as the options object has it, else by the client.
        resilience_level: Level in place of the options' own.

    Raises:
        OptionError: An option is unknown, or its value is invalid.

    Example:
        >>> settings = read_options({"resilience": {"zne_mitigation": True}}, "estimator")
        >>> settings.resilience_level, settings.noise_factors, settings.twirl_gates
        (1, (1.0, 3.0, 5.0), False)
    """
    tree = option_tree(options, primitive)
    where = processing or tree.processing or "client"
    choice("processing", where, ("client", "server"))
    if processing == "client" and tree.processing == "server":
        raise OptionError(
            "processing is client, but the options are those of the primitives whose circuits the server prepares; "
            "take options of qiskit_ibm_runtime.options_models, or a dictionary without "
            "seed_estimator, layer_noise_learning and measure_noise_learning.shots_per_randomization"
        )
    if primitive == "sampler":
        if resilience_level is not None:
            raise OptionError("resilience_level belongs to the Estimator; the Sampler mitigates nothing")
        return _sampler(tree, where)
    return _estimator(tree, where, resilience_level)


def _sampler(tree: OptionTree, processing: Processing) -> JobOptions:
    twirl_measure = _switch(tree, "twirling.enable_measure", False)
    kind = tree.get("execution.meas_type")
    if kind is not None:
        choice("execution.meas_type", kind, ("classified", "kerneled", "avg_kerneled"))
        if kind != "classified" and twirl_measure:
            raise OptionError(
                f"execution.meas_type is {kind} and twirling.enable_measure is on; only classified results can be "
                "twirled: switch one of them off"
            )
    return JobOptions(
        primitive="sampler",
        processing=processing,
        default_shots=_get(tree, "default_shots", _shots, None if tree.has("default_shots") else DEFAULT_SAMPLER_SHOTS),
        twirl_gates=_switch(tree, "twirling.enable_gates", False),
        twirl_measure=twirl_measure,
        **_common(tree),
    )


def _estimator(tree: OptionTree, processing: Processing, resilience_level: int | None) -> JobOptions:
    level = _level(tree, resilience_level)
    factors = _factors(tree, processing) if _switch(tree, "resilience.zne_mitigation", level == 2) else ()
    amplifier = _amplifier(tree)
    pec = _switch(tree, "resilience.pec_mitigation", False)
    if pec and factors:
        raise OptionError(
            "resilience.pec_mitigation and resilience.zne_mitigation are both on"
            + (" (resilience level 2 switches ZNE on)" if tree.get("resilience.zne_mitigation") is None else "")
            + "; switch one of them off"
        )
    mitigates = _switch(tree, "resilience.measure_mitigation", level >= 1)
    injects = pec or (bool(factors) and amplifier == "pea")
    learning, shots = _measure_learning(tree, processing)
    forced = [("twirling.enable_measure", mitigates or injects), ("twirling.enable_gates", injects)]
    model = tree.get("resilience.layer_noise_model")
    if isinstance(model, Iterator):
        model = list(model)  # a zip, which the client reads once
    return JobOptions(
        primitive="estimator",
        processing=processing,
        resilience_level=level,
        default_precision=_get(tree, "default_precision", _precision, DEFAULT_PRECISION),
        default_shots=_get(tree, "default_shots", _shots, None),
        twirl_gates=_switch(tree, "twirling.enable_gates", level == 2) or injects,
        twirl_measure=_switch(tree, "twirling.enable_measure", level >= 1) or mitigates or injects,
        measure_mitigation=mitigates,
        learning_randomizations=learning,
        learning_shots=shots,
        noise_factors=factors,
        amplifier=amplifier,
        pec=pec,
        pec_max_overhead=_overhead(tree),
        pec_noise_gain=_gain(tree),
        layer_learning=_layer_learning(tree, processing),
        has_noise_model=model is not None,
        forced=tuple(name for name, needed in forced if needed and tree.get(name) is False),
        layer_noise_model=model,
        **_common(tree),
    )


def _common(tree: OptionTree) -> dict[str, Any]:
    return {
        "rep_delay_s": _get(tree, "execution.rep_delay", _delay, None),
        "max_execution_time_s": _get(
            tree, "max_execution_time", lambda name, value: whole(name, value, 1, 10**9), None
        ),
        "dynamical_decoupling": _switch(tree, "dynamical_decoupling.enable", False),
        "randomizations": _get(tree, "twirling.num_randomizations", _number, "auto"),
        "shots_per_randomization": _get(tree, "twirling.shots_per_randomization", _number, "auto"),
    }


def _level(tree: OptionTree, given: int | None) -> int:
    own = tree.get("resilience_level")
    level = own if given is None else given
    return DEFAULT_LEVEL if level is None else whole("resilience_level", level, 0, 2)


def _factors(tree: OptionTree, processing: Processing) -> tuple[float, ...]:
    amplifier = _amplifier(tree)
    default = SERVER_PEA_FACTORS if processing == "server" and amplifier == "pea" else NOISE_FACTORS
    given = tree.get("resilience.zne.noise_factors")
    factors = default if given is None or given == "auto" else _numbers("resilience.zne.noise_factors", given)
    if not 2 <= len(factors) <= MAX_FACTORS or any(not 1.0 <= factor <= MAX_FACTOR for factor in factors):
        raise OptionError(
            f"resilience.zne.noise_factors is {one_line(repr(given))}; give two or more numbers from 1, such as 1, 3, 5"
        )
    chosen = tree.get("resilience.zne.extrapolator")
    names = ("exponential", "linear") if chosen is None else (chosen,) if isinstance(chosen, str) else chosen
    for name in _items("resilience.zne.extrapolator", names):
        needed = FACTORS_NEEDED[choice("resilience.zne.extrapolator", name, tuple(FACTORS_NEEDED))]
        if len(factors) < needed:
            raise OptionError(
                f"the extrapolator {name} needs {needed} noise factors, but resilience.zne.noise_factors has "
                f"{len(factors)}; give more"
            )
    return factors


def _amplifier(tree: OptionTree) -> str:
    return _get(tree, "resilience.zne.amplifier", lambda name, value: choice(name, value, AMPLIFIERS), AMPLIFIERS[0])


def _numbers(name: str, values: object) -> tuple[float, ...]:
    return tuple(real(name, value) for value in _items(name, values))


def _items(name: str, values: object) -> tuple[object, ...]:
    if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        raise OptionError(f"{name} is {one_line(repr(values))}; give a list")
    return tuple(values)


def _measure_learning(tree: OptionTree, processing: Processing) -> tuple[Number, Number]:
    path = "resilience.measure_noise_learning"
    default: Number = SERVER_LEARNING_RANDOMIZATIONS if processing == "server" else "auto"
    return (
        _get(tree, f"{path}.num_randomizations", _number, default),
        _get(tree, f"{path}.shots_per_randomization", _number, "auto"),
    )


def _layer_learning(tree: OptionTree, processing: Processing) -> LayerLearning:
    path, default = "resilience.layer_noise_learning", LayerLearning()
    depths = tree.get(f"{path}.layer_pair_depths")
    layers = tree.get(f"{path}.max_layers_to_learn")
    # A limit of the server: the client learns the layers that it is given. None there means no limit.
    unlimited = processing == "client" or (tree.has(f"{path}.max_layers_to_learn") and layers is None)
    return LayerLearning(
        max_layers=None
        if unlimited
        else whole(f"{path}.max_layers_to_learn", SERVER_LAYERS if layers is None else layers, 0, 10**6),
        randomizations=_get(tree, f"{path}.num_randomizations", _count, default.randomizations),
        shots=_get(tree, f"{path}.shots_per_randomization", _count, default.shots),
        pair_depths=default.pair_depths
        if depths is None
        else tuple(whole(f"{path}.layer_pair_depths", depth, 0, 10**6) for depth in _items(path, depths)),
    )


def _overhead(tree: OptionTree) -> float | None:
    path = "resilience.pec.max_overhead"
    given = tree.get(path)
    if given is None:  # which means no limit where it is set
        return None if tree.has(path) else DEFAULT_OVERHEAD
    return positive(path, given)


def _gain(tree: OptionTree) -> float | Literal["auto"]:
    given = tree.get("resilience.pec.noise_gain")
    if given is None or given == "auto":
        return "auto"
    gain = real("resilience.pec.noise_gain", given)
    if not 0.0 <= gain < math.inf:
        raise OptionError(f"resilience.pec.noise_gain is {gain}; give 'auto' or a number from 0")
    return gain


def _get(tree: OptionTree, path: str, check: Callable[[str, object], _T], default: _D) -> _T | _D:
    value = tree.get(path)
    return default if value is None else check(path, value)


def _switch(tree: OptionTree, path: str, default: bool) -> bool:
    value = tree.get(path)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise OptionError(f"{path} is {one_line(repr(value))}; give true or false")
    return value


def _precision(name: str, value: object) -> float:
    precision = positive(name, value)
    if precision < MIN_PRECISION:
        raise OptionError(f"{name} is {precision}; give a standard error from {MIN_PRECISION:g}, such as 0.01")
    return precision


def _shots(name: str, value: object) -> int:
    return whole(name, value, 1, MAX_SHOTS)


def _count(name: str, value: object) -> int:
    return whole(name, value, 1, MAX_RANDOMIZATIONS)


def _number(name: str, value: object) -> Number:
    return "auto" if isinstance(value, str) and value == "auto" else _count(name, value)


def _delay(name: str, value: object) -> float:
    delay_s = real(name, value)
    if not 0.0 <= delay_s <= 1.0:
        raise OptionError(f"{name} is {delay_s}; give seconds between 0 and 1, for example 0.00025 for 250 µs")
    return delay_s


def rep_delay_of(tree: OptionTree) -> float | None:
    """Return the repetition delay that options ask for, in seconds, None where they leave it to the backend.

    Raises:
        OptionError: It is no such time.
    """
    return _get(tree, "execution.rep_delay", _delay, None)
