// The first page's form: sign in, see the price, generate an image, follow its progress, read the receipt.
"use strict";

const endStates = ["completed", "failed", "cancelled"];

// The user

function showForm(name) {
  for (const id of ["sign-in", "sign-up", "compose"]) {
    if (!byID(id)) continue;
    byID(id).hidden = id !== name;
    byID(`${id}-error`).textContent = "";
  }
  const isSignedIn = name === "compose";
  byID("who").hidden = !isSignedIn;
  byID("intro").classList.toggle("unseen", isSignedIn);
  openShop(isSignedIn);
}

function signedOut(message = "") {
  session.set(null);
  showForm("sign-in");
  byID("sign-in-error").textContent = message;
  byID("sign-in-email").focus();
}

// Nothing of the user stays on the page.
function signOut() {
  open("/auth/v1/logout?scope=local", { method: "POST" }).catch(() => {});
  pending.set(null);
  clearTray();
  byID("sheet").replaceChildren();
  byID("sheet").hidden = true;
  signedOut();
}

async function signedIn() {
  showForm("compose");
  byID("email").textContent = session.get().email;
  for (const field of document.querySelectorAll("input[type=password]")) field.value = "";
  try {
    await Promise.all([showBalance(), showModels(), showPrice(), showPlan(), showReturn()]);
  } catch (error) {
    byID("compose-error").textContent = messageOf(error);
  }
}

async function showBalance() {
  const balance = await api("/api/credits/balance");
  byID("balance").textContent = `${credits(balance.availableCredits)} credits`;
  return balance.availableCredits;
}

async function showModels() {
  const { kinds } = await (await fetch("/api/kinds")).json();
  const kind = kinds.find((kind) => kind.name === "text_to_image");
  byID("endpoint").replaceChildren(...(kind?.endpoints ?? []).map((endpoint) =>
    new Option(modelName(endpoint), endpoint.id, false, endpoint.id === kind.defaultEndpoint)));
}

const modelName = ({ title, complexity }) => Number(complexity) === 1 ? title : `${title}, ${complexity} × the price`;

async function enter(event, path) {
  event.preventDefault();
  const form = event.currentTarget;
  const focused = document.activeElement;
  const button = form.querySelector("[type=submit]");
  byID(`${form.id}-error`).textContent = "";
  button.disabled = true;
  try {
    await auth(path, { email: form.email.value, password: form.password.value });
    signedIn();
    byID("prompt").focus();
  } catch (error) {
    byID(`${form.id}-error`).textContent = messageOf(error);
  }
  button.disabled = false;
  if (!session.get()) focused.focus();
}

// What was typed already goes along.
function switchForm(event) {
  const from = event.currentTarget.form;
  const to = byID(event.currentTarget.dataset.form);
  to.email.value = from.email.value;
  showForm(to.id);
  (to.email.value ? to.password : to.email).focus();
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

const isBlank = () => !byID("prompt").value.trim();

async function showPrice() {
  const turn = ++asked;
  const line = byID("price");
  if (isBlank()) {
    byID("generate").disabled = true;
    return line.replaceChildren();
  }
  try {
    const estimate = await post("/api/estimate", request());
    if (turn !== asked) return;
    const price = document.createElement("b");
    price.textContent = `${credits(estimate.estimatedCredits)} credits`;
    const time = estimate.estimatedSeconds ? `, about ${estimate.estimatedSeconds} s` : "";
    const available = credits(estimate.availableCredits);
    line.replaceChildren(price, ...(estimate.sufficient ? [`of ${available} available${time}`]
      : [`You have ${available}, which is not enough. `, wayToCredits()]));
    canPay = estimate.sufficient;
  } catch (error) {
    if (turn !== asked) return;
    line.replaceChildren();
    byID("compose-error").textContent = messageOf(error);
  }
  byID("generate").disabled = isBusy || !canPay;
}

function wayToCredits() {
  if (!shop) return "Request less, or contact the operator to get credits.";
  const link = document.createElement("a");
  [link.href, link.textContent] = ["#buy", "Buy credits"];
  return link;
}

let typing;
function priceSoon() {
  byID("compose-error").textContent = "";
  clearTimeout(typing);
  if (isBlank()) return showPrice();
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
      if (!response.ok) throw new RequestError(response, await response.json().catch(() => null));
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

// Until when the line that says why there is another attempt stands.
let retryingUntil = 0;

function showRetry({ at, data: { message = "The attempt failed.", attempt, maximumAttempts, runAt } }) {
  // The event's own time and not this machine's, whose clock may differ.
  const delay = Math.max(0, runAt - Date.parse(at));
  retryingUntil = performance.now() + delay;
  const count = attempt ? ` (${attempt} of ${maximumAttempts})` : "";
  show({ phase: `${message} Trying again in ${Math.ceil(delay / 1000)} s${count}.`, percent: null, log: "" });
}

// Returns whether the job has ended.
function showEvent(type, data) {
  if (type === "retried") return showRetry(data);
  retryingUntil = 0;
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
    if (performance.now() < retryingUntil) {
      await wait(500);
      continue;
    }
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
const pending = remembered("darkroom-job");

function generate(event) {
  event.preventDefault();
  if (isBusy || isBlank() || !byID("compose").reportValidity()) return;
  run(() => postOnce("/api/generate", request()), "compose-error");
}

function retry(job) {
  if (isBusy) return;
  byID("tray").focus();
  run(() => postOnce(`/api/jobs/${job.id}/retry`, {}), "retry-error");
}

// What the tray shows stays until there is a new job: a request that is refused changes nothing.
async function run(send, errorID) {
  begin();
  byID(errorID).textContent = "";
  try {
    const { job } = await send();
    pending.set(job.id);
    clearTray();
    errorID = "compose-error";
    await watch(job.id);
  } catch (error) {
    byID("status").hidden = true;
    byID(errorID).textContent = messageOf(error);
    reveal(errorID);
  }
  finish();
}

function begin() {
  isBusy = true;
  retryingUntil = 0;
  byID("generate").disabled = true;
  byID("retry").disabled = true;
  byID("compose-error").textContent = "";
  byID("status").hidden = false;
  show({ phase: "Sending", percent: null, log: "" });
  reveal("tray");
}

// Images of earlier jobs stay in the strip.
function clearTray() {
  const sheet = byID("sheet");
  for (const link of byID("results").querySelectorAll("a.image")) {
    sheet.prepend(link);
    sheet.hidden = false;
  }
  while (sheet.children.length > 12) sheet.lastChild.remove();
  byID("results").replaceChildren();
  byID("short").textContent = "";
  for (const id of ["results", "failure", "receipt", "status"]) byID(id).hidden = true;
  byID("empty").hidden = false;
}

// On a small screen the result is below the form.
function reveal(id) {
  const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
  byID(id).scrollIntoView({ block: "nearest", behavior: isStill ? "auto" : "smooth" });
}

function finish() {
  isBusy = false;
  pending.set(null);
  byID("retry").disabled = false;
  byID("cancel").hidden = true;
  if (!session.get()) return;
  showBalance().catch(() => {});
  showPrice();
}

async function watch(id) {
  let isOver = false;
  byID("status").hidden = false;
  byID("cancel").hidden = false;
  byID("cancel").onclick = () => cancel(id);
  showPosition(id, () => isOver);
  try { await follow(id); } finally { isOver = true; }
  showResult(await api(`/api/jobs/${id}`));
}

async function cancel(id) {
  byID("cancel").hidden = true;
  byID("tray").focus();
  try { await api(`/api/jobs/${id}`, { method: "DELETE" }); } catch (error) {
    byID("compose-error").textContent = messageOf(error);
  }
}

// The result and what it cost

function showResult(details) {
  const { job, outputs, attempts } = details;
  const isSandbox = attempts.some((attempt) => attempt.provider === "sandbox");
  byID("status").hidden = true;
  byID("empty").hidden = true;
  showReceipt(details);
  if (job.status === "completed") showImages(outputs, job, isSandbox); else showFailure(details);
  showShort(details);
  reveal("tray");
}

function showImages(outputs, job, isSandbox) {
  const results = byID("results");
  results.className = outputs.length > 1 ? "results many new" : "results new";
  results.replaceChildren(...outputs.map((output) => figure(output, job, isSandbox)));
  results.hidden = false;
}

function showFailure({ job, receipt }) {
  byID("failure").hidden = false;
  byID("retry-error").textContent = "";
  byID("failure-title").textContent = job.status === "failed" ? "No image was generated" : "Cancelled";
  byID("failure-reason").textContent = job.error?.message ?? "";
  byID("failure-credits").textContent = `${credits(receipt.released)} credits were returned.`;
  byID("retry").onclick = () => retry(job);
  byID("edit").onclick = () => edit(job);
}

// The form may show another request by now, as after a reload.
function edit({ parameters, endpoint }) {
  const form = byID("compose");
  for (const name of ["prompt", "resolution", "quality", "numImages"]) {
    if (parameters[name] !== undefined) form[name].value = parameters[name];
  }
  form.endpoint.value = endpoint;
  form.prompt.focus();
  priceSoon();
}

function showShort({ job, receipt }) {
  if (job.status !== "completed" || job.delivered >= job.numImages) return;
  byID("short").textContent = `${job.delivered} of ${job.numImages} images were delivered. The provider did not return `
    + `the others, or classified them as unsafe. ${credits(receipt.released)} credits were returned for them.`;
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
  [save.href, save.download, save.textContent] = [address, output.name, "Save"];
  const size = document.createElement("span");
  size.textContent = `${output.width} × ${output.height}, ${Math.round(output.size / 1024)} KB`;
  caption.append(size, save);
  const full = document.createElement("a");
  [full.href, full.className, full.target, full.rel] = [address, "image", "_blank", "noopener"];
  full.setAttribute("aria-label", `Open full size in a new tab: ${job.parameters.prompt}`);
  full.append(image);
  figure.append(full, caption);
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

byID("studio").hidden = false;
for (const [id, path] of [["sign-in", "token?grant_type=password"], ["sign-up", "signup"]]) {
  const form = byID(id);
  form?.addEventListener("submit", (event) => enter(event, path));
  // An error is about what was sent, and not about what is typed now.
  for (const type of ["input", "invalid"]) {
    form?.addEventListener(type, () => { byID(`${id}-error`).textContent = ""; }, true);
  }
}
for (const button of document.querySelectorAll("[data-form]")) button.addEventListener("click", switchForm);
byID("sign-out").addEventListener("click", signOut);
byID("compose").addEventListener("submit", generate);
byID("compose").addEventListener("input", priceSoon);
byID("prompt").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) generate(event);
});
if (session.get()) {
  const id = pending.get();
  signedIn().then(() => id && session.get() && run(async () => ({ job: { id } }), "compose-error"));
}
