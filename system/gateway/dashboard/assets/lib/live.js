// The connection to the stream: it comes back by itself with growing, jittered pauses, and goes on after the last round it has.

import { get, Refused, request } from "./api.js";
import * as model from "./model.js";
import { events } from "./sse.js";

const quiet = 40_000; // the service says something every 15 s
const pauses = [500, 1000, 2000, 4000, 8000, 15_000, 30_000];
const replayed = 60; // rounds, for the sparklines
const maxReplay = 20_000; // instruments times rounds

/** Live keeps a store up to date until it is stopped. */
export class Live {
  #store;
  #stop = new AbortController();
  #wake = () => {};
  #last = 0; // the round to go on after
  #filling = false; // the first connection asks for rounds of before: what of it is not there, nobody misses
  #attempt = 0;

  constructor(store) {
    this.#store = store;
  }

  /** run connects again and again. It ends with stop, or when the token is not accepted: then it returns false. */
  async run() {
    await this.#fill();
    while (!this.#stop.signal.aborted) {
      try {
        await this.#once();
      } catch (error) {
        if (this.#stop.signal.aborted) return true;
        if (error instanceof Refused && error.status === 401) return false;
        await this.#pause(error);
        continue;
      }
      await this.#pause(new Error("the connection ended"));
    }
    return true;
  }

  stop() {
    this.#stop.abort();
    this.#wake();
  }

  /** now ends a pause early. */
  now() {
    this.#wake();
  }

  /** fill decides how far back the first connection goes. */
  async #fill() {
    try {
      const { rounds } = await get("/v1/snapshots", { limit: 1 }, this.#stop.signal);
      if (rounds.length === 0 || rounds[0].round < 2) return;
      const [{ round, instruments }] = rounds;
      const back = Math.max(1, Math.min(replayed, Math.floor(maxReplay / Math.max(1, instruments))));
      this.#last = Math.max(1, round - back);
      this.#filling = true;
    } catch {
      // Sparklines begin now, then.
    }
  }

  async #once() {
    this.#link({ state: this.#attempt === 0 ? "connecting" : "reconnecting" });
    const parameters = new URLSearchParams({ events: "true" });
    if (this.#last > 0) parameters.set("after", String(this.#last));

    const response = await request(`/v1/stream?${parameters}`, { headers: { Accept: "text/event-stream" }, signal: this.#stop.signal });
    this.#attempt = 0;
    this.#link({ state: "live" });

    for await (const event of events(response, quiet)) {
      if (event.type === "bye") throw new Error("the service ends");
      this.#take(event.type, JSON.parse(event.data));
    }
  }

  #take(type, data) {
    const known = this.#store.state;
    const now = new Date().toISOString();
    switch (type) {
      case "snapshot": {
        const noted = model.outcomes(known, data);
        this.#store.set({ ...noted, ...model.snapshot(known, data) });
        this.#last = data.round;
        this.#filling = false;
        return;
      }
      case "round": return this.#store.set(model.started(known, data));
      case "answer": return this.#store.set(model.answered(known, data));
      case "vendor": return this.#store.set(model.changed(known, data));
      case "skipped": return this.#store.set(model.skipped(known, data, now));
      case "reset":
        if (!this.#filling) this.#store.set(model.reset(known, data, now));
        else if (data.oldest > 0 && data.oldest < data.newest) this.#again(data.oldest);
        return;
      default: // heartbeats, and what newer services say
    }
  }

  /** again goes back as far as rounds are kept. */
  #again(oldest) {
    this.#filling = false;
    this.#last = oldest;
    throw new Again();
  }

  async #pause(error) {
    if (error instanceof Again) return;
    const base = pauses[Math.min(this.#attempt, pauses.length - 1)];
    const wait = Math.max(base * (0.75 + Math.random() / 2), (error.retryAfter ?? 0) * 1000);
    this.#attempt += 1;
    this.#link({ state: "waiting", reason: error.message, until: Date.now() + wait, attempt: this.#attempt });

    await new Promise((resolve) => {
      const timer = setTimeout(resolve, wait);
      this.#wake = () => { clearTimeout(timer); resolve(); };
    });
  }

  #link(link) {
    this.#store.set({ link });
  }
}

/** Again has the loop connect at once. */
class Again extends Error {}
