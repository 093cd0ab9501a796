"""What `evaluate` is asked for: its settings, and whether they go together."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

from hwcost.core.option_fields import option
from hwcost.core.text import one_line
from nas.core.checks import choice, whole
from nas.core.errors import SettingError

Part: TypeAlias = Literal["validation", "test"]

MAX_SHOTS = 10**7
MAX_SAMPLES = 10**6
LIVE_NAME = re.compile(r"ibm_[a-z0-9_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluateSettings:
    """How a member is evaluated on a device.

    Raises:
        SettingError: A value is invalid.
    """

    shots: int = option(4096, "Shots of each circuit.")
    part: Part = option("validation", "Samples: validation, or test for a final figure.", choices=get_args(Part))
    max_samples: int = option(100, "At most N samples, the first of the part.", metavar="N")
    seed: int = option(0, "Seed of the shots and of the compilations.")
    optimization_level: int = option(2, "Of Qiskit's transpiler.")
    num_seeds: int = option(4, "Transpiler seeds; the cheapest circuit runs.")
    without_pennylane: bool = option(False, "Leave out PennyLane's Qiskit device.")

    def __post_init__(self) -> None:
        for name, low, high in (
            ("shots", 1, MAX_SHOTS),
            ("max_samples", 1, MAX_SAMPLES),
            ("seed", 0, 2**31 - 1),
            ("optimization_level", 0, 3),
            ("num_seeds", 1, 1000),
        ):
            object.__setattr__(self, name, whole(name, getattr(self, name), low, high))
        choice("part", self.part, get_args(Part))


def settings_of(settings: dict[str, Any]) -> EvaluateSettings:
    """Return the settings of a call.

    Raises:
        SettingError: There is no such setting, or a value is invalid.
    """
    known = EvaluateSettings.__dataclass_fields__
    for name in settings:
        if name not in known:
            raise SettingError(f"evaluate has no setting {name!r}; its settings are {', '.join(known)}")
    return EvaluateSettings(**settings)


def live_name(noise: object, backend: object) -> str | None:
    """Return the name of a live backend; None for anything else that is not refused.

    Raises:
        SettingError: It is the name of something else, or the noise of a device is given too.
    """
    if not isinstance(backend, str):
        return None
    if not LIVE_NAME.fullmatch(backend.strip().lower()):
        raise SettingError(
            f"backend is {one_line(backend)!r}, which is no live backend such as ibm_torino; give it with --noise to "
            "simulate it"
        )
    if noise is not None:
        raise SettingError(
            "noise and backend are both given; a live backend is simulated with the calibration that it reports: leave "
            "--noise out, or leave --backend out and simulate only"
        )
    return backend


def check_together(noise: object, backend: object, max_qpu_time: object, settings: EvaluateSettings) -> None:
    """Refuse what does not go together; a name has passed `live_name`.

    Raises:
        SettingError: It does not.
    """
    if isinstance(backend, str):
        return
    if max_qpu_time is not None:
        raise SettingError(
            "max_qpu_time allows the jobs of a live backend; name one with --backend, such as ibm_torino"
        )
    if noise is None:
        raise SettingError("noise is missing; name the device to simulate, such as fake_sherbrooke")
    if backend is not None and settings.without_pennylane:
        raise SettingError("backend runs through PennyLane's Qiskit device; leave without_pennylane out")
