"""Objects that a command line names: `module:name` and `file.py:name`. Code of the user's is run."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from hwcost.core.errors import InputError
from hwcost.core.text import error_text, one_line


def names_object(text: str) -> bool:
    """Return whether a text has the form of `module:name` or `file.py:name`.

    >>> names_object("jobs.py:pubs"), names_object("circuit.qpy")
    (True, False)
    """
    _, colon, name = text.rpartition(":")
    return bool(colon) and name.isidentifier()


def load_object(text: str) -> object:
    """Load what `module:name` or `file.py:name` stands for.

    A name that is a function or class without needed arguments is called, so that nothing need be built on import.
    Code of the user's is run, as by `python -m module`; files are found from the current folder.

    Raises:
        InputError: There is no such module or name, or the code fails.
    """
    with _guarded(text):
        return _load(text)


def load_items(text: str) -> object:
    """Do the same, and run what it stands for to its end if it is a generator."""
    with _guarded(text):
        found = _load(text)
        return list(found) if isinstance(found, Iterator) else found


@contextlib.contextmanager
def _guarded(text: str) -> Iterator[None]:
    """Run code of the user's: what it prints is no part of the result, and it may fail in any way."""
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    except (InputError, KeyboardInterrupt):
        raise
    except BaseException as error:  # leaving the interpreter included
        raise InputError(f"{text}: {type(error).__name__}: {one_line(error_text(error))}") from error


def _load(text: str) -> object:
    module_name, _, name = text.rpartition(":")
    module = _import(module_name)
    if not hasattr(module, name):
        raise InputError(f"{module_name} has no {name!r}; it has {_names(module)}")
    found = getattr(module, name)
    return found() if _is_factory(found) else found


def _import(name: str) -> ModuleType:
    if name.endswith(".py"):
        path = Path(name)
        if not path.is_file():
            raise InputError(f"{name}: there is no such file")
        # Registered, so that classes in it can be pickled and dataclasses find their module.
        spec = importlib.util.spec_from_file_location(re.sub(r"\W", "_", path.stem), path)
        if spec is None or spec.loader is None:
            raise InputError(f"{name} cannot be imported")
        module = importlib.util.module_from_spec(spec)
        sys.modules.setdefault(spec.name, module)
        spec.loader.exec_module(module)
        return module
    if not all(part.isidentifier() for part in name.split(".")):
        raise InputError(f"{one_line(name)!r} is neither a module name nor a file that ends in .py")
    folder = str(Path.cwd())
    if folder not in sys.path:
        sys.path.insert(0, folder)
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not (name == error.name or name.startswith(f"{error.name}.")):
            raise
        raise InputError(f"there is no module {name!r}; it is looked for in the current folder too") from error


def _names(module: object) -> str:
    shown = [name for name, value in vars(module).items() if not name.startswith("_") and not inspect.ismodule(value)]
    return one_line(", ".join(shown[:12])) or "no names"


def _is_factory(item: object) -> bool:
    """Return whether it is to be called: a function or a class that needs no arguments."""
    if not (inspect.isfunction(item) or inspect.isclass(item)):
        return False
    needed = [
        parameter.name
        for parameter in inspect.signature(item).parameters.values()
        if parameter.default is parameter.empty
        and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    ]
    if needed:
        raise InputError(f"{item.__name__} needs arguments ({', '.join(needed)}); give a function that needs none")
    return True
