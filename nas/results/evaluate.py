"""A member of a front on a noisy device: `evaluate`."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NoReturn, TypeAlias, get_args

import numpy as np

import hwcost
from hwcost.core.option_fields import option
from hwcost.core.text import one_line
from nas.architectures.circuit import build_circuit, observables
from nas.core.checks import choice, whole
from nas.core.errors import SettingError
from nas.results.crossed import accuracy_interval
from nas.results.device_runs import (
    Outputs,
    Progress,
    bound_circuits,
    require_pennylane_qiskit,
    run_on_backend,
    run_with_pennylane,
)
from nas.results.evaluation_record import DeviceEvaluation, OutputFit, Tried
from nas.results.member import TrainedAgain, front_member, train_member
from nas.runs.noisy import REPETITIONS, OutputNoise, circuit_outputs, classes_of, noisy_accuracy, output_noise
from nas.training.parts import one_thread, require_torch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hwcost import CostEstimate, Device
    from nas.architectures.record import Architecture

    Floats = NDArray[np.float64]

Part: TypeAlias = Literal["validation", "test"]

MAX_SHOTS = 10**7
MAX_SAMPLES = 10**6
LIVE = ("ibm_", "ibmq_")

MAX_SLOPE_ERROR = 0.05
"""Where the shots leave the slope of an output more uncertain, because its ideal values hardly differ, none is told."""


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


def evaluate(
    folder: str | os.PathLike[str],
    member: int,
    noise: object,
    *,
    backend: object = None,
    progress: Callable[[int, int], None] | None = None,
    **settings: Any,
) -> DeviceEvaluation:
    """Run a member's circuits as compiled for a device with its noise, and compare the accuracy with what is predicted.

    If the run kept no weights, the member is trained again from its recorded seed. Its circuits run on the noise of the
    device on Aer twice: by `hwcost.noisy_backend`, and through PennyLane's Qiskit device on the same backend.

    Args:
        folder: Directory of the run, finished or not.
        member: Number of the member as in `nas front`, from 1.
        noise: The device, as `hwcost.prepare_device` takes it: `fake_sherbrooke`, the file of a calibration, a backend.
        backend: A Qiskit backend of that device to run on through PennyLane instead of Aer, such as
            `QiskitRuntimeService().backend("ibm_fez")`. Each sample is a job there, and costs what a job costs.
        progress: Called with circuits done, circuits in all.
        settings: Fields of `EvaluateSettings`: shots, part, max_samples, seed, optimization_level, num_seeds,
            without_pennylane.

    Raises:
        SettingError: There is no such member, or a setting is invalid.
        RunError: The directory is no run.
        HwcostError: The device cannot be used, or the circuit does not fit it.
        MissingDependencyError: qiskit-aer or pennylane-qiskit is not installed.
    """
    chosen = _settings(settings)
    if backend is not None and chosen.without_pennylane:
        raise SettingError("backend runs through PennyLane's Qiskit device; leave without_pennylane out")
    if not chosen.without_pennylane:
        require_pennylane_qiskit()
    run, found = front_member(folder, member)
    device = hwcost.prepare_device(noise)
    trained = train_member(run, found)
    built = trained.network.architecture
    estimate = _estimated(built, device, chosen)
    predicted = output_noise(built, estimate, device.audited.calibration)
    if predicted is None or min(abs(slope) for slope in predicted.slopes) < 1e-6:
        raise SettingError(f"{_name(noise)}: the readout of the qubits in use tells nothing; take another device")
    data = trained.data
    features, labels = data.test_part() if chosen.part == "test" else data.validation_part()
    features, labels = features[: chosen.max_samples], labels[: chosen.max_samples]
    ideal = circuit_outputs(trained.model, features)
    circuits = bound_circuits(built, estimate, _weights(trained), _encoded(trained, features))
    aer = hwcost.noisy_backend(device)
    runs = 1 if chosen.without_pennylane else 2
    measured = {
        "simulated": run_on_backend(
            built, predicted, circuits, aer, shots=chosen.shots, seed=chosen.seed,
            progress=_part_of(progress, 0, runs, len(circuits)),
        )
    }  # fmt: skip
    if not chosen.without_pennylane:
        measured["pennylane" if backend is None else "device"] = run_with_pennylane(
            built,
            predicted,
            estimate,
            circuits,
            aer if backend is None else backend,
            shots=chosen.shots,
            seed=chosen.seed + 1_000_000 if backend is None else None,
            progress=_part_of(progress, 1, runs, len(circuits)),
        )
    return DeviceEvaluation(
        run=run,
        number=member,
        member=found,
        device=estimate.backend.name,
        shots=chosen.shots,
        part=chosen.part,
        num_samples=len(labels),
        seed=chosen.seed,
        as_recorded=trained.as_recorded,
        weights_kept=trained.kept,
        estimate=estimate,
        tried=_tried(trained, features, labels, ideal, predicted, measured, chosen),
        outputs=_fits(ideal, predicted, measured, chosen.shots),
    )


def refuse_backend(name: str) -> NoReturn:
    """Say what to do instead of sending jobs to a device that only a name is given of.

    Raises:
        SettingError: Always.
    """
    if name.lower().startswith(LIVE):
        raise SettingError(
            f"{one_line(name)} is a live device, where each sample would be a job that is billed; nothing is sent from "
            "here: in Python pass the backend of your account, nas.evaluate(RUN, 1, noise, backend="
            "QiskitRuntimeService().backend(…)), or simulate its calibration with --noise"
        )
    raise SettingError(f"{one_line(name)} is no live device; give it with --noise to simulate it")


def _settings(settings: dict[str, Any]) -> EvaluateSettings:
    known = EvaluateSettings.__dataclass_fields__
    for name in settings:
        if name not in known:
            raise SettingError(f"evaluate has no setting {name!r}; its settings are {', '.join(known)}")
    return EvaluateSettings(**settings)


def _name(noise: object) -> str:
    return one_line(noise) if isinstance(noise, str) else "the device"


def _estimated(built: Architecture, device: Device, settings: EvaluateSettings) -> CostEstimate:
    return hwcost.estimate(
        build_circuit(built),
        device,
        observable=list(observables(built)) if built.measurement == "zz-neighbours" else None,
        shots=settings.shots,
        optimization_level=settings.optimization_level,
        num_seeds=settings.num_seeds,
        seed=settings.seed,
    )


def _weights(trained: TrainedAgain) -> Floats:
    weights: Floats = trained.model.state_dict()["quantum.weights"].double().cpu().numpy()
    return weights


def _encoded(trained: TrainedAgain, features: Floats) -> Floats:
    """Return what enters the circuit, (samples, encoded values)."""
    torch = require_torch()
    parameter = next(trained.model.parameters())
    with one_thread(), torch.no_grad():
        x = torch.as_tensor(features, dtype=parameter.dtype)
        values: Floats = trained.model.get_submodule("before")(x).double().numpy()
    return values


def _part_of(progress: Progress | None, part: int, parts: int, each: int) -> Progress | None:
    if progress is None:
        return None
    return lambda done, _: progress(part * each + done, parts * each)


def _tried(
    trained: TrainedAgain,
    features: Floats,
    labels: NDArray[np.int64],
    ideal: Floats,
    noise: OutputNoise,
    measured: dict[str, Outputs],
    settings: EvaluateSettings,
) -> tuple[Tried, ...]:
    model = trained.model

    def of(way: str, mitigated: bool, outputs: Floats) -> Tried:
        right = classes_of(model, outputs) == labels
        return Tried(way=way, mitigated=mitigated, accuracy=accuracy_interval(right[None]))

    found = [of("exact", False, ideal)]
    for mitigated in (False, True):
        accuracy = noisy_accuracy(
            model, features, labels, noise, shots=settings.shots, seed=[settings.seed, 1], mitigated=mitigated,
            repetitions=REPETITIONS,
        )  # fmt: skip
        found.append(Tried(way="predicted", mitigated=mitigated, accuracy=None, expected=accuracy))
    for way, outputs in measured.items():
        found += [of(way, False, outputs.raw), of(way, True, outputs.mitigated)]
    return tuple(found)


def _fits(ideal: Floats, noise: OutputNoise, measured: dict[str, Outputs], shots: int) -> tuple[OutputFit, ...]:
    """Fit the line of each measured output in the ideal one, beside the predicted line."""
    fits = []
    for way, outputs in measured.items():
        for number in range(ideal.shape[1]):
            x, y = ideal[:, number], outputs.raw[:, number]
            slope = intercept = None
            spread = float(x.std()) * np.sqrt(len(x) * shots)
            if spread > 0.0 and 1.0 / spread < MAX_SLOPE_ERROR:
                slope, intercept = (float(value) for value in np.polyfit(x, y, 1))
            error = y - noise.mean(ideal)[:, number]
            fits.append(
                OutputFit(
                    way=way,
                    output=number,
                    attenuation=noise.attenuation[number],
                    offset=float(noise.offsets[number]),
                    measured_slope=slope,
                    measured_offset=intercept,
                    rms_error=float(np.sqrt(np.mean(error**2))),
                )
            )
    return tuple(fits)
