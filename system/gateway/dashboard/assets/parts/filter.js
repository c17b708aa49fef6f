// The field above a table that narrows it. The key / leads to it; see lib/keys.js.

import { html } from "../lib/html.js";

/** Filter asks for a text. By says what it is looked for in. */
export const Filter = ({ by, value, change }) => html`<label class="search"><span class="hidden">Filter by ${by}</span>
  <input type="search" id="filter" placeholder="Filter  ( / )" value=${value} onInput=${(e) => change(e.target.value)}
    spellcheck="false" autocomplete="off" /></label>`;
