"""Webhooks signed by the official Stripe package, against a running Darkroom.

    pip install stripe==16.1.0
    STRIPE_SECRET_KEY=sk_test_x DARKROOM_STRIPE_WEBHOOK_SECRETS=whsec_old,whsec_new darkroom serve
    python stripe_webhook_test.py http://127.0.0.1:8080 whsec_old whsec_new

Ends with 0 where what the package signs is taken, and what it would refuse is refused. The events are of a kind that means
nothing here, so that Stripe is not asked about them.
"""

import json
import sys
import time
import urllib.error
import urllib.request

import stripe

from running import run

URL, OLD, NEW = sys.argv[1] + "/api/stripe/webhook", sys.argv[2], sys.argv[3]


def event(name):
    return json.dumps({
        "id": f"evt_{name}", "object": "event", "type": "customer.discount.created", "created": int(time.time()),
        "api_version": stripe.api_version, "data": {"object": {"id": "di_1", "object": "discount", "name": "Größe ✓"}},
    }, ensure_ascii=False)


def signature(body, secret, age=0):
    """As the package's own check computes it."""
    at = int(time.time()) - age
    return f"t={at},v1={stripe.WebhookSignature._compute_signature(f'{at}.{body}', secret)}"


def post(body, header):
    request = urllib.request.Request(URL, body.encode(), {"content-type": "application/json; charset=utf-8"})
    if header is not None:
        request.add_header("stripe-signature", header)
    try:
        with urllib.request.urlopen(request, timeout=300) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)["error"]["code"]


def refused(code, body, header):
    response = post(body, header)
    assert response == (400, code), response


def what_the_package_signs_is_taken_by_either_secret():
    for secret in (OLD, NEW):
        body = event(secret)
        header = signature(body, secret)
        assert stripe.Webhook.construct_event(body, header, secret).id == f"evt_{secret}"
        assert post(body, header) == (200, {"received": True})


def one_good_signature_of_several_will_do():
    body = event("several")
    good = signature(body, NEW)
    assert post(body, good.replace("v1=", f"v1={'0' * 64},v0=old,v1=")) == (200, {"received": True})


def a_changed_body_is_refused():
    body = event("changed")
    header = signature(body, NEW)
    refused("stripe_signature_invalid", body + " ", header)
    refused("stripe_signature_invalid", body.replace("di_1", "di_2"), header)


def another_secret_is_refused():
    body = event("other")
    refused("stripe_signature_invalid", body, signature(body, "whsec_other"))
    refused("stripe_signature_invalid", body, signature(body, OLD + "x"))


def an_old_signature_is_refused_as_by_the_package():
    body = event("old")
    header = signature(body, NEW, age=301)
    try:
        stripe.Webhook.construct_event(body, header, NEW)
        raise AssertionError("the package takes it")
    except stripe.SignatureVerificationError:
        refused("stripe_signature_stale", body, header)


def what_has_no_signature_is_refused():
    body = event("none")
    refused("stripe_signature_missing", body, None)
    refused("stripe_signature_malformed", body, signature(body, NEW).replace("v1=", "v0="))
    refused("stripe_event_malformed", "{}", signature("{}", NEW))


TESTS = [
    what_the_package_signs_is_taken_by_either_secret, one_good_signature_of_several_will_do, a_changed_body_is_refused,
    another_secret_is_refused, an_old_signature_is_refused_as_by_the_package, what_has_no_signature_is_refused,
]

run(TESTS)
