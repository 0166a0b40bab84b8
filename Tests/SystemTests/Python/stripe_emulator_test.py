"""The official Stripe client against a running Stripe emulator.

    pip install stripe==16.1.0
    darkroom stripe-sandbox --port 8420 --key sk_test_emulator
    python stripe_emulator_test.py http://127.0.0.1:8420 sk_test_emulator

Ends with 0 where every call does what Stripe's documents say. Webhooks come to a server of the test's own.
"""

import json
import queue
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import stripe

from running import run

BASE, KEY = sys.argv[1], sys.argv[2]
client = stripe.StripeClient(KEY, base_addresses={"api": BASE}, max_network_retries=0)
v1 = client.v1
DAY = 86_400


class Receiver:
    """Receives webhooks; returns the given statuses, then 200."""

    def __init__(self, *statuses):
        self.deliveries = queue.Queue()
        statuses = list(statuses)
        deliveries = self.deliveries

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                deliveries.put((self.headers["stripe-signature"], body))
                self.send_response(statuses.pop(0) if statuses else 200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()

    def next(self):
        return self.deliveries.get(timeout=300)

    def until(self, kind, secret):
        """Every event up to the first of this type, each proven by the official client."""
        events = []
        while not events or events[-1].type != kind:
            header, body = self.next()
            events.append(stripe.Webhook.construct_event(body, header, secret))
        return events


class listening:
    """An endpoint at the emulator, and the receiver behind it."""

    def __init__(self, *statuses, **parameters):
        self.receiver, self.parameters = Receiver(*statuses), parameters

    def __enter__(self):
        events = self.parameters.pop("enabled_events", ["*"])
        self.endpoint = v1.webhook_endpoints.create({"url": self.receiver.url, "enabled_events": events, **self.parameters})
        return self.receiver, self.endpoint.secret

    def __exit__(self, *_):
        v1.webhook_endpoints.delete(self.endpoint.id)
        self.receiver.server.shutdown()


def order(path, **form):
    """The emulator's own calls: what happens outside of Stripe's API."""
    request = urllib.request.Request(
        f"{BASE}/_emulator/{path}", urllib.parse.urlencode(form).encode(), {"authorization": f"Bearer {KEY}"})
    with urllib.request.urlopen(request) as response:
        return json.load(response)


def expect(error, call, **members):
    try:
        call()
    except error as caught:
        for name, value in members.items():
            found = getattr(caught, name)
            assert found == value, f"{name} is {found!r} instead of {value!r}: {caught}"
        return caught
    raise AssertionError(f"no {error.__name__}")


def price(amount=1000, interval="month", **more):
    recurring = {"recurring": {"interval": interval}} if interval else {}
    return v1.prices.create({"currency": "usd", "unit_amount": amount, "product_data": {"name": "Plan"}, **recurring, **more})


def bought(plan, clock=None, **more):
    """A subscription that was bought on the page, at a clock of its own."""
    clock = clock or v1.test_helpers.test_clocks.create({"frozen_time": 1_800_000_000})
    customer = v1.customers.create({"email": "ada@example.com", "test_clock": clock.id})
    session = v1.checkout.sessions.create({
        "mode": "subscription", "customer": customer.id, "success_url": "http://127.0.0.1/ok",
        "line_items": [{"price": plan.id, "quantity": 1}], **more})
    order(f"sessions/{session.id}/pay")
    session = v1.checkout.sessions.retrieve(session.id)
    return clock, customer, v1.subscriptions.retrieve(session.subscription)


def paid_charge(amount=1000):
    session = v1.checkout.sessions.create({
        "mode": "payment", "success_url": "http://127.0.0.1/ok",
        "line_items": [{"price": price(amount, None).id, "quantity": 1}]})
    order(f"sessions/{session.id}/pay")
    session = v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge"]})
    return session.payment_intent.latest_charge


def keys_are_checked():
    def call(key):
        return stripe.StripeClient(key, base_addresses={"api": BASE}, max_network_retries=0).v1.customers.list()

    expect(stripe.AuthenticationError, lambda: call("sk_test_other"), http_status=401)
    request = urllib.request.Request(f"{BASE}/v1/customers")
    request.add_header("authorization", "Basic " + __import__("base64").b64encode(f"{KEY}:".encode()).decode())
    with urllib.request.urlopen(request) as response:
        assert json.load(response)["object"] == "list" and response.headers["request-id"].startswith("req_")


def customers_are_made_changed_listed_and_deleted():
    made = v1.customers.create({"email": "ada@example.com", "name": "Ada", "metadata": {"team": "7", "old": "x"}})
    assert made.id.startswith("cus_") and made.metadata["team"] == "7" and not made.livemode
    changed = v1.customers.update(made.id, {"name": "", "metadata": {"old": "", "new": "y"}})
    assert changed.name is None and changed.metadata.to_dict() == {"team": "7", "new": "y"}
    assert v1.customers.list({"email": "ada@example.com"}).data[0].id == made.id
    assert v1.customers.delete(made.id).deleted
    assert v1.customers.retrieve(made.id).deleted
    expect(stripe.InvalidRequestError, lambda: v1.customers.update(made.id, {"name": "x"}), http_status=404, code="resource_missing")


def refusals_are_in_stripes_shape():
    error = expect(stripe.InvalidRequestError, lambda: v1.customers.retrieve("cus_none"), http_status=404, code="resource_missing", param="id")
    assert error.request_id.startswith("req_")
    expect(stripe.InvalidRequestError, lambda: v1.prices.create({"currency": "usd"}), http_status=400, param="product")
    expect(stripe.InvalidRequestError, lambda: v1.customers.create({"shoe_size": "42"}), code="parameter_unknown", param="shoe_size")
    expect(stripe.InvalidRequestError, lambda: v1.customers.create({"metadata": {"k" * 41: "x"}}), http_status=400)
    expect(stripe.InvalidRequestError, lambda: v1.customers.create({"metadata": {"k": "x" * 501}}), http_status=400)
    expect(stripe.InvalidRequestError, lambda: v1.customers.list({"limit": 101}), param="limit")
    expect(stripe.InvalidRequestError, lambda: v1.checkout.sessions.create({
        "mode": "payment", "success_url": "http://127.0.0.1/", "line_items": [{"price": price().id, "quantity": 1}],
    }), param="line_items[0][price]")
    expect(stripe.InvalidRequestError, lambda: v1.checkout.sessions.create({
        "mode": "payment", "success_url": "http://127.0.0.1/", "payment_method_types": ["card"],
        "line_items": [{"price": price(100, None).id, "quantity": 1}],
    }), code="parameter_unknown")


def a_key_does_a_thing_once():
    key = str(uuid.uuid4())
    first = v1.customers.create({"email": "once@example.com"}, {"idempotency_key": key})
    again = v1.customers.create({"email": "once@example.com"}, {"idempotency_key": key})
    assert first.id == again.id and again.last_response.headers["idempotent-replayed"] == "true"
    expect(stripe.IdempotencyError, lambda: v1.customers.create({"email": "twice@example.com"}, {"idempotency_key": key}), http_status=400)
    refused = str(uuid.uuid4())
    expect(stripe.InvalidRequestError, lambda: v1.customers.create({"email": "no address"}, {"idempotency_key": refused}))
    assert v1.customers.create({"email": "corrected@example.com"}, {"idempotency_key": refused}).id


def lists_are_paged():
    ids = [v1.customers.create({"email": "page@example.com"}).id for _ in range(5)][::-1]
    first = v1.customers.list({"email": "page@example.com", "limit": 2})
    assert [c.id for c in first.data] == ids[:2] and first.has_more
    rest = v1.customers.list({"email": "page@example.com", "limit": 3, "starting_after": ids[1]})
    assert [c.id for c in rest.data] == ids[2:] and not rest.has_more
    before = v1.customers.list({"email": "page@example.com", "limit": 2, "ending_before": ids[4]})
    assert [c.id for c in before.data] == ids[2:4] and before.has_more
    assert [c.id for c in first.auto_paging_iter()] == ids


def prices_are_found_by_their_keys():
    key = str(uuid.uuid4())
    old = price(500, lookup_key=key)
    expect(stripe.InvalidRequestError, lambda: price(600, lookup_key=key), param="lookup_key")
    new = price(600, lookup_key=key, transfer_lookup_key=True)
    found = v1.prices.list({"lookup_keys": [key], "expand": ["data.product"]})
    assert [p.id for p in found.data] == [new.id] and found.data[0].product.name == "Plan"
    assert v1.prices.retrieve(old.id).lookup_key is None
    assert not v1.prices.update(old.id, {"active": False}).active
    assert old.id not in [p.id for p in v1.prices.list({"product": old.product, "active": True}).data]
    assert v1.products.update(old.product, {"name": "Other"}).name == "Other"
    expect(stripe.InvalidRequestError, lambda: v1.prices.update(old.id, {"unit_amount": 1}), code="parameter_unknown")


def a_pack_is_bought():
    with listening() as (receiver, secret):
        session = v1.checkout.sessions.create({
            "mode": "payment", "line_items": [{"price_data": {"currency": "usd", "unit_amount": 999, "product_data": {"name": "Pack"}}, "quantity": 2}],
            "success_url": "http://127.0.0.1/ok?sid={CHECKOUT_SESSION_ID}", "cancel_url": "http://127.0.0.1/no",
            "client_reference_id": "order_1", "metadata": {"order": "1"}, "payment_intent_data": {"metadata": {"order": "1"}},
            "customer_creation": "always", "expand": ["line_items"],
        })
        assert session.status == "open" and session.payment_status == "unpaid" and session.amount_total == 1998
        assert session.line_items.data[0].quantity == 2 and session.url.startswith(BASE)
        response = post_form(session.url, action="pay", email="ada@example.com", name="Ada")
        assert response == f"http://127.0.0.1/ok?sid={session.id}", response
        events = receiver.until("checkout.session.completed", secret)
        assert {"customer.created", "payment_intent.created", "charge.succeeded", "payment_intent.succeeded"} <= {e.type for e in events}
        done = events[-1].data.object
        assert done.id == session.id and done.payment_status == "paid" and done.client_reference_id == "order_1"
        assert events[-1].api_version == stripe.api_version and done.customer_details.email == "ada@example.com"
        intent = v1.payment_intents.retrieve(done.payment_intent, {"expand": ["latest_charge"]})
        assert intent.metadata["order"] == "1" and intent.latest_charge.amount == 1998
        assert v1.checkout.sessions.line_items.list(session.id).data[0].amount_total == 1998
        assert v1.checkout.sessions.list({"payment_intent": intent.id}).data[0].id == session.id
        assert v1.charges.list({"payment_intent": intent.id}).data[0].id == intent.latest_charge.id


def post_form(url, **form):
    """Where a page's form leads to; None if the page stays."""

    class Stop(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_):
            return None

    try:
        urllib.request.build_opener(Stop).open(url, urllib.parse.urlencode(form).encode())
    except urllib.error.HTTPError as response:
        return response.headers["location"] if response.code == 303 else None
    return None


def a_declined_card_leaves_the_session_open():
    session = v1.checkout.sessions.create({
        "mode": "payment", "success_url": "http://127.0.0.1/ok", "line_items": [{"price": price(700, None).id, "quantity": 1}]})
    assert post_form(session.url, action="decline", email="ada@example.com").endswith(f"/c/pay/{session.id}?end=declined")
    session = v1.checkout.sessions.retrieve(session.id)
    assert session.status == "open" and session.payment_status == "unpaid"
    assert v1.payment_intents.retrieve(session.payment_intent).last_payment_error.code == "card_declined"
    assert post_form(session.url, action="pay", email="ada@example.com") == "http://127.0.0.1/ok"


def a_delayed_payment_arrives_or_fails():
    with listening() as (receiver, secret):
        for outcome, end in (("arrived", "succeeded"), ("failed", "failed")):
            session = v1.checkout.sessions.create({
                "mode": "payment", "success_url": "http://127.0.0.1/ok", "line_items": [{"price": price(700, None).id, "quantity": 1}]})
            order(f"sessions/{session.id}/pay", **{"with": "delayed"})
            completed = receiver.until("checkout.session.completed", secret)[-1].data.object
            assert completed.status == "complete" and completed.payment_status == "unpaid"
            order(f"payment_intents/{completed.payment_intent}/settle", outcome=outcome)
            ended = receiver.until(f"checkout.session.async_payment_{end}", secret)[-1].data.object
            assert ended.payment_status == ("paid" if outcome == "arrived" else "unpaid")


def a_session_is_expired():
    with listening(enabled_events=["checkout.session.expired"]) as (receiver, secret):
        session = v1.checkout.sessions.create({
            "mode": "payment", "success_url": "http://127.0.0.1/ok", "line_items": [{"price": price(700, None).id, "quantity": 1}]})
        assert v1.checkout.sessions.expire(session.id).status == "expired"
        assert receiver.until("checkout.session.expired", secret)[-1].data.object.id == session.id
        expect(stripe.InvalidRequestError, lambda: v1.checkout.sessions.expire(session.id), http_status=400)


def a_tampered_webhook_is_refused():
    with listening(enabled_events=["customer.created"]) as (receiver, secret):
        v1.customers.create({"email": "hook@example.com"})
        header, body = receiver.next()
        assert stripe.Webhook.construct_event(body, header, secret).type == "customer.created"
        expect(stripe.SignatureVerificationError, lambda: stripe.Webhook.construct_event(body + b" ", header, secret))
        expect(stripe.SignatureVerificationError, lambda: stripe.Webhook.construct_event(body, header, "whsec_other"))


def a_webhook_is_repeated_until_it_is_taken():
    with listening(500, 503, enabled_events=["customer.created"]) as (receiver, secret):
        v1.customers.create({"email": "again@example.com"})
        bodies = [receiver.next() for _ in range(3)]
        ids = {stripe.Webhook.construct_event(body, header, secret).id for header, body in bodies}
        assert len(ids) == 1
        event = ids.pop()
        for _ in range(100):
            if event in [e.id for e in v1.events.list({"types": ["customer.created"], "delivery_success": True}).data]:
                break
            time.sleep(0.05)
        else:
            raise AssertionError("the event never counts as delivered")


def lost_events_are_found_by_asking():
    with listening(enabled_events=["customer.created"]) as (receiver, secret):
        order("faults", lose=100)
        try:
            customer = v1.customers.create({"email": "lost@example.com"})
        finally:
            order("faults", lose=0)
        lost = v1.events.list({"types": ["customer.created"], "delivery_success": False}).data[0]
        assert lost.data.object.id == customer.id and v1.events.retrieve(lost.id).id == lost.id
        order(f"events/{lost.id}/redeliver")
        assert stripe.Webhook.construct_event(*receiver.next()[::-1], secret).id == lost.id


def duplicates_come_to_order():
    with listening(enabled_events=["customer.created"]) as (receiver, secret):
        order("faults", duplicate=100)
        try:
            v1.customers.create({"email": "double@example.com"})
        finally:
            order("faults", duplicate=0)
        assert len({stripe.Webhook.construct_event(*receiver.next()[::-1], secret).id for _ in range(2)}) == 1


def a_plan_is_bought_renewed_and_cancelled():
    clock, customer, subscription = bought(price(2000), subscription_data={"metadata": {"team": "7"}})
    item = subscription["items"].data[0]
    assert subscription.status == "active" and subscription.metadata["team"] == "7" and item.price.unit_amount == 2000
    first = v1.invoices.retrieve(subscription.latest_invoice, {"expand": ["payments"]})
    assert first.status == "paid" and first.billing_reason == "subscription_create" and first.amount_paid == 2000
    assert first.parent.subscription_details.metadata["team"] == "7"
    line = first.lines.data[0]
    assert line.period.end == item.current_period_end and line.pricing.price_details.price == item.price.id
    assert not line.parent.subscription_item_details.proration
    intent = first.payments.data[0].payment.payment_intent
    assert v1.invoice_payments.list({"payment": {"type": "payment_intent", "payment_intent": intent}}).data[0].invoice == first.id
    assert v1.invoice_payments.list({"invoice": first.id}).data[0].status == "paid"

    v1.test_helpers.test_clocks.advance(clock.id, {"frozen_time": item.current_period_end + 7200})
    renewed = v1.subscriptions.retrieve(subscription.id, {"expand": ["latest_invoice"]})
    assert renewed["items"].data[0].current_period_start == item.current_period_end
    assert renewed.latest_invoice.billing_reason == "subscription_cycle" and renewed.latest_invoice.status == "paid"
    assert renewed.latest_invoice.lines.data[0].period.start == item.current_period_end

    ending = v1.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    assert ending.cancel_at_period_end and ending.cancel_at == ending["items"].data[0].current_period_end
    assert not v1.subscriptions.update(subscription.id, {"cancel_at_period_end": False}).cancel_at_period_end
    v1.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    v1.test_helpers.test_clocks.advance(clock.id, {"frozen_time": ending.cancel_at + 60})
    assert v1.subscriptions.retrieve(subscription.id).status == "canceled"
    assert [s.id for s in v1.subscriptions.list({"customer": customer.id, "status": "all"}).data] == [subscription.id]
    assert not v1.subscriptions.list({"customer": customer.id}).data


def a_plan_is_changed():
    small, large = price(1000), price(3000)
    clock, customer, subscription = bought(small)
    item = subscription["items"].data[0]
    half = (item.current_period_start + item.current_period_end) // 2
    v1.test_helpers.test_clocks.advance(clock.id, {"frozen_time": half})
    changed = v1.subscriptions.update(subscription.id, {
        "items": [{"id": item.id, "price": large.id}], "proration_behavior": "always_invoice",
        "payment_behavior": "error_if_incomplete", "expand": ["latest_invoice"]})
    invoice = changed.latest_invoice
    assert invoice.billing_reason == "subscription_update" and invoice.status == "paid" and invoice.amount_paid == 1000
    assert [line.amount for line in invoice.lines.data] == [-500, 1500]
    assert all(line.parent.invoice_item_details.proration for line in invoice.lines.data)
    assert len(changed["items"].data) == 1 and changed["items"].data[0].price.id == large.id

    v1.subscriptions.update(subscription.id, {"items": [{"id": item.id, "price": small.id}], "proration_behavior": "create_prorations"})
    v1.test_helpers.test_clocks.advance(clock.id, {"frozen_time": item.current_period_end + 7200})
    invoice = v1.invoices.list({"subscription": subscription.id}).data[0]
    assert [line.amount for line in invoice.lines.data] == [-1500, 500, 1000] and invoice.total == 0 and invoice.status == "paid"

    order(f"customers/{customer.id}/card", card="declines")
    expect(stripe.CardError, lambda: v1.subscriptions.update(subscription.id, {
        "items": [{"id": item.id, "price": large.id}], "proration_behavior": "always_invoice",
        "payment_behavior": "error_if_incomplete"}), http_status=402, code="card_declined")
    unchanged = v1.subscriptions.retrieve(subscription.id)
    assert unchanged["items"].data[0].price.id == small.id and unchanged.status == "active"
    waiting = v1.subscriptions.update(subscription.id, {
        "items": [{"id": item.id, "price": large.id}], "proration_behavior": "always_invoice",
        "payment_behavior": "pending_if_incomplete"})
    assert waiting.pending_update.subscription_items[0].price.id == large.id and waiting["items"].data[0].price.id == small.id
    v1.invoices.pay(waiting.latest_invoice, {"payment_method": "pm_card_visa"})
    applied = v1.subscriptions.retrieve(subscription.id)
    assert applied["items"].data[0].price.id == large.id and applied.pending_update is None


def a_payment_that_fails_ends_a_plan():
    clock, customer, subscription = bought(price(2000))
    end = subscription["items"].data[0].current_period_end
    order(f"customers/{customer.id}/card", card="declines")
    v1.test_helpers.test_clocks.advance(clock.id, {"frozen_time": end + 7200})
    late = v1.subscriptions.retrieve(subscription.id, {"expand": ["latest_invoice"]})
    assert late.status == "past_due" and late.latest_invoice.status == "open"
    assert late.latest_invoice.attempt_count == 1 and late.latest_invoice.next_payment_attempt
    expect(stripe.CardError, lambda: v1.invoices.pay(late.latest_invoice.id), code="card_declined")
    v1.test_helpers.test_clocks.advance(clock.id, {"frozen_time": end + 20 * DAY})
    over = v1.subscriptions.retrieve(subscription.id)
    assert over.status == "canceled" and over.cancellation_details.reason == "payment_failed"


def a_plan_is_rescued():
    clock, customer, subscription = bought(price(2000))
    end = subscription["items"].data[0].current_period_end
    order(f"customers/{customer.id}/card", card="declines")
    v1.test_helpers.test_clocks.advance(clock.id, {"frozen_time": end + 7200})
    order(f"customers/{customer.id}/card", card="works")
    invoice = v1.invoices.pay(v1.subscriptions.retrieve(subscription.id).latest_invoice)
    assert invoice.status == "paid" and v1.subscriptions.retrieve(subscription.id).status == "active"
    expect(stripe.InvalidRequestError, lambda: v1.invoices.pay(invoice.id), code="invoice_already_paid")
    assert v1.subscriptions.cancel(subscription.id).status == "canceled"


def money_goes_back():
    with listening() as (receiver, secret):
        charge = paid_charge()
        part = v1.refunds.create({"charge": charge.id, "amount": 300, "reason": "requested_by_customer", "metadata": {"why": "x"}})
        assert part.status == "succeeded" and part.amount == 300 and v1.refunds.retrieve(part.id).metadata["why"] == "x"
        events = receiver.until("charge.refunded", secret)
        assert events[-1].data.object.amount_refunded == 300 and not events[-1].data.object.refunded
        assert events[-1].data.previous_attributes["amount_refunded"] == 0 and events[-2].type == "refund.created"
        expect(stripe.InvalidRequestError, lambda: v1.refunds.create({"charge": charge.id, "amount": 701}), param="amount")
        v1.refunds.create({"payment_intent": charge.payment_intent})
        assert receiver.until("charge.refunded", secret)[-1].data.object.refunded
        expect(stripe.InvalidRequestError, lambda: v1.refunds.create({"charge": charge.id}), code="charge_already_refunded")
        assert sum(r.amount for r in v1.refunds.list({"charge": charge.id}).data) == 1000


def payments_are_disputed():
    with listening() as (receiver, secret):
        for outcome in ("won", "lost"):
            charge = paid_charge()
            dispute = order(f"charges/{charge.id}/dispute", reason="product_not_received")
            types = [e.type for e in receiver.until("charge.dispute.funds_withdrawn", secret)]
            assert types[-2] == "charge.dispute.created" and v1.charges.retrieve(charge.id).disputed
            assert v1.disputes.list({"charge": charge.id}).data[0].id == dispute["id"]
            expect(stripe.InvalidRequestError, lambda: v1.refunds.create({"charge": charge.id}), code="charge_disputed")
            if outcome == "won":
                order(f"disputes/{dispute['id']}/close", outcome="won")
                assert receiver.until("charge.dispute.funds_reinstated", secret)[-2].data.object.status == "won"
            else:
                assert v1.disputes.close(dispute["id"]).status == "lost"
                assert receiver.until("charge.dispute.closed", secret)[-1].data.object.status == "lost"


def the_portal_changes_a_plan():
    small, large = price(1000), price(3000)
    _, customer, subscription = bought(small)
    configuration = v1.billing_portal.configurations.create({"features": {
        "subscription_update": {"enabled": True, "default_allowed_updates": ["price"], "proration_behavior": "always_invoice",
            "products": [{"product": large.product, "prices": [large.id]}]},
        "subscription_cancel": {"enabled": True, "mode": "at_period_end"}, "payment_method_update": {"enabled": True}}})
    assert configuration.id in [c.id for c in v1.billing_portal.configurations.list({"limit": 100}).data]
    portal = v1.billing_portal.sessions.create({
        "customer": customer.id, "return_url": "http://127.0.0.1/account", "configuration": configuration.id})
    page = urllib.request.urlopen(portal.url).read().decode()
    assert "http://127.0.0.1/account" in page.replace("&#x2F;", "/") and large.id in page and "no money moves" in page

    def press(**form):
        return post_form(portal.url, subscription=subscription.id, **form)

    assert press(action="switch", price=large.id)
    assert v1.subscriptions.retrieve(subscription.id)["items"].data[0].price.id == large.id
    assert press(action="cancel") and v1.subscriptions.retrieve(subscription.id).cancel_at_period_end
    assert press(action="undo") and not v1.subscriptions.retrieve(subscription.id).cancel_at_period_end
    assert press(action="card-declines")
    assert press(action="switch", price=small.id) is None, "only the configured prices are offered"


def older_versions_have_older_shapes():
    old = "2025-02-24.acacia"
    with listening(api_version=old, enabled_events=["invoice.paid", "customer.subscription.updated"]) as (receiver, secret):
        _, _, subscription = bought(price(2000))
        paid = receiver.until("invoice.paid", secret)[-1]
        invoice = paid.data.object
        assert paid.api_version == old and invoice.subscription == subscription.id and invoice.payment_intent.startswith("pi_")
        line = invoice.lines.data[0]
        assert line.price.unit_amount == 2000 and line.plan.amount == 2000 and line.proration is False and "parent" not in line
        changed = receiver.until("customer.subscription.updated", secret)[-1].data
        assert changed.object.current_period_end and changed.previous_attributes["status"] == "incomplete"
    older = v1.invoices.retrieve(invoice.id, None, {"stripe_version": old})
    assert older.subscription == subscription.id and "parent" not in older
    assert v1.invoices.retrieve(invoice.id).parent.subscription_details.subscription == subscription.id


def the_emulators_own_clock_moves():
    session = v1.checkout.sessions.create({
        "mode": "payment", "success_url": "http://127.0.0.1/ok", "line_items": [{"price": price(700, None).id, "quantity": 1}]})
    before = order("clock/advance", seconds=0)["now"]
    assert order("clock/advance", days=2)["now"] >= before + 2 * DAY
    assert v1.checkout.sessions.retrieve(session.id).status == "expired"
    assert v1.customers.create({"email": "later@example.com"}).created >= before + 2 * DAY


def two_calls_with_one_key_do_not_run_together():
    key, results = str(uuid.uuid4()), []

    def call():
        try:
            results.append(v1.customers.create({"email": "race@example.com"}, {"idempotency_key": key}).id)
        except stripe.StripeError as error:
            results.append(error.http_status)

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({r for r in results if isinstance(r, str)}) == 1, results
    assert {r for r in results if not isinstance(r, str)} <= {409}, results
    assert len([c for c in v1.customers.list({"email": "race@example.com"}).data]) == 1


def endpoints_are_stored():
    made = v1.webhook_endpoints.create({"url": "http://127.0.0.1:9/x", "enabled_events": ["invoice.paid"]})
    try:
        assert made.secret.startswith("whsec_") and "secret" not in v1.webhook_endpoints.retrieve(made.id)
        assert v1.webhook_endpoints.update(made.id, {"disabled": True}).status == "disabled"
        assert made.id in [e.id for e in v1.webhook_endpoints.list().data]
    finally:
        assert v1.webhook_endpoints.delete(made.id).deleted


TESTS = [
    keys_are_checked, customers_are_made_changed_listed_and_deleted, refusals_are_in_stripes_shape, a_key_does_a_thing_once,
    two_calls_with_one_key_do_not_run_together, lists_are_paged, prices_are_found_by_their_keys, a_pack_is_bought,
    a_declined_card_leaves_the_session_open, a_delayed_payment_arrives_or_fails, a_session_is_expired, a_tampered_webhook_is_refused,
    a_webhook_is_repeated_until_it_is_taken, lost_events_are_found_by_asking, duplicates_come_to_order,
    a_plan_is_bought_renewed_and_cancelled, a_plan_is_changed, a_payment_that_fails_ends_a_plan, a_plan_is_rescued, money_goes_back,
    payments_are_disputed, the_portal_changes_a_plan, older_versions_have_older_shapes, endpoints_are_stored, the_emulators_own_clock_moves,
]

run(TESTS)
