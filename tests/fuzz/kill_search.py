"""`python tests/fuzz/kill_search.py`: kill a search at random moments; the resumed one must end with the same front.

Moments lie anywhere from the start of the process to the end of the undisturbed search, so that imports, the making of
the folder, evaluations, the store and the report are all hit.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from surfaces import SPACE


def search(folder: Path, *, workers: int = 1) -> list[str]:
    """Return the command of a search of a few seconds, which resumes if its folder is there."""
    (folder.parent / "space.toml").write_text(SPACE, encoding="utf-8")
    words = [sys.executable, "-m", "nas", "search", "--space", str(folder.parent / "space.toml"), "--dataset", "iris"]
    words += ["--objectives", "quantum_flops,validation_error", "--population", "6", "--generations", "2"]
    return [*words, "--epochs", "1", "--workers", str(workers), "-q", "-o", str(folder)]


def front(folder: Path) -> Any:
    """Return the front of a run without what differs from run to run: seconds and the folder's name."""
    words = [sys.executable, "-m", "nas", "front", str(folder), "--format", "json"]
    shown = json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)
    return _plain(shown, str(folder))


def _plain(node: Any, folder: str) -> Any:
    if isinstance(node, dict):
        return {
            key: _plain(value, folder) for key, value in node.items() if not key.endswith(("_s", "seconds", "time"))
        }
    if isinstance(node, list):
        return [_plain(item, folder) for item in node]
    return node.replace(folder, "RUN") if isinstance(node, str) else node


def killed_and_resumed(folder: Path, after_s: float, *, workers: int = 1) -> bool:
    """Start a search, kill it after so many seconds, and resume it to the end; return whether it was killed."""
    process = subprocess.Popen(
        search(folder, workers=workers), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        process.wait(after_s)
        killed = False
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        killed = True
    done = subprocess.run(search(folder, workers=workers), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"the resumed search ended with {done.returncode}: {done.stderr}")
    return killed


def main(arguments: Sequence[str] | None = None) -> int:
    """Kill, resume, compare, and print the count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100, help="How many searches are killed.")
    parser.add_argument("--seed", type=int, default=0, help="Of the moments.")
    parser.add_argument("--workers", type=int, default=1, help="Processes of each search.")
    given = parser.parse_args(arguments)
    chance = random.Random(given.seed)
    same = killed = 0
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        began = time.monotonic()
        subprocess.run(search(base / "whole", workers=given.workers), check=True, capture_output=True)
        whole_s = time.monotonic() - began
        wanted = front(base / "whole")
        for number in range(given.kills):
            folder = base / f"run{number}"
            killed += killed_and_resumed(folder, chance.uniform(0.0, whole_s), workers=given.workers)
            same += front(folder) == wanted
            print(f"{number + 1} searches, {killed} killed, {same} with the front of the undisturbed one", flush=True)
    return 0 if same == given.kills else 1


if __name__ == "__main__":
    sys.exit(main())
