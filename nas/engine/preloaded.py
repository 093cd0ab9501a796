"""Loads the compiled kernels as it is imported: for the process of which all workers of a search are forks.

Only where they are compiled already, and in single precision, which is the default; a worker loads others itself.
"""

from contextlib import suppress
from importlib.util import find_spec

import torch

from nas.engine.compiled import compile_now
from nas.engine.kernel_cache import is_compiled

with suppress(Exception):  # whoever needs the kernels meets it again, and says so
    if find_spec("numba") is not None and is_compiled("float32"):
        compile_now(torch.float32)
