// What the words of Rollcall mean, and how good they are. Tones: good, note, warn, bad, idle. Each has a sign (parts/badge.js), so that nothing
// depends on colour.

const table = (entries) => new Map(entries.map(([word, tone, meaning]) => [word, { tone, meaning }]));

const statuses = table([
  ["good", "good", "every expected source gave a usable price"],
  ["degraded", "note", "fewer sources than expected, but enough"],
  ["carried", "warn", "the last accepted price, with its true age"],
  ["closed", "idle", "the market is closed"],
  ["insufficient", "bad", "no price"],
  ["complete", "good", "every instrument has a price of this round"],
  ["partial", "warn", "some instruments have a price of this round, some have not"],
  ["empty", "bad", "no instrument has a price of this round"],
]);

const outcomes = table([
  ["ok", "good", "every configured instrument has a usable quote"],
  ["partial", "note", "some instruments have a usable quote, some have none"],
  ["late", "warn", "the answer came after its round was closed"],
  ["timeout", "bad", "no answer within the deadline"],
  ["dns", "bad", "the host name did not resolve"],
  ["refused", "bad", "the connection was refused"],
  ["reset", "bad", "the connection was cut"],
  ["tls", "bad", "the TLS handshake or the certificate failed"],
  ["http_status", "bad", "an HTTP status outside 2xx"],
  ["rate_limited", "warn", "the vendor, or our own budget, asks us to wait"],
  ["quota_exhausted", "warn", "the plan's allowance is used up"],
  ["auth", "bad", "the vendor does not accept our credentials"],
  ["not_entitled", "bad", "the plan does not cover what was asked for"],
  ["bad_request", "bad", "the vendor does not understand the request"],
  ["unavailable", "warn", "the vendor says that it cannot serve now"],
  ["redirect", "bad", "a redirect that is not followed"],
  ["blocked_address", "bad", "the resolved address may not be dialled"],
  ["too_large", "bad", "the answer exceeds its size limit"],
  ["malformed", "bad", "the answer cannot be read"],
  ["unknown_symbol", "bad", "the vendor does not know the symbol"],
  ["missing_symbol", "warn", "the answer has no value for the instrument"],
  ["invalid_price", "bad", "not a positive exact decimal, or bid above ask"],
  ["invalid_time", "bad", "the time stamp cannot be read or cannot be true"],
  ["stale", "warn", "the quote is older than allowed"],
  ["future", "bad", "the quote's time is ahead of ours"],
  ["stuck", "warn", "the price has not moved for longer than is plausible"],
  ["jump", "warn", "the price moved further than is plausible"],
  ["outlier", "warn", "the price disagrees with the other vendors"],
  ["disconnected", "bad", "the vendor pushes, and there is no connection"],
  ["stalled", "bad", "the connection is open, and nothing comes"],
  ["slow_consumer", "warn", "the vendor cut the connection because we read too slowly"],
  ["quarantined", "bad", "the vendor crashed too often and is being left alone"],
  ["paused", "idle", "an operator paused the vendor"],
  ["closed", "idle", "the market is closed"],
  ["crashed", "bad", "the vendor's source panicked"],
  ["cancelled", "idle", "the round was closed early, at shutdown"],
]);

const states = table([
  ["running", "good", "it works"],
  ["silent", "warn", "it has not answered its supervisor for a while"],
  ["backoff", "warn", "it crashed and waits to be started again"],
  ["waiting", "warn", "it crashed and waits to be started again"],
  ["quarantined", "bad", "it crashed too often and is being left alone"],
  ["probing", "warn", "one try decides whether it runs again"],
  ["paused", "idle", "an operator paused it"],
  ["verified", "good", "every entry's hash follows from the one before"],
  ["pending", "idle", "not checked yet"],
  ["broken", "bad", "an entry does not follow from the one before"],
  ["connecting", "warn", "no connection is ready"],
  ["live", "good", "the connection is open and lives"],
  ["thin", "warn", "the connection lives, with far fewer updates than usual"],
  ["polled", "note", "not live; the vendor is polled meanwhile"],
]);

const unknown = { tone: "idle", meaning: "" };

/** What a word means: {tone, meaning}. A word that is not known is of a newer service, and is shown as it is. */
export const status = (word) => statuses.get(word) ?? unknown;
export const outcome = (word) => outcomes.get(word) ?? unknown;
export const state = (word) => states.get(word) ?? unknown;

const order = ["bad", "warn", "note", "idle", "good"];

/** severity sorts tones, the worst first. */
export const severity = (tone) => order.indexOf(tone);
