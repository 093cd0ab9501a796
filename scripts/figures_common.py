"""What figures of Markdown files and of notebooks have in common: versions, environment, and what may differ."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Mapping
from difflib import unified_diff
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CONSTRAINTS = ROOT / "scripts" / "figures-constraints.txt"

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
# What differs between two runs of the same code: compared as if it were equal, and documented in docs/figures.md.
VOLATILE = (
    # The age of a calibration grows daily: "1.8 years old", "the snapshot is 640 days old".
    (re.compile(r"\b\d[\d.,]* (?:hour|day|month|year)s? old\b"), "AGE old"),
    (re.compile(r'("snapshot_age_days": )\d+'), r"\1AGE"),
    # Objects and temporary folders.
    (re.compile(r"\b0x[0-9a-f]{6,}\b"), "ADDRESS"),
    (re.compile(r"/tmp/\w+"), "/tmp/FOLDER"),
)


def normalised(text: str) -> list[str]:
    """Return the lines of an output as they are compared: no colours, trailing blanks or daily changes."""
    text = _ANSI.sub("", text)
    for pattern, replacement in VOLATILE:
        text = pattern.sub(replacement, text)
    return [line.rstrip() for line in text.strip("\n").split("\n")]


def difference(name: str, committed: str, run: str) -> str:
    """Return a unified diff of two outputs; empty where they are the same but for what is volatile."""
    lines = unified_diff(
        normalised(committed), normalised(run), f"{name} as committed", f"{name} as run now", lineterm=""
    )
    return "\n".join(lines)


def required_versions(lines: Iterable[str] | None = None) -> dict[str, str]:
    """Package and version of each line of the constraints file."""
    if lines is None:
        lines = CONSTRAINTS.read_text(encoding="utf-8").splitlines()
    return dict(line.strip().split("==") for line in lines if line.strip() and not line.startswith("#"))


def wrong_versions(required: Mapping[str, str] | None = None) -> str:
    """One line that says which installed versions are not those of the figures; empty where all are."""
    wrong = []
    for name, number in (required_versions() if required is None else required).items():
        try:
            here = version(name)
        except PackageNotFoundError:
            here = "not installed"
        if here != number:
            wrong.append(f"{name} {number} (here: {here})")
    return f"the figures belong to {', '.join(wrong)}; not checked" if wrong else ""


def clean_environment(home: Path) -> dict[str, str]:
    """Return the environment of a command: nothing of the user's settings, a home folder of its own."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("QISKIT", "XDG_")) and name not in {"COLUMNS", "FORCE_COLOR", "NO_COLOR"}
    }
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return kept | {
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONWARNINGS": "ignore",
        "PATH": os.pathsep.join([str(home / "bin"), str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
    }
