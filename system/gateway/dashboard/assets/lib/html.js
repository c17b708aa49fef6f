// The one place that knows which library draws: Preact with htm's tagged templates instead of a compiler. Text in a template becomes text nodes
// and attributes become properties, so that a name from a vendor is inert wherever it stands. Nothing here uses innerHTML.

export { html, render, useEffect, useLayoutEffect, useMemo, useRef, useState } from "../vendor/preact-htm.js";
