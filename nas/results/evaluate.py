"""A member of a front on a noisy device: `evaluate`."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

import hwcost
from nas.architectures.circuit import build_circuit, observables
from nas.core.errors import SettingError
from nas.results.crossed import accuracy_interval
from nas.results.device_runs import (
    Outputs,
    Progress,
    angle_values,
    bound_circuits,
    require_pennylane_qiskit,
    run_on_backend,
    run_with_pennylane,
)
from nas.results.evaluate_settings import EvaluateSettings, check_together, live_name, settings_of
from nas.results.evaluation_record import DeviceEvaluation, OutputFit, Tried
from nas.results.live_plan import parse_limit_s
from nas.results.live_runs import Told, allowed_work, open_live, run_live
from nas.results.live_store import LiveKey
from nas.results.member import TrainedAgain, best_training, front_member, train_member
from nas.runs.noisy import REPETITIONS, OutputNoise, circuit_outputs, classes_of, noisy_accuracy, output_noise
from nas.spaces.build import architecture
from nas.training.parts import one_thread, require_torch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hwcost import CostEstimate, Device
    from nas.architectures.record import Architecture
    from nas.datasets.dataset import Dataset
    from nas.runs.record import Evaluation
    from nas.runs.run import Run

    Floats = NDArray[np.float64]

MAX_SLOPE_ERROR = 0.05
"""Where the shots leave the slope of an output more uncertain, because its ideal values hardly differ, none is told."""


def evaluate(
    folder: str | os.PathLike[str],
    member: int,
    noise: object = None,
    *,
    backend: object = None,
    max_qpu_time: float | str | None = None,
    told: Told | None = None,
    progress: Callable[[int, int], None] | None = None,
    **settings: Any,
) -> DeviceEvaluation:
    """Run a member's circuits as compiled for a device with its noise, and compare the accuracy with what is predicted.

    If the run kept no weights, the member is trained again from its recorded seed. Its circuits run on the noise of the
    device on Aer twice: by `hwcost.noisy_backend`, and through PennyLane's Qiskit device on the same backend. With the
    name of a live backend they run there instead of in PennyLane, as few jobs of the Sampler of the account that
    qiskit-ibm-runtime finds; the calibration that the backend reports then is compiled for and simulated.

    Args:
        folder: Directory of the run, finished or not.
        member: Number of the member as in `nas front`, from 1.
        noise: The device, as `hwcost.prepare_device` takes it: `fake_sherbrooke`, the file of a calibration, a backend.
        backend: Name of a live backend such as `ibm_fez`, without `noise`; its jobs are billed. Or a Qiskit backend of
            the device `noise` to run on through PennyLane instead of Aer; each sample is a job there.
        max_qpu_time: Consent to the jobs of a live backend, in seconds or such as `2min`: nothing is sent if the upper
            end of the predicted QPU time is more, and IBM is told to cancel what takes longer. Not needed where the
            same call was stopped after its jobs were sent: it reads their results.
        told: Hears of those jobs: what a line is about (`plan`, `sent`, `status`, `lost`), and the line.
        progress: Called with circuits done, circuits in all.
        settings: Fields of `EvaluateSettings`: shots, part, max_samples, seed, optimization_level, num_seeds,
            without_pennylane.

    Raises:
        SettingError: There is no such member, a setting is invalid, or a live backend has no consent.
        RunError: The directory is no run.
        HwcostError: The device cannot be used, the circuit does not fit it, or a job failed.
        MissingDependencyError: qiskit-aer or pennylane-qiskit is not installed.
    """
    chosen = settings_of(settings)
    name = live_name(noise, backend)
    max_time_s = parse_limit_s(max_qpu_time)
    check_together(noise, backend, max_qpu_time, chosen)
    if name is None and not chosen.without_pennylane:
        require_pennylane_qiskit()
    run, found = front_member(folder, member)
    opened = None if name is None else open_live(run.folder, _key(name, run, member, found, chosen))
    device = hwcost.prepare_device(noise if opened is None else opened.calibration)
    built = architecture(run.context.space, found.genome)
    estimate = _estimated(built, device, chosen)
    predicted = output_noise(built, estimate, device.audited.calibration)
    if predicted is None or min(abs(slope) for slope in predicted.slopes) < 1e-6:
        name = estimate.backend.name
        raise SettingError(f"{name}: the readout of the qubits in use tells nothing; take another device")
    aer = hwcost.noisy_backend(device)
    work = None if opened is None else allowed_work(opened, estimate, device, max_time_s)
    trained = train_member(run, found)
    features, labels = _part(trained.data, chosen)
    ideal = circuit_outputs(trained.model, features)
    angles = (_weights(trained), _encoded(trained, features))
    circuits = bound_circuits(built, estimate, *angles)
    runs = 1 if chosen.without_pennylane and work is None else 2
    measured = {
        "simulated": run_on_backend(
            built, predicted, circuits, aer, shots=chosen.shots, seed=chosen.seed,
            progress=_part_of(progress, 0, runs, len(circuits)),
        )
    }  # fmt: skip
    second, jobs = _part_of(progress, 1, runs, len(circuits)), None
    if work is not None:
        values = angle_values(built, estimate, *angles)
        measured["live"], jobs = run_live(work, built, predicted, values, told=told, progress=second)
    elif not chosen.without_pennylane:
        measured["pennylane" if backend is None else "device"] = run_with_pennylane(
            built,
            predicted,
            estimate,
            circuits,
            aer if backend is None else backend,
            shots=chosen.shots,
            seed=chosen.seed + 1_000_000 if backend is None else None,
            progress=second,
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
        live=jobs,
    )


def _key(name: str, run: Run, member: int, found: Evaluation, settings: EvaluateSettings) -> LiveKey:
    samples = _part(run.context.data(best_training(found)[0]), settings)[1]
    return LiveKey(
        device=name.strip().lower(),
        member=member,
        architecture=found.architecture_hash,
        num_samples=len(samples),
        **{each: getattr(settings, each) for each in ("part", "shots", "seed", "optimization_level", "num_seeds")},
    )


def _part(data: Dataset, settings: EvaluateSettings) -> tuple[Floats, NDArray[np.int64]]:
    """Return the samples that are run and their classes."""
    features, labels = data.test_part() if settings.part == "test" else data.validation_part()
    return features[: settings.max_samples], labels[: settings.max_samples]


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
