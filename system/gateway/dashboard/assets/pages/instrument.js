// One instrument: its price, every source with its outcome and times, and how it went.

import { useApp } from "../lib/app.js";
import { paths } from "../lib/api.js";
import { clock, duration, moment, plural } from "../lib/format.js";
import { html, useMemo } from "../lib/html.js";
import { useResource } from "../lib/resource.js";
import { link } from "../lib/router.js";
import { Badge, spaced } from "../parts/badge.js";
import { Chart } from "../parts/chart.js";
import { Wide } from "../parts/grid.js";
import { Empty, Loading, Resource } from "../parts/states.js";
import { Age, Change } from "./overview.js";

const asked = { sources: "true", limit: "200" };

/** Instrument is the page of one instrument. */
export function Instrument({ name }) {
  const row = useApp((s) => s.rows.find((r) => r.name === name) ?? null);
  const snapshot = useApp((s) => s.snapshot);
  const history = useResource(paths.instrument(name), asked, snapshot?.round);

  return html`<div class="page">
    <p class="crumbs"><a href=${link("overview")}>Overview</a> <span aria-hidden="true">/</span> ${row?.class ?? "instrument"}</p>
    <div class="title"><h1>${name}</h1>${row && html`<${Badge} word=${row.status} of="status" />`}</div>
    ${row ? html`<${Now} row=${row} />` : snapshot && html`<p class="muted">It is not in the newest round.</p>`}
    <section class="panel" aria-labelledby="history-title"><h2 id="history-title">History</h2>
      <${Resource} of=${history} what="The history">${(data) => html`<${History} name=${name} series=${data.series} />`}<//></section>
    <section class="panel" aria-labelledby="sources-title"><h2 id="sources-title">Sources in the newest round</h2>
      ${row ? html`<${Sources} sources=${row.sources} />` : snapshot ? html`<${Empty} title="No sources" />` : html`<${Loading} />`}</section>
    <section class="panel" aria-labelledby="rounds-title"><h2 id="rounds-title">Rounds</h2>
      <${Resource} of=${history} what="The rounds">${(data) => (data.series.length === 0
        ? html`<${Empty} title="Nothing is stored yet" />`
        : html`<${Wide} caption="Rounds" columns=${rounds} rows=${data.series} rowKey=${(p) => p.round} />`)}<//></section>
  </div>`;
}

const Now = ({ row }) => html`<dl class="facts">
  <div><dt>Price</dt><dd class="huge">${row.price ?? "–"}</dd></div>
  <div><dt>Change</dt><dd><${Change} row=${row} /></dd></div>
  <div><dt>Age</dt><dd><${Age} row=${row} /></dd></div>
  <div><dt>Sources used</dt><dd>${row.used} of ${row.expected}</dd></div>
</dl>`;

function Sources({ sources }) {
  return html`<${Wide} caption="Sources" columns=${sourceColumns} rows=${sources} rowKey=${(s) => s.vendor} />`;
}

const sourceColumns = [
  { id: "vendor", head: "Vendor", class: "name", cell: (s) => html`<a data-row href=${link("vendor", s.vendor)}>${s.vendor}</a>` },
  { id: "outcome", head: "Outcome", cell: (s) => html`<${Badge} word=${s.outcome} />` },
  { id: "price", head: "Price", class: "num price", cell: (s) => s.price ?? "–" },
  { id: "bid", head: "Bid", class: "num small-up", cell: (s) => s.bid ?? "–" },
  { id: "ask", head: "Ask", class: "num small-up", cell: (s) => s.ask ?? "–" },
  { id: "vendor_time", head: "Vendor's time", class: "num", hint: "when the vendor says the price was made", cell: (s) => clock(s.vendor_time, true) },
  { id: "requested", head: "Asked", class: "num", cell: (s) => clock(s.requested_at, true) },
  { id: "received", head: "Answered", class: "num", cell: (s) => clock(s.received_at, true) },
  { id: "took", head: "Took", class: "num", cell: (s) => (s.requested_at && s.received_at ? duration(Date.parse(s.received_at) - Date.parse(s.requested_at)) : "–") },
  { id: "detail", head: "Note", class: "detail", cell: (s) => [s.detail, (s.flags ?? []).map(spaced).join(", ")].filter(Boolean).join(" · ") },
];

const rounds = [
  { id: "round", head: "Round", class: "name", cell: (p) => p.round },
  { id: "at", head: "Published (UTC)", cell: (p) => moment(p.at) },
  { id: "price", head: "Price", class: "num price", cell: (p) => p.price ?? "–" },
  { id: "age", head: "Age", class: "num small-up", cell: (p) => duration(p.age_ms) },
  { id: "status", head: "Status", cell: (p) => html`<${Badge} word=${p.status} of="status" />` },
  { id: "used", head: "Used", class: "num", cell: (p) => p.used },
  { id: "sources", head: "Sources", class: "detail small-up", cell: (p) => (p.sources ?? []).map((s) => `${s.vendor} ${spaced(s.outcome)}`).join(", ") },
];

function History({ name, series }) {
  const priced = series.filter((p) => p.price !== null).length;
  const chart = useMemo(() => charted(series), [series]);
  const describe = useMemo(() => describer(chart.vendors, chart.digits), [chart.vendors.join("\n"), chart.digits]);
  if (priced < 2) return html`<${Empty} title="Not enough rounds yet">A chart appears with the second price.<//>`;

  const first = series.at(-1);
  return html`<${Chart} data=${chart.data} describe=${describe}
    label=${`${name} over ${plural(series.length, "round")} since ${moment(first.at)}, from ${chart.low} to ${chart.high}. The table of rounds has the numbers.`} />`;
}

/** charted is the series as columns, oldest first: times, the published price, and each source's. Numbers are for drawing only. */
function charted(series) {
  const points = [...series].reverse();
  const vendors = [...new Set(points.flatMap((p) => (p.sources ?? []).map((s) => s.vendor)))].slice(0, 8);
  const number = (text) => (text === null || text === undefined ? null : Number(text));
  const prices = points.map((p) => number(p.price));
  const known = prices.filter((v) => v !== null);

  return {
    vendors: vendors.length > 1 ? vendors : [],
    digits: Math.max(0, ...points.map((p) => (p.price ?? "").split(".")[1]?.length ?? 0)),
    low: Math.min(...known), high: Math.max(...known),
    data: [
      points.map((p) => Date.parse(p.at) / 1000), prices,
      ...(vendors.length > 1 ? vendors : []).map((vendor) => points.map((p) => number(p.sources?.find((s) => s.vendor === vendor)?.price))),
    ],
  };
}

const dashes = [[6, 3], [2, 3], [10, 4], [6, 3, 2, 3], [1, 2], [12, 3, 3, 3], [4, 2], [8, 6]];

/** describer says how the published price and the sources look: a thick line, and dashes that differ without colour. */
const describer = (vendors, digits) => (colours) => {
  const value = (_, v) => (v === null || v === undefined ? "–" : v.toFixed(digits));
  return {
    values: (_, ticks, __, ___, step) => ticks.map((tick) => tick.toFixed(Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)))),
    series: [
      { label: "UTC" },
      { label: "published", stroke: colours.accent, width: 2, points: { show: false }, value },
      ...vendors.map((vendor, i) => ({
        label: vendor, stroke: [colours.note, colours.warn, colours.good, colours.idle][i % 4], width: 1, dash: dashes[i % dashes.length],
        points: { show: false }, value,
      })),
    ],
  };
};
