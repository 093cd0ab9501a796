"""`run_limited`: a call in a child process that can neither hang, exhaust nor crash its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest

from hwcost.circuits import sandbox
from hwcost.circuits.sandbox import Verdict, run_limited

LIMITS = {"time_limit_s": 10.0, "memory_limit_bytes": 10**9}

needs_fork = pytest.mark.skipif(sys.platform != "linux", reason="forks only on Linux")


def allocate(num_bytes: int) -> int:
    return len(bytearray(num_bytes))


def fail_with_long_text() -> None:
    raise ValueError("é\n" * 100_000)


def stop_the_interpreter() -> None:
    raise SystemExit(3)


def segfault() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def run_script(body: str, *, interrupt_after_line: str | None = None) -> tuple[int, str, str]:
    """Exit status and output of a Python program; with Ctrl-C sent once it has printed a line."""
    program = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(body)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert program.stdout is not None
    head = ""
    if interrupt_after_line is not None:
        while interrupt_after_line not in head:
            line = program.stdout.readline()
            assert line, "the program ended early"
            head += line
        time.sleep(0.3)
        program.send_signal(signal.SIGINT)
    out, err = program.communicate(timeout=30)
    return program.returncode, head + out, err


@pytest.fixture(params=["fork", "spawn"])
def either_way(request, monkeypatch):
    if request.param == "spawn":
        monkeypatch.setattr(sandbox, "_CAN_FORK", False)
    elif sys.platform != "linux":
        pytest.skip("forks only on Linux")


@pytest.mark.usefixtures("either_way")
class TestVerdicts:
    def test_a_call_that_returns_is_ok_whatever_it_returns(self):
        assert run_limited(int, "7", **LIMITS) == Verdict(outcome="ok")

    def test_an_exception_is_reported_with_type_and_text(self):
        verdict = run_limited(int, "seven", **LIMITS)
        assert (verdict.outcome, verdict.error_type) == ("error", "ValueError")
        assert "'seven'" in verdict.message

    def test_a_call_that_never_ends_is_killed_at_the_limit(self):
        start = time.monotonic()
        assert run_limited(time.sleep, 60, time_limit_s=0.1, memory_limit_bytes=10**9).outcome == "time"
        assert time.monotonic() - start < 30.0

    def test_a_crash_is_reported(self):
        verdict = run_limited(os.abort, **LIMITS)
        assert (verdict.outcome, verdict.error_type) == ("crash", "SIGABRT")

    def test_a_silent_exit_is_a_crash(self):
        assert run_limited(os._exit, 0, **LIMITS) == Verdict(outcome="crash")

    @pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_AS holds on Linux")
    def test_memory_beyond_the_limit_is_refused(self):
        verdict = run_limited(bytearray, 10**9, time_limit_s=10.0, memory_limit_bytes=10**8)
        assert verdict.outcome == "memory"

    def test_what_the_call_prints_is_dropped(self, capfd):
        assert run_limited(print, "noise", **LIMITS).outcome == "ok"
        assert run_limited(os.write, 2, b"noise", **LIMITS).outcome == "ok"
        captured = capfd.readouterr()
        assert captured.out == captured.err == ""


@needs_fork
class TestFork:
    def test_memory_is_counted_beyond_what_the_parent_has(self):
        parent_has = bytearray(3 * 10**8)
        assert run_limited(allocate, 10**8, time_limit_s=10.0, memory_limit_bytes=2 * 10**8).outcome == "ok"
        assert len(parent_has) == 3 * 10**8

    def test_a_busy_loop_is_killed_too(self):
        assert run_limited(sum, iter(int, 1), time_limit_s=0.3, memory_limit_bytes=10**9).outcome == "time"

    def test_time_is_that_of_the_processor(self):
        # Waiting, as on a loaded machine, takes none of it.
        assert run_limited(time.sleep, 0.4, time_limit_s=0.2, memory_limit_bytes=10**9).outcome == "ok"

    def test_a_busy_loop_ends_long_before_the_clock_would_end_it(self):
        verdict = run_limited(sum, iter(int, 1), time_limit_s=0.3, memory_limit_bytes=10**9)
        assert (verdict.outcome, verdict.error_type) == ("time", "SIGPROF")

    def test_a_segmentation_fault_is_reported(self):
        assert run_limited(segfault, **LIMITS) == Verdict(outcome="crash", error_type="SIGSEGV")

    def test_a_long_message_is_cut(self):
        verdict = run_limited(fail_with_long_text, **LIMITS)
        assert verdict.error_type == "ValueError"
        assert 1000 < len(verdict.message) < sandbox.MAX_VERDICT_BYTES

    def test_leaving_the_interpreter_is_only_an_error(self):
        assert run_limited(stop_the_interpreter, **LIMITS).error_type == "SystemExit"

    def test_the_child_cannot_change_the_parent(self):
        seen: list[int] = []
        assert run_limited(seen.append, 1, **LIMITS).outcome == "ok"
        assert seen == []

    def test_no_process_and_no_descriptor_stays_behind(self):
        # In a process of its own: this one may have children and descriptors of other tests.
        _, out, err = run_script(
            """
            import os, time
            from hwcost.circuits.sandbox import run_limited

            descriptors = len(os.listdir("/proc/self/fd"))
            for function, args in ((int, ("7",)), (int, ("x",)), (time.sleep, (60,)), (os.abort, ())):
                print(run_limited(function, *args, time_limit_s=0.2, memory_limit_bytes=10**9).outcome)
            print(len(os.listdir("/proc/self/fd")) - descriptors)
            try:
                os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                print("no child")
            """
        )
        assert (out.split("\n"), err) == (["ok", "error", "time", "crash", "0", "no child", ""], "")

    def test_works_where_the_program_lets_the_system_collect_children(self):
        before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        try:
            assert run_limited(int, "7", **LIMITS).outcome == "ok"
            assert run_limited(int, "x", **LIMITS).outcome == "error"
            assert run_limited(os.abort, **LIMITS).outcome == "crash"
        finally:
            signal.signal(signal.SIGCHLD, before)

    def test_threads_can_use_it_at_the_same_time(self):
        outcomes: list[str] = []

        def work(number: int) -> None:
            function = (int, os.abort)[number % 2]
            args = ("7",) if function is int else ()
            outcomes.append(run_limited(function, *args, **LIMITS).outcome)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["crash"] * 4 + ["ok"] * 4

    def test_signal_handlers_of_the_parent_are_kept(self):
        before = signal.getsignal(signal.SIGINT), signal.pthread_sigmask(signal.SIG_BLOCK, ())
        run_limited(int, "7", **LIMITS)
        assert (signal.getsignal(signal.SIGINT), signal.pthread_sigmask(signal.SIG_BLOCK, ())) == before

    def test_buffered_output_and_exit_handlers_of_the_parent_run_once(self):
        status, out, err = run_script("""
            import atexit, sys
            from hwcost.circuits.sandbox import run_limited
            atexit.register(print, "goodbye")
            sys.stdout.write("hello ")  # still in the buffer when the child starts
            for text in ("7", "seven"):
                run_limited(int, text, time_limit_s=10.0, memory_limit_bytes=10**9)
            print("done")
        """)
        assert (status, out, err) == (0, "hello done\ngoodbye\n", "")

    def test_ctrl_c_in_the_parent_kills_the_child(self):
        status, out, _ = run_script(
            """
            import os, time
            from hwcost.circuits.sandbox import run_limited
            print("started", flush=True)
            start = time.monotonic()
            try:
                run_limited(time.sleep, 60, time_limit_s=50.0, memory_limit_bytes=10**9)
            except KeyboardInterrupt:
                try:
                    os.waitpid(-1, os.WNOHANG)
                except ChildProcessError:
                    print("interrupted, no child left", time.monotonic() - start < 20.0)
            """,
            interrupt_after_line="started",
        )
        assert (status, out) == (0, "started\ninterrupted, no child left True\n")
