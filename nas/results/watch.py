"""A page on this machine that follows a search: `Watcher`. It only reads, and answers nobody but this machine."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from hwcost import HwcostError
from hwcost.core.json_text import json_text
from hwcost.core.numbers import parse_whole
from hwcost.core.text import internal_error, one_line, say
from nas.core.checks import whole
from nas.core.errors import SettingError
from nas.results.watch_page import PAGE, POLICY
from nas.results.watch_state import watch_state

ADDRESS = "127.0.0.1"
NAMES = (ADDRESS, "localhost")
"""Names by which a browser may call the page. Another is a site that pointed its name at this machine to read it."""

FRESH_S = 1.0
"""A state as old is answered again without reading the run."""

_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Watcher:
    """Serves the page of a run on 127.0.0.1, until it is closed.

    Args:
        folder: Directory of the run, running or finished.
        port: Port; 0 takes a free one.

    Raises:
        RunError: The directory is no run.
        SettingError: The port is not one, or is not free.
    """

    def __init__(self, folder: str | os.PathLike[str], port: int = 0):
        whole("port", port, 0, 65535)
        self._folder = folder
        self._lock = threading.Lock()
        self._state, self._read_s = watch_state(folder), time.monotonic()
        watcher = self

        class Handler(_Handler):
            def state(self) -> dict[str, Any]:
                return watcher.state()

        try:
            self._server = _Server((ADDRESS, port), Handler)
        except OSError as error:
            raise SettingError(f"port {port} of {ADDRESS}: {error.strerror}; give another --port, or 0") from None

    @property
    def url(self) -> str:
        """Return the address of the page."""
        return f"http://{ADDRESS}:{self._server.server_address[1]}/"

    def state(self) -> dict[str, Any]:
        """Return what the page shows now.

        Raises:
            HwcostError: The run cannot be read any more.
        """
        with self._lock:
            if time.monotonic() - self._read_s > FRESH_S:
                self._state, self._read_s = watch_state(self._folder), time.monotonic()
            return self._state

    def serve(self) -> None:
        """Answer until `close` is called from another thread, or until Ctrl-C."""
        self._server.serve_forever()

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> Watcher:
        """Answer in a thread of its own until the end of the block."""
        threading.Thread(target=self.serve, name="nas watch", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop answering."""
        self.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a browser that went away, and one line of anything else: the terminal is the user's."""
        error = sys.exception()
        if isinstance(error, Exception) and not isinstance(error, OSError):
            say(internal_error(error, program="nas"), program="nas")


class _Handler(BaseHTTPRequestHandler):
    server_version, sys_version = "nas", ""
    timeout = 10.0  # of a caller who connects and says nothing

    def state(self) -> dict[str, Any]:
        raise NotImplementedError

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def _answer(self, *, with_body: bool) -> None:
        status, kind, text = self._found()
        content = text.encode()
        self.send_response(status)
        for name, value in {**_HEADERS, "Content-Type": kind, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        if with_body:
            self.wfile.write(content)

    def _found(self) -> tuple[HTTPStatus, str, str]:
        if not is_local(self.headers.get_all("Host") or []):
            return HTTPStatus.FORBIDDEN, "text/plain; charset=utf-8", "ask for 127.0.0.1 or localhost\n"
        path = self.path.partition("?")[0]
        if path == "/":
            return HTTPStatus.OK, "text/html; charset=utf-8", PAGE
        if path == "/state.json":
            try:
                return HTTPStatus.OK, "application/json", json_text(self.state()) + "\n"
            except HwcostError as error:
                text = json_text({"error": one_line(str(error))}) + "\n"
                return HTTPStatus.INTERNAL_SERVER_ERROR, "application/json", text
        return HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", "there are / and /state.json\n"

    def log_message(self, format: str, *values: object) -> None:
        """Say nothing: the terminal is the user's."""


def is_local(hosts: list[str]) -> bool:
    """Return whether a request has one Host header, and that names this machine, with any port.

    >>> is_local(["localhost:8000"]), is_local(["127.0.0.1"]), is_local(["evil.example:8000"]), is_local([])
    (True, True, False, False)
    """
    if len(hosts) != 1:
        return False
    name, _, port = hosts[0].strip().lower().partition(":")
    return name in NAMES and (not port or parse_whole(port) is not None)
