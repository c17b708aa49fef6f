// A word with its sign and tone, and what it means for whoever points at it.

import { html } from "../lib/html.js";
import * as words from "../lib/words.js";

// A disc, half a disc, a triangle, a cross and a ring: told apart without colour and at the size of a letter.
const shapes = {
  good: html`<circle cx="5" cy="5" r="3.6" fill="currentColor" />`,
  note: html`<circle cx="5" cy="5" r="3.4" class="ring" /><path d="M5 1.6a3.4 3.4 0 0 1 0 6.8z" fill="currentColor" />`,
  warn: html`<path d="M5 .8 9.6 9H.4z" fill="currentColor" />`,
  bad: html`<path d="M1.6 1.6l6.8 6.8M8.4 1.6 1.6 8.4" class="ring thick" />`,
  idle: html`<circle cx="5" cy="5" r="3.4" class="ring" />`,
};

/** Sign is the shape of a tone. The word beside it says the same, so screen readers pass over it. */
export const Sign = ({ tone }) => html`<svg class="sign" viewBox="0 0 10 10" aria-hidden="true" focusable="false">${shapes[tone] ?? shapes.idle}</svg>`;

/** Toned is a text with the sign of a tone. */
export const Toned = ({ tone, hint, children }) => html`<span class=${`badge ${tone}`} title=${hint}><${Sign} tone=${tone} />${children}</span>`;

/** Badge shows a word. Of says which list it is from: status, outcome or state. */
export function Badge({ word, of = "outcome" }) {
  if (!word) return html`<span class="muted">–</span>`;
  const { tone, meaning } = words[of](word);
  return html`<${Toned} tone=${tone} hint=${meaning}>${spaced(word)}<//>`;
}

/** spaced is a word as people write it. */
export const spaced = (word) => String(word).replaceAll("_", " ");
