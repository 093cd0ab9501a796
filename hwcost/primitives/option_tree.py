"""Options of a primitive as one nested dictionary, from whatever form they come in: `option_tree`."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from hwcost.core.errors import OptionError
from hwcost.core.text import one_line
from hwcost.primitives.pubs import Primitive

Processing: TypeAlias = Literal["client", "server"]

_FREE: None = None
"""In a table of names: anything may be below."""

_EXECUTION = dict.fromkeys(("init_qubits", "rep_delay", "scheduler_timing", "stretch_values"), "")
_DECOUPLING = dict.fromkeys(
    ("enable", "sequence_type", "extra_slack_distribution", "scheduling_method", "skip_reset_qubits"), ""
)
_TWIRLING = dict.fromkeys(
    ("enable_gates", "enable_measure", "group", "num_randomizations", "shots_per_randomization", "strategy"), ""
)
_COMMON: Mapping[str, Any] = {
    "default_shots": "",
    "max_execution_time": "",
    "environment": _FREE,
    "simulator": _FREE,
    "experimental": _FREE,
    "dynamical_decoupling": _DECOUPLING,
    "twirling": _TWIRLING,
}
NAMES: Mapping[str, Mapping[str, Any]] = {
    "sampler": {**_COMMON, "execution": {**_EXECUTION, "meas_type": ""}},
    "estimator": {
        **_COMMON,
        "execution": _EXECUTION,
        "default_precision": "",
        "resilience_level": "",
        "seed_estimator": "",
        "resilience": {
            "measure_mitigation": "",
            "measure_noise_learning": dict.fromkeys(("num_randomizations", "shots_per_randomization"), ""),
            "zne_mitigation": "",
            "zne": dict.fromkeys(("amplifier", "noise_factors", "extrapolator", "extrapolated_noise_factors"), ""),
            "pec_mitigation": "",
            "pec": dict.fromkeys(("max_overhead", "noise_gain"), ""),
            "layer_noise_learning": dict.fromkeys(
                ("max_layers_to_learn", "shots_per_randomization", "num_randomizations", "layer_pair_depths"), ""
            ),
            "layer_noise_model": _FREE,
        },
    },
    "executor": {
        "environment": _FREE,
        "execution": _EXECUTION,
        "experimental": _FREE,
        "simulator": _FREE,
        "max_execution_time": "",
    },
}
"""Names of all options that qiskit-ibm-runtime 0.40 to 0.51 knows, by primitive."""

ON_THE_SERVER = (
    "seed_estimator",
    "resilience.layer_noise_learning",
    "resilience.measure_noise_learning.shots_per_randomization",
)
"""Options that only the primitives know whose circuits are prepared on the server (before 0.51)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionTree:
    """Options that were set, nested; what was left to its default is not there.

    Attributes:
        values: Nested dictionaries.
        processing: Where the circuits are prepared, as far as the form of the options says it.
    """

    values: Mapping[str, Any]
    processing: Processing | None

    def get(self, path: str) -> object:
        """Return the value at a dotted path, None where it is not set."""
        value: object = self.values
        for name in path.split("."):
            if not isinstance(value, Mapping) or name not in value:
                return None
            value = value[name]
        return value

    def has(self, path: str) -> bool:
        """Return whether a dotted path was set, to None perhaps."""
        above, _, name = path.rpartition(".")
        values = self.get(above) if above else self.values
        return isinstance(values, Mapping) and name in values


def option_tree(options: object, primitive: Primitive | Literal["executor"]) -> OptionTree:
    """Read options.

    Args:
        options: A nested dictionary, an options object of qiskit-ibm-runtime, or a primitive with `options`.
        primitive: Whose options they are.

    Raises:
        OptionError: An option is unknown, or the object is something else.
    """
    if not isinstance(options, Mapping) and hasattr(options, "run") and hasattr(options, "options"):
        options = options.options
    if options is None:
        return OptionTree(values={}, processing=None)
    values = _plain(options)
    if not isinstance(values, dict):
        raise OptionError(
            f"options is a {type(options).__name__}; give an options object of qiskit-ibm-runtime or a dictionary such "
            "as {'resilience_level': 2}"
        )
    _check_kind(options, primitive)
    _check_names(values, NAMES[primitive], "", primitive)
    return OptionTree(values=values, processing=_processing(options, values))


def _plain(value: object) -> object:
    """Turn option objects, of either generation, into dictionaries without what is not set."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items() if not _is_unset(item)}
    # The new ones are pydantic models, which pretend to be dataclasses too.
    names = getattr(type(value), "model_fields", None)
    if names is None and dataclasses.is_dataclass(value) and not isinstance(value, type):
        if not type(value).__module__.startswith("qiskit_ibm_runtime.options"):
            return value
        names = [field.name for field in dataclasses.fields(value)]
    if names is None:
        return value
    items = {name: getattr(value, name) for name in names if not name.startswith("_")}
    return {name: _plain(item) for name, item in items.items() if not _is_unset(item)}


def _is_unset(value: object) -> bool:
    return type(value).__name__ == "UnsetType"


def _check_kind(options: object, primitive: str) -> None:
    name = type(options).__name__.lower()
    for other in ("estimator", "sampler", "executor"):
        if other != primitive and name.startswith(other) and not isinstance(options, Mapping):
            raise OptionError(f"options is a {type(options).__name__}, but the job is for the {primitive}")


def _processing(options: object, values: Mapping[str, Any]) -> Processing | None:
    module = type(options).__module__
    if module.startswith("qiskit_ibm_runtime.options_models"):
        return "client"
    if module.startswith("qiskit_ibm_runtime.options"):
        return "server"
    tree = OptionTree(values=values, processing=None)
    return "server" if any(tree.get(path) is not None for path in ON_THE_SERVER) else None


def _check_names(values: Mapping[str, Any], known: Mapping[str, Any], where: str, primitive: str) -> None:
    for name, value in values.items():
        path = f"{where}{name}"
        if name not in known:
            meant = _hint(name, known, where, primitive)
            raise OptionError(f"the {primitive} has no option {one_line(path)!r}; {meant}")
        below = known[name]
        if isinstance(below, Mapping) and value is not None:
            if not isinstance(value, Mapping):
                raise OptionError(f"option {path} is {one_line(repr(value))}; give a dictionary of {', '.join(below)}")
            _check_names(value, below, f"{path}.", primitive)


def _hint(name: str, known: Mapping[str, Any], where: str, primitive: str) -> str:
    """Say which name was meant: one alike, or the same name elsewhere in the tree."""
    elsewhere = [path for path in _paths(NAMES[primitive]) if path.rpartition(".")[2] == name]
    if elsewhere:
        return f"did you mean {' or '.join(elsewhere)}?"
    alike = difflib.get_close_matches(name, list(known), n=1)
    if alike:
        return f"did you mean {where}{alike[0]}?"
    others = [other for other in NAMES if other != primitive and f"{where}{name}" in set(_paths(NAMES[other]))]
    if others:
        return f"it is one of the {others[0]}"
    return f"it has {', '.join(where + other for other in known)}"


def _paths(known: Mapping[str, Any], where: str = "") -> Iterator[str]:
    for name, below in known.items():
        yield where + name
        if isinstance(below, Mapping):
            yield from _paths(below, f"{where}{name}.")
