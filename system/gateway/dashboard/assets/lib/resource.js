// What is asked for once, and again when something says so, with its states: loading, there, failed.

import { get } from "./api.js";
import { useEffect, useRef, useState } from "./html.js";

const final = new Set([403, 404]); // what is not there, or not allowed, is not asked for again
const pause = 1000; // between two requests: rounds may be quicker than answers

/** Asker gets a path whenever it is told to, one request at a time, and not more often than every pause. */
class Asker {
  #stop = new AbortController();
  #timer = 0;
  #busy = false;
  #wanted = false;
  #last = -pause;

  constructor(path, parameters, took) {
    this.ask = () => {
      if (this.#stop.signal.aborted || this.#timer) return;
      if (this.#busy) {
        this.#wanted = true;
        return;
      }
      this.#timer = setTimeout(() => this.#run(path, parameters, took), Math.max(0, this.#last + pause - performance.now()));
    };
  }

  async #run(path, parameters, took) {
    this.#timer = 0;
    this.#busy = true;
    this.#last = performance.now();
    try {
      took({ data: await get(path, parameters, this.#stop.signal), error: null });
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      took({ error });
      if (final.has(error.status)) this.stop();
    }
    this.#busy = false;
    if (this.#wanted) {
      this.#wanted = false;
      this.ask();
    }
  }

  stop() {
    this.#stop.abort();
    clearTimeout(this.#timer);
  }
}

/**
 * useResource gets a path, and again whenever a value of again is another one. What was there stays while the next is awaited, and where the next
 * fails. It returns {data, error, loading}.
 */
export function useResource(path, parameters = {}, again = undefined) {
  const of = `${path}?${new URLSearchParams(parameters)}`;
  const [held, setHeld] = useState({ of, data: null, error: null });
  const asker = useRef(null);

  useEffect(() => {
    const mine = new Asker(path, parameters, (change) => setHeld((was) => ({ ...(was.of === of ? was : { data: null }), ...change, of })));
    asker.current = mine;
    return () => mine.stop();
  }, [of]);

  useEffect(() => asker.current.ask(), [of, again]);

  const { data, error } = held.of === of ? held : { data: null, error: null };
  return { data, error, loading: data === null && error === null };
}
