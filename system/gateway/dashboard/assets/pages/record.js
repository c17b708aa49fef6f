// The tail of the audit log, and whether its chain of hashes holds.

import { useApp } from "../lib/app.js";
import { get } from "../lib/api.js";
import { count, moment, plural } from "../lib/format.js";
import { html, useEffect, useState } from "../lib/html.js";
import { useResource } from "../lib/resource.js";
import { link } from "../lib/router.js";
import { Badge, spaced } from "../parts/badge.js";
import { Wide } from "../parts/grid.js";
import { Empty, Resource } from "../parts/states.js";

const kinds = [
  "started", "shutdown", "snapshot", "outcome", "accepted", "crashed", "restarted", "quarantined", "recovered", "paused", "resumed", "configuration",
  "clock_step", "poison", "gap", "durability", "systemic",
];

/** Record is the page of the audit log. */
export function Record() {
  const round = useApp((s) => s.snapshot?.round);
  const [kind, setKind] = useState("");
  const [older, setOlder] = useState({ entries: [], next: undefined, of: "" });
  const parameters = kind ? { limit: "100", kind } : { limit: "100" };
  const page = useResource("/v1/audit", parameters, older.entries.length > 0 ? 0 : round); // who reads on is not disturbed

  useEffect(() => setOlder({ entries: [], next: undefined, of: kind }), [kind]);

  const more = async (cursor) => {
    const next = await get("/v1/audit", { ...parameters, cursor });
    setOlder((was) => ({ entries: [...was.entries, ...next.entries], next: next.next ?? "", of: kind }));
  };

  return html`<div class="page"><section class="panel" aria-labelledby="record-title">
    <div class="panel-head"><h1 id="record-title">Record</h1>
      <label class="select">Kind <select value=${kind} onChange=${(e) => setKind(e.target.value)}><option value="">all</option>
        ${kinds.map((k) => html`<option key=${k} value=${k}>${spaced(k)}</option>`)}</select></label></div>
    <${Resource} of=${page} what="The record">${(data) => html`
      <${Chain} of=${data.verification} />
      ${data.entries.length === 0
    ? html`<${Empty} title="No entries" />`
    : html`<${Wide} caption="Entries of the audit log" classes="record-grid" columns=${columns}
          rows=${[...data.entries, ...older.entries]} rowKey=${(e) => e.seq} />`}
      <${More} next=${older.entries.length > 0 ? older.next : data.next} more=${more} />`}<//>
  </section></div>`;
}

function Chain({ of }) {
  const tone = { verified: "good", broken: "bad" }[of.state] ?? "idle";
  return html`<p class=${`banner ${tone}`}><${Badge} word=${of.state} of="state" />
    ${of.state === "pending"
    ? "The chain of hashes has not been checked yet."
    : `${plural(of.entries, "entry", "entries")} checked at ${moment(of.checked_at)} UTC.`}
    ${of.problem && html`<strong> ${of.problem}</strong>`}
    ${of.head && html` <span class="muted">Head <code title=${of.head}>${of.head.slice(0, 16)}…</code></span>`}</p>`;
}

function More({ next, more }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  if (!next) return null;

  const load = async () => {
    setBusy(true);
    setProblem("");
    try {
      await more(next);
    } catch (error) {
      setProblem(error.message);
    }
    setBusy(false);
  };
  return html`<p class="more"><button type="button" disabled=${busy} onClick=${load}>${busy ? "Loading…" : "Older entries"}</button>
    ${problem && html`<span class="problem" role="alert">${problem}</span>`}</p>`;
}

const columns = [
  { id: "seq", head: "Entry", class: "name", cell: (e) => count(e.seq) },
  { id: "at", head: "At (UTC)", cell: (e) => moment(e.at) },
  { id: "kind", head: "Kind", cell: (e) => spaced(e.kind) },
  { id: "vendor", head: "Vendor", cell: (e) => (e.vendor ? html`<a href=${link("vendor", e.vendor)}>${e.vendor}</a>` : "") },
  { id: "round", head: "Round", class: "num", cell: (e) => (e.round ? html`<a href=${link("rounds", e.round)}>${e.round}</a>` : "") },
  { id: "data", head: "What", class: "detail", cell: (e) => html`<${Fields} data=${e.data} />` },
  { id: "hash", head: "Hash", class: "mid-up", cell: (e) => html`<code class="muted" title=${e.hash}>${e.hash.slice(0, 12)}</code>` },
];

const Fields = ({ data }) => Object.entries(data ?? {}).filter(([, value]) => value !== "").map(([name, value]) => html`
  <span class="field" key=${name}><span class="muted">${spaced(name)}</span> ${short(value)} </span>`);

const short = (value) => (/^[0-9a-f]{40,}$/.test(value) ? `${value.slice(0, 12)}…` : value);
