// Buy credits: packs and plans, the hosted pay page, and what came of it. Used where payments are set up.
"use strict";

const shop = byID("buy");
// The checkout that this tab began last.
const checkoutID = remembered("darkroom-checkout");
let hasPlan = false;

function openShop(isOpen) {
  if (!shop) return;
  for (const button of shop.querySelectorAll("[data-pack], [data-plan]")) button.hidden = !isOpen;
  for (const mark of shop.querySelectorAll(".mine")) mark.hidden = true;
  byID("buy-hint").hidden = isOpen;
  byID("portal-row").hidden = true;
  byID("buy-error").textContent = "";
}

async function showPlan() {
  if (!shop) return;
  const { subscription } = await api("/api/billing/subscription");
  hasPlan = Boolean(subscription) && !["canceled", "incomplete_expired"].includes(subscription.status);
  byID("portal-row").hidden = !subscription;
  const isSettled = hasPlan && !subscription.nextPlan && !subscription.cancelAt;
  for (const button of shop.querySelectorAll("[data-plan]")) {
    button.hidden = isSettled && button.dataset.plan === subscription.plan;
    button.nextElementSibling.hidden = !button.hidden;
  }
}

async function buy({ pack, plan, title }) {
  const warning = `Change to ${title}? A more expensive plan starts now and is billed for the rest of the month. `
    + "A cheaper plan starts with the next period.";
  if (plan && hasPlan && !confirm(warning)) return;
  await withShop(async () => {
    const { checkout } = await postOnce("/api/billing/checkout", pack ? { pack } : { plan });
    checkoutID.set(checkout.id);
    if (checkout.url) return location.assign(checkout.url);
    await showOutcome(checkout);
  });
}

const openPortal = () => withShop(async () => location.assign((await post("/api/billing/portal", {})).url));

async function withShop(action) {
  const buttons = shop.querySelectorAll("button");
  byID("buy-error").textContent = "";
  for (const button of buttons) button.disabled = true;
  try { await action(); } catch (error) { byID("buy-error").textContent = messageOf(error); }
  for (const button of buttons) button.disabled = false;
}

// Back from the pay page, the address alone proves nothing: the server knows whether a payment arrived.
async function showReturn() {
  if (!shop || !new URLSearchParams(location.search).has("checkout") || !checkoutID.get()) return;
  try {
    await showOutcome((await api(`/api/billing/checkout/${checkoutID.get()}`)).checkout);
  } catch (error) {
    // Another account's: the page says no more than it knows.
    if (error.status === 404) return;
    showPayment(`The server cannot say yet what became of the payment. ${messageOf(error)}`, "bad");
  }
}

async function showOutcome(checkout) {
  switch (checkout.state) {
    case "paid":
      showPayment(checkout.pack ? await packOutcome(checkout) : await planOutcome(checkout), "good");
      await Promise.all([showPlan(), showPrice()]);
      break;
    case "open":
      showPayment("This purchase is not paid. You were not charged.", "", checkout.url);
      break;
    case "unpaid":
      showPayment("The payment has not arrived yet. Some payment methods take days. "
        + "The credits are added when it arrives.");
      break;
    case "failed": showPayment("The payment failed. No credits were added.", "bad"); break;
    case "expired": showPayment("The payment page has expired. You were not charged."); break;
  }
}

const packOutcome = async (checkout) =>
  `Payment received. It brought ${credits(checkout.credits)} credits. ${credits(await showBalance())} are available.`;

async function planOutcome(checkout) {
  const { plan, subscription } = await api("/api/billing/subscription");
  const title = shop.querySelector(`[data-plan="${CSS.escape(checkout.plan)}"]`)?.dataset.title ?? checkout.plan;
  if (subscription?.nextPlan === checkout.plan) {
    const day = new Date(subscription.periodEnd).toLocaleDateString("en", { dateStyle: "long" });
    return `Your plan changes to ${title} on ${day}. Until then it is ${plan.title}.`;
  }
  const available = `${credits(await showBalance())} credits are available.`;
  return plan?.name === checkout.plan ? `Your plan is now ${title}. ${available}`
    : `Payment received. The plan ${title} is not active yet. Reload this page in a moment.`;
}

function showPayment(text, look = "", url) {
  const notice = byID("payment");
  notice.className = `notice ${look}`;
  notice.textContent = text;
  if (url) {
    const link = document.createElement("a");
    [link.href, link.textContent] = [url, "Continue to the payment page"];
    notice.append(" ", link);
  }
  reveal("payment");
}

for (const button of shop?.querySelectorAll("[data-pack], [data-plan]") ?? []) {
  button.addEventListener("click", () => buy(button.dataset));
}
byID("portal")?.addEventListener("click", openPortal);
