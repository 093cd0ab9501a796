"""Search spaces by name or from TOML files: `load_space`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from hwcost.core.text import one_line
from nas.core.errors import SpaceError
from nas.core.toml import read_toml
from nas.spaces.checks import check_genes, make_gene
from nas.spaces.genes import word_of
from nas.spaces.record import SearchSpace

_PRESETS = Path(__file__).parent / "presets"


def list_spaces() -> tuple[str, ...]:
    """List the names of the presets.

    Example:
        >>> list_spaces()
        ('faqnas', 'hyb-hanas', 'hyb-hanas-inference', 'qnas')
    """
    return tuple(sorted(path.stem for path in _PRESETS.glob("*.toml")))


def load_space(name_or_path: str | os.PathLike[str]) -> SearchSpace:
    """Load a preset, or the space in a TOML file (text with a path separator or ending in .toml).

    A file has `name` and `description` as texts, both optional, and a table `[genes]` whose keys are genes (see `nas
    space --genes`) and whose values are lists of choices.

    Raises:
        SpaceError: There is no such space, or the file is none; the message says where.

    Example:
        >>> [gene.name for gene in load_space("faqnas").genes][:3]
        ['qubits', 'embedding', 'layers']
    """
    text = os.fspath(name_or_path)
    if text in list_spaces():
        return _read(_PRESETS / f"{text}.toml", text)
    if not (text.endswith(".toml") or "/" in text or "\\" in text):
        raise SpaceError(
            f"there is no search space {one_line(repr(text))}; there are {', '.join(list_spaces())}, or a .toml file"
        )
    return _read(Path(text), text)


def _read(path: Path, where: str) -> SearchSpace:
    plain = read_toml(path, SpaceError, "a search space")
    try:
        return space_from_dict(plain, default_name=path.stem)
    except SpaceError as error:
        raise SpaceError(f"{one_line(where)}: {error}") from error


def space_from_dict(plain: dict[str, Any], *, default_name: str = "custom") -> SearchSpace:
    """Make the space that plain data (as in a TOML file) describe, with every key and value checked.

    Raises:
        SpaceError: A key is unknown or a value is invalid.
    """
    for key in plain:
        if key not in ("name", "description", "genes"):
            hint = "; genes belong into the table [genes]" if word_of(key) else "; known are name, description, genes"
            raise SpaceError(f"unknown key {one_line(repr(key))}{hint}")
    texts = {"name": plain.get("name", default_name), "description": plain.get("description", "")}
    for key, value in texts.items():
        if not isinstance(value, str):
            raise SpaceError(f"{key} is {one_line(repr(value))}; it must be text")
    table = plain.get("genes")
    if not isinstance(table, dict) or not table:
        raise SpaceError("there is no table [genes] with genes and their choices")
    genes = tuple(make_gene(name, choices) for name, choices in table.items())
    check_genes(genes)
    return SearchSpace(name=one_line(texts["name"]), description=one_line(texts["description"]), genes=genes)
