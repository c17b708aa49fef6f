// The rounds: the one that runs or any that is remembered or stored, as a waterfall, and the list of them.

import { useApp } from "../lib/app.js";
import { clock, count, duration, moment } from "../lib/format.js";
import { html } from "../lib/html.js";
import { useResource } from "../lib/resource.js";
import { link } from "../lib/router.js";
import { Badge, Toned } from "../parts/badge.js";
import { Wide } from "../parts/grid.js";
import { Empty, Loading, Resource } from "../parts/states.js";
import { Running, Timeline } from "../parts/timeline.js";

/** Rounds is the page of the rounds; without a number it follows the newest. */
export function Rounds({ name }) {
  const wanted = /^\d+$/.test(name) ? Number(name) : 0;
  const last = useApp((s) => s.rounds.at(-1));
  const remembered = useApp((s) => s.rounds.find((r) => r.round === wanted) ?? null);

  return html`<div class="page">
    <h1 class="hidden">Rounds</h1>
    ${wanted === 0
    ? html`<${Newest} last=${last} />`
    : remembered ? html`<${Past} round=${remembered} newest=${last?.round} />` : html`<${Stored} number=${wanted} newest=${last?.round} />`}
    <section class="panel" aria-labelledby="list-title"><h2 id="list-title">Rounds before</h2><${List} newest=${last?.round} /></section>
  </div>`;
}

function Newest({ last }) {
  const open = useApp((s) => s.open);
  const vendors = useApp((s) => s.vendors);
  if (!open && !last) return html`<section class="panel"><${Loading} what="Waiting for a round" /></section>`;
  if (!open) return html`<${Past} round=${last} newest=${last.round} live />`;

  return html`<section class="panel" aria-labelledby="round-title">
    <div class="panel-head"><h2 id="round-title">Round ${count(open.round)}</h2><${Toned} tone="note">running<//>
      <span class="muted">since ${clock(open.startedAt, true)}, ${open.vendors.size} of ${open.asked} have answered</span></div>
    <${Running} open=${open} vendors=${vendors} />
  </section>`;
}

function Past({ round, newest, live = false }) {
  const missing = round.missing > 0 ? `, ${count(round.missing)} without a price` : "";
  return html`<section class="panel" aria-labelledby="round-title">
    <div class="panel-head"><h2 id="round-title">Round ${count(round.round)}</h2><${Badge} word=${round.status} of="status" />
      <span class="muted">asked at ${clock(round.startedAt, true)}, published after ${duration(round.elapsed)}${missing}</span>
      <span class="grow"></span>
      <nav class="turn" aria-label="Rounds">${round.round > 1 && html`<a href=${link("rounds", round.round - 1)}>← ${count(round.round - 1)}</a>`}
        ${!live && newest > round.round && html`<a href=${link("rounds", round.round + 1)}>${count(round.round + 1)} →</a>`}
        ${!live && html`<a href=${link("rounds")}>newest</a>`}</nav></div>
    <${Timeline} round=${round} />
  </section>`;
}

/** Stored is a round that only the service remembers. */
function Stored({ number, newest }) {
  const found = useResource(`/v1/snapshots/${number}`);
  return html`<${Resource} of=${found} what=${`Round ${number}`}>${(s) => html`<${Past} newest=${newest} round=${{
    round: s.round, status: s.status, startedAt: s.started_at, elapsed: s.elapsed_ms, deadline: s.deadline_ms, missing: s.missing.length,
    vendors: new Map(Object.entries(s.vendors).map(([name, v]) => [name, { outcome: v.outcome, latency: v.latency_ms }])),
  }} />`}<//>`;
}

const asked = { limit: "100" };

function List({ newest }) {
  const found = useResource("/v1/snapshots", asked, newest);
  return html`<${Resource} of=${found} what="The rounds">${(data) => (data.rounds.length === 0
    ? html`<${Empty} title="Nothing is stored yet" />`
    : html`<${Wide} caption="Rounds before" columns=${columns} rows=${data.rounds} rowKey=${(r) => r.round} />`)}<//>`;
}

const columns = [
  { id: "round", head: "Round", class: "name", cell: (r) => html`<a data-row href=${link("rounds", r.round)}>${r.round}</a>` },
  { id: "at", head: "Published (UTC)", cell: (r) => moment(r.published_at) },
  { id: "status", head: "Status", cell: (r) => html`<${Badge} word=${r.status} of="status" />` },
  { id: "took", head: "Took", class: "num", value: (r) => r.elapsed_ms, cell: (r) => duration(r.elapsed_ms) },
  { id: "deadline", head: "Deadline", class: "num small-up", cell: (r) => duration(r.deadline_ms) },
  { id: "vendors", head: "Vendors", class: "num small-up", cell: (r) => r.vendors },
  { id: "instruments", head: "Instruments", class: "num small-up", cell: (r) => r.instruments },
];
