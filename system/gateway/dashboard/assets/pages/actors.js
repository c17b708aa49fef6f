// The supervision tree as it is now: who supervises whom, who runs, who waits and for how long.

import { useApp } from "../lib/app.js";
import { plural } from "../lib/format.js";
import { html } from "../lib/html.js";
import { useResource } from "../lib/resource.js";
import { link } from "../lib/router.js";
import { severity, state } from "../lib/words.js";
import { Badge } from "../parts/badge.js";
import { Resource } from "../parts/states.js";
import { NextTry } from "./vendors.js";

const most = 200; // children of one actor that are shown: those in trouble first

/** Actors is the page of the tree. It is asked for again with each round and each change of a vendor. */
export function Actors() {
  const vendors = useApp((s) => s.vendors);
  const tree = useResource("/v1/tree", {}, vendors);

  return html`<div class="page"><section class="panel" aria-labelledby="tree-title">
    <div class="panel-head"><h1 id="tree-title">Supervision tree</h1><span class="muted">who restarts whom</span></div>
    <${Resource} of=${tree} what="The tree">${(root) => html`<ul class="tree"><${Actor} actor=${root} /></ul>`}<//>
  </section></div>`;
}

function Actor({ actor }) {
  const children = [...(actor.children ?? [])];
  const shown = children.length > most
    ? children.sort((a, b) => severity(state(a.state).tone) - severity(state(b.state).tone)).slice(0, most)
    : children;
  const vendor = actor.kind === "fetcher" || actor.kind === "streamer";

  return html`<li>
    <div class=${`actor ${state(actor.state).tone}`}>
      <span class="actor-name">${vendor ? html`<a data-row href=${link("vendor", actor.name)}>${actor.name}</a>` : actor.name}</span>
      ${actor.kind !== actor.name && html`<span class="kind">${actor.kind}</span>`}
      <${Badge} word=${actor.state} of="state" />
      ${actor.restarts > 0 && html`<span class="muted">${plural(actor.restarts, "restart")}</span>`}
      <${NextTry} at=${actor.next_try} />
      ${actor.last_crash && html`<span class="detail">${actor.last_crash}</span>`}
    </div>
    ${shown.length > 0 && html`<ul>${shown.map((child) => html`<${Actor} key=${`${child.kind} ${child.name}`} actor=${child} />`)}
      ${children.length > shown.length && html`<li class="muted">and ${children.length - shown.length} more, all as good</li>`}</ul>`}
  </li>`;
}
