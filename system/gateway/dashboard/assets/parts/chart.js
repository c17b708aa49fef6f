// uPlot in a panel: as wide as the panel, in the colours of the theme. What it draws stands in a table below it, too.

import { clock } from "../lib/format.js";
import { html, useEffect, useRef } from "../lib/html.js";
import { colour, watchTheme } from "../lib/theme.js";

/** Chart draws data, [times in seconds, values, …], as describe(colours) says: {series, hooks, values, range}. Label says in words what is to be seen. */
export function Chart({ data, describe, label, height = 260 }) {
  const box = useRef(null);
  const plot = useRef(null);
  const latest = useRef(data);
  latest.current = data;
  const shape = data.length;

  useEffect(() => {
    const draw = () => {
      plot.current?.destroy();
      plot.current = new globalThis.uPlot(options(describe, box.current.clientWidth, height), latest.current, box.current);
    };
    draw();
    const sized = new ResizeObserver(() => plot.current?.setSize({ width: box.current.clientWidth, height }));
    sized.observe(box.current);
    const unwatch = watchTheme(draw);
    return () => {
      unwatch();
      sized.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [describe, height, shape]);

  useEffect(() => plot.current?.setData(data), [data]);

  return html`<div class="chart" role="img" aria-label=${label}><div ref=${box}></div></div>`;
}

function options(describe, width, height) {
  const colours = Object.fromEntries(["text", "muted", "line", "accent", "good", "note", "warn", "bad", "idle"].map((name) => [name, colour(name)]));
  const { series, hooks = {}, values, range } = describe(colours);
  const axis = {
    stroke: colours.muted, font: `11px ${getComputedStyle(document.body).fontFamily}`,
    grid: { stroke: colours.line, width: 1 }, ticks: { show: false },
  };

  return {
    width, height, hooks, series, padding: [12, 12, 0, 0],
    legend: { show: true, live: true },
    scales: range ? { y: { range } } : {},
    cursor: { y: false, points: { size: 6 } },
    tzDate: (seconds) => globalThis.uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
    axes: [
      { ...axis, values: (_, ticks) => ticks.map((seconds) => clock(seconds * 1000)), space: 90, size: 34 },
      { ...axis, size: 76, ...(values ? { values } : {}) },
    ],
  };
}
