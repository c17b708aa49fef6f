// Small charts that stand in a table's row. They are drawings of numbers that stand beside them, so screen readers pass over them.

import { html } from "../lib/html.js";

const width = 96;
const height = 22;
const edge = 2;

/** Sparkline is how a price went; gaps where there was none. */
export function Sparkline({ values }) {
  const known = values.filter((v) => v !== null);
  if (known.length < 2) return html`<span class="spark" aria-hidden="true"></span>`;

  const low = Math.min(...known);
  const span = Math.max(...known) - low;
  const x = (i) => (edge + (i * (width - 2 * edge)) / Math.max(1, values.length - 1)).toFixed(1);
  const y = (v) => (span === 0 ? height / 2 : height - edge - ((v - low) * (height - 2 * edge)) / span).toFixed(1);

  const path = [];
  let pen = "M";
  values.forEach((v, i) => {
    if (v === null) { pen = "M"; return; }
    path.push(`${pen}${x(i)} ${y(v)}`);
    pen = "L";
  });
  const last = values.at(-1);

  return html`<svg class="spark" viewBox=${`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
    <path d=${path.join("")} />
    ${last !== null && html`<path class="end" d=${`M${x(values.length - 1)} ${y(last)}h0`} />`}
  </svg>`;
}

/** Pulse is a vendor's latency in the last rounds against the deadline: a bar a round, as high as the panel where it did not answer. */
export function Pulse({ rounds, vendor, count = 32 }) {
  const shown = rounds.slice(-count);
  const step = width / count;
  const offset = count - shown.length;

  return html`<svg class="pulse-chart" viewBox=${`0 0 ${width} ${height}`} aria-hidden="true" focusable="false">
    ${shown.map((round, i) => {
      const entry = round.vendors.get(vendor);
      if (!entry) return null;
      const answered = entry.latency !== null && entry.latency !== undefined;
      const part = answered ? Math.min(1, entry.latency / (round.deadline || 1)) : 1;
      const bar = Math.max(1.5, part * (height - 4));
      return html`<rect class=${answered && good(entry.outcome) ? "in" : "out"} x=${((offset + i) * step + 0.5).toFixed(1)} y=${(height - bar).toFixed(1)}
        width=${(step - 1).toFixed(1)} height=${bar.toFixed(1)} />`;
    })}
    <line x1="0" x2=${width} y1="3.5" y2="3.5" />
  </svg>`;
}

const good = (outcome) => outcome === "ok" || outcome === "partial";
