"""`nas watch`: a page on this machine that follows a search."""

from __future__ import annotations

import click

from hwcost.core.click_options import WHOLE


@click.command("watch")
@click.argument("folder", metavar="RUN")
@click.option("--port", type=WHOLE, default=0, show_default="a free one", help="Port of the page.")
def command(folder: str, port: int) -> int:
    """Follow a search in the browser: front, signal, evaluations, work that is left.

    The page is on this machine only (127.0.0.1), loads nothing from elsewhere and changes nothing. It works on a
    finished run, too. Ctrl-C ends it.
    """
    from hwcost.core.text import printable
    from nas.results.watch import Watcher

    watcher = Watcher(folder, port)
    click.echo(f"{watcher.url} shows {printable(folder)}; Ctrl-C ends")
    try:
        watcher.serve()
    except KeyboardInterrupt:
        return 0
    return 0
