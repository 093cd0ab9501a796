"""Figures cannot go stale: what the check finds in Markdown, and that every output of the documentation is bound."""

from __future__ import annotations

import importlib
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

import figures_common
import figures_markdown
from places import ROOT

DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
each_document = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)

TEXT = """
```text
$ echo 126,724 shots
126,724 shots
$ python -c 'print("the snapshot is 640 days old")'
the snapshot is 632 days old
```

```python
print(6 * 7)
```

<!-- output of the Python above -->
```text
42
```

<!-- output of: echo '{"a": 1}' -->
```json
{"a": 1}
```
"""


def document(folder: Path, text: str) -> Path:
    path = folder / "page.md"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_figure_that_was_changed_by_hand_is_found(tmp_path: Path) -> None:
    assert figures_markdown.check(document(tmp_path, TEXT)) == []
    (fault,) = figures_markdown.check(document(tmp_path, TEXT.replace("\n126,724 shots", "\n130,000 shots")))
    assert fault.splitlines()[:2] == ["--- page.md:4 as committed", "+++ page.md:4 as run now"]
    assert "-130,000 shots" in fault
    assert "+126,724 shots" in fault
    for old, new in (("\n42\n", "\n43\n"), ('{"a": 1}\n```', '{"a": 2}\n```')):
        assert len(figures_markdown.check(document(tmp_path, TEXT.replace(old, new)))) == 1


def test_the_age_of_a_calibration_may_grow_and_nothing_else_may(tmp_path: Path) -> None:
    for days in ("3 days old", "2.5 years old", "7 months old"):
        assert (
            figures_common.difference(
                "", "calibration of 2025-02-26, 632 days old", f"calibration of 2025-02-26, {days}"
            )
            == ""
        )
    assert figures_common.difference("", "632 days old (2025-02-26)", "632 days old (2025-02-27)")
    assert figures_common.difference("", '"snapshot_age_days": 632,', '"snapshot_age_days": 1000,') == ""
    assert figures_common.difference("", "more than 7 days older", "more than 8 days older")


def test_write_repairs_what_check_finds(tmp_path: Path) -> None:
    path = document(tmp_path, TEXT.replace("\n126,724 shots", "\n130,000 shots\nleft over").replace("\n42\n", "\n"))
    assert figures_markdown.write(path) == []
    assert path.read_text(encoding="utf-8") == TEXT


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("```text\n36.3 s\n```", "page.md:1: nothing says where this output comes from"),
        ("```csv\na,b\n```", "page.md:1: nothing says where this output comes from"),
        (
            "<!-- measured: python tests/benchmarks/nowhere.py, 2026-01-31, torch 2 -->",
            "there is no tests/benchmarks/nowhere.py",
        ),
        ("<!-- measured: hwcost unheard-of x, 2026-01-31, torch 2 -->", "there is no hwcost/cli/unheard_of.py"),
        ("<!-- measured: lately -->", "not of the form"),
        ("```text\n$ exit 3\n```", "page.md:3: exit code 3 of: exit 3"),
    ],
)
def test_what_is_bound_to_nothing_is_a_fault(tmp_path: Path, text: str, fault: str) -> None:
    (found,) = figures_markdown.check(document(tmp_path, text))
    assert fault in found


def test_examples_and_measurements_are_left_alone(tmp_path: Path) -> None:
    measured = "<!-- measured: python tests/benchmarks/search_quality.py truth, 2026-11-21, torch 2.13 -->"
    for comment in (measured, "<!-- not checked: invented rows -->"):
        assert figures_markdown.check(document(tmp_path, f"{comment}\n```text\n36.3 s\n```")) == []


def test_a_picture_is_compared_by_its_text(tmp_path: Path) -> None:
    path = document(tmp_path, "<!-- picture of: echo 49.3 s -->\n![what](picture.svg)\n")
    assert figures_markdown.write(path) == []
    picture = tmp_path / "picture.svg"
    assert "http" not in picture.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert figures_markdown.check(path) == []
    picture.write_text(picture.read_text(encoding="utf-8").replace("49.3", "36.3"), encoding="utf-8")
    assert len(figures_markdown.check(path)) == 1
    picture.unlink()
    assert len(figures_markdown.check(path)) == 1


def test_other_versions_are_refused_in_one_line() -> None:
    assert figures_common.wrong_versions({"pytest": "0.0.1"}).startswith("the figures belong to pytest 0.0.1 (here: ")
    assert "not installed" in figures_common.wrong_versions({"no-such-package": "1"})
    assert figures_common.wrong_versions({}) == ""


def test_the_command_fails_on_a_difference(tmp_path: Path) -> None:
    if figures_common.wrong_versions():
        pytest.skip(figures_common.wrong_versions())
    command = [sys.executable, str(ROOT / "scripts" / "figures"), "--check"]
    good = subprocess.run(
        [*command, document(tmp_path, "```text\n$ echo 1\n1\n```")], capture_output=True, text=True, check=False
    )
    assert (good.returncode, good.stdout) == (0, "")
    bad = subprocess.run(
        [*command, document(tmp_path, "```text\n$ echo 1\n2\n```")], capture_output=True, text=True, check=False
    )
    assert bad.returncode == 1
    assert "page.md:3 as committed" in bad.stdout


@each_document
def test_every_output_of_the_documentation_says_where_it_comes_from(path: Path) -> None:
    assert figures_markdown.read_document(path).faults == ()


@each_document
def test_pages_name_the_versions_of_the_figures(path: Path) -> None:
    versions = figures_common.required_versions()
    for name, number in re.findall(r"(Qiskit|qiskit-ibm-runtime) (\d+\.\d+\.\d+)", path.read_text(encoding="utf-8")):
        assert versions[name.lower()] == number


def test_readme_is_short_and_names_the_versions() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 150
    versions = figures_common.required_versions()
    assert f"Qiskit {versions['qiskit']}" in text
    assert f"qiskit-ibm-runtime {versions['qiskit-ibm-runtime']}" in text
    for link in re.findall(r"\]\(([^)#]+)", text):
        assert (ROOT / link).exists(), link


def test_each_extra_has_its_line_in_the_readme() -> None:
    import tomllib

    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    rows = [line for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    named = set(re.findall(r"`([\w-]+)`", " ".join(row.split("|")[1] for row in rows)))
    assert named == set(extras) - {"test"}


@pytest.mark.parametrize("package", ["hwcost", "nas"])
def test_each_public_name_is_in_the_reference(package: str) -> None:
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    assert set(re.findall(rf"^::: {package}\.(\w+)$", text, re.MULTILINE)) == set(
        importlib.import_module(package).__all__
    )


def commands(path: Path) -> list[list[str]]:
    """The words of each `hwcost` and `nas` command in the sh blocks of a file."""
    blocks = re.findall(r"^```sh\n(.*?)^```", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    return [shlex.split(line, comments=True) for line in lines if line.startswith(("hwcost ", "nas "))]


def unknown_options(words: list[str]) -> list[str]:
    command: click.Command = importlib.import_module(f"{words[0]}.cli.{words[1].replace('-', '_')}").command
    rest = words[2:]
    while isinstance(command, click.Group):
        found = command.get_command(click.Context(command), rest.pop(0))
        assert found is not None, words
        command = found
    known = {name for parameter in command.params for name in [*parameter.opts, *parameter.secondary_opts]}
    return [word for word in rest if word.startswith("-") and word not in known]


@each_document
def test_options_of_examples_exist(path: Path) -> None:
    for words in commands(path):
        assert not unknown_options(words), words


def test_an_option_that_is_gone_would_be_found() -> None:
    assert unknown_options(["hwcost", "calibration", "show", "torino", "--map", "a.png"]) == []
    assert unknown_options(["nas", "search", "-o", "run", "--unheard-of", "3"]) == ["--unheard-of"]
