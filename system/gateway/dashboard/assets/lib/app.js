// What all pages share: the store, the connection, who is asking, and how to ask for something.

import { get, post, Refused, paths, useToken } from "./api.js";
import { Live } from "./live.js";
import { initial } from "./model.js";
import { Store, usePart } from "./store.js";

/** app is the page's knowledge; see model.js for what the stream tells. */
export const app = new Store({
  ...initial(),
  phase: "starting", // or login, ready
  problem: "", // what the login says
  status: null, // the service's, as GET /v1/status said last
  link: { state: "connecting" },
  said: "", // for screen readers
});

export const useApp = (select) => usePart(app, select);

let live = null;
let skew = 0; // how far the service's clock is ahead of this one

/** serverNow is the service's time in milliseconds, so that ages are right where clocks are not. */
export const serverNow = () => Date.now() + skew;

/** start looks who we are, and begins to listen. */
export async function start() {
  try {
    await refresh();
  } catch (error) {
    if (error instanceof Refused && error.status === 401) {
      return ask("");
    }
    app.set({ phase: "ready", link: { state: "connecting" } }); // the connection says what is wrong, and goes on trying
  }
  listenIn();
  return undefined;
}

/** login tries a token. It returns what is wrong with it, or nothing. */
export async function login(token) {
  if (!/^[\x21-\x7e]+$/.test(token)) return "A token is made of letters, digits and signs, without spaces.";
  useToken(token);
  try {
    await refresh();
  } catch (error) {
    useToken("");
    if (error.status === 401) return "The service does not accept this token.";
    if (error.status === 429) return `Too many attempts. Try again in ${error.retryAfter || 1} s.`;
    return error.message;
  }
  listenIn();
  return "";
}

/** logout forgets the token and everything that it let us see. */
export function logout() {
  ask("");
}

function ask(problem) {
  live?.stop();
  live = null;
  useToken("");
  app.set({ ...initial(), phase: "login", problem, status: null, link: { state: "connecting" } });
}

async function listenIn() {
  live?.stop();
  const mine = new Live(app);
  live = mine;
  const ended = await mine.run();
  if (!ended && live === mine) ask("The token is not accepted any more.");
}

/** retry connects now instead of later. */
export const retry = () => live?.now();

/** refresh asks how the service is. */
export async function refresh() {
  const status = await get("/v1/status");
  skew = Date.parse(status.now) - Date.now();
  app.set({ status, phase: "ready" });
  return status;
}

/** may reports whether we may steer vendors. */
export const may = (state) => state.status?.role === "admin";

/** steer restarts, pauses or resumes a vendor, and says what came of it. */
export async function steer(vendor, action) {
  const done = { restart: "was restarted", pause: "is paused", resume: "runs again" };
  try {
    await post(paths.steer(vendor, action));
    say(`${vendor} ${done[action]}`);
    return "";
  } catch (error) {
    say(`${vendor}: ${error.message}`);
    return error.message;
  }
}

/** roundNow runs a round. */
export async function roundNow() {
  try {
    await post("/v1/snapshot");
    return "";
  } catch (error) {
    return error.message;
  }
}

/** say has screen readers say something, once, without interrupting. */
export const say = (text) => app.set({ said: text });
