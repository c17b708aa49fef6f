// Exact decimals, for differences of prices: 0.3 − 0.1 is 0.2 here. Prices stay the text that the vendor sent.

/** parse is a decimal text as an integer and its number of digits behind the point; null if it is none. */
function parse(text) {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text ?? "");
  if (!match) return null;
  const [, sign, whole, part = ""] = match;
  const digits = BigInt(whole + part);
  return { digits: sign ? -digits : digits, scale: part.length };
}

const raised = (number, scale) => number.digits * 10n ** BigInt(scale - number.scale);

function show(digits, scale) {
  const sign = digits < 0n ? "−" : "";
  const text = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, "0");
  return scale === 0 ? sign + text : `${sign}${text.slice(0, -scale)}.${text.slice(-scale)}`;
}

/**
 * change is how a price differs from the one before: {direction: -1|0|1, amount, percent} as text with the sign, null without two prices.
 */
export function change(now, before) {
  const a = parse(now);
  const b = parse(before);
  if (!a || !b) return null;

  const scale = Math.max(a.scale, b.scale);
  const from = raised(b, scale);
  const difference = raised(a, scale) - from;
  const direction = difference > 0n ? 1 : difference < 0n ? -1 : 0;
  const plus = direction > 0 ? "+" : "";
  // In hundredths of a percent, rounded half away from zero, and a percent more exactly where it would be 0.00.
  const fine = from === 0n ? 0n : rounded(difference * 1000000n, from);
  const percent = (fine > -50n && fine < 50n) || fine === 0n ? show(fine, 4) : show(rounded(fine, 100n), 2);
  return { direction, amount: plus + show(difference, scale), percent: `${plus}${percent} %` };
}

function rounded(number, divisor) {
  const doubled = number * 2n;
  const quotient = (doubled < 0n === divisor < 0n ? doubled + divisor : doubled - divisor) / (divisor * 2n);
  return quotient;
}
