"""The page that follows a search: one file, its script and its style within it, nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 1.5rem auto; padding: 0 1rem; color: #111; }
h1 { font-size: 1.4rem; margin-bottom: 0; } h2 { font-size: 1.1rem; margin: 1.6rem 0 0.4rem; }
.facts { display: flex; flex-wrap: wrap; gap: 0.4rem 2rem; margin: 0.8rem 0; } .facts div span { color: #555; }
.warning { border-left: 4px solid #b00; padding: 0.2rem 0.8rem; background: #fee; } .gone { color: #b00; }
table { border-collapse: collapse; font-size: 13px; display: block; overflow-x: auto; }
th, td { padding: 0.2rem 0.6rem; text-align: right; border-bottom: 1px solid #ddd; white-space: nowrap; }
th:last-child, td:last-child { text-align: left; } tr.chosen td { font-weight: 600; }
.pictures { display: flex; flex-wrap: wrap; gap: 1.5rem; } svg { border: 1px solid #ccc; background: #fff; }
svg text { font: 11px system-ui, sans-serif; } .dot { fill: #bbb; } .note { font-size: 13px; color: #555; }
.member { fill: #fff; stroke: #0072b2; stroke-width: 2; } .interval { stroke: #0072b2; stroke-width: 1; }
#notes { font-size: 13px; color: #444; } #notes p { margin: 0.3rem 0; }
.chosen circle { fill: #e69f00; } .line { fill: none; stroke: #0072b2; stroke-width: 1.5; } .grid { stroke: #ddd; }
select { font: inherit; }
"""

SCRIPT = """
"use strict";
const SVG = "http://www.w3.org/2000/svg";
const byId = (id) => document.getElementById(id);
let state = null;

function make(parent, name, text, className) {
  const node = document.createElement(name);
  if (text !== undefined) node.textContent = text;
  if (className) node.className = className;
  parent.appendChild(node);
  return node;
}
function draw(parent, name, attributes, text) {
  const node = document.createElementNS(SVG, name);
  for (const key in attributes) node.setAttribute(key, attributes[key]);
  if (text !== undefined) node.textContent = text;
  parent.appendChild(node);
  return node;
}
function seconds(value) {
  if (value === null || value === undefined) return "unknown";
  if (value < 100) return value.toPrecision(3) + " s";
  if (value < 6000) return (value / 60).toFixed(1) + " min";
  return (value / 3600).toFixed(1) + " h";
}
function number(value) {
  if (value === null) return "";
  return Number.isInteger(value) ? value.toLocaleString("en") : Number(value.toPrecision(4)).toString();
}
function fact(name, text) {
  const box = make(byId("facts"), "div");
  make(box, "span", name + " ");
  make(box, "b", text).id = "fact-" + name.replaceAll(" ", "-");
}
function showFacts() {
  byId("facts").replaceChildren();
  fact("state", state.finished ? "finished: " + state.stop
    : "not finished; last written " + seconds(state.changed_s_ago) + " ago");
  if (state.pilot_cells !== null) fact("pilot", state.pilot_cells + " trainings so far");
  fact("evaluated", number(state.num_evaluations));
  if (state.limits.length) fact("too costly", number(state.num_infeasible) + " (" + state.limits.join(", ") + ")");
  fact("failed", number(state.num_failed));
  fact("generations", number(state.generation));
  fact("left", state.left === null ? "unknown" : "at most " + number(state.left) + " networks");
  fact("work", seconds(state.work_s) + " done, " + seconds(state.work_left_s) + " left, all workers together");
  const signal = byId("signal");
  const text = state.signal === null ? "signal: not measured" : (state.signal.warning || state.signal.summary);
  signal.textContent = text;
  signal.className = state.signal !== null && state.signal.warning ? "warning" : "";
}
function showFront() {
  const head = byId("front-head"), body = byId("front-body");
  head.replaceChildren();
  body.replaceChildren();
  const judged = state.objectives.some((o) => o.estimated) ? ["observed", "on front"] : [];
  const titles = state.objectives.map((o) => o.title);
  for (const name of ["member", ...titles, ...judged, "accuracy", "generation", "genome"]) make(head, "th", name);
  for (const member of state.front) {
    const row = make(body, "tr", undefined, member.compromise ? "chosen" : "");
    const accuracy = (100 * member.accuracy).toFixed(1) + "%";
    const known = judged.length ? [member.observed, member.on_front] : [];
    const number = (member.compromise ? "* " : "") + member.member;
    const cells = [number, ...member.texts, ...known, accuracy, member.generation, member.short_genome];
    for (const text of cells) make(row, "td", text);
    row.title = member.genome;
  }
  byId("notes").replaceChildren();
  for (const note of state.notes) make(byId("notes"), "p", note);
}
function showPicks() {
  byId("picks").textContent = state.picks
    .map((pick) => pick.title + ": member " + pick.member + (pick.title === pick.meaning ? "" : ", " + pick.meaning))
    .join(". ");
}
function axis(objective, values, low, high) {
  const log = objective.logarithmic && values.every((value) => value > 0);
  const of = (value) => (log ? Math.log10(value) : value);
  const ends = [Math.min(...values.map(of)), Math.max(...values.map(of))];
  const span = ends[1] > ends[0] ? ends[1] - ends[0] : 1;
  const place = (value) => low + (0.05 + (0.9 * (of(value) - ends[0])) / span) * (high - low);
  return { place, ends: ends.map((end) => number(log ? 10 ** end : end)) };
}
function showScatter() {
  const svg = byId("scatter"), x = byId("x").selectedIndex, y = byId("y").selectedIndex;
  svg.replaceChildren();
  const all = [...state.points, ...state.front.map((member) => member.values)];
  if (!all.length || x < 0 || y < 0) return;
  const ends = (k) => (state.objectives[k].estimated ? state.front.flatMap((member) => member.interval || []) : []);
  const across = axis(state.objectives[x], [...all.map((p) => p[x]), ...ends(x)], 60, 510);
  const up = axis(state.objectives[y], [...all.map((p) => p[y]), ...ends(y)], 320, 20);
  draw(svg, "path", { class: "grid", d: "M60 20V320H510" , fill: "none"});
  for (const p of state.points) draw(svg, "circle", { class: "dot", r: 2, cx: across.place(p[x]), cy: up.place(p[y]) });
  for (const member of state.front) {
    const group = draw(svg, "g", { class: member.compromise ? "chosen" : "" });
    const at = { cx: across.place(member.values[x]), cy: up.place(member.values[y]) };
    const bar = (x1, x2, y1, y2) => draw(group, "line", { class: "interval", x1, x2, y1, y2 });
    if (member.interval && x !== y) {
      const [low, high] = member.interval;
      if (state.objectives[x].estimated) bar(across.place(low), across.place(high), at.cy, at.cy);
      if (state.objectives[y].estimated) bar(at.cx, at.cx, up.place(low), up.place(high));
    }
    draw(group, "circle", { class: "member", r: 5, ...at });
    draw(group, "text", { x: at.cx + 7, y: at.cy - 5 }, member.member);
    draw(group, "title", {}, "member " + member.member + ": " + member.texts.join(", "));
  }
  draw(svg, "text", { x: 60, y: 336 }, across.ends[0]);
  draw(svg, "text", { x: 510, y: 336, "text-anchor": "end" }, across.ends[1]);
  draw(svg, "text", { x: 285, y: 352, "text-anchor": "middle" }, state.objectives[x].title);
  draw(svg, "text", { x: 55, y: 320, "text-anchor": "end" }, up.ends[0]);
  draw(svg, "text", { x: 55, y: 30, "text-anchor": "end" }, up.ends[1]);
  draw(svg, "text", { x: 62, y: 14 }, state.objectives[y].title);
}
function showProgress() {
  const svg = byId("progress"), rows = state.generations;
  svg.replaceChildren();
  if (!rows.length) return;
  const most = Math.max(...rows.map((row) => row.hypervolume), 1e-9);
  let evaluated = 0;
  const total = rows.reduce((sum, row) => sum + row.evaluated, 0) || 1;
  const points = rows.map((row) => {
    evaluated += row.evaluated;
    return [50 + (440 * evaluated) / total, 320 - (290 * row.hypervolume) / most];
  });
  draw(svg, "path", { class: "grid", d: "M50 20V320H500", fill: "none" });
  draw(svg, "polyline", { class: "line", points: points.map((p) => p.join(",")).join(" ") });
  for (const p of points) draw(svg, "circle", { r: 3, cx: p[0], cy: p[1] });
  draw(svg, "text", { x: 45, y: 34, "text-anchor": "end" }, most.toFixed(3));
  draw(svg, "text", { x: 52, y: 14 }, "hypervolume");
  byId("means").textContent = state.hypervolume_means;
  draw(svg, "text", { x: 500, y: 336, "text-anchor": "end" }, number(total) + " evaluated");
}
function choices(id, wanted) {
  const select = byId(id);
  if (select.options.length) return;
  for (const objective of state.objectives) make(select, "option", objective.title);
  select.selectedIndex = Math.min(wanted, state.objectives.length - 1);
  select.addEventListener("change", showScatter);
}
function show() {
  document.title = (state.finished ? "" : "… ") + state.title;
  byId("title").textContent = state.title;
  byId("run").textContent = state.run + ", " + state.algorithm + ", begun " + state.begun;
  choices("x", 1);
  choices("y", 0);
  showFacts();
  showFront();
  showPicks();
  showScatter();
  showProgress();
  document.body.dataset.evaluations = state.num_evaluations;
}
async function follow() {
  let wait = 2000;
  try {
    const answer = await fetch("state.json", { cache: "no-store" });
    const found = await answer.json();
    byId("gone").textContent = answer.ok ? "" : found.error;
    if (answer.ok) {
      state = found;
      show();
      if (state.finished) wait = 10000;
    }
  } catch (error) {
    byId("gone").textContent = "nas watch does not answer; what is shown is the last state";
  }
  setTimeout(follow, wait);
}
follow();
"""

_BODY = """<h1 id="title">Search</h1><div id="run"></div><p id="gone" class="gone"></p>
<div id="facts" class="facts"></div><p id="signal"></p>
<h2>The front</h2><table><thead><tr id="front-head"></tr></thead><tbody id="front-body"></tbody></table>
<p id="picks" class="note"></p>
<div id="notes"></div>
<h2>Pictures</h2><p>across <select id="x"></select> up <select id="y"></select></p>
<div class="pictures"><svg id="scatter" width="540" height="360"></svg>
<svg id="progress" width="520" height="360"></svg></div>
<p id="means" class="note"></p><noscript>This page needs its script.</noscript>"""

PAGE = (
    f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Search</title><style>{STYLE}</style></head>\n'
    f"<body>{_BODY}<script>{SCRIPT}</script></body></html>\n"
)


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


POLICY = (
    f"default-src 'none'; script-src 'sha256-{_digest(SCRIPT)}'; style-src 'sha256-{_digest(STYLE)}'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Content-Security-Policy: only this script and this style, and data from this server."""
