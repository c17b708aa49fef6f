// The strip below the head: the newest round, what it holds, how the vendors are, when the next one is, and whether the service is ready.

import { may, roundNow, serverNow, useApp } from "../lib/app.js";
import { count, duration } from "../lib/format.js";
import { html, useState } from "../lib/html.js";
import { link } from "../lib/router.js";
import { useClock } from "../lib/store.js";
import { outcome, severity } from "../lib/words.js";
import { Badge, Sign, Toned } from "./badge.js";

/** Strip is the service at a glance. */
export function Strip() {
  const snapshot = useApp((s) => s.snapshot);
  const rows = useApp((s) => s.rows);
  const vendors = useApp((s) => s.vendors);
  const status = useApp((s) => s.status);
  if (!snapshot) return null;

  const answering = vendors.filter((v) => severity(outcome(v.outcome).tone) >= severity("note") && outcome(v.outcome).tone !== "idle").length;
  const part = Math.min(100, (snapshot.elapsed / (snapshot.deadline || 1)) * 100);

  return html`<section class="strip" aria-label="The service at a glance">
    <dl>
      <div class="wide"><dt>Round</dt><dd><a href=${link("rounds")} class="big">${count(snapshot.round)}</a> <${Badge} word=${snapshot.status} of="status" /></dd></div>
      <div><dt>Prices</dt><dd><span class="big">${count(rows.length - snapshot.missing)}</span> <span class="muted">of ${count(rows.length)}</span></dd></div>
      <div><dt>Vendors</dt><dd><span class="big">${count(answering)}</span> <span class="muted">of ${count(vendors.length)} answer</span></dd></div>
      <div><dt>Took</dt><dd><span class="big">${duration(snapshot.elapsed)}</span> <span class="muted">of ${duration(snapshot.deadline)}</span>
        <div class="gauge" aria-hidden="true"><div style=${{ width: `${part}%` }}></div></div></dd></div>
      <div><dt>On disk</dt><dd><${Durable} snapshot=${snapshot} status=${status} /></dd></div>
      <div><dt>Next round</dt><dd><${Next} /></dd></div>
    </dl>
  </section>
  <${Reasons} status=${status} />`;
}

function Durable({ snapshot, status }) {
  if (status?.durability === "none") return html`<span class="muted">nothing is kept</span>`;
  return snapshot.durable
    ? html`<${Toned} tone="good">durable<//>`
    : html`<${Toned} tone="warn" hint="published before it was on disk">not yet<//>${status && html` <span class="muted">up to ${count(status.durable_round)}</span>`}`;
}

/** Next counts down to the next round. */
function Next() {
  const status = useApp((s) => s.status);
  const open = useApp((s) => s.open);
  const admin = useApp(may);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  useClock(200);

  const run = async () => {
    setBusy(true);
    setProblem(await roundNow());
    setBusy(false);
  };

  return html`<span class="big">${open ? "running" : coming(status)}</span>
    ${admin && html` <button type="button" class="small" disabled=${busy || open !== null} onClick=${run}>Run now</button>`}
    ${problem && html`<span class="problem" role="alert">${problem}</span>`}`;
}

function coming(status) {
  if (!status?.next_at) return "on demand";
  let left = Date.parse(status.next_at) - serverNow();
  if (left < 0 && status.every_ms > 0) left = status.every_ms - (-left % status.every_ms);
  return `${(Math.max(0, left) / 1000).toFixed(1)} s`;
}

function Reasons({ status }) {
  if (!status || status.ready || status.reasons.length === 0) return null;
  return html`<p class="banner warn"><strong><${Sign} tone="warn" /> Not ready:</strong> ${status.reasons.join("; ")}</p>`;
}
