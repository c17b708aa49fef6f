// Pages are fragments of the URL, so that the service has one page, and back, forward and bookmarks work: #/instrument/EUR%2FUSD.

import { useEffect, useState } from "./html.js";

/** route is the page that the URL names: {page, name}. */
export function route() {
  const [page = "", ...rest] = location.hash.replace(/^#\/?/, "").split("/");
  let name = rest.join("/");
  try {
    name = decodeURIComponent(name);
  } catch {
    // Not from us: it names nothing that exists.
  }
  return { page: page || "overview", name };
}

/** link is the URL of a page. */
export const link = (page, name = undefined) => (name === undefined ? `#/${page}` : `#/${page}/${encodeURIComponent(name)}`);

/** go opens a page. */
export const go = (page, name = undefined) => { location.hash = link(page, name); };

/** useRoute is the page to show. */
export function useRoute() {
  const [current, setCurrent] = useState(route);
  useEffect(() => {
    const update = () => setCurrent(route());
    addEventListener("hashchange", update);
    return () => removeEventListener("hashchange", update);
  }, []);
  return current;
}
