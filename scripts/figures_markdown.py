"""Blocks of output in Markdown files: found, run again, compared or rewritten.

A block in ```text, ```json or ```csv is an output. Where it comes from is said in one of these ways:

- its first line is `$ command`, which readers see (several such lines make several outputs);
- the line above it is `<!-- output of: command -->`;
- the line above it is `<!-- output of the Python above -->`: the ```python block before it is run as a script;
- the line above it is `<!-- measured: command, date, versions -->` (also above a table): it took minutes or a certain
  machine, so it is not run again; the script that it names must exist;
- the line above it is `<!-- not checked: reason -->`.

A picture below `<!-- picture of: command -->` is an SVG of the command's coloured output.
Commands run in a folder of their own for each file, in which `notebooks/`, `calibrations/` and `tests/` are at hand.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape
from io import StringIO
from pathlib import Path

from figures_common import ROOT, clean_environment, difference

LANGUAGES = frozenset({"text", "json", "csv"})
_FENCE = re.compile(r"^```(\w*)\s*$")
_COMMENT = re.compile(r"^<!-- (output of|measured|not checked|picture of)(?:: | )(.+?) -->$")
_MEASURED = re.compile(r"^(?P<command>.+), (?P<date>\d{4}-\d\d-\d\d), (?P<versions>.+)$")
_PICTURE = re.compile(r"^!\[[^\]]*\]\(([^)]+\.svg)\)")
_TEXT = re.compile(r'<text [^>]*y="([\d.]+)"[^>]*>([^<]*)</text>')
_AT_HAND = ("notebooks", "calibrations", "tests")
_SHIMS = {"hwcost": "-m hwcost", "nas": "-m nas", "python": ""}
_SVG_WIDTH = 100


class FigureError(Exception):
    """A command failed."""


@dataclass(frozen=True)
class Output:
    """One output: what makes it, and the lines where it stands (from 0, the last one excluded)."""

    command: str
    is_python: bool
    first: int
    last: int
    picture: str = ""
    """Path of the SVG, relative to the file; empty for text."""


@dataclass(frozen=True)
class Document:
    """A Markdown file, its outputs, and what is wrong with it before anything is run."""

    path: Path
    lines: tuple[str, ...]
    outputs: tuple[Output, ...] = ()
    faults: tuple[str, ...] = field(default=())


def read_document(path: Path) -> Document:
    """Find the outputs of a file."""
    lines = path.read_text(encoding="utf-8").splitlines()
    outputs: list[Output] = []
    faults: list[str] = []
    comment: tuple[str, str] | None = None
    python = ""
    number = 0
    while number < len(lines):
        line = lines[number]
        if (found := _COMMENT.match(line)) is not None:
            comment = (found[1], found[2])
            if comment[0] == "measured":
                faults += [f"{_name(path, number)}: {fault}" for fault in _measured_faults(comment[1])]
        elif (fence := _FENCE.match(line)) is not None:
            first = number + 1
            number = _end_of_block(lines, first)
            if fence[1] == "python":
                python = "\n".join(lines[first:number])
            elif fence[1] in LANGUAGES:
                new = list(_outputs_of_block(lines, first, number, comment, python))
                if not new and (comment is None or comment[0] not in {"measured", "not checked"}):
                    faults.append(f"{_name(path, first - 1)}: nothing says where this output comes from")
                outputs += new
            comment = None
        elif line.strip():
            if comment is not None and comment[0] == "picture of" and (picture := _PICTURE.match(line)):
                outputs.append(Output(comment[1], False, number, number + 1, picture[1]))
            comment = None
        number += 1
    return Document(path, tuple(lines), tuple(outputs), tuple(faults))


def check(path: Path) -> list[str]:
    """Run every command of a file and return one diff, or one line, for each output that is not what is committed."""
    document = read_document(path)
    faults = list(document.faults)
    try:
        for output, run in _runs(document):
            name = _name(path, output.first)
            faults += [fault for fault in [difference(name, _committed(document, output), run)] if fault]
    except FigureError as error:
        faults.append(str(error))
    return faults


def write(path: Path) -> list[str]:
    """Put the present outputs into a file where they differ; what is left to do by hand is returned."""
    document = read_document(path)
    lines = list(document.lines)
    try:
        runs = list(_runs(document))
    except FigureError as error:
        return [str(error)]
    for output, run in reversed(runs):
        if difference("", _committed(document, output), run):
            if output.picture:
                (path.parent / output.picture).write_text(_svg(output.command, run), encoding="utf-8")
            else:
                lines[output.first : output.last] = [line.rstrip() for line in run.strip("\n").split("\n")]
    text = "\n".join(lines) + "\n"
    if text != path.read_text(encoding="utf-8"):
        path.write_text(text, encoding="utf-8")
    return list(document.faults)


def _name(path: Path, number: int) -> str:
    shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path.name
    return f"{shown}:{number + 1}"


def _end_of_block(lines: Sequence[str], first: int) -> int:
    return next((number for number in range(first, len(lines)) if lines[number].rstrip() == "```"), len(lines))


def _outputs_of_block(
    lines: Sequence[str], first: int, last: int, comment: tuple[str, str] | None, python: str
) -> Iterator[Output]:
    if comment is not None and comment[0] == "output of":
        is_python = comment[1] == "the Python above"
        yield Output(python if is_python else comment[1], is_python, first, last)
        return
    number = first
    while number < last and lines[number].startswith("$ "):
        command = [lines[number][2:]]
        while command[-1].endswith("\\") and number + 1 < last:
            number += 1
            command.append(lines[number])
        start = number + 1
        number = next((n for n in range(start, last) if lines[n].startswith("$ ")), last)
        yield Output("\n".join(command), False, start, number)


def _measured_faults(text: str) -> Iterator[str]:
    found = _MEASURED.match(text)
    if found is None:
        yield f"`measured: {text}` is not of the form `measured: command, YYYY-MM-DD, versions`"
        return
    words = found["command"].split()
    scripts = [word for word in words if word.endswith(".py")]
    if words[0] in {"hwcost", "nas"} and len(words) > 1:
        scripts.append(f"{words[0]}/cli/{words[1].replace('-', '_')}.py")
    if not scripts:
        yield f"`{found['command']}` names no script and no command"
    for script in scripts:
        if not (ROOT / script).is_file():
            yield f"there is no {script}"


def _committed(document: Document, output: Output) -> str:
    if not output.picture:
        return "\n".join(document.lines[output.first : output.last])
    picture = document.path.parent / output.picture
    return _text_of_svg(picture.read_text(encoding="utf-8")) if picture.is_file() else ""


def _runs(document: Document) -> Iterator[tuple[Output, str]]:
    """Each output with what its command prints now."""
    if not document.outputs:
        return
    with tempfile.TemporaryDirectory(prefix="figures-") as folder:
        home, work = Path(folder) / "home", Path(folder) / "work"
        (home / "bin").mkdir(parents=True)
        work.mkdir()
        for name in _AT_HAND:
            (work / name).symlink_to(ROOT / name)
        for name, arguments in _SHIMS.items():
            shim = home / "bin" / name
            shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" {arguments} "$@"\n', encoding="utf-8")
            shim.chmod(0o755)
        environment = clean_environment(home)
        for output in document.outputs:
            yield output, _run(document, output, work, environment)


def _run(document: Document, output: Output, work: Path, environment: dict[str, str]) -> str:
    program = [sys.executable, "-c", output.command] if output.is_python else ["bash", "-euc", output.command]
    colours = {"FORCE_COLOR": "1", "TERM": "xterm-256color", "COLUMNS": str(_SVG_WIDTH)} if output.picture else {}
    done = subprocess.run(
        program, cwd=work, env=environment | colours, capture_output=True, check=False, stdin=subprocess.DEVNULL
    )
    if done.returncode:
        problem = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        name = _name(document.path, output.first)
        raise FigureError(f"{name}: exit code {done.returncode} of: {output.command}\n{''.join(problem)}")
    return done.stdout.decode()


def _svg(command: str, coloured: str) -> str:
    """Draw a terminal with the output in it."""
    from rich.console import Console
    from rich.text import Text

    console = Console(record=True, width=_SVG_WIDTH, file=StringIO(), force_terminal=True)
    console.print(Text.from_ansi(coloured.rstrip("\n")))
    svg = console.export_svg(title=command.partition(" |")[0], unique_id="output")
    # Fonts of the reader's machine: the picture loads nothing from elsewhere.
    svg = re.sub(r"\s*@font-face \{.*?\}|\s*<!--.*?-->", "", svg, flags=re.DOTALL)
    return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"


def _text_of_svg(svg: str) -> str:
    """Return what can be read in a picture made by `_svg`, but for its title."""
    rows: dict[float, str] = {}
    for height, text in _TEXT.findall(svg.partition('<g class="output-matrix">')[2]):
        rows[float(height)] = rows.get(float(height), "") + unescape(text).replace("\xa0", " ").strip("\n")
    return "\n".join(rows[height] for height in sorted(rows))
