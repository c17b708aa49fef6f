// What happened lately: vendors whose outcome or state changed, and what the stream skipped.

import { useApp } from "../lib/app.js";
import { clock, count } from "../lib/format.js";
import { html } from "../lib/html.js";
import { link } from "../lib/router.js";
import { Badge } from "./badge.js";
import { Empty } from "./states.js";

/** Notes lists them, newest first; with a vendor, its own only. */
export function Notes({ vendor = "", limit = 30 }) {
  const notes = useApp((s) => s.notes);
  const shown = (vendor ? notes.filter((n) => n.vendor === vendor) : notes).slice(0, limit);
  if (shown.length === 0) return html`<${Empty} title="Nothing out of the ordinary">Changes of outcomes and states appear here while this page is open.<//>`;

  return html`<ol class="notes">${shown.map((note) => html`<li key=${note.key}>
    <time datetime=${String(note.at)}>${clock(note.at)}</time>
    <div>${note.kind === "stream" ? html`<strong>stream</strong> ${note.text}` : html`<${OfVendor} note=${note} />`}</div>
  </li>`)}</ol>`;
}

const OfVendor = ({ note }) => html`<a href=${link("vendor", note.vendor)}>${note.vendor}</a>
  ${note.kind === "outcome"
    ? html` <${Badge} word=${note.was} /> <span aria-hidden="true">→</span><span class="hidden">then</span> <${Badge} word=${note.outcome} />
      <span class="muted"> round ${count(note.round)}</span>`
    : html` <${Badge} word=${note.state} of="state" />`}
  ${note.text && html`<div class="detail">${note.text}</div>`}`;
