"""Numbers in text are plain digits, wherever they stand: `1_000`, ` 1` and digits of other scripts are one line."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

import hwcost.cli
import nas.cli
from hwcost.core.click_options import RealNumber, WholeNumber, WholeOrWord, WholeRange
from hwcost.core.errors import HwcostError
from places import ROOT
from trees import commands

PROGRAMS = {"hwcost": hwcost.cli, "nas": nas.cli}
ALL = [pair for program, module in PROGRAMS.items() for pair in commands(module._root, program)]
NUMERIC = (click.types.IntParamType, click.types.FloatParamType, WholeOrWord)
NO_NUMBERS = ["1_000", " 1", "1 ", "\uff11", "\u0661", "\u00b2"]


def test_options_that_are_numbers_have_one_reader() -> None:
    numeric = [(path, p) for path, command in ALL for p in command.params if isinstance(p.type, NUMERIC)]
    assert len(numeric) > 40
    for path, parameter in numeric:
        assert isinstance(parameter.type, (WholeNumber, WholeRange, RealNumber, WholeOrWord)), (path, parameter.opts)
        for text in NO_NUMBERS:
            with pytest.raises(click.BadParameter):
                parameter.type.convert(text, parameter, None)


def test_options_with_units_take_no_number_of_another_kind() -> None:
    tried = 0
    for _, command in ALL:
        for parameter in command.params:
            if parameter.callback is None or parameter.callback.__name__ not in ("seconds", "days"):
                continue
            tried += 1
            for text in NO_NUMBERS:
                with pytest.raises((click.BadParameter, HwcostError)):
                    parameter.callback(click.Context(command), parameter, text)
    assert tried > 5


QASM = 'OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[1];\ncreg c[1];\nrx(0.3) q[0];\nmeasure q -> c;\n'
CALLS = [
    "hwcost estimate c.qasm -b fake_manila --num-seeds {}",
    "hwcost estimate c.qasm -b fake_manila --precision {}",
    "hwcost estimate c.qasm -b fake_manila --budget {}",
    "hwcost estimate c.qasm -b fake_manila --index {}",
    "hwcost estimate c.qasm -b fake_manila --max-age {}",
    "hwcost estimate c.qasm -b fake_manila --observable sum.txt",
    "hwcost estimate-model c.qasm -b fake_manila --mitigation zne:1:{}",
    "hwcost estimate-model c.qasm -b fake_manila --mitigation pec:{}",
    "hwcost compare c.qasm -b fake_manila --no-cache --num-seeds {}",
    "hwcost compare --suite mqt-bench --suite-sizes {} -b fake_manila --no-cache",
    "hwcost compare c.qasm -b fake_manila --no-cache -O {}",
    "hwcost validate c.qasm -b fake_manila --draws {}",
    "hwcost calibration import page.csv -o s.json",
    "hwcost jobs fit jobs.csv",
    "nas space faqnas --random {}",
    "nas search --space faqnas --dataset iris --population {} -o run",
    "nas search --space faqnas --dataset iris --max parameters={} -o run",
    "nas search --space faqnas --dataset iris --learning-rate {} -o run",
    "nas search --config search.toml -o run",
    "nas train --space space.toml --genome qubits={} --dataset data.csv:kind",
    "nas train --space space.toml --genome qubits=1 --dataset data.csv:kind",
    "nas pilot --space faqnas --dataset iris --networks {} -o run",
    "nas watch run --port {}",
    "nas export run --rank {}",
]


LAYOUT = ("sum.txt", "page.csv", "jobs.csv", "data.csv", "pec:", "-sizes", "-O", "parameters=")


@pytest.mark.parametrize("text", ["1_0", " 1", "\uff11"], ids=ascii)
@pytest.mark.parametrize("call", CALLS)
def test_every_command_ends_in_one_line(
    call: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if text == " 1" and any(part in call for part in LAYOUT):
        pytest.skip("blanks between the parts of a list, a table or NAME=VALUE are layout")
    monkeypatch.chdir(tmp_path)
    Path("c.qasm").write_text(QASM)
    Path("sum.txt").write_text(f"Z {text}\n")
    Path("page.csv").write_text(f"Qubit,T1 (us),T2 (us),Readout assignment error\n0,{text},90,0.01\n")
    Path("jobs.csv").write_text(f"num_circuits,shots,observed_s\n1,{text},3.1\n")
    Path("search.toml").write_text(f'space = "faqnas"\ndataset = "iris"\nmax = {{ parameters = "{text}" }}\n')
    Path("space.toml").write_text(
        '[genes]\nqubits = [1]\nembedding = ["angle-x"]\nlayers = [1]\nrotation_1 = ["rx"]\n'
        'entangler = ["cx"]\ntopology = ["linear"]\n'
    )
    Path("data.csv").write_text(f"x,kind\n{text},a\n2,b\n" * 10)
    program, *words = call.split()
    assert PROGRAMS[program].main([word.replace("{}", text) for word in words]) == 2
    err = capsys.readouterr().err
    assert [line.split(":")[0] for line in err.splitlines()] == [program], err
    assert "internal error" not in err


def test_a_variable_of_the_environment_is_one_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HWCOST_SHOTS", "1_000")
    (tmp_path / "c.qasm").write_text(QASM)
    assert hwcost.cli.main(["estimate", str(tmp_path / "c.qasm"), "-b", "fake_manila"]) == 2
    assert "'1_000' is not a valid integer. (from HWCOST_SHOTS)" in capsys.readouterr().err


def test_click_types_of_numbers_are_named_nowhere_else() -> None:
    for package in ("hwcost", "nas"):
        for path in sorted((ROOT / package).rglob("*.py")):
            found = re.findall(
                r"click.*type=(?:int|float)\b|click\.(?:Int|Float)Range\(|click\.(?:INT|FLOAT)\b", path.read_text()
            )
            assert not found, (path, found)
