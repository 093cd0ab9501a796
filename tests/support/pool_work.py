"""Work for the tests of the pool of workers; a module, so that workers can import it."""

from __future__ import annotations

import os
import signal
import time


def make(setup):
    if setup == "refuse":
        raise ValueError("no such\nthing")
    if setup == "die":
        os._exit(7)

    def work(task):
        for step in range(3):
            if task == "busy" and step == 1:
                time.sleep(600)
            if task == "killed" and step == 1:
                os.kill(os.getpid(), signal.SIGKILL)
            if task == "interrupts" and step == 2:
                raise KeyboardInterrupt
            if task == "raises" and step == 2:
                raise ValueError("third step")
            yield step, setup, os.getpid()

    return work
