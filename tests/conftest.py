"""Settings shared by all tests."""

from __future__ import annotations

import os

# Before torch and NumPy are imported, and for the processes that tests start: on small arrays several threads mostly
# wait for each other, at full load, and pytest-xdist already uses all cores. Tests of threads set their number.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from hypothesis import settings

# A change must not fail for an example that it has nothing to do with: fixed examples in CI, fresh ones elsewhere.
settings.register_profile("ci", derandomize=True, deadline=None, database=None)
settings.register_profile("local", deadline=None, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "local")
