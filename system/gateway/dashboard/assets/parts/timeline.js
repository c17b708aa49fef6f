// A round as a waterfall: who answered when, who did not, and where the deadline fell. The numbers stand beside the bars.

import { serverNow } from "../lib/app.js";
import { duration } from "../lib/format.js";
import { html } from "../lib/html.js";
import { link } from "../lib/router.js";
import { useClock } from "../lib/store.js";
import { outcome as meaning, severity } from "../lib/words.js";
import { Badge, Toned } from "./badge.js";
import { Empty } from "./states.js";

/** Timeline shows a round that is over. With a limit, only the most telling vendors. */
export function Timeline({ round, limit = 0 }) {
  const rows = [...round.vendors].map(([name, entry]) => ({ name, ...entry }));
  return html`<${Waterfall} rows=${rows} round=${round} end=${round.elapsed} limit=${limit} />`;
}

/** Running shows the round that is open now, as it fills. */
export function Running({ open, vendors, limit = 0 }) {
  useClock(100);
  const end = Math.max(0, serverNow() - Date.parse(open.startedAt));
  const rows = vendors.map((vendor) => ({ name: vendor.name, ...(open.vendors.get(vendor.name) ?? expected(vendor)) }));
  return html`<${Waterfall} rows=${rows} round=${open} end=${Math.min(end, open.deadline)} limit=${limit} />`;
}

/** expected is what stands for a vendor that has not answered: one that is not asked will not. */
function expected({ state }) {
  const outcome = { quarantined: "quarantined", paused: "paused", backoff: "crashed" }[state] ?? "";
  return { latency: null, outcome, waiting: outcome === "" };
}

function Waterfall({ rows, round, end, limit }) {
  if (rows.length === 0) return html`<${Empty} title="No vendors" />`;

  const longest = rows.reduce((most, row) => Math.max(most, row.latency ?? 0), 0);
  const scale = Math.max(round.deadline, longest, end) * 1.06 || 1;
  const shown = limit > 0 && rows.length > limit ? telling(rows).slice(0, limit) : rows;
  const hidden = rows.length - shown.length;

  return html`<table class="waterfall">
      <caption class="hidden">Round ${round.round}: when each vendor answered; the deadline was ${duration(round.deadline)}</caption>
      <thead><tr><th scope="col">Vendor</th><th scope="col" class="track"><${Axis} scale=${scale} deadline=${round.deadline} /></th>
        <th scope="col" class="num">Latency</th><th scope="col">Outcome</th></tr></thead>
      <tbody>${shown.map((row) => html`<${Row} key=${`v ${row.name}`} row=${row} scale=${scale} end=${end} deadline=${round.deadline} />`)}</tbody>
    </table>
    ${hidden > 0 && html`<p class="more"><a href=${link("rounds", round.round)}>and ${hidden} more</a></p>`}`;
}

function Row({ row, scale, end, deadline }) {
  const answered = row.latency !== null && row.latency !== undefined;
  const tone = row.waiting ? "waiting" : meaning(row.outcome).tone;
  const reached = answered ? row.latency : row.waiting || row.outcome === "timeout" ? Math.min(end, deadline) : 0;
  const at = (ms) => `${Math.min(100, (ms / scale) * 100).toFixed(2)}%`;

  return html`<tr>
    <th scope="row"><a href=${link("vendor", row.name)}>${row.name}</a></th>
    <td class="track"><div class="lane" aria-hidden="true">
      ${(answered || reached > 0) && html`<div class=${`bar ${tone} ${answered ? "" : "open-end"}`} style=${{ width: at(reached) }}></div>`}
      <div class="deadline" style=${{ left: at(deadline) }}></div>
    </div></td>
    <td class="num">${answered ? duration(row.latency) : "–"}</td>
    <td>${row.waiting ? html`<${Toned} tone="idle">waiting<//>` : html`<${Badge} word=${row.outcome} />`}</td>
  </tr>`;
}

function Axis({ scale, deadline }) {
  const right = `${(100 - (deadline / scale) * 100).toFixed(2)}%`;
  return html`<div class="axis"><span class="small-up">0</span><span class="mark" style=${{ right }}><span class="small-up">deadline </span>${duration(deadline)}</span></div>`;
}

/** telling sorts rows: what went wrong, then what took longest. */
const telling = (rows) => [...rows].sort((a, b) => rank(a) - rank(b) || (b.latency ?? 0) - (a.latency ?? 0));
const rank = (row) => (row.waiting ? 0 : severity(meaning(row.outcome).tone));
