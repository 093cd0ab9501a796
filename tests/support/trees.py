"""The commands of a click group, however deep."""

from __future__ import annotations

from collections.abc import Iterator

import click


def commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    """Yield (name with those of its groups, command)."""
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        elif command is not None:
            yield f"{path} {name}", command
