"""Which default an error is about."""

from __future__ import annotations

import click
import pytest

from hwcost.core.errors import CalibrationError, OptionError
from hwcost.core.origins import Origins, flag

ORIGINS = Origins(
    ["run"],
    {
        "shots": ("TESTED_SHOTS", "0"),
        "backend": ("my.toml, [run] backend", "nowhere"),
        "max-age": ("TESTED_MAX_AGE", "7"),
        "budget": ("TESTED_BUDGET", "10min"),
    },
)


@pytest.mark.parametrize(
    ("message", "origin"),
    [
        ("shots is 0; give more", "TESTED_SHOTS"),
        ("shots and precision are both given", "TESTED_SHOTS"),
        ("precision and shots are both given", "TESTED_SHOTS"),
        ("older than --max-age 7d", "TESTED_MAX_AGE"),
        ("the age '7' is not understood", "TESTED_MAX_AGE"),
        ("budget_s is 3", "TESTED_BUDGET"),
        ("unknown backend 'nowhere'", "my.toml, [run] backend"),
        ("nowhere.json: no such file", "my.toml, [run] backend"),
    ],
)
def test_an_error_names_the_origin_of_what_it_is_about(message, origin):
    assert ORIGINS.of_error(CalibrationError(message)) == f" (from {origin})"


@pytest.mark.parametrize("message", ["all the shots of the backend", "precision is 0", "--shots-per-day", "70 qubits"])
def test_an_error_about_something_else_names_none(message):
    assert ORIGINS.of_error(OptionError(message)) == ""


def test_an_error_of_click_is_about_its_option():
    for name, origin in (("--shots", " (from TESTED_SHOTS)"), ("--seed", "")):
        error = click.BadParameter("shots is 0", param=click.Option([name, "-x"]))
        assert ORIGINS.of_error(error) == origin


def test_a_flag_is_the_long_name_without_dashes():
    assert flag(click.Option(["-b", "--backend", "backends"])) == "backend"
    assert flag(click.Option(["--no-transpile", "transpile"])) == "no-transpile"
