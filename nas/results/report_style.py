"""Style and script of a report. The script shows what a point is where the pointer is; without it titles do."""

from __future__ import annotations

import base64
import hashlib

COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#999999")
"""Okabe and Ito's, which most colour-blind people can tell apart."""

STYLE = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; color: #1b1f24; background: #f4f6f8;
  margin: 0; }
main { max-width: 1240px; margin: 0 auto; padding: 24px 20px 60px; }
h1 { font-size: 1.55rem; line-height: 1.25; margin: 0 0 4px; }
h2 { font-size: 1.15rem; margin: 0 0 10px; }
h3 { font-size: 0.95rem; margin: 16px 0 4px; }
p { margin: 6px 0; max-width: 1000px; }
section, .note-box { background: #fff; border: 1px solid #dde2e7; border-radius: 8px; padding: 18px 20px;
  margin: 18px 0; }
.lead { color: #57606a; }
.warning { border-left: 5px solid #d55e00; background: #fff8f3; }
.note { font-size: 13px; max-width: 920px; color: #57606a; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(220px, 1fr)); gap: 14px; margin: 18px 0; }
.card { background: #fff; border: 1px solid #dde2e7; border-top: 4px solid #0072b2; border-radius: 8px;
  padding: 12px 16px; }
.card b { display: block; font-size: 1.05rem; margin: 2px 0 6px; }
.card dl { display: grid; grid-template-columns: auto auto; gap: 1px 12px; margin: 0; font-size: 13px; }
.card dt { color: #57606a; } .card dd { margin: 0; text-align: right; font-variant-numeric: tabular-nums; }
.card.most-accurate { border-top-color: #009e73; } .card.cheapest { border-top-color: #d55e00; }
.card.least-norm { border-top-color: #e69f00; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
th, td { padding: 5px 9px; text-align: right; border-bottom: 1px solid #e6eaee; white-space: nowrap;
  vertical-align: top; }
th { color: #57606a; font-weight: 600; vertical-align: bottom; border-bottom-color: #b8c0c8; }
th.left, td.left { text-align: left; }
td.genome { text-align: left; white-space: normal; min-width: 14rem;
  font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 12px; }
td.wrap { white-space: normal; min-width: 13rem; text-align: left; }
td.number { white-space: normal; min-width: 7.5rem; }
.growth svg { width: 100%; max-width: 660px; height: auto; }
tr.on td, tr:hover td { background: #eaf3fa; }
.tag { display: inline-block; white-space: nowrap; font-size: 11px;
  line-height: 1.5; padding: 0 7px; border-radius: 9px;
  margin-left: 4px;
  background: #e3ebf2; color: #1b1f24; }
.tag.most-accurate { background: #009e73; color: #fff; } .tag.cheapest { background: #c34f00; color: #fff; }
.tag.least-norm { background: #e69f00; color: #000; }
.panels { display: grid; grid-template-columns: repeat(auto-fit, minmax(340px, 1fr)); gap: 14px; }
.panels svg { width: 100%; height: auto; max-width: 470px; }
svg text { font: 11px system-ui, sans-serif; fill: #333; } svg text.name { font-size: 12px; fill: #1b1f24; }
svg .grid { stroke: #eceff2; } svg .axis { fill: none; stroke: #8b949e; } svg .end { stroke: #c6cdd4;
  stroke-dasharray: 2 3; }
svg .curve { fill: none; stroke: #0072b2; stroke-width: 2; } svg .spot { fill: #0072b2; fill-opacity: 0; }
svg .spot:hover { fill-opacity: 1; }
.dot.evaluated circle { fill: #aab4be; fill-opacity: 0.75; } .dot.evaluated:hover circle { fill: #1b1f24; r: 5px; }
.dot.member { cursor: pointer; outline: none; }
.dot.member circle, .dot.member polygon, .key circle, .key polygon { fill: #0072b2; stroke: #fff;
  stroke-width: 1.5; }
.dot.member text { fill: #fff; font-size: 10px; font-weight: 700; text-anchor: middle; pointer-events: none; }
.dot.most-accurate polygon, .key.most-accurate polygon { fill: #009e73; }
.dot.cheapest polygon, .key.cheapest polygon { fill: #d55e00; }
.dot.least-norm polygon, .key.least-norm polygon { fill: #e69f00; } .dot.least-norm text { fill: #000; }
.key.evaluated circle { fill: #aab4be; }
.dot.member.on circle, .dot.member.on polygon, .dot.member:focus circle, .dot.member:focus polygon { stroke: #000;
  stroke-width: 2.5; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; font-size: 13px; color: #333; margin: 8px 0 0; padding: 0;
  list-style: none; }
.legend svg { width: 22px; height: 22px; vertical-align: -6px; margin-right: 3px; }
.legend svg.part { width: 14px; height: 14px; vertical-align: -2px; }
details.member-box { border: 1px solid #dde2e7; border-radius: 8px; margin: 10px 0; background: #fff; }
details.member-box > summary { cursor: pointer; padding: 10px 14px; font-weight: 600; }
details.member-box > summary code { font-weight: 400; color: #57606a; margin-left: 6px; }
details.member-box > div { padding: 0 16px 14px; }
details.plain { margin: 8px 0; font-size: 13px; } details.plain summary { cursor: pointer; color: #0b5f94; }
code { font: 12px/1.5 ui-monospace, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(330px, 1fr)); gap: 4px 28px; }
table.facts td { white-space: normal; text-align: left; } table.facts td:first-child { color: #57606a;
  white-space: nowrap; }
svg.circuit { display: block; } svg .wire, svg .link { stroke: #57606a; fill: none; }
svg .qubit { text-anchor: end; } .gate rect { stroke-width: 1.2; } .gate text { text-anchor: middle;
  font-size: 11px; }
.gate text.angle { font-size: 9px; fill: #57606a; }
.gate.data rect { fill: #dcecf7; stroke: #0072b2; } .gate.weight rect { fill: #fdf1d6; stroke: #b97f00; }
.gate.dead rect { fill: #fff; stroke: #d55e00; stroke-dasharray: 3 2; } .gate.dead text { fill: #b04a00; }
.gate.measured rect { fill: #eef1f4; stroke: #57606a; } svg .control { fill: #1b1f24; }
svg .target { fill: #fff; stroke: #57606a; }
svg.bar { border-radius: 4px; background: #eef1f4; vertical-align: middle; }
#tip { position: fixed; display: none; z-index: 9; max-width: 340px; padding: 7px 10px; border-radius: 6px;
  font-size: 12.5px;
  line-height: 1.4; background: #1b1f24; color: #fff; pointer-events: none; white-space: pre-line; }
@media print { body { background: #fff; } section, .card, .note-box { break-inside: avoid; } }
""" + "".join(
    f".part{i} {{ fill: {colour}; }} svg.part.part{i} rect {{ fill: {colour}; }}\n" for i, colour in enumerate(COLOURS)
)

SCRIPT = """
"use strict";
const tip = document.createElement("div");
tip.id = "tip";
document.body.appendChild(tip);
for (const title of document.querySelectorAll("[data-tip] > title")) title.remove();
function light(member, on) {
  for (const one of document.querySelectorAll('[data-member="' + member + '"]')) one.classList.toggle("on", on);
}
document.addEventListener("mouseover", (event) => {
  const at = event.target.closest ? event.target.closest("[data-tip], [data-member]") : null;
  if (!at) return;
  if (at.dataset.member) light(at.dataset.member, true);
  if (at.dataset.tip) {
    tip.textContent = at.dataset.tip.replaceAll("; ", "\\n");
    tip.style.display = "block";
  }
});
document.addEventListener("mousemove", (event) => {
  const wide = tip.offsetWidth, high = tip.offsetHeight;
  const left = event.clientX + 14 + wide > innerWidth ? event.clientX - 14 - wide : event.clientX + 14;
  const top = event.clientY + 14 + high > innerHeight ? event.clientY - 14 - high : event.clientY + 14;
  tip.style.left = Math.max(0, left) + "px";
  tip.style.top = Math.max(0, top) + "px";
});
document.addEventListener("mouseout", (event) => {
  const at = event.target.closest ? event.target.closest("[data-tip], [data-member]") : null;
  if (!at) return;
  if (at.dataset.member) light(at.dataset.member, false);
  tip.style.display = "none";
});
document.addEventListener("click", (event) => {
  const at = event.target.closest ? event.target.closest(".dot.member, tr[data-member]") : null;
  if (!at || event.target.closest("a, summary")) return;
  const box = document.getElementById("member-" + at.dataset.member);
  if (!box) return;
  box.open = true;
  box.scrollIntoView({ behavior: "smooth" });
});
"""


def _digest(content: str) -> str:
    return base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


POLICY = (
    f"default-src 'none'; script-src 'sha256-{_digest(SCRIPT)}'; style-src 'sha256-{_digest(STYLE)}'; base-uri 'none'; "
    "form-action 'none'"
)
"""Content-Security-Policy: this script and this style, and nothing else from anywhere."""
