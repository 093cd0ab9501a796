"""PUBs and options as a command line names them: `load_pubs`, `load_options`."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

from hwcost.circuits.load import read_circuit_file
from hwcost.core.errors import InputError, OptionError
from hwcost.core.reading import path_label, read_file
from hwcost.core.text import error_text, one_line
from hwcost.core.user_code import load_items, load_object, names_object

MAX_OPTIONS_BYTES = 2**20


def load_pubs(text: str) -> object:
    """Load the PUBs that `module:name` or `file.py:name` stands for, or the circuits of a file, for the Sampler.

    Raises:
        InputError: There is no such file, module or name, or the code fails.
    """
    if names_object(text):
        return load_items(text)
    if Path(text).is_file() and Path(text).suffix != ".py":
        return [loaded.circuit for loaded in read_circuit_file(text)]
    raise InputError(
        f"{one_line(text)!r} names no PUBs: give file.py:name or module:name of a list of PUBs or a QuantumProgram, or "
        "of a function that makes one; or a circuit file for the Sampler"
    )


def load_options(text: str) -> object:
    """Load options from a JSON or TOML file, or the object that `file.py:name` stands for.

    Raises:
        InputError: The file cannot be read.
        OptionError: It holds no dictionary, or has another ending.
    """
    if names_object(text) and not Path(text).exists():
        return load_object(text)
    path = Path(text)
    if path.suffix not in (".json", ".toml"):
        raise OptionError(f"options {one_line(text)!r}: give a file that ends in .json or .toml, or file.py:name")
    data, label = read_file(path, what="options", limit_bytes=MAX_OPTIONS_BYTES), path_label(path)
    try:
        content = data.decode("utf-8-sig")
        options = json.loads(content) if path.suffix == ".json" else tomllib.loads(content)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{label}: {one_line(error_text(error))}") from error
    if not isinstance(options, dict):
        raise OptionError(
            f'{label}: options are a {type(options).__name__}; give an object such as {{"resilience_level": 2}}'
        )
    return options
