// What the page knows, in one place. Whoever shows something says which part of it, and is drawn again when that part is another value.

import { useEffect, useState } from "./html.js";

/** Store holds an object that is replaced by each change. Parts that did not change stay the same values. */
export class Store {
  #state;
  #listeners = new Set();
  #queued = false;

  constructor(initial) {
    this.#state = initial;
  }

  get state() {
    return this.#state;
  }

  /** set changes some fields. Who listens hears of all changes of one turn at once. */
  set(changes) {
    this.#state = { ...this.#state, ...changes };
    if (this.#queued) return;
    this.#queued = true;
    queueMicrotask(() => {
      this.#queued = false;
      for (const listener of [...this.#listeners]) listener(this.#state);
    });
  }

  /** listen calls a function after changes, and returns what ends that. */
  listen(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** usePart is the part of a store that select picks, kept up to date. Select must return the same value while nothing changed. */
export function usePart(store, select) {
  const [part, setPart] = useState(() => select(store.state));
  useEffect(() => {
    const update = (state) => {
      const next = select(state);
      setPart(() => next);
    };
    update(store.state);
    return store.listen(update);
  }, [store]);
  return part;
}

/** useClock draws again every so many milliseconds, for ages and countdowns, but not while nobody looks. */
export function useClock(every = 1000) {
  const [, setTick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) setTick((n) => n + 1);
    }, every);
    return () => clearInterval(timer);
  }, [every]);
}
