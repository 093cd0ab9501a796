"""Circuits as programs: what is a prefix, what is a level, and when amplitudes are real."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")

from nas.architectures.record import Architecture, Layer
from nas.engine.plan import plan
from nas.engine.program import AFTER, BEFORE, TURNED, Program, make_program


def program(*columns: str, embedding: str = "angle-y", num_layers: int = 2, **others: object) -> Program:
    layer = Layer(columns=tuple(tuple(column) for column in columns), gate="cx", pairs=((0, 1), (1, 2)))  # type: ignore[arg-type]
    made = {"num_encoded": 3, "embedding": embedding} | others
    return make_program([plan(Architecture(num_qubits=3, layers=(layer,) * num_layers, **made))], "f8")  # type: ignore[arg-type]


def test_rotations_before_the_first_entangler_are_the_prefix() -> None:
    made = program("yyy")
    assert made.prefix.tolist() == [[0, 1, 0], [1, 1, 1], [2, 1, 2]]  # qubit, axis y, weight
    assert made.starts.tolist() == [0, 1]
    assert made.turns.tolist() == [[0, TURNED, qubit, 3 + qubit] for qubit in range(3)]
    assert made.rotated.all()
    assert made.sources[0].tolist() == [0, 1, 3, 2, 6, 7, 5, 4]


@pytest.mark.parametrize(
    ("columns", "embedding", "reupload", "real"),
    [
        (("yyy",), "angle-y", False, True),
        (("yyy", "yyy"), "angle-y", False, True),
        (("yyy",), "angle-x", False, False),
        (("yxy",), "angle-y", False, False),
        (("yyy",), "angle-y", True, False),
        (("zzz", "yyy"), "angle-y", False, False),
    ],
)
def test_amplitudes_are_real_where_nothing_but_rotations_about_y_acts(
    columns: tuple[str, ...], embedding: str, reupload: bool, real: bool
) -> None:
    assert program(*columns, embedding=embedding, reupload=reupload).real.tolist() == [real]


def test_rotations_about_z_become_phases_around_those_about_y() -> None:
    made = program("yyy", "zzz", "yyy", num_layers=3)
    assert not made.prefix[:, 1].tolist().count(0)
    slots = [(level, slot) for level, slot, *_ in made.turns.tolist()]
    assert (0, TURNED) in slots
    assert (1, BEFORE) in slots
    assert (0, AFTER) not in slots


def test_rotations_about_x_are_those_about_y_between_phases() -> None:
    made = program("xxx")
    by_slot = [sum(slot == wanted for _, slot, *_ in made.turns.tolist()) for wanted in (BEFORE, AFTER, TURNED)]
    assert by_slot == [0, 3, 3]  # phases after the last rotations change nothing


def test_amplitudes_have_no_prefix() -> None:
    made = program("yyy", embedding="amplitude", num_encoded=8)
    assert (len(made.prefix), made.starts.tolist(), made.real.tolist()) == (0, [0, 2], [True])
