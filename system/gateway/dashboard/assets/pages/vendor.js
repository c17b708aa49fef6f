// One vendor: its latency against the deadline, what became of its answers, how it stands with its supervisor, its instruments.

import { useApp } from "../lib/app.js";
import { paths } from "../lib/api.js";
import { clock, count, duration, moment, plural } from "../lib/format.js";
import { html, useMemo } from "../lib/html.js";
import { useResource } from "../lib/resource.js";
import { link } from "../lib/router.js";
import { outcome, severity } from "../lib/words.js";
import { Badge } from "../parts/badge.js";
import { Chart } from "../parts/chart.js";
import { Wide } from "../parts/grid.js";
import { Notes } from "../parts/notes.js";
import { Empty, Resource } from "../parts/states.js";
import { Steer } from "../parts/steer.js";
import { NextTry, Transport } from "./vendors.js";

/** Vendor is the page of one vendor. */
export function Vendor({ name }) {
  const live = useApp((s) => s.vendors.find((v) => v.name === name) ?? null);
  const found = useResource(paths.vendor(name), {}, live);
  const vendor = found.data || live ? { ...found.data, ...live } : null;

  return html`<div class="page">
    <p class="crumbs"><a href=${link("vendors")}>Vendors</a> <span aria-hidden="true">/</span> ${vendor?.class ?? "vendor"}</p>
    <div class="title"><h1>${name}</h1>${vendor && html`<${Badge} word=${vendor.state} of="state" />
      ${vendor.state === found.data?.state && html`<${NextTry} at=${vendor.next_try} />`}<span class="grow"></span><${Steer} vendor=${name} state=${vendor.state} />`}</div>
    ${vendor && html`<${Now} vendor=${vendor} />`}
    <section class="panel" aria-labelledby="latency-title"><h2 id="latency-title">Latency against the deadline</h2>
      <${Resource} of=${found} what="The latency">${(data) => html`<${Latency} name=${name} recent=${data.recent} />`}<//></section>
    <div class="two">
      <section class="panel" aria-labelledby="outcomes-title"><h2 id="outcomes-title">Outcomes</h2>
        <${Resource} of=${found} what="The outcomes">${(data) => html`<${Outcomes} recent=${data.recent} />`}<//></section>
      <section class="panel" aria-labelledby="happened-title"><h2 id="happened-title">What happened</h2><${Notes} vendor=${name} limit=${12} /></section>
    </div>
    <section class="panel" aria-labelledby="quotes-title"><h2 id="quotes-title">Its quotes in the newest round</h2><${Quotes} name=${name} /></section>
    <section class="panel" aria-labelledby="rounds-title"><h2 id="rounds-title">Rounds</h2>
      <${Resource} of=${found} what="The rounds">${(data) => html`
        <${Wide} caption="Rounds" columns=${rounds} rows=${data.recent} rowKey=${(r) => r.round} />`}<//></section>
  </div>`;
}

function Now({ vendor }) {
  const { stream, budget } = vendor;
  const fact = (name, value) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
  return html`<dl class="facts">
      ${fact("Outcome", html`<${Badge} word=${vendor.outcome} />`)}
      ${fact("Latency", duration(vendor.latency_ms))}
      ${fact("Quotes", `${vendor.quotes} of ${vendor.expected}`)}
      ${fact("Tries", vendor.attempts)}
      ${fact("Restarts", vendor.restarts)}
      ${vendor.transport && fact("Transport", html`<${Transport} vendor=${vendor} />`)}
      ${stream && fact("Sign of life", stream.alive_ms === undefined || stream.alive_ms === null ? "none yet" : `${duration(stream.alive_ms)} ago`)}
      ${stream && fact("Connections made", count(stream.connects))}
      ${stream && fact("Updates", count(stream.updates))}
      ${stream && fact("Dropped, gaps", `${count(stream.dropped)}, ${count(stream.gaps)}`)}
      ${budget && fact(`Budget of ${budget.key}`, budget.remaining === null || budget.remaining === undefined ? `every ${duration(budget.every_ms)}` : `${count(budget.remaining)} left`)}
      ${budget?.paused_until && fact("Budget paused until", clock(budget.paused_until))}
    </dl>
    ${vendor.detail && vendor.detail !== vendor.last_crash && html`<p class="banner ${outcome(vendor.outcome).tone}">${vendor.detail}</p>`}
    ${vendor.last_crash && html`<p class="banner bad"><strong>Last crash:</strong> ${vendor.last_crash}</p>`}`;
}

function Latency({ name, recent }) {
  const data = useMemo(() => charted(recent), [recent]);
  if (recent.length < 2) return html`<${Empty} title="Not enough rounds yet">A chart appears with the second round.<//>`;

  const missed = recent.filter((r) => r.latency_ms === null).length;
  return html`<${Chart} data=${data} describe=${describe}
    label=${`Latency of ${name} in ${plural(recent.length, "round")}: it did not answer in ${count(missed)}. The table of rounds has the numbers.`} />`;
}

/** charted is the rounds as columns, oldest first: times, latency, the deadline, and the deadline again where there was no answer. */
function charted(recent) {
  const rounds = [...recent].reverse();
  return [
    rounds.map((r) => Date.parse(r.at) / 1000),
    rounds.map((r) => r.latency_ms),
    rounds.map((r) => r.deadline_ms),
    rounds.map((r) => (r.latency_ms === null ? r.deadline_ms : null)),
  ];
}

const ms = (_, ticks) => ticks.map((tick) => duration(tick));

const describe = (colours) => ({
  values: ms,
  range: (_, __, most) => [0, (most || 1) * 1.12],
  series: [
    { label: "UTC" },
    { label: "latency", stroke: colours.accent, width: 1.5, points: { size: 4, fill: colours.accent }, value: (_, v) => duration(v) },
    { label: "deadline", stroke: colours.warn, width: 1, dash: [6, 4], points: { show: false }, value: (_, v) => duration(v) },
    { label: "no answer", stroke: colours.bad, paths: () => null, points: { show: false }, value: (_, v) => (v === null ? "–" : "✕") },
  ],
  hooks: { draw: [(plot) => crosses(plot, 3, colours.bad)] },
});

/** crosses draws a cross where a series has a value: a shape that is not a point, for what did not answer. */
function crosses(plot, series, colour) {
  const { ctx } = plot;
  const size = Math.max(1.5, Math.min(4, plot.width / plot.data[0].length / 3)) * devicePixelRatio;
  ctx.save();
  ctx.setLineDash([]);
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.5 * devicePixelRatio;
  ctx.beginPath();
  plot.data[series].forEach((value, i) => {
    if (value === null || value === undefined) return;
    const x = plot.valToPos(plot.data[0][i], "x", true);
    const y = plot.valToPos(value, "y", true);
    ctx.moveTo(x - size, y - size);
    ctx.lineTo(x + size, y + size);
    ctx.moveTo(x + size, y - size);
    ctx.lineTo(x - size, y + size);
  });
  ctx.stroke();
  ctx.restore();
}

function Outcomes({ recent }) {
  if (recent.length === 0) return html`<${Empty} title="No rounds yet" />`;
  const counts = new Map();
  for (const round of recent) counts.set(round.outcome, (counts.get(round.outcome) ?? 0) + 1);
  const sorted = [...counts].sort(([a, n], [b, m]) => m - n || severity(outcome(a).tone) - severity(outcome(b).tone));

  return html`<table class="shares"><caption class="hidden">Outcomes of the last ${plural(recent.length, "round")}</caption>
    <thead class="hidden"><tr><th scope="col">Outcome</th><th scope="col">Share</th><th scope="col">Rounds</th></tr></thead>
    <tbody>${sorted.map(([word, n]) => html`<tr key=${word}><th scope="row"><${Badge} word=${word} /></th>
      <td class="track"><div class=${`share ${outcome(word).tone}`} style=${{ width: `${(n / recent.length) * 100}%` }}></div></td>
      <td class="num">${count(n)} <span class="muted">${((n / recent.length) * 100).toFixed(n === recent.length ? 0 : 1)} %</span></td></tr>`)}</tbody></table>`;
}

function Quotes({ name }) {
  const rows = useApp((s) => s.rows);
  const quotes = useMemo(() => rows.flatMap((row) => row.sources.filter((s) => s.vendor === name).map((s) => ({ ...s, instrument: row.name }))), [rows, name]);
  if (quotes.length === 0) return html`<${Empty} title="No instruments" />`;
  return html`<${Wide} caption="Quotes" columns=${quoteColumns} rows=${quotes} rowKey=${(q) => q.instrument} />`;
}

const quoteColumns = [
  { id: "instrument", head: "Instrument", class: "name", value: (q) => q.instrument, cell: (q) => html`<a data-row href=${link("instrument", q.instrument)}>${q.instrument}</a>` },
  { id: "outcome", head: "Outcome", value: (q) => severity(outcome(q.outcome).tone), cell: (q) => html`<${Badge} word=${q.outcome} />` },
  { id: "price", head: "Price", class: "num price", cell: (q) => q.price ?? "–" },
  { id: "bid", head: "Bid", class: "num small-up", cell: (q) => q.bid ?? "–" },
  { id: "ask", head: "Ask", class: "num small-up", cell: (q) => q.ask ?? "–" },
  { id: "time", head: "Vendor's time", class: "num", cell: (q) => clock(q.vendor_time, true) },
  { id: "detail", head: "Note", class: "detail small-up", cell: (q) => q.detail ?? "" },
];

const rounds = [
  { id: "round", head: "Round", class: "name", cell: (r) => html`<a href=${link("rounds", r.round)}>${r.round}</a>` },
  { id: "at", head: "Published (UTC)", cell: (r) => moment(r.at) },
  { id: "outcome", head: "Outcome", cell: (r) => html`<${Badge} word=${r.outcome} />` },
  { id: "latency", head: "Latency", class: "num", cell: (r) => duration(r.latency_ms) },
  { id: "deadline", head: "Deadline", class: "num small-up", cell: (r) => duration(r.deadline_ms) },
];
