"""The MCP server of `hwcost mcp`: read-only tools over standard input and output. Needs the extra `mcp`."""

from __future__ import annotations

import functools
import logging
import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from hwcost.core.errors import HwcostError, MissingDependencyError
from hwcost.core.text import internal_error, one_line
from hwcost.core.version import __version__
from hwcost.integrations.assistant_tools import AssistantTools

if TYPE_CHECKING:
    from mcp.server import MCPServer

_LOG = logging.getLogger(__name__)

_ABOUT = (
    "Costs of quantum circuits on devices, before they run, from saved calibrations. All tools only read. Seconds are "
    "predictions with assumptions: report `backend.warnings` and `backend.assumptions` with them."
)


def build_server(folders: Sequence[str | os.PathLike[str]] = ()) -> MCPServer:
    """Return the server with its tools `estimate`, `compare`, `calibration_show` and `backends`.

    Args:
        folders: Where circuits and calibrations may be read from; none by default.

    Raises:
        MissingDependencyError: The package `mcp` is not installed.
        OptionError: There is no such folder.
    """
    tools = AssistantTools(folders)
    try:
        from mcp.server import MCPServer
        from mcp.server.mcpserver.exceptions import ToolError
        from mcp_types import ToolAnnotations
    except ImportError:
        raise MissingDependencyError(
            "the MCP server needs the package mcp, version 2; `pip install 'hwcost[mcp]'` brings it"
        ) from None

    class Server(MCPServer):  # type: ignore[misc]  # its types are not known where it is not installed
        async def call_tool(self, name: str, arguments: dict[str, Any], *context: Any) -> object:
            """Call a tool; what is wrong with its arguments is one line too."""
            try:
                return await super().call_tool(name, arguments, *context)
            except ToolError as error:
                raise ToolError(one_line(str(error))) from error.__cause__

    server = Server("hwcost", instructions=_ABOUT, version=__version__, log_level="WARNING")
    hints = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
    for tool in (tools.estimate, tools.compare, tools.calibration_show, tools.backends):
        server.add_tool(_refusing(tool, ToolError), annotations=hints)
    return server


def serve(folders: Sequence[str | os.PathLike[str]] = ()) -> None:
    """Serve on standard input and output until the client closes them.

    Raises:
        MissingDependencyError: As `build_server`.
        OptionError: As `build_server`.
    """
    build_server(folders).run("stdio")


def _refusing(tool: Callable[..., dict[str, Any]], error_type: type[Exception]) -> Callable[..., dict[str, Any]]:
    """Return a tool whose errors are of the type that a client is told."""

    @functools.wraps(tool)
    def call(*args: Any, **kwargs: Any) -> dict[str, Any]:
        try:
            return tool(*args, **kwargs)
        except HwcostError as error:
            raise error_type(str(error)) from None
        except Exception as error:
            _LOG.debug("tool %s failed", tool.__name__, exc_info=True)
            raise error_type(internal_error(error)) from None

    return call
