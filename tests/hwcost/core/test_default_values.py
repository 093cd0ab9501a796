"""Defaults of options, on a command of the test's own: what wins, what is refused, what an error names."""

from __future__ import annotations

import click
import pytest

from hwcost.core.default_values import Policy, default_map, read_tables
from hwcost.core.errors import OptionError
from hwcost.core.origins import Origins

POLICY = Policy(
    prefix="TESTED",
    environment_commands=frozenset({"run"}),
    never=frozenset({"output"}),
    rivals=(("shots", "precision"),),
)


@click.command("run")
@click.option("--shots", "-s", type=int)
@click.option("--precision", type=float)
@click.option("--backend", "-b", "backends", multiple=True)
@click.option("--no-turn", "turn", is_flag=True, default=True, flag_value=False)
@click.option("--fast", is_flag=True)
@click.option("--output")
def command(**values):
    return values


def called(words=(), *, table=None, environment=None, monkeypatch=None, path=("run",)):
    """The values that the command gets, and the origins."""
    for name, text in (environment or {}).items():
        monkeypatch.setenv(name, text)
    origins = Origins(["run", *words])
    found = default_map(command, path, POLICY, table or {}, "my.toml", origins)
    context = command.make_context("run", list(words), default_map=found)
    return context.params, origins


@pytest.fixture
def call(monkeypatch):
    return lambda *words, **settings: called(words, monkeypatch=monkeypatch, **settings)


def test_the_command_line_wins_over_the_environment_over_the_file(call):
    file, environment = {"shots": 1}, {"TESTED_SHOTS": "2"}
    assert call(table=file)[0]["shots"] == 1
    assert call(table=file, environment=environment)[0]["shots"] == 2
    assert call("--shots", "3", table=file)[0]["shots"] == 3
    assert call("-s3", table=file)[0]["shots"] == 3


def test_the_stronger_of_two_rivals_takes_the_others_default_away(call):
    for words in (["--precision", "0.1"], ["--precision=0.1"]):
        values, _ = call(*words, table={"shots": 1})
        assert (values["shots"], values["precision"]) == (None, 0.1)
    values, _ = call(table={"shots": 1}, environment={"TESTED_PRECISION": "0.2"})
    assert (values["shots"], values["precision"]) == (None, 0.2)


def test_rivals_of_the_same_strength_both_reach_the_command():
    values, _ = called(table={"shots": 1, "precision": 0.2})
    assert (values["shots"], values["precision"]) == (1, 0.2)


def test_several_values(call):
    assert call(table={"backend": ["a b", "c"]})[0]["backends"] == ("a b", "c")
    assert call(table={"backend": "a b"})[0]["backends"] == ("a b",)
    assert call(environment={"TESTED_BACKEND": "a  b"})[0]["backends"] == ("a", "b")


@pytest.mark.parametrize(("text", "turns"), [("1", False), ("TRUE", False), ("on", False), ("0", True), ("no", True)])
def test_a_switch_is_on_or_off(call, text, turns):
    assert call(environment={"TESTED_NO_TURN": text})[0]["turn"] is turns
    assert call(environment={"TESTED_FAST": text})[0]["fast"] is not turns


def test_switches_in_the_file(call):
    values, _ = call(table={"no-turn": True, "fast": True})
    assert (values["turn"], values["fast"]) == (False, True)
    values, _ = call(table={"no-turn": False, "fast": False})
    assert (values["turn"], values["fast"]) == (True, False)


def test_an_empty_variable_is_none_and_other_commands_have_no_variables(call):
    assert call(environment={"TESTED_SHOTS": " "})[0]["shots"] is None
    assert called(path=("other",))[0]["shots"] is None
    assert call(environment={"TESTED_SHOTS": "7"}, path=("other",))[0]["shots"] is None


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"shot": 1}, r"my.toml: 'shot' in \[run\] is no option that can have a default; known are backend, fast, no-"),
        ({"output": "x"}, "'output' in"),
        ({"fast": 1}, r"my.toml, \[run\] fast is 1; write true or false"),
        ({"shots": True}, "shots is True; write a number or a text"),
        ({"shots": [1]}, "the option takes one value"),
        ({"backend": [["a"]]}, "write a number or a text"),
        ({"backend": {"a": 1}}, "write a number or a text"),
    ],
    ids=range(7),
)
def test_what_the_file_may_not_say(table, message):
    with pytest.raises(OptionError, match=message):
        called(table=table)


def test_a_number_of_the_file_is_checked_as_the_option_is():
    with pytest.raises(click.BadParameter) as raised:
        called(table={"shots": 3.5})
    assert "'3.5' is not a valid integer" in raised.value.format_message()


def test_a_bad_switch_names_the_variable(call):
    with pytest.raises(OptionError, match="TESTED_FAST is 'maybe'; give 1 or 0"):
        call(environment={"TESTED_FAST": "maybe"})


def test_where_values_came_from_is_kept_but_not_for_those_of_the_command_line(call):
    _, origins = call("--precision", "1", table={"backend": ["a", "b"], "fast": True, "precision": 2})
    assert origins.by_flag == {"backend": ("my.toml, [run] backend", "a b"), "fast": ("my.toml, [run] fast", "True")}
    assert call(environment={"TESTED_SHOTS": "3"})[1].by_flag == {"shots": ("TESTED_SHOTS", "3")}


def test_groups_give_the_table_to_the_command_that_is_called():
    group = click.Group("group", commands={"run": command})
    tables = {"run": {"shots": 4}}
    origins = Origins(["group", "run"])
    assert default_map(group, ("group",), POLICY, tables, "my.toml", origins) == {"run": {"shots": "4"}}
    assert default_map(group, ("group",), POLICY, tables, "my.toml", Origins(["group", "--help"])) == {}
    with pytest.raises(OptionError, match=r"'ruin' in \[group\] is no command"):
        default_map(group, ("group",), POLICY, {"ruin": {}}, "my.toml", origins)
    with pytest.raises(OptionError, match=r"group.run is 3; write a table \[group.run\]"):
        default_map(group, ("group",), POLICY, {"run": 3}, "my.toml", origins)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"[run", "is not TOML"),
        (b"\xff", "is not TOML"),
        (b"a = " + b"[" * 5000, "is not TOML"),
        (b"[walk]", "'walk' in the file is no command"),
        (b"shots = 3", "'shots' in the file is no command"),
        (b"run = 3", r"run is 3; write a table \[run\]"),
    ],
    ids=range(6),
)
def test_a_file_that_is_none_is_one_line_with_its_name(tmp_path, text, message):
    path = tmp_path / "my.toml"
    path.write_bytes(text)
    with pytest.raises(OptionError, match=message) as raised:
        read_tables(path, ["run"])
    assert str(raised.value).startswith(f"{path}: ")
    assert "\n" not in str(raised.value)


def test_a_good_file(tmp_path):
    path = tmp_path / "my.toml"
    path.write_text('[run]\nshots = 3\nbackend = ["a"]\n')
    assert read_tables(path, ["run", "walk"]) == {"run": {"shots": 3, "backend": ["a"]}}
