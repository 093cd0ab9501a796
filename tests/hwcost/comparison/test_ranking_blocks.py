"""Parts of a comparison's page: budget, fronts, reasons."""

from __future__ import annotations

from hwcost.comparison.ranking_blocks import budget_line, infeasible_lines, pareto_blocks
from hwcost.comparison.record import Comparison, Failure

EMPTY = Comparison(
    circuits=(), backends=(), compilers=(), seeds=(), cells=(), settings={"inflation": "mean"}, budget_s=90.0
)


def failed(circuit, backend, error):
    return Failure(what=f"{circuit} on {backend} by qiskit-O2", error=error, kind="input", seeds=(0,))


def test_reasons_that_differ_in_numbers_and_names_only_are_one():
    lines = list(
        infeasible_lines(
            [
                failed("a", "fake_x", "the circuit needs 8 qubits, but fake_x has 5"),
                failed("a", "fake_y", "the circuit needs 8 qubits, but fake_y has 7"),
                failed("b", "fake_y", "the circuit needs 9 qubits, but fake_y has 7"),
                failed("a", "fake_z", "HTTP 500"),
            ]
        )
    )
    assert lines == [
        "fake_x, fake_y (2 circuits): such as fake_x: the circuit needs 8 qubits, but fake_x has 5",
        "fake_z: HTTP 500",
    ]


def test_the_budget_says_whose_precision_it_is():
    assert budget_line(EMPTY) == "Budget: 90 s for one job, its overhead included; standard error of the mean qubit"


def test_fronts_of_nothing():
    heading, table = pareto_blocks(EMPTY)
    assert "0 of 0" in heading.text
    assert table.rows == ()
