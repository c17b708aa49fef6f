// The dashboard: it draws the page that the URL names, and keeps what is known up to date.

import { app, refresh, say, start, useApp } from "./lib/app.js";
import { html, render, useEffect, useRef, useState } from "./lib/html.js";
import { listen, step } from "./lib/keys.js";
import { go, route, useRoute } from "./lib/router.js";
import { turn } from "./lib/theme.js";
import { Actors } from "./pages/actors.js";
import { Instrument } from "./pages/instrument.js";
import { Overview } from "./pages/overview.js";
import { Record } from "./pages/record.js";
import { Rounds } from "./pages/rounds.js";
import { Service } from "./pages/service.js";
import { Vendor } from "./pages/vendor.js";
import { Vendors } from "./pages/vendors.js";
import { Help } from "./parts/dialogs.js";
import { Login } from "./parts/login.js";
import { Masthead, pages } from "./parts/masthead.js";
import { Empty, Loading } from "./parts/states.js";
import { Strip } from "./parts/strip.js";

const views = { overview: Overview, instrument: Instrument, vendors: Vendors, vendor: Vendor, rounds: Rounds, actors: Actors, record: Record, service: Service };

/** Page is everything. */
function Page() {
  const phase = useApp((s) => s.phase);
  const here = useRoute();
  const [help, setHelp] = useState(false);
  const main = useRef(null);
  const View = views[here.page] ?? Lost;

  useShortcuts(() => setHelp(true));
  useMove(here, main);

  return html`
    <a class="skip" href="#main" onClick=${(e) => { e.preventDefault(); document.getElementById("main")?.focus(); }}>To the content</a>
    <${Masthead} page=${here.page} help=${() => setHelp(true)} />
    ${phase === "login" ? html`<${Login} />` : html`
      <${Strip} />
      <main id="main" tabindex="-1" ref=${main}>
        ${phase === "starting" ? html`<${Loading} what="Connecting" />` : html`<${View} key=${`${here.page} ${here.page === "rounds" ? "" : here.name}`} name=${here.name} />`}
      </main>`}
    <${Announcer} />
    ${help && html`<${Help} close=${() => setHelp(false)} />`}`;
}

const Lost = () => html`<div class="page"><h1 class="hidden">Not there</h1>
  <section class="panel"><${Empty} title="There is no such page"><a href="#/overview">To the overview</a><//></section></div>`;

function useShortcuts(help) {
  useEffect(() => listen(new Map([
    ...pages.map(([id], i) => [String(i + 1), () => go(id)]),
    ["/", () => document.getElementById("filter")?.focus()],
    ["j", () => step(1)],
    ["k", () => step(-1)],
    ["t", () => { turn(); say(`theme ${document.documentElement.dataset.theme ?? "auto"}`); }],
    ["?", help],
    ["Escape", up],
  ])), []);
}

/** up goes to the page that a page belongs to. */
function up() {
  const { page, name } = route();
  if (name) go({ instrument: "overview", vendor: "vendors" }[page] ?? page);
}

/** useMove begins a new page at its top, with its title and the focus on its content. */
function useMove(here, main) {
  const first = useRef(true);
  useEffect(() => {
    document.title = `${here.name || pages.find(([id]) => id === here.page)?.[1] || "Rollcall"} · Rollcall`;
    if (first.current) {
      first.current = false;
      return;
    }
    scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [here.page, here.name]);
}

/** Announcer is what screen readers hear unasked: changes for better or worse, not every round. */
function Announcer() {
  const said = useApp((s) => s.said);
  return html`<div class="hidden" role="status" aria-live="polite">${said}</div>`;
}

/** watch announces changes, and asks how the service is after a round, every few seconds at most. */
function watch() {
  let status = "";
  let link = "";
  let asked = 0;
  let round = 0;

  app.listen((state) => {
    if (state.link.state !== link) {
      const was = link;
      link = state.link.state;
      if (link === "waiting") say("The connection to the service is lost");
      if (link === "live" && was !== "connecting") say("Connected again");
    }
    if (!state.snapshot || state.snapshot.round === round) return;
    round = state.snapshot.round;

    if (status && state.snapshot.status !== status) say(`Round ${round} is ${state.snapshot.status}`);
    status = state.snapshot.status;

    if (Date.now() - asked < 2500) return;
    asked = Date.now();
    refresh().catch(() => {}); // the stream says when the service is away
  });
}

const root = document.getElementById("app");
root.replaceChildren();
render(html`<${Page} />`, root);
watch();
start();
