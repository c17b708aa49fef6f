// A table that stays quick with ten thousand rows: beyond a few hundred only what is in sight is in the document, and two empty rows stand for
// the rest. Screen readers are told how many there are.

import { html, useLayoutEffect, useMemo, useRef, useState } from "../lib/html.js";

const most = 200; // rows that are all in the document
const around = 12; // rows above and below what is in sight

/**
 * Grid shows rows in columns. A column is {id, head, cell(row), class, value(row), hint}: value makes it sortable. The first column's cells head
 * their rows. rowKey names a row; rowClass marks it.
 */
export function Grid({ caption, columns, rows, rowKey, rowClass, sorted = null, classes = "" }) {
  const [order, setOrder] = useState(sorted);
  const body = useRef(null);
  const shown = useMemo(() => arrange(rows, columns, order), [rows, order]);
  const { first, last, height } = useSight(body, shown.length);

  const turn = (id) => setOrder((was) => (was?.id !== id ? { id, down: false } : was.down ? null : { id, down: true }));

  return html`<table class=${`grid ${classes}`} aria-rowcount=${shown.length + 1}>
    <caption class="hidden">${caption}</caption>
    <thead><tr aria-rowindex="1">
      ${columns.map((column) => html`<${Head} key=${column.id} column=${column} order=${order} turn=${turn} />`)}
    </tr></thead>
    <tbody ref=${body}>
      ${first > 0 && html`<${Space} key="above" across=${columns.length} height=${first * height} />`}
      ${shown.slice(first, last).map((row, i) => html`<tr key=${`row ${rowKey(row)}`} class=${rowClass?.(row) ?? ""} aria-rowindex=${first + i + 2}>
        ${columns.map((column, c) => (c === 0
          ? html`<th key=${column.id} scope="row" class=${column.class ?? ""}>${column.cell(row)}</th>`
          : html`<td key=${column.id} class=${column.class ?? ""}>${column.cell(row)}</td>`))}
      </tr>`)}
      ${last < shown.length && html`<${Space} key="below" across=${columns.length} height=${(shown.length - last) * height} />`}
    </tbody>
  </table>`;
}

const Space = ({ across, height }) => html`<tr class="space" aria-hidden="true"><td colspan=${across} style=${{ height: `${height}px` }}></td></tr>`;

/** Wide is a Grid that scrolls sideways where the screen is narrow, also by keyboard. */
export const Wide = (props) => html`<div class="scroll" tabindex="0" role="region" aria-label=${`${props.caption}, scrolls`}><${Grid} ...${props} /></div>`;

function Head({ column, order, turn }) {
  const name = html`${column.head}`;
  const common = { scope: "col", class: column.class ?? "", title: column.hint };
  if (!column.value) return html`<th ...${common}>${name}</th>`;

  const mine = order?.id === column.id;
  const sort = mine ? (order.down ? "descending" : "ascending") : undefined;
  const arrow = mine ? (order.down ? "↓" : "↑") : "";
  return html`<th ...${common} aria-sort=${sort}>
    <button type="button" class="sort" onClick=${() => turn(column.id)}>${name}<span class="arrow" aria-hidden="true">${arrow}</span></button>
  </th>`;
}

function arrange(rows, columns, order) {
  const column = order && columns.find((c) => c.id === order.id);
  if (!column?.value) return rows;

  const by = order.down ? -1 : 1;
  return rows
    .map((row, i) => ({ row, i, value: column.value(row) }))
    .sort((a, b) => compare(a.value, b.value) * by || a.i - b.i)
    .map(({ row }) => row);
}

const compare = (a, b) => (a === b ? 0 : a === null || a === undefined ? 1 : b === null || b === undefined ? -1 : a < b ? -1 : 1);

/** useSight is which rows are in sight, and how high one is. */
function useSight(body, count) {
  const [sight, setSight] = useState({ first: 0, last: 80, height: 32 });
  const all = count <= most;

  useLayoutEffect(() => {
    if (all) return undefined;
    let frame = 0;
    const look = () => {
      frame = 0;
      const row = body.current?.querySelector("tr:not(.space)");
      if (!row) return;
      const height = row.getBoundingClientRect().height || 32;
      const above = Math.floor(-body.current.getBoundingClientRect().top / height);
      const first = Math.min(Math.max(0, above - around), Math.max(0, count - around));
      const last = Math.min(count, Math.max(first, above) + Math.ceil(innerHeight / height) + around);
      setSight((was) => (was.first === first && was.last === last && was.height === height ? was : { first, last, height }));
    };
    const later = () => { frame ||= requestAnimationFrame(look); };
    look();
    addEventListener("scroll", later, { passive: true });
    addEventListener("resize", later);
    return () => {
      cancelAnimationFrame(frame);
      removeEventListener("scroll", later);
      removeEventListener("resize", later);
    };
  }, [count, all]);

  return all ? { first: 0, last: count, height: sight.height } : { ...sight, last: Math.min(count, sight.last) };
}
