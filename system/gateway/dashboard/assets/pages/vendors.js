// All vendors: how they stand with their supervisor, how they fared, and what an admin can do about it.

import { serverNow, useApp } from "../lib/app.js";
import { age, duration } from "../lib/format.js";
import { html, useState } from "../lib/html.js";
import { useResource } from "../lib/resource.js";
import { link } from "../lib/router.js";
import { useClock } from "../lib/store.js";
import { outcome, severity, state } from "../lib/words.js";
import { Badge } from "../parts/badge.js";
import { Filter } from "../parts/filter.js";
import { Wide } from "../parts/grid.js";
import { Pulse } from "../parts/spark.js";
import { Empty, Failed, Loading } from "../parts/states.js";
import { Steer } from "../parts/steer.js";

/** Vendors is the page of all vendors. */
export function Vendors() {
  const live = useApp((s) => s.vendors);
  const rounds = useApp((s) => s.rounds);
  const [filter, setFilter] = useState("");
  const listed = useResource("/v1/vendors", {}, live); // what a snapshot does not hold: class, transport, the next try
  const rows = merged(live, listed.data?.vendors ?? []).filter((v) => fits(v, filter));

  return html`<div class="page">
    <section class="panel" aria-labelledby="vendors-title">
      <div class="panel-head"><h1 id="vendors-title">Vendors</h1>
        <${Filter} by="name, class, state or outcome" value=${filter} change=${setFilter} /></div>
      ${listed.error && html`<${Failed} error=${listed.error} what="All of the vendors" />`}
      ${rows.length > 0
        ? html`<${Wide} caption="Vendors" classes="vendor-grid" columns=${columns(rounds)} rows=${rows}
            rowKey=${(v) => v.name} rowClass=${(v) => `tone-${outcome(v.outcome).tone}`} />`
        : listed.loading ? html`<${Loading} what="Loading vendors" />` : html`<${Empty} title=${filter ? "Nothing fits" : "No vendors"} />`}
    </section>
  </div>`;
}

const columns = (rounds) => [
  { id: "name", head: "Vendor", class: "name", value: (v) => v.name, cell: (v) => html`<a data-row href=${link("vendor", v.name)}>${v.name}</a>` },
  { id: "class", head: "Class", class: "class mid-up", value: (v) => v.class, cell: (v) => v.class ?? "" },
  {
    id: "state", head: "State", class: "small-up", value: (v) => severity(state(v.state).tone),
    cell: (v) => html`<${Badge} word=${v.state} of="state" /><${NextTry} at=${v.next_try} />`,
  },
  {
    id: "outcome", head: "Outcome", value: (v) => severity(outcome(v.outcome).tone),
    cell: (v) => html`<${Badge} word=${v.outcome} />
      <span class="small-only stacked muted">${v.latency_ms === null ? html`<${NextTry} at=${v.next_try} />` : duration(v.latency_ms)}</span>`,
  },
  { id: "latency", head: "Latency", class: "num small-up", value: (v) => v.latency_ms, cell: (v) => duration(v.latency_ms) },
  {
    id: "pulse", head: "Against deadline", class: "trend", hint: "a bar a round; the line is the deadline; hollow where it did not answer",
    cell: (v) => html`<${Pulse} rounds=${rounds} vendor=${v.name} />`,
  },
  { id: "quotes", head: "Quotes", class: "num small-up", hint: "usable of configured", cell: (v) => `${v.quotes}/${v.expected}` },
  { id: "attempts", head: "Tries", class: "num mid-up", hint: "requests in this round", cell: (v) => v.attempts },
  { id: "restarts", head: "Restarts", class: "num small-up", value: (v) => v.restarts, cell: (v) => v.restarts },
  { id: "transport", head: "Transport", class: "mid-up", value: (v) => v.transport, cell: (v) => html`<${Transport} vendor=${v} />` },
  { id: "detail", head: "Note", class: "detail mid-up", cell: (v) => v.detail ?? "" },
  { id: "steer", head: html`<span class="hidden">Actions</span>`, class: "actions", cell: (v) => html`<${Steer} vendor=${v.name} state=${v.state} compact />` },
];

/** Transport is how quotes come, and how the connection is where they are pushed. */
export const Transport = ({ vendor }) => html`${vendor.transport ?? ""}${vendor.stream && html` <${Badge} word=${vendor.stream.state} of="state" />`}`;

/** NextTry is when a vendor that waits is started or probed. */
export function NextTry({ at }) {
  useClock(1000);
  if (!at) return null;
  const left = Date.parse(at) - serverNow();
  return html` <span class="muted">${left > 0 ? `tries in ${age(left)}` : "tries now"}</span>`;
}

function merged(live, listed) {
  const more = new Map(listed.map((v) => [v.vendor, v]));
  if (live.length === 0) return listed.map((v) => ({ ...v, name: v.vendor }));
  return live.map((v) => {
    const known = more.get(v.name);
    return known ? { ...known, ...v, next_try: known.state === v.state ? known.next_try : undefined } : v;
  });
}

function fits(vendor, filter) {
  const wanted = filter.trim().toLowerCase();
  return !wanted || [vendor.name, vendor.class, vendor.state, vendor.outcome].some((text) => text?.toLowerCase().includes(wanted));
}
