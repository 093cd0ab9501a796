"""Options that name files to be written, and `writes_files`: what a command with such options does before work."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar, cast

import click

from hwcost.core.errors import OptionError
from hwcost.core.files import check_folder, check_target
from hwcost.core.guard import guarded
from hwcost.core.reading import path_label

_Function = TypeVar("_Function", bound=Callable[..., Any])


class OutputPath(click.Path):
    """The type of every option that names a file or a folder to be written.

    Args:
        kinds: What is written there, of `hwcost.core.own_files.kind_of`; nothing for a folder.
    """

    def __init__(self, *kinds: str) -> None:
        super().__init__()
        self.kinds = kinds

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401
        """Return the text; what is wrong with it says `check_outputs`."""
        return value


def writes_files(function: _Function) -> _Function:
    """Add `--force`, check where the command will write before it works, and guard its inputs.

    What is written are the options of type `OutputPath`; all other values that name files are inputs.
    """
    option = click.option("--force", is_flag=True, help="Replace files that this program did not write, too.")
    decorated: Any = option(replaces_nothing(function))
    return cast(_Function, decorated)


def replaces_nothing(function: _Function) -> _Function:
    """Do the same without `--force`, for a command that replaces nothing of other people's, whatever is asked."""

    @functools.wraps(function)
    def guarded_call(**values: Any) -> object:
        force = values.pop("force", None)
        context = click.get_current_context()
        outputs = {
            str(p.name): (max(p.opts, key=len), p.type)
            for p in context.command.params
            if isinstance(p.type, OutputPath)
        }
        inputs = [name for key, value in values.items() if key not in outputs for name in _files_in(value)]
        with guarded(inputs, force=force):
            check_outputs({option: (values.get(name), place.kinds) for name, (option, place) in outputs.items()})
            return function(**values)

    wrapped: Any = guarded_call
    return cast(_Function, wrapped)


def check_outputs(outputs: Mapping[str, tuple[str | None, tuple[str, ...]]]) -> None:
    """Check where a command will write.

    Args:
        outputs: File and kinds by option; None where the option is not given, no kinds for a folder.

    Raises:
        OptionError: A file cannot be written or must not be replaced, or two options name the same.
    """
    written: dict[str, str] = {}
    for option, (path, kinds) in outputs.items():
        if path is None:
            continue
        try:
            target = str(check_target(path, kinds) if kinds else check_folder(path))
        except OptionError as error:
            raise OptionError(f"{option} {error}") from None
        if target in written:
            raise OptionError(f"{option} {path_label(path)} is also the file of {written[target]}; choose another name")
        written[target] = option


def _files_in(value: object) -> Iterator[str]:
    """Yield the files that a value of an option may name: itself, or what stands before a colon."""
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from _files_in(item)
    elif isinstance(value, (str, os.PathLike)):
        text = os.fspath(value)
        yield text
        yield from (text[:i] for i, character in enumerate(text[:4096]) if character == ":")
