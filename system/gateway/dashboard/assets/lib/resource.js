// What is asked for once, and again when something says so, with its states: loading, there, failed.

import { get } from "./api.js";
import { useEffect, useState } from "./html.js";

const final = new Set([403, 404]);

/**
 * useResource gets a path again whenever it or a value of again changes, one request at a time. What was there stays while the next is awaited.
 * What is not there, or not allowed, is not asked for again. It returns {data, error, loading}.
 */
export function useResource(path, parameters = {}, again = undefined) {
  const [held, setHeld] = useState({ data: null, error: null, of: "" });
  const of = `${path}?${new URLSearchParams(parameters)}`;

  useEffect(() => {
    if (held.of === of && final.has(held.error?.status)) return undefined;
    const stop = new AbortController();
    get(path, parameters, stop.signal).then(
      (data) => setHeld({ data, error: null, of }),
      (error) => {
        if (!stop.signal.aborted) setHeld((was) => ({ data: was.of === of ? was.data : null, error, of }));
      },
    );
    return () => stop.abort();
  }, [of, again]);

  const data = held.of === of ? held.data : null;
  return { data, error: held.of === of ? held.error : null, loading: data === null && (held.error === null || held.of !== of) };
}
