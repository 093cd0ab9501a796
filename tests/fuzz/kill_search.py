"""`python tests/fuzz/kill_search.py`: kill searches at random moments; the resumed ones must end with the same front.

Moments lie anywhere from the start of the process to the end of the undisturbed search, so that the making of the
folder, evaluations, the store and the report are all hit. Searches are forks of this process, which has imported what
they need, and share the process of which workers are forks; with `--cold` each is a new interpreter, so that imports
are hit too.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing.forkserver
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from surfaces import SPACE

SETTINGS = "--dataset iris --objectives quantum_flops,validation_error --population 6 --generations 2 --epochs 1 -q"


@dataclass(frozen=True)
class Searches:
    """How searches are run.

    Attributes:
        base: Folder of their folders.
        cold: Whether each is a new interpreter.
        workers: Processes of each search.
    """

    base: Path
    cold: bool = False
    workers: int = 1

    def prepare(self) -> None:
        """Write the space, and import once what searches and their workers need."""
        (self.base / "space.toml").write_text(SPACE, encoding="utf-8")
        if not self.cold:
            from nas.runs.workers import prepare_processes

            prepare_processes()

    def start(self, words: Sequence[str]) -> int:
        """Start a command of `nas` and return its process."""
        with (self.base / "said").open("ab") as said:
            if self.cold:
                command = [sys.executable, "-m", "nas", *words]
                return subprocess.Popen(command, stdout=said, stderr=said, start_new_session=True).pid
            # A search that is killed while it asks for a worker takes Python's server of forks with it.
            multiprocessing.forkserver.ensure_running()
            process = os.fork()
            if process == 0:
                _main(words, said.fileno())
            return process

    def search(self, name: str) -> list[str]:
        """Return the command of a search, which resumes if its folder is there."""
        words = ["search", "--space", str(self.base / "space.toml"), *SETTINGS.split()]
        return [*words, "--workers", str(self.workers), "-o", str(self.base / name)]

    def whole(self, name: str) -> float:
        """Run a search to its end, and return the seconds it took; a `RuntimeError` if it fails."""
        began = time.monotonic()
        _, status = os.waitpid(self.start(self.search(name)), 0)
        if status != 0:
            said = (self.base / "said").read_text(encoding="utf-8", errors="replace")
            raise RuntimeError(f"the search ended with {os.waitstatus_to_exitcode(status)}: {said[-500:]}")
        return time.monotonic() - began

    def killed(self, name: str, after_s: float) -> bool:
        """Start a search and kill it after so many seconds; False if it had ended before."""
        process = self.start(self.search(name))
        deadline = time.monotonic() + after_s
        while time.monotonic() < deadline:
            if os.waitpid(process, os.WNOHANG)[0]:
                return False
            time.sleep(min(0.001, max(0.0, deadline - time.monotonic())))
        os.kill(process, signal.SIGKILL)
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == -signal.SIGKILL

    def front(self, name: str) -> Any:
        """Return the front of a run without what differs from run to run: seconds and the folder's name."""
        from nas.results.front import Front
        from nas.runs.run import open_run

        return _plain(json.loads(json.dumps(Front(run=open_run(self.base / name)).to_dict())), str(self.base / name))


def _main(words: Sequence[str], output: int) -> None:
    """Be the process of a search."""
    code = 70
    try:
        os.setsid()
        os.dup2(output, 1)
        os.dup2(output, 2)
        # The process that forks workers is there, though this one is not its parent.
        server = multiprocessing.forkserver
        server._forkserver.ensure_running = server.ensure_running = lambda: None  # type: ignore[method-assign]
        from nas.cli import main

        code = main(list(words))
        sys.stdout.flush()
    finally:
        os._exit(code)


def _plain(node: Any, folder: str) -> Any:
    if isinstance(node, dict):
        return {
            key: _plain(value, folder) for key, value in node.items() if not key.endswith(("_s", "seconds", "time"))
        }
    if isinstance(node, list):
        return [_plain(item, folder) for item in node]
    return node.replace(folder, "RUN") if isinstance(node, str) else node


def kill(searches: Searches, count: int, seed: int = 0, *, loud: bool = False) -> tuple[int, int]:
    """Kill so many searches, resume each, and return how many were killed in the midst and how many fronts are the same.

    A search that ended before its moment is not counted; another takes its place.
    """
    chance = random.Random(seed)
    searches.prepare()
    searches.whole("first")  # the first one waits for imports
    whole_s = searches.whole("whole")
    wanted = searches.front("whole")
    killed = same = number = 0
    moments = []
    while killed < count:
        name, moment = f"run{number}", chance.uniform(0.0, whole_s)
        number += 1
        if not searches.killed(name, moment):
            continue
        killed += 1
        moments.append(moment / whole_s)
        searches.whole(name)
        same += searches.front(name) == wanted
        if loud:
            print(f"{killed} killed, {same} with the front of the undisturbed one", flush=True)
    if loud:
        tenths = [sum(int(10 * moment) == tenth for moment in moments) for tenth in range(10)]
        print(f"moments by tenth of the {whole_s:.1f} s of an undisturbed search: {tenths}")
    return killed, same


def main(arguments: Sequence[str] | None = None) -> int:
    """Kill, resume, compare, and print the count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100, help="How many searches are killed.")
    parser.add_argument("--seed", type=int, default=0, help="Of the moments.")
    parser.add_argument("--workers", type=int, default=1, help="Processes of each search.")
    parser.add_argument("--cold", action="store_true", help="A new interpreter for each.")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        searches = Searches(Path(name), given.cold, given.workers)
        killed, same = kill(searches, given.kills, given.seed, loud=True)
    return 0 if same == killed else 1


if __name__ == "__main__":
    sys.exit(main())
