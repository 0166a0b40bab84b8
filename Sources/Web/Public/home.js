// The first page's form: sign in, see the price, generate an image, follow its progress, read the receipt.
"use strict";

const byID = (id) => document.getElementById(id);
const credits = (number) => Number(number).toFixed(2);
const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
const endStates = ["completed", "failed", "cancelled"];

// The session lives as long as the tab.
const session = {
  get: () => { try { return JSON.parse(sessionStorage.getItem("darkroom")); } catch { return null; } },
  set: (value) => value ? sessionStorage.setItem("darkroom", JSON.stringify(value))
    : sessionStorage.removeItem("darkroom"),
};

class RequestError extends Error {
  constructor(status, body) {
    const error = body?.error ?? body ?? {};
    super(error.message ?? error.msg ?? `The server responded with ${status}.`);
    this.status = status;
    this.field = error.field;
  }
}

async function auth(path, body) {
  const response = await fetch(`/auth/v1/${path}`, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  });
  const found = await response.json().catch(() => null);
  if (!response.ok) throw new RequestError(response.status, found);
  session.set({ access: found.access_token, refresh: found.refresh_token, email: found.user?.email ?? "" });
}

// With a fresh token once, if the old one has expired.
async function open(path, options = {}, isSecond = false) {
  const held = session.get();
  const headers = { ...options.headers, Authorization: `Bearer ${held?.access}` };
  const response = await fetch(path, { ...options, headers });
  if (response.status === 401 && held && !isSecond) {
    try { await auth("token?grant_type=refresh_token", { refresh_token: held.refresh }); } catch (error) {
      if (error instanceof RequestError) signedOut("Your session has ended. Sign in again.");
      throw error;
    }
    return open(path, options, true);
  }
  return response;
}

async function api(path, options) {
  const response = await open(path, options);
  const body = await response.json().catch(() => null);
  if (!response.ok) throw new RequestError(response.status, body);
  return body;
}

const post = (path, body, headers = {}) =>
  api(path, {
    method: "POST", headers: { "Content-Type": "application/json", ...headers }, body: JSON.stringify(body),
  });

const messageOf = (error) => error instanceof RequestError ? error.message
  : "The server cannot be reached. Check the connection and try again.";

// The user

function signedOut(message = "") {
  session.set(null);
  byID("who").hidden = true;
  byID("compose").hidden = true;
  byID("sign-in").hidden = false;
  byID("sign-in-error").textContent = message;
}

async function signedIn() {
  byID("sign-in").hidden = true;
  byID("compose").hidden = false;
  byID("who").hidden = false;
  byID("email").textContent = session.get().email;
  byID("sign-in-password").value = "";
  await Promise.all([showBalance(), showModels(), showPrice()]);
}

async function showBalance() {
  const balance = await api("/api/credits/balance");
  byID("balance").textContent = `${credits(balance.availableCredits)} credits`;
}

async function showModels() {
  const { kinds } = await (await fetch("/api/kinds")).json();
  const kind = kinds.find((kind) => kind.name === "text_to_image");
  byID("endpoint").replaceChildren(...(kind?.endpoints ?? []).map((endpoint) =>
    new Option(endpoint.title, endpoint.id, false, endpoint.id === kind.defaultEndpoint)));
}

async function enter(event, path) {
  event.preventDefault();
  const form = byID("sign-in");
  if (!form.reportValidity()) return;
  byID("sign-in-error").textContent = "";
  for (const button of form.querySelectorAll("button")) button.disabled = true;
  try {
    await auth(path, { email: form.email.value, password: form.password.value });
    await signedIn();
    byID("prompt").focus();
  } catch (error) {
    byID("sign-in-error").textContent = messageOf(error);
  } finally {
    for (const button of form.querySelectorAll("button")) button.disabled = false;
  }
}

// The price, before anything is paid

const request = () => {
  const form = byID("compose");
  const body = {
    kind: "text_to_image", prompt: form.prompt.value, resolution: form.resolution.value, quality: form.quality.value,
    numImages: Number(form.numImages.value),
  };
  if (form.endpoint.value) body.endpoint = form.endpoint.value;
  return body;
};

let asked = 0;
let isBusy = false;
let canPay = true;

async function showPrice() {
  const turn = ++asked;
  const line = byID("price");
  if (!byID("prompt").value.trim()) return line.replaceChildren();
  try {
    const estimate = await post("/api/estimate", request());
    if (turn !== asked) return;
    const price = document.createElement("b");
    price.textContent = `${credits(estimate.estimatedCredits)} credits`;
    const time = estimate.estimatedSeconds ? `, about ${estimate.estimatedSeconds} s` : "";
    const rest = estimate.sufficient ? `of ${credits(estimate.availableCredits)} available${time}`
      : `You have ${credits(estimate.availableCredits)}, which is not enough. `
        + "Request less, or contact the operator to get credits.";
    line.replaceChildren(price, rest);
    canPay = estimate.sufficient;
  } catch (error) {
    if (turn !== asked) return;
    line.replaceChildren();
    byID("compose-error").textContent = messageOf(error);
  }
  byID("generate").disabled = isBusy || !canPay;
}

let typing;
function priceSoon() {
  byID("compose-error").textContent = "";
  clearTimeout(typing);
  typing = setTimeout(showPrice, 250);
}

// Progress

function show({ phase, percent, log }) {
  if (phase !== undefined && byID("phase").textContent !== phase) byID("phase").textContent = phase;
  if (percent !== undefined) {
    if (percent === null) byID("bar").removeAttribute("value"); else byID("bar").value = percent;
  }
  if (log !== undefined) byID("log").textContent = log ?? "";
}

const phases = {
  pending: "Held", queued: "In the queue", processing: "Generating", completed: "Done", failed: "Failed",
  cancelled: "Cancelled",
};

// EventSource cannot send a token, so the stream is read by hand; after a break it continues after the last event.
async function follow(id) {
  let last = "";
  for (let losses = 0; losses < 30; losses++) {
    try {
      const headers = { Accept: "text/event-stream", ...(last && { "Last-Event-ID": last }) };
      const response = await open(`/api/jobs/${id}/events`, { headers });
      if (!response.ok) throw new RequestError(response.status, await response.json().catch(() => null));
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let text = "";
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        losses = 0;
        text += part.value;
        const events = text.split("\n\n");
        text = events.pop();
        for (const event of events) {
          const lines = Object.fromEntries(event.split("\n").map((line) =>
            [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]));
          if (lines.id) last = lines.id;
          if (lines.data && showEvent(lines.event, JSON.parse(lines.data))) return reader.cancel();
        }
      }
    } catch (error) {
      if (error instanceof RequestError) throw error;
      show({ phase: "Reconnecting" });
    }
    await wait(losses < 3 ? 1000 : 2000);
  }
  throw new Error("lost");
}

// Returns whether the job has ended.
function showEvent(type, data) {
  if (type === "progress") {
    const position = data.providerQueuePosition;
    const isWaiting = position != null && data.percent == null;
    const phase = isWaiting ? `In the provider's queue, ${position} ahead` : phases.processing;
    show({ phase, percent: data.percent ?? null, log: data.log });
    return false;
  }
  const again = type === "started" && data.data?.attempt > 1 ? `, attempt ${data.data.attempt}` : "";
  show({ phase: phases[data.status] + again, percent: data.status === "completed" ? 100 : null, log: "" });
  return endStates.includes(data.status);
}

async function showPosition(id, isOver) {
  while (!isOver()) {
    const { job, progress } = await api(`/api/jobs/${id}`).catch(() => ({}));
    if (isOver()) return;
    if (job?.status === "queued" && progress.queuePosition != null) {
      const position = progress.queuePosition;
      show({ phase: position === "0" ? "Next in the queue" : `In the queue, ${position} ahead` });
    } else if (job?.status === "processing" && progress.isEstimate !== false) {
      show({ percent: progress.percent ?? null });
    }
    await wait(1500);
  }
}

// A reload continues where the page was.
const pending = {
  get: () => sessionStorage.getItem("darkroom-job"),
  set: (id) => id ? sessionStorage.setItem("darkroom-job", id) : sessionStorage.removeItem("darkroom-job"),
};

async function generate(event) {
  event.preventDefault();
  if (isBusy || !byID("compose").reportValidity()) return;
  begin();
  try {
    // The same key for one press of the button: a request that is sent twice is charged once.
    const key = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
    const { job } = await sendTwice(() => post("/api/generate", request(), { "Idempotency-Key": key }));
    pending.set(job.id);
    await watch(job.id);
  } catch (error) {
    byID("status").hidden = true;
    byID("compose-error").textContent = messageOf(error);
  }
  finish();
}

async function sendTwice(send) {
  try { return await send(); } catch (error) {
    if (error instanceof RequestError) throw error;
    await wait(1000);
    return send();
  }
}

function begin() {
  isBusy = true;
  byID("generate").disabled = true;
  byID("compose-error").textContent = "";
  byID("receipt").hidden = true;
  byID("status").hidden = false;
  byID("bar").hidden = false;
  show({ phase: "Sending", percent: null, log: "" });
  reveal("status");
}

// On a small screen the result is below the form.
function reveal(id) {
  const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
  byID(id).scrollIntoView({ block: "nearest", behavior: isStill ? "auto" : "smooth" });
}

function finish() {
  isBusy = false;
  pending.set(null);
  byID("cancel").hidden = true;
  if (!session.get()) return;
  showBalance().catch(() => {});
  showPrice();
}

async function watch(id) {
  let isOver = false;
  byID("cancel").hidden = false;
  byID("cancel").onclick = () => cancel(id);
  showPosition(id, () => isOver);
  try { await follow(id); } finally { isOver = true; }
  showResult(await api(`/api/jobs/${id}`));
}

async function cancel(id) {
  byID("cancel").hidden = true;
  try { await api(`/api/jobs/${id}`, { method: "DELETE" }); } catch (error) {
    byID("compose-error").textContent = messageOf(error);
  }
}

// The result and what it cost

function showResult(details) {
  const { job, outputs, attempts } = details;
  byID("status").hidden = job.status === "completed";
  byID("bar").hidden = true;
  if (job.status === "failed") show({ phase: `Failed. ${job.error?.message ?? ""}` });
  if (job.status === "cancelled") show({ phase: "Cancelled. No credits were charged." });
  const isSandbox = attempts.some((attempt) => attempt.provider === "sandbox");
  if (job.status === "completed") showPictures(outputs, job, isSandbox);
  showReceipt(details);
}

function showPictures(outputs, job, isSandbox) {
  const results = byID("results");
  const sheet = byID("sheet");
  for (const image of results.querySelectorAll("img")) {
    const old = new Image();
    [old.src, old.alt] = [image.src, image.alt];
    sheet.prepend(old);
    sheet.hidden = false;
  }
  while (sheet.children.length > 12) sheet.lastChild.remove();
  results.className = outputs.length > 1 ? "results many new" : "results new";
  results.replaceChildren(...outputs.map((output) => figure(output, job, isSandbox)));
  results.hidden = false;
  byID("empty").hidden = true;
  reveal("results");
}

function figure(output, job, isSandbox) {
  // A link names the server by its public address; this page may have been opened under another of its names.
  const link = new URL(output.url, location.href);
  const address = link.pathname.startsWith("/files/") ? link.pathname + link.search : link.href;
  const figure = document.createElement("figure");
  const image = new Image(output.width, output.height);
  [image.src, image.alt] = [address, job.parameters.prompt];
  const caption = document.createElement("figcaption");
  if (isSandbox) {
    const badge = document.createElement("span");
    [badge.className, badge.textContent] = ["badge", "SANDBOX, not AI"];
    caption.append(badge);
  }
  const save = document.createElement("a");
  [save.href, save.download, save.textContent] = [address, `darkroom-${job.id.slice(-6)}-${output.name}`, "Save"];
  const size = document.createElement("span");
  size.textContent = `${output.width} × ${output.height}, ${Math.round(output.size / 1024)} KB`;
  caption.append(size, save);
  figure.append(image, caption);
  return figure;
}

function showReceipt({ job, receipt }) {
  const after = receipt.transactions.at(-1)?.availableAfter;
  const lines = [
    ["Reserved", credits(receipt.reserved)], ["Spent", credits(receipt.captured), "total"],
    ["Returned", credits(receipt.released)],
    ...(after === undefined ? [] : [["Credits available", credits(after)]]), ["Job", job.id, "job"],
  ];
  byID("lines").replaceChildren(...lines.flatMap(([name, value, look = ""]) => {
    const [term, text] = [document.createElement("dt"), document.createElement("dd")];
    [term.textContent, text.textContent, text.className] = [name, value, look];
    return [term, text];
  }));
  byID("receipt").hidden = false;
}

async function resume(id) {
  begin();
  try { await watch(id); } catch (error) {
    byID("status").hidden = true;
    byID("compose-error").textContent = messageOf(error);
  }
  finish();
}

byID("studio").hidden = false;
byID("sign-in").addEventListener("submit", (event) => enter(event, "token?grant_type=password"));
byID("sign-up")?.addEventListener("click", (event) => enter(event, "signup"));
byID("sign-out").addEventListener("click", () => {
  open("/auth/v1/logout?scope=local", { method: "POST" }).catch(() => {});
  signedOut();
});
byID("compose").addEventListener("submit", generate);
byID("compose").addEventListener("input", priceSoon);
byID("prompt").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) generate(event);
});
if (session.get()) {
  signedIn().then(() => pending.get() && resume(pending.get())).catch((error) => {
    byID("compose-error").textContent = messageOf(error);
  });
}
