// The HTTP API. The token is kept for this tab only and is sent in the Authorization header, never in a URL.

const tokenKey = "rollcall.token";

/** Refused is an answer that is a problem (RFC 9457), or none at all: status is 0 then. */
export class Refused extends Error {
  constructor(status, title, detail, retryAfter = 0) {
    super(detail || title);
    this.status = status;
    this.title = title;
    this.retryAfter = retryAfter; // seconds
  }
}

let token = read();

function read() {
  try {
    return sessionStorage.getItem(tokenKey) || "";
  } catch {
    return "";
  }
}

/** hasToken reports whether there is a token to forget. */
export const hasToken = () => token !== "";

/** useToken keeps a token; an empty one forgets it. */
export function useToken(value) {
  token = value;
  try {
    if (value) sessionStorage.setItem(tokenKey, value);
    else sessionStorage.removeItem(tokenKey);
  } catch {
    // Then it lives as long as this page.
  }
}

/** request sends a request and returns the response; a refusal is thrown. */
export async function request(path, { method = "GET", headers = {}, signal } = {}) {
  const sent = { ...headers };
  if (token) sent.Authorization = `Bearer ${token}`;

  let response;
  try {
    response = await fetch(path, { method, headers: sent, signal, cache: "no-store", credentials: "omit", redirect: "error" });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Refused(0, "No answer", "The service does not answer.");
  }

  if (!response.ok) throw await refusal(response);
  return response;
}

async function refusal(response) {
  const after = Number(response.headers.get("Retry-After")) || 0;
  try {
    const problem = await response.json();
    return new Refused(response.status, String(problem.title ?? ""), String(problem.detail ?? ""), after);
  } catch {
    return new Refused(response.status, response.statusText, "", after);
  }
}

/** get is the JSON at a path. */
export async function get(path, parameters = {}, signal = undefined) {
  const query = new URLSearchParams(parameters).toString();
  const response = await request(query ? `${path}?${query}` : path, { signal });
  return response.json();
}

/** post asks for something to be done and is over when it is. */
export async function post(path) {
  await (await request(path, { method: "POST" })).arrayBuffer();
}

/** paths of what has a name: names are data and are encoded whole. */
export const paths = {
  instrument: (name) => `/v1/instruments/${encodeURIComponent(name)}`,
  vendor: (name) => `/v1/vendors/${encodeURIComponent(name)}`,
  steer: (name, action) => `/v1/vendors/${encodeURIComponent(name)}/${action}`,
};
