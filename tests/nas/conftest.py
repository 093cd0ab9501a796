"""Searches keep which seeds were best in the user's cache folder; tests in one of their own.

Kernels are compiled once for all processes of a test run.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest


@pytest.fixture(autouse=True, scope="session")
def own_cache_folder(tmp_path_factory):
    before = {name: os.environ.get(name) for name in ("XDG_CACHE_HOME", "MPLCONFIGDIR")}
    # Matplotlib would make its list of fonts anew.
    fonts = Path(before["XDG_CACHE_HOME"] or Path.home() / ".cache") / "matplotlib"
    os.environ.setdefault("MPLCONFIGDIR", str(fonts))
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = folder
        base = tmp_path_factory.getbasetemp()
        kernels = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "kernels"
        kernels.mkdir(exist_ok=True)
        own = Path(folder, "hwcost")
        own.mkdir()
        (own / "kernels").symlink_to(kernels)
        yield
    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
