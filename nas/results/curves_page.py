"""A study of how early trainings tell what they end with, as a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwcost.core.text import printable
from hwcost.report.page import Block, Bullets, Column, Line, Page, Table, registered_page
from nas.results.curves import CurveStudy

if TYPE_CHECKING:
    from nas.results.crossed import Interval

WIDTH = 120
ENOUGH = 0.9
"""Rank correlation that QNAS claims of two epochs."""


@registered_page.register
def _(study: CurveStudy) -> Page:
    context = study.run.context
    config = context.config
    title = f"Learning curves: {printable(context.space.name)} on {printable(context.dataset.name)}"
    blocks: list[Block] = [
        Line(((title, "bold"),)),
        Line(
            (
                f"{study.num_networks} networks, {config.epochs} epochs, batches of {config.batch_size}, learning rate "
                f"{config.learning_rate:g}; best accuracies at the end differ by ± {study.spread:.3f}",
            )
        ),
        _table(study),
        Bullets(None, _notes(study)),
    ]
    return Page(title=title, blocks=tuple(blocks), width=WIDTH)


def _table(study: CurveStudy) -> Table:
    has_pairs = any(one.other_seed is not None for one in study.epochs)
    columns = (
        Column("epochs", "right", wraps=False),
        Column("rank correlation", "right", wraps=False),
        *([Column("with another seed", "right", wraps=False)] if has_pairs else []),
        Column("unchanged", "right", wraps=False),
        Column("QNAS's line", "right", wraps=False),
        Column("line, fitted", "right", wraps=False),
        Column("last step, shrunk", "right", wraps=False),
    )
    rows = tuple(
        (
            str(one.epoch),
            _text(one.correlation),
            *([_text(one.other_seed)] if has_pairs else []),
            *(f"{error:.4f}" for error in (one.unchanged, one.published, one.line, one.step)),
        )
        for one in study.epochs
    )
    return Table(columns=columns, rows=rows)


def _text(interval: Interval | None) -> str:
    return "" if interval is None else f"{interval.value:.2f} ({interval.low:.2f} to {interval.high:.2f})"


def _notes(study: CurveStudy) -> tuple[str, ...]:
    first = study.first_above(ENOUGH)
    when = "before the last epoch it never does so" if first is None else f"it does so from epoch {first} on"
    notes = [
        f"Spearman's rank correlation of the best validation accuracy so far with that at the end, 95% intervals over "
        f"networks; whether it exceeds {ENOUGH}, interval and all: {when}",
        "of the same training, whose luck is in both; with another seed it is what ranks architectures"
        if any(one.other_seed is not None for one in study.epochs)
        else "of the same training, whose luck is in both, so that it ranks trainings more than architectures",
        "then root mean square errors of predictions of the end: the best so far, the line of QNAS's code, such a line "
        "fitted to all other networks, and the last step up, shrunk, fitted to all other networks",
    ]
    if study.run.stopped:
        notes.append(
            f"{len(study.run.stopped)} networks were stopped early and are left out: those that remain are the better "
            "ones"
        )
    return tuple(notes)
