"""Fields that are options carry their help with them, and are fields like any other."""

from __future__ import annotations

from dataclasses import dataclass, fields

import pytest

from hwcost.core.option_fields import flag_of, option, option_fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Meal:
    guests: int = 2
    wine_l: float | None = option(None, "Litres.", metavar="L", shown_default="none", flag="--wine")
    main_dish: str = option("soup", "What to cook.", short="-m")
    hurry: bool = option(False, "Be quick.")
    spices: tuple[str, ...] = option((), "Each.", kind="list")


def test_fields_without_help_are_no_options():
    assert [f.name for f in option_fields(Meal)] == ["wine_l", "main_dish", "hurry", "spices"]
    assert fields(Meal)[0].name == "guests"


def test_an_option_is_a_field_with_its_default():
    assert Meal() == Meal(guests=2, wine_l=None, main_dish="soup", hurry=False, spices=())
    assert Meal(main_dish="rice").main_dish == "rice"


@pytest.mark.parametrize(
    ("name", "flag"), [("wine_l", "--wine"), ("main_dish", "--main-dish"), ("hurry", "--hurry"), ("spices", "--spices")]
)
def test_the_flag_is_the_name_of_the_field_unless_another_is_given(name, flag):
    assert {f.name: flag_of(f) for f in option_fields(Meal)}[name] == flag


def test_all_that_is_said_about_an_option_is_beside_the_field():
    found = {f.name: dict(f.metadata) for f in option_fields(Meal)}
    assert found["wine_l"] == {
        "help": "Litres.",
        "metavar": "L",
        "shown_default": "none",
        "flag": "--wine",
        "short": None,
        "kind": "plain",
        "choices": (),
        "only": None,
    }
    assert found["main_dish"]["short"] == "-m"
    assert found["spices"]["kind"] == "list"


def test_a_record_without_options_has_none():
    @dataclass
    class Plain:
        a: int = 1

    assert option_fields(Plain) == ()
