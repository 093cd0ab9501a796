"""One hostile input: a child process calls the real command line, and is judged by what it leaves behind."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import signal
import struct
import sys
import tempfile
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

CPU_LIMIT_S = 15.0
MEMORY_LIMIT_BYTES = 2 * 2**30
WALL_LIMIT_S = 120.0
_LONGEST_MESSAGE = 1500


@dataclass(frozen=True)
class Verdict:
    """What an input came to.

    Attributes:
        code: Exit code of the command, negative for a signal.
        fault: What breaks the promise, None if nothing does.
        cpu_s: CPU seconds of the process and its children.
        memory_bytes: Largest memory of the process.
        message: What stood on stderr.
    """

    code: int
    fault: str | None
    cpu_s: float
    memory_bytes: int
    message: str


def run(
    main: Callable[[list[str]], int],
    arguments: Sequence[str],
    folder: Path,
    *,
    restless: Path | None = None,
    ordinary: bool = False,
) -> Verdict:
    """Call `main(arguments)` in a forked child and judge it.

    Args:
        main: Entry point of a command line.
        arguments: Its arguments.
        folder: Working directory of the child.
        restless: A file that another process changes meanwhile.
        ordinary: Whether the child is to be stopped by permissions, also where this process is root.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, _changing(restless):
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            _child(main, arguments, folder, out.fileno(), err.fileno(), ordinary)
        status, usage = _wait(pid)
        out.seek(0)
        err.seek(0)
        stdout, stderr = out.read(), err.read()
    code = os.waitstatus_to_exitcode(status)
    cpu_s = usage.ru_utime + usage.ru_stime
    memory = usage.ru_maxrss * 1024
    return Verdict(
        code, _fault(code, stdout, stderr, cpu_s, memory, arguments), cpu_s, memory, stderr.decode("utf-8", "replace")
    )


def loaded(main: Callable[[list[str]], int], arguments: Sequence[str], folder: Path) -> tuple[list[str], Verdict]:
    """Return the modules that `main(arguments)` in a forked child imports beyond those of this process, and the verdict."""
    with tempfile.TemporaryDirectory() as name:
        told = Path(name) / "modules"

        def telling(words: list[str]) -> int:
            code = main(words)
            told.write_text("\n".join(sys.modules), encoding="utf-8")
            return code

        verdict = run(telling, arguments, folder)
        names = told.read_text(encoding="utf-8").splitlines() if told.exists() else []
    return [name for name in names if name not in sys.modules and not name.startswith(("__", "test"))], verdict


@contextlib.contextmanager
def _changing(path: Path | None) -> Iterator[None]:
    """Have a process cut, lengthen, replace and remove a file, over and over."""
    if path is None:
        yield
        return
    data = path.read_bytes()
    pid = os.fork()
    if pid == 0:
        for number in range(10**6):
            with contextlib.suppress(OSError):
                content = (data, data[: len(data) // 2], data * 2, b"")[number % 4]
                if number % 7 == 0:
                    path.unlink()
                elif number % 5 == 0:
                    path.with_suffix(".new").write_bytes(content)
                    path.with_suffix(".new").replace(path)
                else:
                    path.write_bytes(content)
            time.sleep(0.0005)
        os._exit(0)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        path.write_bytes(data)


def _without_privileges() -> None:
    """Give up what root may do beyond the permissions of files; Linux's capset(2), version 3, with nothing set."""
    header, none = struct.pack("Ii", 0x20080522, 0), bytes(24)
    if os.geteuid() == 0 and ctypes.CDLL(None, use_errno=True).capset(header, none) != 0:
        raise OSError(ctypes.get_errno(), "capset")


def _child(
    main: Callable[[list[str]], int], arguments: Sequence[str], folder: Path, out: int, err: int, ordinary: bool
) -> None:
    code = 70
    try:
        os.setsid()
        os.chdir(folder)
        os.dup2(out, 1)
        os.dup2(err, 2)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        limit = int(2 * CPU_LIMIT_S)
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 2))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if ordinary:
            _without_privileges()
        code = main(list(arguments))
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException as error:
        os.write(2, f"Traceback: {type(error).__name__}: {error}\n".encode("utf-8", "replace"))
        code = 71
    finally:
        os._exit(code)


def _wait(pid: int) -> tuple[int, resource.struct_rusage]:
    deadline = time.monotonic() + WALL_LIMIT_S
    while True:
        done, status, usage = os.wait4(pid, os.WNOHANG)
        if done:
            return status, usage
        if time.monotonic() > deadline:
            os.killpg(pid, signal.SIGKILL)
            _, status, usage = os.wait4(pid, 0)
            return status, usage
        time.sleep(0.002)


def _fault(code: int, stdout: bytes, stderr: bytes, cpu_s: float, memory: int, arguments: Sequence[str]) -> str | None:
    # A child leaves without Python's clean-up, about which the tracker of shared memory then complains.
    text = "\n".join(line for line in stderr.decode("utf-8", "replace").splitlines() if "resource_tracker" not in line)
    if code not in (0, 2):
        return f"exit code {code}"
    for sign in ("Traceback", "internal error", "Warning:", "Exception ignored"):
        if sign in text:
            return f"{sign!r} on stderr"
    if code == 2 and not text.strip():
        return "exit 2 without a word"
    if cpu_s > CPU_LIMIT_S:
        return f"{cpu_s:.1f} s of CPU"
    if memory > MEMORY_LIMIT_BYTES:
        return f"{memory / 2**30:.2f} GiB"
    if max(map(len, text.splitlines()), default=0) > _LONGEST_MESSAGE:
        return "a message too long to read"
    for name, raw in (("stdout", stdout), ("stderr", stderr)):
        shown = raw.decode("utf-8", "replace")
        bad = next(
            (c for c in shown if c not in "\n\r" and unicodedata.category(c) in ("Cc", "Cf", "Cs") and c != "\ufeff"),
            None,
        )
        if bad is not None:
            return f"{bad!r} on {name}"
    if code == 0 and "json" in arguments:
        return _json_fault(stdout)
    return None


def _json_fault(stdout: bytes) -> str | None:
    def refuse(word: str) -> None:
        raise ValueError(f"{word} in JSON")

    try:
        json.loads(stdout, parse_constant=refuse)
    except ValueError as error:
        return f"stdout is not JSON: {error}"
    return None
