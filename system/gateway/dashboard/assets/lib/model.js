// How the page's knowledge grows with each event of the stream. Pure functions: what is known and an event in, what changes out.
//
// Names come from configurations and vendors, so they are keys of Maps only: "__proto__" is a name like any other.

/** keptRounds is how many rounds the page remembers, for sparklines and the timeline. */
const keptRounds = 120;

const maxTrend = 200_000; // prices that are remembered, of all instruments together
const keptNotes = 60;

/** initial is what is known before anything was said. */
export const initial = () => ({
  rows: [], // one an instrument, sorted by name
  vendors: [], // one a vendor, in configured order
  rounds: [], // the last ones, oldest first: what became of each vendor
  open: null, // the round that runs now
  snapshot: null, // the newest, without its instruments
  notes: [], // what happened, newest first
});

/** snapshot folds a whole snapshot in. */
export function snapshot(known, next) {
  const instruments = Object.entries(next.instruments);
  const keep = Math.max(2, Math.min(60, Math.floor(maxTrend / Math.max(1, instruments.length))));
  const before = new Map(known.rows.map((row) => [row.name, row]));
  const publishedAt = Date.parse(next.published_at);

  const rows = instruments.map(([name, entry]) => row(name, entry, before.get(name), { round: next.round, publishedAt, keep }));
  const vendors = Object.entries(next.vendors).map(([name, entry]) => ({ name, ...entry }));

  const summary = {
    round: next.round, status: next.status, durable: next.durable, startedAt: next.started_at, publishedAt: next.published_at,
    elapsed: next.elapsed_ms, deadline: next.deadline_ms, missing: next.missing.length, vendors: brief(vendors),
  };

  return {
    rows, vendors, snapshot: summary,
    rounds: [...known.rounds.filter((r) => r.round < next.round), summary].slice(-keptRounds),
    open: known.open && known.open.round > next.round ? known.open : null,
  };
}

function row(name, entry, old, { round, publishedAt, keep }) {
  const trend = old ? old.trend.slice(-(keep - 1)) : [];
  trend.push(entry.price === null ? null : Number(entry.price)); // for the little chart only

  return {
    name, class: entry.class, status: entry.status, price: entry.price, used: entry.used, expected: entry.expected, sources: entry.sources,
    before: old ? (old.price ?? old.before) : null, // the price to compare with
    pricedAt: entry.age_ms === undefined ? null : publishedAt - entry.age_ms,
    moved: old?.price && entry.price && old.price !== entry.price ? round : (old?.moved ?? 0), // the round it last moved in
    trend,
  };
}

/** brief is what the timeline and the latency charts need of a round. */
function brief(vendors) {
  return new Map(vendors.map((v) => [v.name, {
    outcome: v.outcome, latency: v.latency_ms, detail: v.detail, attempts: v.attempts, quotes: v.quotes, expected: v.expected,
  }]));
}

/** started: a round has begun. */
export function started(known, event) {
  if (known.snapshot && event.round <= known.snapshot.round) return {};
  return {
    open: { round: event.round, startedAt: event.at, deadline: event.deadline_ms, asked: event.asked, vendors: new Map() },
  };
}

/** answered: a vendor has answered in the round that runs. */
export function answered(known, event) {
  const open = known.open;
  if (!open || open.round !== event.round) return {};

  const vendors = new Map(open.vendors);
  vendors.set(event.vendor, {
    outcome: event.outcome, latency: event.elapsed_ms, detail: event.detail, attempts: 1, quotes: event.quotes,
  });
  return { open: { ...open, vendors } };
}

/** changed: a vendor's state is another one. */
export function changed(known, event) {
  const vendors = known.vendors.map((v) => (v.name === event.vendor ? { ...v, state: event.state, restarts: event.restarts } : v));
  return { vendors, ...note(known, { at: event.at, kind: "vendor", vendor: event.vendor, state: event.state, text: event.detail ?? "" }) };
}

/** outcomes are notes of the vendors whose outcome differs from the round before. */
export function outcomes(known, next) {
  const last = known.rounds.at(-1);
  if (!last || last.round >= next.round) return {};

  let notes = known.notes;
  for (const [name, entry] of Object.entries(next.vendors)) {
    const was = last.vendors.get(name);
    if (!was || was.outcome === entry.outcome) continue;
    ({ notes } = note({ notes }, {
      at: next.published_at, kind: "outcome", vendor: name, outcome: entry.outcome, was: was.outcome, round: next.round, text: entry.detail ?? "",
    }));
  }
  return { notes };
}

let numbered = 0;

/** note remembers that something happened. */
export function note(known, happened) {
  numbered += 1;
  return { notes: [{ key: numbered, ...happened }, ...known.notes].slice(0, keptNotes) };
}

/** skipped says what a slow reader, or a lost connection, missed. */
export function skipped(known, event, at) {
  if (!event.count) return {};
  const which = event.from === event.to ? `round ${event.from}` : `rounds ${event.from} to ${event.to}`;
  return note(known, { at, kind: "stream", text: `skipped ${event.count === 1 ? "1 round" : `${event.count} rounds`} (${which})` });
}

/** reset says that the stream could not go on where it was. */
export function reset(known, event, at) {
  return {
    ...note(known, { at, kind: "stream", text: `started afresh: round ${event.requested} is not kept any more` }),
    rounds: [], open: null,
  };
}
