// What a panel shows while it has nothing to show: loading, empty, failed.

import { html } from "../lib/html.js";
import { Sign } from "./badge.js";

/** Loading is shown while something is awaited. */
export const Loading = ({ what = "Loading" }) => html`<p class="state" role="status"><span class="pulse" aria-hidden="true"></span>${what}…</p>`;

/** Empty says that there is nothing, and why that may be. */
export const Empty = ({ title, children }) => html`<div class="state"><p class="state-title">${title}</p>${children && html`<p>${children}</p>`}</div>`;

/** Failed says what went wrong. */
export function Failed({ error, what }) {
  const title = error.status === 403 ? "Not allowed" : error.status === 404 ? "Not there" : `${what} cannot be shown`;
  return html`<div class="state failed" role="alert"><p class="state-title"><${Sign} tone="bad" /> ${title}</p><p>${error.message}</p></div>`;
}

/** Resource shows one of the three, or what its child function makes of the data. */
export function Resource({ of, what, children }) {
  if (of.data !== null) return children(of.data);
  if (of.error) return html`<${Failed} error=${of.error} what=${what} />`;
  return html`<${Loading} what=${`Loading ${what.toLowerCase()}`} />`;
}
