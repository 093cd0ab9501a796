"""Try a function in a child process under a limit of processor time and a memory limit.

Readers of circuit files are fast on good files, but a damaged or hostile file of 500 bytes can keep one busy for
minutes, fill the memory or crash the interpreter. `run_limited` runs the reader in a child first; when the child comes
through, the caller repeats the (deterministic) call itself and keeps the result. So nothing but a short verdict has to
travel between the processes.

On Linux the child is a fork, which costs a few milliseconds. Elsewhere a fresh interpreter is started, which costs
about a second, and the memory limit holds only where the system supports `RLIMIT_AS`.
"""

from __future__ import annotations

import contextlib
import faulthandler
import gc
import json
import math
import os
import pickle
import select
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Outcome: TypeAlias = Literal["ok", "error", "time", "memory", "crash"]

MAX_VERDICT_BYTES = 16_000
"""Room for a message with a long path; a Linux pipe holds four times as much."""

KILL_MARGIN_S = 2.0
"""The child's own timers end it this long after the parent should have, for the case that the parent was killed."""

WALL_FACTOR = 8.0
"""A child that gets an eighth of a core still has its processor time; one that only waits is ended after this many
times its limit."""

_POLL_S = 0.05
_CAN_FORK = sys.platform == "linux" and hasattr(os, "fork")
_DEFAULT_SIGNALS = tuple(
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGALRM", "SIGXCPU", "SIGPROF", "SIGPIPE")
    if hasattr(signal, name)  # Windows has only some
)
_CHILD_PROGRAM = "from hwcost.circuits.sandbox import _spawned_main; _spawned_main()"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of a call in a child process.

    Attributes:
        outcome: "ok", "error" (the function raised), "time" or "memory" (a limit was hit), "crash" (the child died).
        error_type: Name of the exception class, or of the signal that ended the child; empty when there is none.
        message: Text of the exception; empty when there is none.
    """

    outcome: Outcome
    error_type: str = ""
    message: str = ""


def run_limited(
    function: Callable[..., object], *args: object, time_limit_s: float, memory_limit_bytes: int
) -> Verdict:
    """Call `function(*args)` in a child process and return the verdict; its return value is dropped.

    The child sees a copy of the caller's memory and changes nothing in it. Its output is discarded. It has ended and is
    collected when this function returns or raises, Ctrl-C included.

    Args:
        function: The call to try. Where no fork is available it must be importable by name and `args` picklable.
        *args: Positional arguments of the call.
        time_limit_s: Seconds of processor time after which the child is killed, where the system counts them, so that
            a loaded machine does not change the verdict; and after `WALL_FACTOR` times as many on the clock.
        memory_limit_bytes: Address space that the child may use beyond what the process uses already.

    Returns:
        The verdict. Exceptions of `function` are reported in it, never raised.

    Raises:
        OSError: no child process can be started.

    Example:
        >>> run_limited(int, "7", time_limit_s=5.0, memory_limit_bytes=10**9).outcome
        'ok'
        >>> run_limited(int, "seven", time_limit_s=5.0, memory_limit_bytes=10**9).error_type
        'ValueError'
    """
    if _CAN_FORK:
        return _run_forked(function, args, time_limit_s, memory_limit_bytes)
    return _run_spawned(function, args, time_limit_s, memory_limit_bytes)


def _run_forked(
    function: Callable[..., object], args: tuple[object, ...], time_limit_s: float, memory_limit_bytes: int
) -> Verdict:
    deadline = time.monotonic() + WALL_FACTOR * time_limit_s
    read_end, write_end = os.pipe()
    pid = -1
    try:
        # Signals wait while the child still has the parent's handlers: a Ctrl-C must not unwind the parent's stack in
        # the child, nor come between the fork and the note of its pid.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, _DEFAULT_SIGNALS)
        try:
            with warnings.catch_warnings():
                # Python 3.12 and some libraries warn about a fork beside threads. The child runs one parser, touches
                # no lock of another thread, and is killed at the time limit should it wait for one after all.
                warnings.simplefilter("ignore")
                pid = os.fork()
            if pid == 0:
                _forked_main(function, args, write_end, time_limit_s, memory_limit_bytes, mask)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        os.close(write_end)
        write_end = -1
        received = _receive(read_end, pid, deadline)
    finally:
        # Also on Ctrl-C: no child may stay behind, neither running nor as a zombie.
        status = _end(pid) if pid > 0 else None
        os.close(read_end)
        if write_end >= 0:
            os.close(write_end)
    if received is None:
        return Verdict(outcome="time")
    return _verdict(received, status)


def _receive(read_end: int, pid: int, deadline: float) -> bytes | None:
    """Return what the child wrote before it closed the pipe or died; None when the deadline came first."""
    poll = select.poll()
    poll.register(read_end, select.POLLIN | select.POLLHUP)
    received = b""
    dead = False
    while True:
        remaining_s = deadline - time.monotonic()
        if remaining_s <= 0.0:
            return None
        # Polls are short because the end of the pipe may not be seen: another thread that forks at the same moment
        # leaves a copy of the write end in its own child.
        if poll.poll(1000.0 * min(_POLL_S, remaining_s)):
            chunk = os.read(read_end, MAX_VERDICT_BYTES)
            received += chunk
            if not chunk or received.endswith(b"\n"):
                return received
        elif dead:
            return received
        else:
            dead = _has_ended(pid)


def _has_ended(pid: int) -> bool:
    """Return whether the child is dead, without collecting it (its pid must stay reserved until `_end`)."""
    try:
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return True


def _end(pid: int) -> int | None:
    """Kill the child if it still runs and collect it; its wait status, or None if it was collected elsewhere."""
    try:
        os.kill(pid, signal.SIGKILL)
        return os.waitpid(pid, 0)[1]
    except (ProcessLookupError, ChildProcessError):
        # The program ignores SIGCHLD or collects every child itself.
        return None


def _verdict(received: bytes, status: int | None) -> Verdict:
    with contextlib.suppress(ValueError, KeyError, TypeError):
        fields = json.loads(received)
        return Verdict(outcome=fields["outcome"], error_type=fields["error_type"], message=fields["message"])
    if status is None or not os.WIFSIGNALED(status):
        return Verdict(outcome="crash")
    return _signal_verdict(os.WTERMSIG(status))


def _signal_verdict(number: int) -> Verdict:
    try:
        name = signal.Signals(number).name
    except ValueError:
        name = f"signal {number}"
    # The timers of `_apply_limits` speak with these.
    outcome: Outcome = "time" if name in ("SIGALRM", "SIGXCPU", "SIGPROF") else "crash"
    return Verdict(outcome=outcome, error_type=name)


def _forked_main(
    function: Callable[..., object],
    args: tuple[object, ...],
    write_end: int,
    time_limit_s: float,
    memory_limit_bytes: int,
    mask: set[int | signal.Signals],
) -> None:
    """Run the forked child. Never returns: the caller's stack below belongs to the parent."""
    try:
        # Nothing of the parent may be finalised here, and a crash must not print into the parent's terminal.
        gc.freeze()
        faulthandler.disable()
        for number in _DEFAULT_SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        with contextlib.suppress(OSError):
            null = os.open(os.devnull, os.O_RDWR)
            for descriptor in (0, 1, 2):
                os.dup2(null, descriptor)
        _apply_limits(time_limit_s, memory_limit_bytes)
        # In a notebook Python's own streams do not lead to descriptors 1 and 2.
        with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
            verdict = _attempt(function, args)
        os.write(write_end, _encode(verdict))
    finally:
        # Not sys.exit: no atexit handlers, and the parent's unwritten output buffers are not flushed a second time.
        os._exit(0)


def _attempt(function: Callable[..., object], args: tuple[object, ...]) -> Verdict:
    try:
        function(*args)
    except MemoryError:
        return Verdict(outcome="memory", error_type="MemoryError")
    except BaseException as error:  # a panic in Rust code is not an Exception
        return Verdict(outcome="error", error_type=type(error).__name__, message=_text(error))
    return Verdict(outcome="ok")


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return ""


def _encode(verdict: Verdict) -> bytes:
    """Return the verdict as one line of JSON, its message cut to fit `MAX_VERDICT_BYTES`."""
    message = verdict.message[:MAX_VERDICT_BYTES]
    while True:
        fields = {"outcome": verdict.outcome, "error_type": verdict.error_type[:40], "message": message}
        encoded = json.dumps(fields).encode() + b"\n"
        if len(encoded) <= MAX_VERDICT_BYTES:
            return encoded
        # A character takes 1 to 12 bytes in JSON: cut until it fits.
        message = message[: len(message) * 3 // 4]


def _apply_limits(time_limit_s: float, memory_limit_bytes: int) -> None:
    """Limit this process itself, as far as the system allows."""
    try:
        import resource
    except ImportError:
        return
    # ITIMER_PROF decides, and the parent's clock; the others only end a child whose parent is gone.
    cpu_s = math.ceil(time_limit_s + KILL_MARGIN_S)
    limits = [(resource.RLIMIT_CORE, 0), (resource.RLIMIT_CPU, cpu_s)]
    used_bytes = _address_space_bytes()
    if used_bytes is not None:
        limits.append((resource.RLIMIT_AS, used_bytes + memory_limit_bytes))
    for kind, wanted in limits:
        with contextlib.suppress(OSError, ValueError):
            hard = resource.getrlimit(kind)[1]
            value = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            resource.setrlimit(kind, (value, hard))
    signal.setitimer(signal.ITIMER_REAL, WALL_FACTOR * time_limit_s + KILL_MARGIN_S)
    signal.setitimer(signal.ITIMER_PROF, time_limit_s)


def _address_space_bytes() -> int | None:
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return None


def _run_spawned(
    function: Callable[..., object], args: tuple[object, ...], time_limit_s: float, memory_limit_bytes: int
) -> Verdict:
    """Do the same in a fresh interpreter. The limit includes starting it and importing what `function` needs."""
    request = pickle.dumps((function, args, time_limit_s, memory_limit_bytes))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(entry or os.getcwd() for entry in sys.path)}
    try:
        done = subprocess.run(
            [sys.executable, "-c", _CHILD_PROGRAM],
            input=request,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            timeout=WALL_FACTOR * time_limit_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Verdict(outcome="time")
    with contextlib.suppress(ValueError, KeyError, TypeError):
        fields: dict[str, Any] = json.loads(done.stdout)
        return Verdict(outcome=fields["outcome"], error_type=fields["error_type"], message=fields["message"])
    return _signal_verdict(-done.returncode) if done.returncode < 0 else Verdict(outcome="crash")


def _spawned_main() -> None:
    """Run the spawned child: the request comes as a pickle from our own parent, the verdict goes to stdout."""
    # What the function prints must not mix with the verdict.
    answer = os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 1)
    try:
        function, args, time_limit_s, memory_limit_bytes = pickle.load(sys.stdin.buffer)
        if os.name == "posix":
            _apply_limits(time_limit_s, memory_limit_bytes)
        os.write(answer, _encode(_attempt(function, args)))
    finally:
        os._exit(0)
