// Numbers and times for people. Times are UTC, as everywhere in Rollcall.

const two = (n) => String(n).padStart(2, "0");

/** duration of milliseconds: 812 ms, 1.20 s, 2 m 03 s, 1 h 02 m, 3 d 4 h. */
export function duration(ms) {
  if (ms === null || ms === undefined || Number.isNaN(ms)) return "–";
  if (ms < 0) return "0 ms";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(2)} s`;
  const s = Math.floor(ms / 1000);
  if (s < 3600) return `${Math.floor(s / 60)} m ${two(s % 60)} s`;
  if (s < 86_400) return `${Math.floor(s / 3600)} h ${two(Math.floor(s / 60) % 60)} m`;
  return `${Math.floor(s / 86_400)} d ${Math.floor(s / 3600) % 24} h`;
}

/** age is a duration that goes on while one looks: tenths below ten seconds, then whole ones. */
export function age(ms) {
  if (ms === null || ms === undefined || Number.isNaN(ms)) return "–";
  if (ms < 9_950) return `${(Math.max(0, ms) / 1000).toFixed(1)} s`;
  if (ms < 60_000) return `${Math.round(ms / 1000)} s`;
  return duration(ms);
}

/** clock is the time of day of an RFC 3339 text or milliseconds: 10:31:20, with thousandths if wanted. */
export function clock(at, thousandths = false) {
  if (!at) return "–";
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return "–";
  const text = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  return thousandths ? `${text}.${String(date.getUTCMilliseconds()).padStart(3, "0")}` : text;
}

/** moment is date and time. */
export function moment(at) {
  if (!at) return "–";
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? "–" : `${date.toISOString().slice(0, 10)} ${clock(at)}`;
}

/** count groups thousands with thin spaces. */
export function count(n) {
  return n === null || n === undefined ? "–" : String(n).replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

/** plural is a count with its noun. */
export const plural = (n, noun, many = `${noun}s`) => `${count(n)} ${n === 1 ? noun : many}`;
