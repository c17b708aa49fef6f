// The overview: every instrument with its price, the newest round's timeline, and what happened lately.

import { serverNow, useApp } from "../lib/app.js";
import { change } from "../lib/decimal.js";
import { age, count } from "../lib/format.js";
import { html, useMemo, useState } from "../lib/html.js";
import { link } from "../lib/router.js";
import { useClock } from "../lib/store.js";
import { severity, status as meaning } from "../lib/words.js";
import { Badge, Toned } from "../parts/badge.js";
import { Filter } from "../parts/filter.js";
import { Grid } from "../parts/grid.js";
import { Notes } from "../parts/notes.js";
import { Sparkline } from "../parts/spark.js";
import { Empty, Loading } from "../parts/states.js";
import { Running, Timeline } from "../parts/timeline.js";

/** Overview is the first page. */
export function Overview() {
  const snapshot = useApp((s) => s.snapshot);
  return html`<div class="overview">
    <h1 class="hidden">Overview</h1>
    <section class="panel prices" aria-labelledby="prices-title">${snapshot ? html`<${Prices} />` : html`<${Waiting} />`}</section>
    <div class="side">
      <${RoundPanel} />
      <section class="panel" aria-labelledby="notes-title"><h2 id="notes-title">What happened</h2><${Notes} /></section>
    </div>
  </div>`;
}

function Waiting() {
  const connection = useApp((s) => s.link);
  return html`<h2 id="prices-title">Prices</h2>${connection.state === "waiting"
    ? html`<${Empty} title="The service does not answer">${connection.reason}<//>`
    : html`<${Loading} what="Waiting for the first round" />`}`;
}

function Prices() {
  const rows = useApp((s) => s.rows);
  const snapshot = useApp((s) => s.snapshot);
  const [filter, setFilter] = useState("");
  const [only, setOnly] = useState("");
  const matching = useMemo(() => matched(rows, filter), [rows, filter]);
  const shown = only ? matching.filter((row) => row.status === only) : matching;
  const counts = tally(matching);

  return html`<div class="panel-head">
      <h2 id="prices-title">Prices</h2>
      <div class="chips" role="group" aria-label="Show only">${counts.map(([word, n]) => html`
        <button type="button" key=${word} class="chip" aria-pressed=${only === word} onClick=${() => setOnly(only === word ? "" : word)}>
          <${Badge} word=${word} of="status" /> ${count(n)}
        </button>`)}</div>
      <${Filter} by="instrument, class or vendor" value=${filter} change=${setFilter} />
    </div>
    ${shown.length > 0
      ? html`<${Grid} caption="Prices" classes="price-grid" columns=${columns(snapshot.round)} rows=${shown}
          rowKey=${(row) => row.name} rowClass=${(row) => `status-${row.status}`} />`
      : rows.length > 0
        ? html`<${Empty} title="Nothing fits">No instrument, class or vendor has this in its name.<//>`
        : html`<${Empty} title="No instruments">None are configured, or none that you may see.<//>`}`;
}

const columns = (round) => [
  {
    id: "name", head: "Instrument", class: "name", value: (row) => row.name,
    cell: (row) => html`<a data-row href=${link("instrument", row.name)} title=${row.name}>${row.name}</a>`,
  },
  { id: "class", head: "Class", class: "class mid-up", value: (row) => row.class, cell: (row) => row.class },
  { id: "price", head: "Price", class: "num price", cell: (row) => html`<${Price} row=${row} round=${round} />` },
  {
    id: "change", head: "Change", class: "num change small-up", hint: "since the round before", value: moved,
    cell: (row) => html`<${Change} row=${row} />`,
  },
  { id: "trend", head: "Trend", class: "trend small-up", hint: "the last rounds", cell: (row) => html`<${Sparkline} values=${row.trend} />` },
  {
    id: "age", head: "Age", class: "num age small-up", hint: "of the price, by its own time", value: (row) => (row.pricedAt === null ? null : -row.pricedAt),
    cell: (row) => html`<${Age} row=${row} />`,
  },
  {
    id: "status", head: "Status", class: "status", value: (row) => severity(meaning(row.status).tone),
    cell: (row) => html`<${Badge} word=${row.status} of="status" /><span class="small-only stacked muted"><${Age} row=${row} /></span>`,
  },
  {
    id: "sources", head: "Sources", class: "num sources mid-up", hint: "used of expected", value: (row) => row.used - row.expected,
    cell: (row) => `${row.used}/${row.expected}`,
  },
];

/** Price flashes in the round in which it moved. The class alternates, so that the flash begins anew. */
function Price({ row, round }) {
  if (row.price === null) return html`<span class="muted">no price</span>`;
  const by = row.moved === round ? change(row.price, row.before)?.direction ?? 0 : 0;
  const flash = by === 0 ? "" : `${by > 0 ? "rise" : "fall"}-${round % 2}`;
  return html`<span class=${`value ${flash}`}>${row.price}</span><span class="small-only stacked"><${Change} row=${row} /></span>`;
}

/** Change is the difference to the round before, with a sign for its direction. */
export function Change({ row }) {
  const by = row.price === null ? null : change(row.price, row.before);
  if (!by) return html`<span class="muted">–</span>`;
  if (by.direction === 0) return html`<span class="muted">unchanged</span>`;
  const up = by.direction > 0;
  return html`<span class=${up ? "up" : "down"}><span aria-hidden="true">${up ? "▲" : "▼"}</span> ${by.amount}<span class="percent"> ${by.percent}</span></span>`;
}

/** Age goes on between rounds. */
export function Age({ row }) {
  useClock(1000);
  return html`<span class=${row.status === "carried" ? "warn" : ""}>${row.pricedAt === null ? "–" : age(serverNow() - row.pricedAt)}</span>`;
}

function RoundPanel() {
  const rounds = useApp((s) => s.rounds);
  const open = useApp((s) => s.open);
  const vendors = useApp((s) => s.vendors);
  const last = rounds.at(-1);
  const shown = open ?? last;

  return html`<section class="panel" aria-labelledby="round-title">
    <div class="panel-head"><h2 id="round-title">${shown ? `Round ${count(shown.round)}` : "Round"}</h2>
      ${open ? html`<${Toned} tone="note">running<//>` : last && html`<${Badge} word=${last.status} of="status" />`}</div>
    ${open
      ? html`<${Running} open=${open} vendors=${vendors} limit=${14} />`
      : last ? html`<${Timeline} round=${last} limit=${14} />` : html`<${Loading} what="Waiting for a round" />`}
  </section>`;
}

function matched(rows, filter) {
  const wanted = filter.trim().toLowerCase();
  if (!wanted) return rows;
  return rows.filter((row) => row.name.toLowerCase().includes(wanted) || row.class.toLowerCase().includes(wanted)
    || row.sources.some((s) => s.vendor.toLowerCase().includes(wanted)));
}

function tally(rows) {
  const counts = new Map();
  for (const row of rows) counts.set(row.status, (counts.get(row.status) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => severity(meaning(a).tone) - severity(meaning(b).tone));
}

const moved = (row) => (row.price === null || row.before === null ? null : (Number(row.price) - Number(row.before)) / Number(row.before));
