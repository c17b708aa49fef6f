// The head of every page: where one can go, how the connection is, the theme, who one is.

import { logout, retry, useApp } from "../lib/app.js";
import { hasToken } from "../lib/api.js";
import { clock } from "../lib/format.js";
import { html, useState } from "../lib/html.js";
import { link } from "../lib/router.js";
import { useClock } from "../lib/store.js";
import { theme, turn } from "../lib/theme.js";
import { Sign } from "./badge.js";

/** pages are the places of the navigation, in the order of their keys. */
export const pages = [
  ["overview", "Overview"], ["vendors", "Vendors"], ["rounds", "Rounds"], ["actors", "Actors"], ["record", "Record"], ["service", "Service"],
];

const within = { instrument: "overview", vendor: "vendors" };

/** Masthead is the banner. */
export function Masthead({ page, help }) {
  const here = within[page] ?? page;
  return html`<header class="masthead">
    <a class="brand" href=${link("overview")}>
      <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false"><path class="roll" d="M5 8h14M5 16h9M5 24h17" /><path class="call" d="M27 4v24" /></svg>
      Rollcall
    </a>
    <nav aria-label="Pages"><ul>${pages.map(([id, name]) => html`
      <li key=${id}><a href=${link(id)} aria-current=${id === here ? "page" : undefined}>${name}</a></li>`)}</ul></nav>
    <div class="tools">
      <${Link} />
      <${Theme} />
      <button type="button" class="quiet help" onClick=${help} aria-label="Keyboard shortcuts" title="Keyboard shortcuts (?)">?</button>
      ${hasToken() && html`<button type="button" class="quiet" onClick=${logout}>Log out</button>`}
    </div>
  </header>`;
}

/** Link is the state of the connection, in words. */
function Link() {
  const connection = useApp((s) => s.link);
  const phase = useApp((s) => s.phase);
  useClock(500);
  if (phase === "login") return null;

  switch (connection.state) {
    case "live":
      return html`<span class="link good" title="Connected: rounds arrive as they are published">
        <${Sign} tone="good" />live <span class="utc">${clock(Date.now())} UTC</span></span>`;
    case "waiting": {
      const seconds = Math.max(0, Math.ceil((connection.until - Date.now()) / 1000));
      return html`<span class="link bad" title=${connection.reason}><${Sign} tone="bad" />disconnected, again in ${seconds} s
        <button type="button" class="quiet" onClick=${retry}>Now</button></span>`;
    }
    default:
      return html`<span class="link warn"><${Sign} tone="warn" />${connection.state}…</span>`;
  }
}

function Theme() {
  const [, redraw] = useState(0);
  const now = theme();
  const signs = { auto: "◐", light: "○", dark: "●" };
  return html`<button type="button" class="quiet theme" title="Theme (t)" aria-label=${`Theme: ${now}`} onClick=${() => { turn(); redraw((n) => n + 1); }}>
    <span aria-hidden="true">${signs[now]}</span><span class="theme-name">${now}</span></button>`;
}
