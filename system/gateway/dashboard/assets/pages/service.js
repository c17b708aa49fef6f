// The service itself: whether it is ready and why not, its schedule, what is on disk, what it missed, who listens.

import { refresh, serverNow, useApp } from "../lib/app.js";
import { hasToken } from "../lib/api.js";
import { clock, count, duration, moment } from "../lib/format.js";
import { html, useEffect } from "../lib/html.js";
import { Toned } from "../parts/badge.js";
import { Loading } from "../parts/states.js";

/** Service is the page of the service. */
export function Service() {
  const status = useApp((s) => s.status);
  const round = useApp((s) => s.snapshot?.round);
  useEffect(() => {
    refresh().catch(() => {}); // the head says that there is no connection
  }, [round]);
  if (!status) return html`<div class="page"><h1 class="hidden">Service</h1><section class="panel"><${Loading} what="Asking the service" /></section></div>`;

  const fact = (name, value, hint) => html`<div key=${name}><dt title=${hint}>${name}</dt><dd>${value}</dd></div>`;
  const panel = (id, title, ...facts) => html`<section class="panel" aria-labelledby=${id}><h2 id=${id}>${title}</h2><dl class="list">${facts}</dl></section>`;

  return html`<div class="page">
    <div class="title"><h1>Service</h1><${Toned} tone=${status.ready ? "good" : "bad"}>${status.ready ? "ready" : "not ready"}<//></div>
    ${!status.ready && html`<ul class="banner warn">${status.reasons.map((reason) => html`<li key=${reason}>${reason}</li>`)}</ul>`}
    <div class="panels">
      ${panel("rounds-facts", "Rounds",
    fact("Newest", count(status.round)),
    fact("On disk up to", count(status.durable_round), "every round up to this one survives a power cut"),
    fact("Interval", status.every_ms > 0 ? duration(status.every_ms) : "on demand"),
    fact("Deadline", duration(status.deadline_ms)),
    fact("Next at", status.next_at ? `${clock(status.next_at)} UTC` : "–"),
    fact("Since the start", count(status.rounds)))}
      ${panel("missed-facts", "What went by",
    fact("Missed ticks", count(status.missed_ticks), "rounds that did not start because the one before still ran"),
    fact("Coalesced", count(status.coalesced), "asked for while a round ran, and answered with it"),
    fact("Late answers", count(status.late_answers), "came after their round was closed, and were used nowhere"),
    fact("Not durable in time", count(status.undurable), "published before they were on disk"))}
      ${panel("record-facts", "Record",
    fact("Durability", status.durability),
    fact("Facts received", count(status.record.received)),
    fact("Entries written", count(status.record.written)),
    fact("Dropped", count(status.record.dropped)),
    status.record.last_error && fact("Last error", status.record.last_error))}
      ${panel("process-facts", "Process",
    fact("Version", status.version),
    fact("Started", `${moment(status.started_at)} UTC`),
    fact("Up for", duration(serverNow() - Date.parse(status.started_at))),
    fact("SSE streams", count(status.streams.sse)),
    fact("WebSockets", count(status.streams.websocket)),
    fact("Your role", status.role))}
    </div>
    <p class="muted">The same for machines: ${["/v1/status", "/metrics", "/openapi.json"].map((path, i) => html`${i > 0 && ", "}<${Machine} path=${path} />`)}.</p>
  </div>`;
}

/** Machine is a link, where the browser can follow it: it does not send the token. */
const Machine = ({ path }) => (hasToken() ? html`<code>${path}</code>` : html`<a href=${path}>${path}</a>`);
