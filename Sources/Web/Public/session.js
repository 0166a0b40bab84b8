// What the other scripts of the page share: requests with the session of this tab, and what errors say.
"use strict";

const byID = (id) => document.getElementById(id);
const credits = (number) => Number(number).toFixed(2);
const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

// What this tab remembers across reloads, and while it is at a pay page.
const remembered = (name) => ({
  get: () => { try { return JSON.parse(sessionStorage.getItem(name)); } catch { return null; } },
  set: (value) => value ? sessionStorage.setItem(name, JSON.stringify(value)) : sessionStorage.removeItem(name),
});
const session = remembered("darkroom");

class RequestError extends Error {
  constructor(response, body) {
    const error = body?.error ?? body ?? {};
    super(error.message ?? error.msg ?? `The server responded with ${response.status}.`);
    this.status = response.status;
    this.field = error.field;
    const seconds = Number(response.headers.get("Retry-After"));
    if (this.status === 429 && seconds > 0) {
      this.message = `${this.message.replace(/\.$/, "")}. Try again in ${duration(seconds)}.`;
    }
  }
}

// Rounded up: who waits so long is not refused again.
function duration(seconds) {
  const [count, unit] = seconds <= 90 ? [Math.ceil(seconds), "second"] : [Math.ceil(seconds / 60), "minute"];
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

const messageOf = (error) => error instanceof RequestError ? error.message
  : "The server cannot be reached. Check the connection and try again.";

async function auth(path, body) {
  const response = await fetch(`/auth/v1/${path}`, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  });
  const found = await response.json().catch(() => null);
  if (!response.ok) throw new RequestError(response, found);
  session.set({ access: found.access_token, refresh: found.refresh_token, email: found.user?.email ?? "" });
}

// With a fresh token once, if the old one has expired. A response that comes after signing out changes nothing.
async function open(path, options = {}, isSecond = false) {
  const held = session.get();
  const headers = { ...options.headers, Authorization: `Bearer ${held?.access}` };
  const response = await fetch(path, { ...options, headers });
  if (response.status !== 401 || !held || !session.get() || isSecond) return response;
  if (session.get().refresh === held.refresh) await refresh(held.refresh);
  return open(path, options, true);
}

async function refresh(token) {
  try { await auth("token?grant_type=refresh_token", { refresh_token: token }); } catch (error) {
    if (error instanceof RequestError && session.get()) signedOut("Your session has ended. Sign in again.");
    throw error;
  }
}

async function api(path, options) {
  const response = await open(path, options);
  const body = await response.json().catch(() => null);
  if (!response.ok) throw new RequestError(response, body);
  return body;
}

const post = (path, body, headers = {}) =>
  api(path, {
    method: "POST", headers: { "Content-Type": "application/json", ...headers }, body: JSON.stringify(body),
  });

// For one press of a button. A request that was lost is sent again with the same key, and is charged once.
async function postOnce(path, body) {
  const key = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
  const send = () => post(path, body, { "Idempotency-Key": key });
  try { return await send(); } catch (error) {
    if (error instanceof RequestError) throw error;
    await wait(1000);
    return send();
  }
}
