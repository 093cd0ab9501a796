"""Models and samples as a command line names them: `module:name`, `file.py:name`, circuit files; shapes and arrays."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hwcost.circuits.load import load_circuit
from hwcost.core.arrays import read_npy_array, read_npz_arrays
from hwcost.core.errors import InputError, OptionError
from hwcost.core.reading import opened_file, path_label
from hwcost.core.text import one_line
from hwcost.core.user_code import load_object, names_object
from hwcost.models.torch_layers import is_torch_module

MAX_SAMPLE_VALUES = 10**8
"""Values of one sample, 0.8 GB; a larger shape is a typing error."""

MAX_SAMPLE_BYTES = 8 * MAX_SAMPLE_VALUES
"""The same in a file, all its arrays together."""

_HEADERS = 2**20


def load_model(text: str) -> Any:
    """Load the model that `module:name` or `file.py:name` stands for, or the circuit in a file.

    A name that is a plain function without needed arguments is called, so that a model need not be built on import.
    Code of the user's is run, as by `python -m module`; files are found from the current folder.

    Raises:
        InputError: There is no such module or name, or the code fails.
    """
    if not names_object(text):
        if Path(text).exists():
            return load_circuit(text)
        raise InputError(
            f"{one_line(text)!r} is not a model: give module:name or file.py:name of a torch module, QNode, circuit "
            "or a function that makes one; or a circuit file"
        )
    return load_object(text)


def load_samples(model: Any, given: Sequence[str]) -> Any:
    """Load the sample that belongs to a model, of the kind that the model takes.

    A shape is that of one sample, and is filled with random numbers from 0 to 1 of a fixed seed. A file for a torch
    module holds a batch as the module takes it, first axis the batch, of which the first sample is used; an array with
    one axis is one sample. A .npz file holds the module's arguments by name. A QNode takes its arguments as they are.

    Args:
        model: What `load_model` returned.
        given: Shapes (`784`, `3x32x32`) or .npy files, one for each argument, or one .npz file.

    Raises:
        InputError: A shape or file cannot be read.
        OptionError: A .npz file does not stand alone, or the model is no torch module.
    """
    archives = [text for text in given if Path(text).suffix == ".npz"]
    if archives:
        if len(given) > 1 or not is_torch_module(model):
            raise OptionError(
                f"the sample {one_line(archives[0])!r} holds arguments by name; give it alone, for a torch module"
            )
        return {name: _tensor(model, array, False) for name, array in _archive(Path(archives[0])).items()}
    arrays = [_array(text) for text in given]
    if not arrays:
        return None
    if not is_torch_module(model):
        return tuple(arrays)
    tensors = tuple(_tensor(model, a, _is_shape(text)) for a, text in zip(arrays, given, strict=True))
    return tensors[0] if len(tensors) == 1 else tensors


def _is_shape(text: str) -> bool:
    return re.fullmatch(r"[0-9]{1,12}(x[0-9]{1,12})*", text) is not None


def _tensor(model: Any, array: Any, is_one_sample: bool) -> Any:
    import torch

    tensor = torch.as_tensor(array, dtype=_dtype(model, array))
    return tensor.unsqueeze(0) if is_one_sample else tensor


def _archive(path: Path) -> dict[str, Any]:
    with opened_file(path, what="sample", limit_bytes=MAX_SAMPLE_BYTES + _HEADERS) as file:
        arrays = read_npz_arrays(file, path_label(path), limit_bytes=MAX_SAMPLE_BYTES)
    return {name: _numbers(array, f"{path_label(path)}, {one_line(name)}") for name, array in arrays.items()}


def _dtype(model: Any, array: Any) -> Any:
    import torch

    if array.dtype.kind in "iu":
        return torch.int64
    return next((p.dtype for p in model.parameters() if p.is_floating_point()), torch.float32)


def _array(text: str) -> Any:
    import numpy as np

    if _is_shape(text):
        shape = tuple(map(int, text.split("x")))
        if not 0 < math.prod(shape) <= MAX_SAMPLE_VALUES:
            raise OptionError(f"the sample {text} has {math.prod(shape):,} values; give 1 to {MAX_SAMPLE_VALUES:.0e}")
        return np.random.default_rng(0).random(shape)
    path = Path(text)
    if path.suffix != ".npy":
        raise OptionError(
            f"the sample {one_line(text)!r} is neither a shape such as 784 or 3x32x32 nor a .npy or .npz file"
        )
    with opened_file(path, what="sample", limit_bytes=MAX_SAMPLE_BYTES + _HEADERS) as file:
        num_bytes = os.fstat(file.fileno()).st_size
        array = read_npy_array(file, path_label(path), num_bytes=num_bytes, limit_bytes=MAX_SAMPLE_BYTES)
    return _numbers(array, path_label(path))


def _numbers(array: Any, where: str) -> Any:
    import numpy as np

    if array.dtype.kind not in "fiub" or array.size == 0 or not np.isfinite(array).all():
        raise InputError(f"{where}: an array of {array.dtype} with shape {array.shape}; finite numbers are needed")
    if array.dtype.kind == "f" and array.dtype.itemsize > np.dtype(np.float64).itemsize:
        with np.errstate(over="ignore"):
            return _numbers(array.astype(np.float64), where)
    if array.dtype == np.uint64:
        if array.max() > np.iinfo(np.int64).max:
            raise InputError(f"{where}: {array.max()} is beyond 64 bits with a sign; give smaller numbers")
        return array.astype(np.int64)
    return array
