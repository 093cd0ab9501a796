"""A training as a page."""

from __future__ import annotations

from hwcost.core.text import printable
from hwcost.report.page import Page, Verbatim, registered_page
from nas.training.report import TrainReport

NUM_EPOCHS_SHOWN = 20
"""Of a long training not every epoch: about this many, the last one always."""


@registered_page.register
def _(report: TrainReport) -> Page:
    title = f"Training on {printable(report.data.name)}"
    return Page(title=title, blocks=(Verbatim("\n".join(_lines(report))),))


def _lines(report: TrainReport) -> list[str]:
    record, architecture, data, score = report.record, report.architecture, report.data, report.score
    settings, parts = record.settings, data.split
    layers = len(architecture.layers)
    lines = [
        f"{architecture.num_qubits} qubits, {layers} layer{'s' * (layers > 1)}, {record.num_parameters:,} parameters",
        f"  data      {printable(data.name)}: {data.num_features} features, {data.num_classes} classes; "
        f"{len(parts.training):,} training, {len(parts.validation):,} validation, {len(parts.test):,} test samples; "
        f"{data.scaling.kind} scaling",
        f"  training  Adam at {record.learning_rate:g}, {record.num_epochs} of {settings.epochs} epochs, batches of "
        f"{settings.batch_size}, {settings.engine} in {settings.dtype} on {settings.device}, seed {record.seed}; "
        f"{record.duration_s:.3g} s",
        *_circuits(report),
        "  epoch  training loss  validation loss  validation accuracy",
    ]
    step = max(1, record.num_epochs // NUM_EPOCHS_SHOWN)
    lines += [
        f"  {epoch:5}  {record.train_loss[epoch - 1]:13.4f}  {record.validation_loss[epoch - 1]:15.4f}  "
        f"{record.validation_accuracy[epoch - 1]:19.1%}"
        for epoch in range(1, record.num_epochs + 1)
        if (record.num_epochs - epoch) % step == 0
    ]
    if record.best_validation_accuracy is not None:
        lines.append(f"  best      {record.best_validation_accuracy:.1%} in epoch {record.best_epoch}")
    if score is not None:
        lines.append(f"  test      {score.accuracy:.1%} of {score.num_samples:,} samples, loss {score.loss:.4f}")
    if report.saved is not None:
        lines.append(f"  saved     {printable(report.saved)}")
    return lines


def _circuits(report: TrainReport) -> list[str]:
    """Say what the gradients took, where they were measured."""
    record, settings = report.record, report.record.settings
    if record.num_circuits is None or record.circuits_per_sample is None:
        return []
    shots = "exact expectation values" if settings.shots is None else f"{settings.shots:,} shots each"
    return [
        f"  gradient  {settings.gradient}: {record.circuits_per_sample:,} circuits for each sample of a step, "
        f"{record.num_circuits:,} in the training, {shots}; validation is exact"
    ]
