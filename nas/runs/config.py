"""Everything that decides what a search finds: `SearchConfig`, from TOML, from the command line or from Python."""

from __future__ import annotations

import dataclasses
import difflib
import math
import os
import types
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, Union, get_args, get_origin, get_type_hints

from hwcost.core.option_fields import option
from hwcost.core.text import one_line
from nas.core.checks import choice, positive, whole
from nas.core.errors import SettingError
from nas.core.toml import read_toml
from nas.runs.algorithms import ALGORITHMS
from nas.runs.costing import (
    DEFAULT_SHOTS,
    QNAS_MAX_QUBITS,
    SIMULATED_GRADIENTS,
    CostingOptions,
    check_costing,
    read_costing,
    used_keys,
)
from nas.runs.limits import Limit, read_limits
from nas.runs.objectives import (
    BACKEND,
    OBJECTIVES,
    PLACE,
    POWER,
    TRAINED,
    Evaluated,
    Need,
    Objective,
    needs_of,
    objectives_named,
    values_of,
)
from nas.spaces.load import list_spaces
from nas.training.record import MAX_SEED, Engine, Precision, TrainSettings, is_train_device

if TYPE_CHECKING:
    from nas.costs import CandidateCost

Scope: TypeAlias = Literal["inference", "step", "epoch", "training"]
CostedGradient: TypeAlias = Literal["parameter-shift", "spsa", "finite-diff", "backprop", "adjoint"]

MAX_POPULATION = 100_000

AUTO = "auto"
"""The device that trains is chosen when a search begins, and written down as the one that was."""

FAQNAS_SETTINGS: Mapping[str, int | float] = {"epochs": 5, "batch_size": 64, "learning_rate": 3e-3}
"""How FAQNAS trains; the defaults."""

# FAQNAS's vector; of Hyb-HANAS only the three kinds of objectives are known.
_DEFAULT_OBJECTIVES = {
    "faqnas": ("quantum_flops", "validation_error", "parameters"),
    "hyb-hanas": ("validation_error", "unified_time_s", "parameters"),
    "hyb-hanas-inference": ("validation_error", "qpu_time_s", "classical_time_s"),
    "hyb-hanas-simulated": ("validation_error", "quantum_time_s", "classical_time_s", "parameters"),
    "qnas": ("validation_error", "simulated_inference_s", "log10_sampling_overhead", "num_subcircuits"),
}

# A space with other settings.
_SPACES = {"hyb-hanas-simulated": "hyb-hanas"}

PRESETS = tuple(sorted({*list_spaces(), *_SPACES}))
"""Names of presets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchConfig(CostingOptions):
    """What is searched, on which data, for which objectives, and how. Equal configurations find equal fronts.

    Every field is a key of a TOML file and, with hyphens, an option of `nas search`; what each means stands in its
    metadata. Evolution and training default to FAQNAS's settings; its population is not published, 20 is ours.

    Raises:
        SettingError: A value is invalid; the message names the key, the value and what would do.

    >>> SearchConfig(preset="faqnas", dataset="iris").objectives
    ('quantum_flops', 'validation_error', 'parameters')
    """

    preset: str | None = option(None, f"Built-in search space and objectives: {', '.join(PRESETS)}.", metavar="NAME")
    space: str | None = option(None, "Search space of your own instead of a preset.", metavar="FILE.toml")
    dataset: str = option(
        "",
        "iris, wine, breast-cancer, digits, mnist, fashion-mnist, cifar-10, svhn, emnist-balanced, heart-failure, "
        "data.csv:label, data.npz.",
    )
    objectives: tuple[str, ...] = option((), "Two to four objectives.", metavar="A,B,…")
    backend: str | None = option(None, "Device that is costed: a name, or the file of a calibration.", only=BACKEND)

    max: tuple[tuple[str, float], ...] = option(
        (),
        "Most that a network may cost; one that costs more is INFEASIBLE and never trained. May be repeated.",
        metavar="NAME=VALUE",
        kind="list",
    )
    min: tuple[tuple[str, float], ...] = option(
        (), "Least that a network must have, such as esp=0.2. May be repeated.", metavar="NAME=VALUE", kind="list"
    )

    population: int = option(20, "Networks of a generation.")
    generations: int = option(8, "Generations after the first.")
    seed: int = option(0, "Seed of everything random.")
    num_train_seeds: int = option(1, "Trainings of each network, whose accuracies are averaged.")
    num_folds: int | Literal["auto"] = option(
        "auto",
        "Validation parts that the trainings of a network take in turn, so that repeats validate on other samples. "
        "auto: 5 where one has fewer than 100 samples, else 1.",
        metavar="N|auto",
    )
    crossover: float = option(0.8, "Probability of uniform crossover; else a copy of the first parent.")
    mutation: float = option(0.2, "Probability that a gene is drawn anew.")
    stagnation: int = option(2, "Stop after N generations with the same front; 0 never does.", metavar="N")
    algorithm: str = option("nsga2", "What chooses the networks.", choices=ALGORITHMS)
    repeats: float = option(
        0.2, "Share of the generations that train members of the front again with other seeds; 0 for none."
    )
    exhaustive: bool = option(False, "Evaluate every distinct architecture of the space; the same as that algorithm.")

    pilot: bool = option(
        True, "No pilot: do not measure at the start how much of an error is the network's.", flag="--no-pilot"
    )
    settings: str = option(
        "given",
        "given: as the following options say; faqnas: those of the paper; auto: batch size and learning rate with the "
        "most signal of a pilot.",
        choices=("given", "faqnas", "auto"),
    )
    epochs: int = option(5, "Passes over the training part.")
    batch_size: int = option(64, "Samples of a step, trained or costed.")
    learning_rate: float = option(3e-3, "Of Adam; a genome's own comes first.")
    engine: Engine = option("fast", "What simulates.", choices=get_args(Engine))
    dtype: Precision = option("float32", "Precision.", choices=get_args(Precision))
    train_device: str = option(
        "cpu", "What trains: cpu, cuda, cuda:1, or auto for cuda where there is one.", metavar="cpu|cuda|auto"
    )
    patience: int | None = option(
        None, "Stop a training after N epochs without a better accuracy.", metavar="N", shown_default="never"
    )
    early_stop: float | None = option(
        None,
        "Give up a training once it is dominated even at the error that it stays above with this confidence, such as "
        "0.95.",
        metavar="CONFIDENCE",
        shown_default="never",
    )
    time_limit_s: float | None = option(
        None,
        "A network whose training takes longer, in seconds, has failed; looked at after each step.",
        metavar="SECONDS",
        shown_default="none",
        short="--time-limit",
    )

    keep_weights: bool = option(
        False, "Keep the weights of every training in the run, 4 bytes a parameter (8 in float64)."
    )

    scope: Scope = option("training", "What is costed.", choices=get_args(Scope), only=BACKEND)
    shots: int | None = option(
        None, "Shots of a circuit on a device without noise.", metavar="N", shown_default="1024", only=BACKEND
    )
    gradient: CostedGradient = option(
        "parameter-shift",
        "How gradients are computed; backprop and adjoint, without a backend, cost a simulation.",
        choices=get_args(CostedGradient),
        only=BACKEND,
    )
    machine: str | None = option(
        None,
        "Profile of the classical machine that is costed.",
        metavar="NAME|FILE",
        shown_default="one that is labelled as assumed",
        only=BACKEND,
    )
    job_profile: str | None = option(None, "Profile of job times.", shown_default="ibm", only=BACKEND)
    optimization_level: int = option(2, "Of Qiskit's transpiler.", only=BACKEND)
    num_seeds: int | Literal["auto"] = option(
        4,
        "Transpiler seeds; the cheapest circuit counts. auto: until more promise less than 2 %.",
        metavar="N|auto",
        only=BACKEND,
    )
    qpu_power_w: float | None = option(None, "Power of the quantum computer in watts, for energy_j.", only=POWER)
    device_power_w: float | None = option(None, "Power of the classical device in watts, for energy_j.", only=POWER)

    label: str | None = option(None, "Label column of a CSV file.", metavar="COLUMN")
    data_folder: str | None = option(
        None, "Where the files of mnist and the like are.", metavar="DIR", shown_default="OpenML for the MNISTs"
    )
    scaling: str | None = option(
        None, "standard, global, minmax or none.", metavar="NAME", shown_default="standard; global for images"
    )
    test_fraction: float = option(0.2, "Share of the samples kept for the test, which no training touches.")
    validation_fraction: float = option(0.2, "Share of the others that validates.")
    split_seed: int = option(0, "Seed of the division.")
    max_samples: int | None = option(
        None, "At most N samples for training and validation.", metavar="N", shown_default="all"
    )

    device: str | None = dataclasses.field(
        default=None, repr=False, compare=False, metadata={"only": None, "choices": ()}
    )  # the old name of `machine`, and always None afterwards

    def __post_init__(self) -> None:
        for name, value in renamed({"machine": self.machine, "device": self.device}).items():
            object.__setattr__(self, name, value)
        object.__setattr__(self, "device", None)
        read_costing(self)
        self._complete()
        self._check_types()
        self._check_numbers()
        self._check_algorithm()
        self._check_settings()
        if (self.preset is None) == (self.space is None):
            raise SettingError(
                f"give either preset, one of {', '.join(PRESETS)}, or space, the TOML file of a space of your own"
            )
        if self.preset is not None and self.preset not in PRESETS:
            raise SettingError(f"preset is {one_line(repr(self.preset))}; choose from {', '.join(PRESETS)}")
        if not self.dataset:
            raise SettingError("dataset is missing; give one of iris, wine, breast-cancer, digits, mnist, …, or a file")
        if not self.objectives:
            object.__setattr__(self, "objectives", self._default_objectives())
        self._check_surrogate()
        self._check_early_stop()
        if self.settings == "auto" and not any(objective.trained for objective in self.chosen):
            raise SettingError("settings = auto needs the objective validation_error, whose noise a pilot measures")
        for what, wanted in (("objective", self.chosen), ("limit", self.limits)):
            for one in wanted:
                for need in sorted(one.needs, key=lambda need: need.name):
                    if any(getattr(self, key) is None for key in need.keys):
                        raise SettingError(f"the {what} {one.name} {need.refusal}")
        check_costing(
            self,
            backend=self.backend,
            shots=self.shots,
            gradient=self.gradient,
            objectives=self.objectives,
            needs=self.needs,
        )
        self.train_settings()

    def _complete(self) -> None:
        """Fill in what other keys decide: shots without a precision, and the settings of presets."""
        if self.shots is None and self.precision is None:
            object.__setattr__(self, "shots", DEFAULT_SHOTS)
        if self.preset == "qnas" and not self.objectives and self.max_qubits is None:
            object.__setattr__(self, "max_qubits", QNAS_MAX_QUBITS)
        if self.preset == "hyb-hanas-inference":
            if self.scope == "training":
                object.__setattr__(self, "scope", "inference")
            if self.rep_delay_s is None:
                object.__setattr__(self, "rep_delay_s", 0.0)
        if self.preset == "hyb-hanas-simulated" and self.gradient == "parameter-shift":
            object.__setattr__(self, "gradient", "backprop")

    def _check_algorithm(self) -> None:
        """Make `exhaustive` and `algorithm` say the same."""
        if self.exhaustive and self.algorithm not in ("nsga2", "exhaustive"):
            raise SettingError(f"exhaustive contradicts algorithm = {self.algorithm}; give one of them")
        if self.exhaustive:
            object.__setattr__(self, "algorithm", "exhaustive")
        object.__setattr__(self, "exhaustive", self.algorithm == "exhaustive")

    def _check_surrogate(self) -> None:
        if self.algorithm == "surrogate" and not any(objective.trained for objective in self.chosen):
            raise SettingError(
                "algorithm = surrogate predicts validation_error, which is none of the objectives "
                f"({', '.join(self.objectives)}); name it among them, or take another algorithm"
            )

    def _check_early_stop(self) -> None:
        if self.early_stop is None:
            return
        if not 0.5 <= self.early_stop < 1.0:
            raise SettingError(f"early_stop is {self.early_stop}; give a confidence from 0.5 to below 1, such as 0.95")
        if TRAINED not in self.objectives:
            raise SettingError(
                f"early_stop predicts {TRAINED}, which is none of the objectives ({', '.join(self.objectives)}); "
                "name it among them, or leave early_stop out"
            )
        if self.num_train_seeds > 1:
            raise SettingError(
                f"early_stop judges one training, but num_train_seeds is {self.num_train_seeds}; give one of them"
            )

    def _check_settings(self) -> None:
        """Refuse settings that say two things at once."""
        fixed = {"given": (), "faqnas": tuple(FAQNAS_SETTINGS), "auto": ("batch_size", "learning_rate")}[self.settings]
        for name in fixed:
            if getattr(self, name) != FAQNAS_SETTINGS[name]:
                raise SettingError(
                    f"settings = {self.settings} contradicts {name} = {getattr(self, name)}; give one of them"
                )
        if self.settings == "auto" and not self.pilot:
            raise SettingError("settings = auto needs the pilot that is switched off; give one of them")

    @property
    def trains_as_published(self) -> bool:
        """Return whether networks are trained with FAQNAS's epochs, batches and learning rate."""
        return all(getattr(self, name) == value for name, value in FAQNAS_SETTINGS.items())

    def _default_objectives(self) -> tuple[str, ...]:
        default = _DEFAULT_OBJECTIVES.get(self.preset or "")
        cost = "quantum_flops" if self.backend is None else "unified_time_s"
        return default or ("validation_error", cost, "parameters")

    def _check_types(self) -> None:
        hints = get_type_hints(type(self))
        for f in dataclasses.fields(self):
            value = getattr(self, f.name)
            if f.name == "objectives":
                names = value.split(",") if isinstance(value, str) else value
                if not isinstance(names, (list, tuple)) or not all(isinstance(name, str) for name in names):
                    raise SettingError(
                        f"objectives is {one_line(repr(value))}; give names such as {', '.join(OBJECTIVES)}"
                    )
                object.__setattr__(self, "objectives", tuple(name.strip() for name in names))
            elif f.name in ("max", "min"):
                object.__setattr__(self, f.name, read_limits("max" if f.name == "max" else "min", value))
            elif isinstance(value, os.PathLike):
                object.__setattr__(self, f.name, os.fspath(value))
            else:
                _check_type(f.name, value, hints[f.name])
                if f.metadata["choices"] and value is not None:
                    choice(f.name, value, f.metadata["choices"])

    def _check_numbers(self) -> None:
        for name, low, high in (
            ("population", 2, MAX_POPULATION),
            ("generations", 0, MAX_POPULATION),
            ("seed", 0, MAX_SEED),
            ("num_train_seeds", 1, 1000),
            ("num_folds", 1, 1000),
            ("stagnation", 0, MAX_POPULATION),
            *([] if self.shots is None else [("shots", 1, 10**9)]),
            ("optimization_level", 0, 3),
            ("num_seeds", 1, 1000),
        ):
            if name in ("num_seeds", "num_folds") and getattr(self, name) == "auto":
                continue
            object.__setattr__(self, name, whole(name, getattr(self, name), low, high))
        for name, what in (("crossover", "probability"), ("mutation", "probability"), ("repeats", "share")):
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise SettingError(f"{name} is {getattr(self, name)}; give a {what} from 0 to 1")
        for name in ("qpu_power_w", "device_power_w"):
            if getattr(self, name) is not None:
                positive(name, getattr(self, name))

    @property
    def chosen(self) -> tuple[Objective, ...]:
        """Return the objectives."""
        return objectives_named(self.objectives)

    @property
    def needs(self) -> frozenset[Need]:
        """Return what any of the objectives or limits needs."""
        return needs_of([*self.chosen, *self.limits])

    @property
    def limits(self) -> tuple[Limit, ...]:
        """Return the limits of what a network may cost."""
        most = tuple(Limit(name=name, side="max", bound=bound) for name, bound in self.max)
        return (*most, *(Limit(name=name, side="min", bound=bound) for name, bound in self.min))

    def evaluated(self, cost: CandidateCost, accuracies: tuple[float, ...] = ()) -> Evaluated:
        """Return what objectives and limits are computed from."""
        return Evaluated(
            cost=cost, accuracies=accuracies, qpu_power_w=self.qpu_power_w, device_power_w=self.device_power_w
        )

    def values(self, cost: CandidateCost, accuracies: tuple[float, ...]) -> dict[str, float]:
        """Compute the objectives of a network by name; those that have no value are left out."""
        return values_of(self.chosen, self.evaluated(cost, accuracies))

    @property
    def space_source(self) -> str:
        """Return the name or file of the search space."""
        return _SPACES.get(self.preset or "", self.preset) or self.space or ""

    @property
    def costed_on(self) -> str | None:
        """Return where the time of the scope is costed: the backend, `simulation`, or nowhere (None)."""
        return self.backend or ("simulation" if self.gradient in SIMULATED_GRADIENTS else None)

    @property
    def costs_time(self) -> bool:
        """Return whether an objective needs the cost of the scope, on a device or of a simulation."""
        return bool(self.needs & {BACKEND, PLACE})

    @property
    def measured_shots(self) -> int:
        """Return the shots of a circuit before noise asks for more: those given, or ⌈1/precision²⌉ for ±1 outcomes."""
        if self.shots is not None:
            return self.shots
        return DEFAULT_SHOTS if self.precision is None else math.ceil(1.0 / self.precision**2)

    @property
    def used_keys(self) -> frozenset[str]:
        """Return the keys of costs that the objectives depend on."""
        return used_keys(self.needs, DEVICE_KEYS, on_device=self.backend is not None)

    def train_settings(self) -> TrainSettings:
        """Return the settings of each training."""
        names = ("epochs", "batch_size", "learning_rate", "engine", "dtype", "patience", "time_limit_s")
        return TrainSettings(device=self._device(), **{name: getattr(self, name) for name in names})

    def _device(self) -> str:
        if not is_train_device(self.train_device) and self.train_device != AUTO:
            raise SettingError(f"train_device is {one_line(repr(self.train_device))}; give cpu, cuda, cuda:1 or {AUTO}")
        return "cpu" if self.train_device == AUTO else self.train_device

    def data_options(self) -> dict[str, Any]:
        """Return the arguments of `nas.load_dataset` besides the source."""
        names = ("label", "scaling", "test_fraction", "validation_fraction", "split_seed", "max_samples")
        return {"folder": self.data_folder, **{name: getattr(self, name) for name in names}}

    def to_dict(self) -> dict[str, Any]:
        """Return all keys and values as plain data."""
        plain = dataclasses.asdict(self)
        del plain["device"]
        return {**plain, "objectives": list(self.objectives), "max": dict(self.max), "min": dict(self.min)}


OLD_NAMES: Mapping[str, str] = {"device": "machine"}
"""Keys that had another name; the old one still works."""


def renamed(keys: Mapping[str, Any]) -> dict[str, Any]:
    """Return keys with values under their present names.

    Raises:
        SettingError: A key has two values, under both of its names.

    >>> renamed({"shots": 100, "device": "mine.json"})
    {'shots': 100, 'machine': 'mine.json'}
    """
    present = dict(keys)
    for old, new in OLD_NAMES.items():
        value = present.pop(old, None)
        if value is None:
            continue
        if present.get(new, value) not in (None, value):
            raise SettingError(f"{old} is the old name of {new}, and both are given; give {new}")
        present[new] = value
    return present


BEFORE: Mapping[str, Any] = {"repeats": 0.0, "num_folds": 1}
"""What versions did that did not have a key yet; their runs are resumed so."""

COSTING_KEYS = ("objectives", *(f.name for f in dataclasses.fields(SearchConfig) if f.metadata["only"] is not None))
"""Keys that only costs depend on, and not training."""

DEVICE_KEYS = tuple(f.name for f in dataclasses.fields(SearchConfig) if f.metadata["only"] is BACKEND)
"""Of those, keys that have an effect only if an objective needs a device."""

CHECKED_KEYS = (*DEVICE_KEYS, "max_qubits")
"""Keys whose change is refused where no objective depends on them."""


def config_from_dict(plain: Mapping[str, Any]) -> SearchConfig:
    """Make the configuration of plain data, as in a TOML file.

    Raises:
        SettingError: A key is unknown or a value is invalid.

    >>> config_from_dict({"preset": "faqnas", "dataset": "iris", "popolation": 10})
    Traceback (most recent call last):
    nas.core.errors.SettingError: unknown key 'popolation'; did you mean 'population'?
    """
    if not isinstance(plain, Mapping):
        raise SettingError(f"a configuration is keys with values; this is {one_line(repr(plain))}")
    inherited = [f.name for f in dataclasses.fields(CostingOptions)]
    names = [f.name for f in dataclasses.fields(SearchConfig) if f.name not in inherited] + inherited
    for key in plain:
        if key not in names:
            near = difflib.get_close_matches(str(key), names, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(names)}"
            raise SettingError(f"unknown key {one_line(repr(key))}; {hint}")
    if plain.get("exhaustive") is True and plain.get("algorithm", "exhaustive") != "exhaustive":
        raise SettingError(f"exhaustive contradicts algorithm = {one_line(str(plain['algorithm']))}; give one of them")
    return SearchConfig(**plain)


def load_config(path: str | os.PathLike[str], overrides: Mapping[str, Any] | None = None) -> SearchConfig:
    """Read the configuration in a TOML file; files that it names are looked for beside it.

    Args:
        path: The file, its top-level keys those of `SearchConfig`.
        overrides: Keys that come first, as from the command line.

    Raises:
        SettingError: There is no such file, it is no TOML, a key is unknown or a value is invalid.
    """
    plain = read_toml(path, SettingError, "a configuration")
    plain = renamed(plain)
    for name in ("space", "dataset", "data_folder", "machine", "job_profile", "backend"):
        if isinstance(plain.get(name), str):
            plain[name] = _beside(os.path.dirname(os.fspath(path)), plain[name])
    overrides = renamed(overrides or {})
    for alternatives in ({"preset", "space"}, {"algorithm", "exhaustive"}, {"shots", "precision"}):
        if alternatives & overrides.keys():
            plain = {key: value for key, value in plain.items() if key not in alternatives}
    try:
        return config_from_dict({**plain, **overrides})
    except SettingError as error:
        raise SettingError(f"{one_line(os.fspath(path))}: {error}") from None


def _beside(folder: str, path: str) -> str:
    """Find a file beside the configuration, if there is one of that name (a data set may end in `:column`)."""
    for name in (path, path.rpartition(":")[0]):
        # Of os.path: for names that are too long or otherwise impossible the methods of Path raise.
        if name and folder and not os.path.isabs(name) and os.path.exists(os.path.join(folder, name)):
            return os.path.join(folder, path)
    return path


def _check_type(name: str, value: object, hint: Any) -> None:
    kinds = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
    if value is None and type(None) in kinds:
        return
    words = tuple(word for kind in kinds if get_origin(kind) is Literal for word in get_args(kind))
    if words and (int not in kinds or (isinstance(value, str) and value in words)):
        choice(name, value, words)
        return
    for kind in kinds:
        if get_origin(kind) is Literal:
            continue
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            return
        if isinstance(value, kind) and (kind is bool or not isinstance(value, bool)):
            return
    wanted = {int: "a whole number", float: "a number", bool: "true or false", str: "text"}
    wants = " or ".join((wanted.get(kinds[0], "another value"), *words))
    raise SettingError(f"{name} is {one_line(repr(value))}; give {wants}")
