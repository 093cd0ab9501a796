"""A record's fields as options of a click command: defaults, flags, types, help, and what is taken back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal, Optional, TypeAlias

import click
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from hwcost.cli.options import days, seconds
from hwcost.core.click_options import options_of, taken
from hwcost.core.option_fields import option

Size: TypeAlias = Literal["small", "large"]


@dataclass(frozen=True, kw_only=True)
class Order:
    cups: int = option(3, "How many.", short="-c")
    sugar: float | None = option(None, "Grams.", metavar="G", shown_default="to taste")
    spoons: Optional[int] = option(None, "How many.")  # noqa: UP045
    zero: int = option(0, "Nothing.")
    kind: str = option("green", "Which tea.")
    size: Size = option("small", "Of the cup.", metavar="small|large")
    filtered: bool = option(True, "Leave the leaves in.", flag="--no-filter")
    iced: bool = option(False, "With ice.")
    extras: Any = option(None, "Repeatable.", kind="list")
    steep_s: float | None = option(None, "How long.", metavar="TIME", flag="--steep", kind="time")
    max_age_days: float | None = option(None, "Of the leaves.", metavar="AGE", flag="--max-age", kind="age")
    minutes: int | Literal["plenty"] = option(4, "To wait.")
    table: int = 7  # no option


DEFAULTS = {
    "cups": 3,
    "sugar": None,
    "spoons": None,
    "zero": 0,
    "kind": "green",
    "size": "small",
    "filtered": True,
    "iced": False,
    "extras": (),
    "steep_s": None,
    "max_age_days": None,
    "minutes": 4,
}
PARSERS = {"time": seconds, "age": days}


def run(*words, names=None, defaults=None, parsers=PARSERS):
    """The values that the command gets, or the message where it refuses."""
    got = {}

    @click.command()
    @options_of(Order, names, parsers=parsers, defaults=defaults)
    def command(**values):
        got.update(values)

    outcome = CliRunner().invoke(command, list(words))
    if outcome.exit_code:
        assert not got
        return outcome.output
    return outcome.output if "--help" in words else got


def test_without_words_the_command_gets_the_defaults_of_the_record():
    assert run() == DEFAULTS
    assert {name: getattr(Order(), name) for name in DEFAULTS} == {**DEFAULTS, "extras": None}


@pytest.mark.parametrize(
    ("words", "name", "value"),
    [
        (["--cups", "5"], "cups", 5),
        (["-c", "5"], "cups", 5),
        (["--sugar", "2.5"], "sugar", 2.5),
        (["--sugar", "2"], "sugar", 2.0),
        (["--spoons", "2"], "spoons", 2),
        (["--kind", "black"], "kind", "black"),
        (["--kind", "3"], "kind", "3"),
        (["--size", "large"], "size", "large"),
        (["--no-filter"], "filtered", False),
        (["--iced"], "iced", True),
        (["--extras", "milk", "--extras", "lemon"], "extras", ("milk", "lemon")),
        (["--steep", "250us"], "steep_s", 250e-6),
        (["--steep", "90"], "steep_s", 90.0),
        (["--max-age", "36h"], "max_age_days", 1.5),
    ],
)
def test_each_kind_of_field(words, name, value):
    got = run(*words)
    assert got == {**DEFAULTS, name: pytest.approx(value) if isinstance(value, float) else value}
    assert type(got[name]) is type(value)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--cups", "two"], "'two' is not a valid integer"),
        (["--cups", "2.5"], "'2.5' is not a valid integer"),
        (["--spoons", "2.5"], "'2.5' is not a valid integer"),
        (["--sugar", "much"], "'much' is not a valid float"),
        (["--steep", "long"], "'long' is not a duration"),
        (["--filtered"], "No such option: --filtered"),
        (["--no-iced"], "No such option: --no-iced"),
        (["--table", "3"], "No such option: --table"),
    ],
)
def test_what_is_not_understood_is_refused(words, message):
    assert message in run(*words).replace("No such option '--", "No such option: --").replace("'.", "")


def test_other_defaults_than_the_records():
    got = run(defaults={"cups": 1, "iced": True, "kind": "white"})
    assert got == {**DEFAULTS, "cups": 1, "iced": True, "kind": "white"}
    assert run("--cups", "4", defaults={"cups": 1})["cups"] == 4


def test_only_some_fields_in_the_order_that_is_asked_for():
    assert run(names=["kind", "cups"]) == {"kind": "green", "cups": 3}
    text = run("--help", names=["kind", "cups"])
    assert text.index("--kind") < text.index("--cups")
    assert "--sugar" not in text


def option_line(text, flag):
    """What the help says of one option, on one line."""
    entries = re.split(r"\n  (?=-)", text.partition("Options:")[2])
    (found,) = [entry for entry in entries if flag in entry.replace(",", " ").split()]
    return " ".join(found.split())


@pytest.mark.parametrize(
    ("flag", "meaning"),
    [
        ("--cups", "How many. [default: 3]"),
        ("--sugar", "Grams. [default: to taste]"),
        ("--zero", "Nothing. [default: 0]"),
        ("--kind", "Which tea. [default: green]"),
        ("--size", "Of the cup. [default: small]"),
    ],
)
def test_help_shows_defaults(flag, meaning):
    assert option_line(run("--help"), flag).endswith(meaning)


@pytest.mark.parametrize("flag", ["--no-filter", "--iced", "--extras", "--steep", "--max-age", "--spoons"])
def test_help_shows_no_default_where_there_is_nothing_to_say(flag):
    assert "default" not in option_line(run("--help"), flag)


def test_help_shows_the_other_default_and_the_metavar():
    text = run("--help", defaults={"cups": 1, "sugar": 5.0})
    assert option_line(text, "--cups").endswith("[default: 1]")
    assert option_line(text, "--sugar").endswith("--sugar G Grams. [default: 5.0]")
    assert "--size small|large" in text
    assert "--steep TIME" in text


def test_options_stand_in_the_order_of_the_fields():
    text = run("--help")
    flags = ["--cups", "--sugar", "--zero", "--kind", "--size", "--no-filter", "--iced", "--extras", "--steep"]
    assert sorted(flags, key=text.index) == flags


def test_without_a_parser_a_time_is_its_text():
    assert run("--steep", "250us", parsers=None)["steep_s"] == "250us"


def test_taken_takes_what_belongs_to_the_record_and_leaves_the_rest():
    values = {"cups": 4, "kind": "black", "table": 9, "verbose": True}
    assert taken(Order, values) == {"cups": 4, "kind": "black"}
    assert values == {"table": 9, "verbose": True}
    assert taken(Order, values) == {}


@given(st.integers(), st.floats(0, 1e9), st.sampled_from(["small", "large"]), st.booleans(), st.booleans())
def test_a_record_is_what_its_words_say(cups, sugar, size, filtered, iced):
    words = ["--cups", str(cups), "--sugar", repr(sugar), "--size", size]
    words += [] if filtered else ["--no-filter"]
    words += ["--iced"] if iced else []
    order = Order(**taken(Order, run(*words)))
    assert order == Order(cups=cups, sugar=sugar, size=size, filtered=filtered, iced=iced, extras=())


def test_a_whole_number_or_a_word():
    assert run("--minutes", "7")["minutes"] == 7
    assert run("--minutes", "plenty")["minutes"] == "plenty"
    for wrong in ("few", "Plenty", "3.5", ""):
        assert f"{wrong!r} is neither a whole number nor plenty" in run("--minutes", wrong)
