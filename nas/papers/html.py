"""Claims of a paper as one HTML file: the table, the figures, the settings. Nothing is loaded from elsewhere."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape

from hwcost.core.own_files import HTML_MARK
from hwcost.core.text import printable
from hwcost.core.version import __version__
from nas.papers.page import finding, summary
from nas.papers.record import TITLES, Claim, Reproduction

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem; color: #111; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th, td { padding: 0.4rem 0.6rem; text-align: left; border-bottom: 1px solid #ddd; vertical-align: top; }
td.number { white-space: nowrap; }
.verdict { display: inline-block; padding: 0 0.5rem; border-radius: 0.6rem; color: #fff; white-space: nowrap; }
.reproduced { background: #00704f; } .not { background: #a8430a; } .cannot { background: #5a5a5a; }
small { color: #444; } img { max-width: 100%; height: auto; } figure { margin: 1.2rem 0; }
"""

_CLASSES = {"reproduced": "reproduced", "not reproduced": "not", "cannot be told": "cannot"}


def html_page(reproduction: Reproduction, pictures: Sequence[tuple[str, bytes]]) -> str:
    """Return the file.

    Args:
        reproduction: What came of the claims.
        pictures: Caption and SVG of each figure.
    """
    title = f"Claims of {TITLES[reproduction.paper]}"
    figures = "".join(
        f'<figure><img alt="{_text(caption)}" src="data:image/svg+xml;base64,{base64.b64encode(svg).decode()}">'
        f"<figcaption>{_text(caption)}</figcaption></figure>"
        for caption, svg in pictures
    )
    tables = "".join(
        f"<h2>{_text(dataset or 'Without training')}</h2>"
        f"{_table([claim for claim in reproduction.claims if claim.dataset == dataset])}"
        for dataset in dict.fromkeys(claim.dataset for claim in reproduction.claims)
    )
    untried = "".join(f"<li>{_text(claim)}: {_text(why)}</li>" for claim, why in reproduction.unexamined)
    notes = "".join(f"<li>{_text(note)}</li>" for note in reproduction.notes)
    settings = "; ".join(f"{name} {_value(value)}" for name, value in reproduction.settings.items() if value)
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">{HTML_MARK}<title>{_text(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>\n'
        f"<h1>{_text(title)}</h1>\n<p>{_text(summary(reproduction))}.</p>\n{tables}\n"
        f"<h2>Figures</h2>\n{figures}\n<h2>Not tried here</h2>\n<ul>{untried}</ul>\n<h2>Notes</h2>\n<ul>{notes}</ul>\n"
        f"<h2>Settings of the searches</h2>\n<p>{_text(settings)}; by hwcost {__version__}.</p>\n</body></html>\n"
    )


def _table(claims: Sequence[Claim]) -> str:
    rows = "".join(
        f'<tr><td>{_text(claim.text)}<br><small>{_text(claim.name)}</small></td><td><span class="verdict '
        f'{_CLASSES[claim.verdict]}">{claim.verdict}</span></td><td class="number">{_text(finding(claim))}</td>'
        f"<td>{_text(claim.measure)}<br><small>{_text(claim.needed)}</small></td><td>{_text(claim.remark)}</td></tr>"
        for claim in claims
    )
    head = "<tr><th>claim</th><th>verdict</th><th>found</th><th>what that is</th><th>remark</th></tr>"
    return f"<table>{head}{rows}</table>"


def _value(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} at most {one:g}" for key, one in value.items())
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _text(value: str) -> str:
    return escape(printable(value))
