"""Settings shared by all tests."""

from __future__ import annotations

import os

from hypothesis import settings

# A change must not fail for an example that it has nothing to do with: fixed examples in CI, fresh ones elsewhere.
settings.register_profile("ci", derandomize=True, deadline=None, database=None)
settings.register_profile("local", deadline=None, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "local")
