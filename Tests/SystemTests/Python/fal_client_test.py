"""The official fal-client against the sandbox, as its users run it.

    python fal_client_test.py --http http://127.0.0.1:8081 --https https://127.0.0.1:8443 --ca ca.pem

Needs fal-client==1.0.3 and PyNaCl. Ends with 0 when everything holds, and says what does not.
Over plain HTTP the client's addresses are set in its module; over TLS it is unchanged and configured by its environment
variables, in a process of its own because it reads them when it is imported.
"""

import argparse
import base64
import hashlib
import http.server
import json
import os
import queue
import struct
import subprocess
import sys
import threading
import time
import traceback
from urllib.parse import urlsplit

FLUX = "fal-ai/flux/schnell"
arguments = argparse.ArgumentParser()
arguments.add_argument("--http", required=True)
arguments.add_argument("--https")
arguments.add_argument("--ca")
arguments.add_argument("--over-tls", action="store_true", help="used by the test itself, for the process with TLS")
options = arguments.parse_args()
os.environ.setdefault("FAL_KEY", "test-id:test-secret")

import fal_client  # noqa: E402  (the environment comes first)
import fal_client.client as module  # noqa: E402
import httpx  # noqa: E402
import nacl.exceptions  # noqa: E402
import nacl.signing  # noqa: E402

if not options.over_tls:
    module.QUEUE_URL_FORMAT = options.http + "/"
    module.RUN_URL_FORMAT = options.http + "/run/"
    module.REST_URL = module.CDN_URL = options.http
    module.MULTIPART_THRESHOLD = 1024 * 1024
    module.MULTIPART_CHUNK_SIZE = 512 * 1024


class Receiver:
    """Receives webhooks, and stores their headers and bytes."""

    def __init__(self, *responses):
        self.received = queue.Queue()
        waiting = list(responses)

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(handler):
                body = handler.rfile.read(int(handler.headers["content-length"]))
                self.received.put((dict((k.lower(), v) for k, v in handler.headers.items()), body, time.time()))
                handler.send_response(waiting.pop(0) if waiting else 200)
                handler.end_headers()

            def log_message(handler, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?token=a%2Fb"

    def next(self, seconds=300):
        return self.received.get(timeout=seconds)

    def quiet(self, seconds=1.5):
        try:
            self.received.get(timeout=seconds)
            return False
        except queue.Empty:
            return True


def verify(headers, body):
    """fal's documented check, by PyNaCl and the key set that the sandbox publishes."""
    base = options.https if options.over_tls else options.http
    keys = httpx.get(base + "/.well-known/jwks.json", verify=options.ca or True).json()["keys"]
    assert abs(time.time() - int(headers["x-fal-webhook-timestamp"])) <= 300, "the timestamp is stale"
    message = "\n".join(
        [
            headers["x-fal-webhook-request-id"],
            headers["x-fal-webhook-user-id"],
            headers["x-fal-webhook-timestamp"],
            hashlib.sha256(body).hexdigest(),
        ]
    ).encode()
    for key in keys:
        x = base64.urlsafe_b64decode(key["x"] + "=" * (-len(key["x"]) % 4))
        try:
            nacl.signing.VerifyKey(x).verify(message, bytes.fromhex(headers["x-fal-webhook-signature"]))
            return True
        except nacl.exceptions.BadSignatureError:
            continue
    return False


def fetch(url):
    response = httpx.get(url, verify=options.ca or True)
    response.raise_for_status()
    return response.content, response.headers["content-type"]


def png_size(data):
    assert data[:8] == b"\x89PNG\r\n\x1a\n", "this is no PNG"
    return struct.unpack(">II", data[16:24])


def png_of_size(width, height):
    """A plain ground with a square on it."""
    import zlib

    rows = b""
    for y in range(height):
        inside = height // 4 < y < 3 * height // 4
        row = b"".join(
            b"\xd0\x20\x20" if inside and width // 4 < x < 3 * width // 4 else b"\xe8\xee\xf4" for x in range(width)
        )
        rows += b"\x00" + row

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def subscribe_shows_progress_and_gives_the_picture():
    seen = []
    result = fal_client.subscribe(
        FLUX,
        {"prompt": "a red dress in a park", "image_size": {"width": 320, "height": 240}, "output_format": "png", "seed": 7},
        with_logs=True,
        on_queue_update=seen.append,
    )
    data, content_type = fetch(result["images"][0]["url"])
    assert content_type == "image/png" and png_size(data) == (320, 240)
    assert result["seed"] == 7 and result["has_nsfw_concepts"] == [False]
    assert result["prompt"] == "a red dress in a park"
    kinds = [type(status).__name__ for status in seen]
    assert kinds[-1] == "Completed" and "InProgress" in kinds, kinds
    messages = [line["message"] for line in seen[-1].logs]
    assert any("%" in message for message in messages), messages


def the_same_seed_gives_the_same_file():
    def make(seed):
        result = fal_client.run(FLUX, {"prompt": "mountains", "image_size": "square", "seed": seed})
        return fetch(result["images"][0]["url"])[0]

    assert make(1) == make(1) != make(2)


def submit_then_status_then_result():
    handle = fal_client.submit(FLUX, {"prompt": "the sea at night", "num_images": 2, "image_size": "square"})
    assert f"/fal-ai/flux/requests/{handle.request_id}" in handle.response_url
    assert type(handle.status()).__name__ in ("Queued", "InProgress", "Completed")
    assert len(handle.get()["images"]) == 2
    assert type(fal_client.status(FLUX, handle.request_id, with_logs=True)).__name__ == "Completed"
    assert len(fal_client.result(FLUX, handle.request_id)["images"]) == 2


def a_queued_request_tells_its_position():
    handle = fal_client.submit(FLUX, {"prompt": "sandbox:queue=30 a boat"})
    status = handle.status()
    assert type(status).__name__ == "Queued" and status.position >= 29, status
    handle.cancel()
    assert type(handle.status()).__name__ == "Completed"


def cancelling_ends_a_running_request_with_an_error():
    handle = fal_client.submit(FLUX, {"prompt": "sandbox:slow=60 a boat"})
    handle.cancel()
    try:
        handle.get()
    except fal_client.FalClientHTTPError as error:
        assert error.status_code == 499 and error.error_type == "client_cancelled", vars(error)
    else:
        raise AssertionError("a cancelled request has no result")


def cancelling_too_late_is_refused():
    handle = fal_client.submit(FLUX, {"prompt": "a boat", "image_size": "square"})
    handle.get()
    try:
        handle.cancel()
    except fal_client.FalClientHTTPError as error:
        assert error.status_code == 400
    else:
        raise AssertionError("what is completed cannot be cancelled")


def bad_input_is_told_as_a_list():
    try:
        fal_client.subscribe(FLUX, {"num_images": 9})
    except fal_client.FalClientHTTPError as error:
        detail = error.response.json()["detail"]
        assert error.status_code == 422
        assert {(tuple(one["loc"]), one["type"]) for one in detail} == {
            (("body", "prompt"), "missing"),
            (("body", "num_images"), "less_than_equal"),
        }, detail
    else:
        raise AssertionError("an input without a prompt is refused")


def an_unknown_app_is_not_found():
    try:
        fal_client.submit("fal-ai/no-such-model", {"prompt": "x"})
    except fal_client.FalClientHTTPError as error:
        assert error.status_code == 404
    else:
        raise AssertionError("there is no such app")


def a_policy_violation_is_no_success():
    try:
        fal_client.subscribe(FLUX, {"prompt": "sandbox:policy"})
    except fal_client.FalClientHTTPError as error:
        assert error.response.json()["detail"][0]["type"] == "content_policy_violation"
    else:
        raise AssertionError("the policy refuses it")


def being_told_to_wait_the_client_tries_again():
    result = fal_client.subscribe(FLUX, {"prompt": f"sandbox:429=2 {time.time()}", "image_size": "square"})
    assert len(result["images"]) == 1


def a_webhook_is_signed():
    receiver = Receiver()
    handle = fal_client.submit(FLUX, {"prompt": "a cabin", "image_size": "square"}, webhook_url=receiver.url)
    headers, body, _ = receiver.next()
    message = json.loads(body)
    assert verify(headers, body), "the signature does not hold"
    assert not verify(headers, body + b" "), "another body has the same signature"
    assert message["request_id"] == headers["x-fal-webhook-request-id"] == handle.request_id
    assert message["status"] == "OK" and message["payload"] == handle.get()
    assert body.decode() == json.dumps(message, sort_keys=True), "fal sorts keys and puts spaces after separators"
    assert receiver.quiet()


def a_webhook_is_repeated_until_it_is_taken():
    receiver = Receiver(500, 503)
    fal_client.submit(FLUX, {"prompt": "a cabin", "image_size": "square"}, webhook_url=receiver.url)
    attempts = [receiver.next() for _ in range(3)]
    assert all(verify(headers, body) for headers, body, _ in attempts)
    assert len({body for _, body, _ in attempts}) == 1
    assert receiver.quiet()


def a_failure_has_a_webhook_too():
    receiver = Receiver()
    fal_client.submit(FLUX, {"prompt": "sandbox:policy"}, webhook_url=receiver.url)
    headers, body, _ = receiver.next()
    message = json.loads(body)
    assert verify(headers, body)
    assert message["status"] == "ERROR" and message["payload"]["detail"][0]["type"] == "content_policy_violation"
    assert message["error"] == "Invalid status code: 422"


def a_forged_webhook_does_not_verify():
    receiver = Receiver()
    fal_client.submit(FLUX, {"prompt": "sandbox:webhook-forged", "image_size": "square"}, webhook_url=receiver.url)
    headers, body, _ = receiver.next()
    assert not verify(headers, body)


def uploads_work_in_all_three_ways():
    small = b"small file"
    assert fetch(fal_client.upload(small, "text/plain", file_name="a.txt")) == (small, "text/plain")
    large = os.urandom(1536 * 1024 + 17)
    assert fetch(fal_client.upload(large, "video/mp4", file_name="b.mp4"))[0] == large
    client = fal_client.SyncClient()
    url = client.upload(small, "image/png", repository="fal")
    assert fetch(url) == (small, "image/png")


def an_uploaded_picture_loses_its_background():
    url = fal_client.upload(png_of_size(120, 90), "image/png", file_name="square.png")
    result = fal_client.subscribe("fal-ai/birefnet", {"image_url": url, "output_mask": True})
    data, content_type = fetch(result["image"]["url"])
    assert content_type == "image/png" and png_size(data) == (120, 90)
    assert data[25] == 6, "the picture has alpha"
    assert png_size(fetch(result["mask_image"]["url"])[0]) == (120, 90)


def a_style_changes_a_picture():
    picture = "data:image/png;base64," + base64.b64encode(png_of_size(96, 64)).decode()
    result = fal_client.subscribe(
        "fal-ai/image-editing/style-transfer", {"image_url": picture, "prompt": "watercolour", "output_format": "png"}
    )
    assert png_size(fetch(result["images"][0]["url"])[0]) == (96, 64)


def the_status_stream_ends_with_the_request():
    handle = fal_client.submit(FLUX, {"prompt": "a field", "image_size": "square"})
    headers = {"authorization": "Key " + os.environ["FAL_KEY"], "accept": "text/event-stream"}
    states = []
    with httpx.stream("GET", handle.status_url + "/stream?logs=1", headers=headers, verify=options.ca or True) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        for line in stream.iter_lines():
            if line.startswith("data: "):
                states.append(json.loads(line[6:])["status"])
    assert states[-1] == "COMPLETED", states


def the_asynchronous_client_works_too():
    import asyncio

    async def story():
        client = fal_client.AsyncClient()
        handle = await client.submit(FLUX, {"prompt": "a planet", "image_size": "square"})
        async for _ in handle.iter_events(with_logs=True, interval=0.05):
            pass
        return await handle.get()

    assert len(asyncio.run(story())["images"]) == 1


EVERYWHERE = [
    subscribe_shows_progress_and_gives_the_picture,
    the_same_seed_gives_the_same_file,
    submit_then_status_then_result,
    a_queued_request_tells_its_position,
    cancelling_ends_a_running_request_with_an_error,
    bad_input_is_told_as_a_list,
    a_webhook_is_signed,
]
PLAIN_ONLY = [
    cancelling_too_late_is_refused,
    an_unknown_app_is_not_found,
    a_policy_violation_is_no_success,
    being_told_to_wait_the_client_tries_again,
    a_webhook_is_repeated_until_it_is_taken,
    a_failure_has_a_webhook_too,
    a_forged_webhook_does_not_verify,
    uploads_work_in_all_three_ways,
    an_uploaded_picture_loses_its_background,
    a_style_changes_a_picture,
    the_status_stream_ends_with_the_request,
    the_asynchronous_client_works_too,
]


def run_all(tests, road):
    failed = 0
    for test in tests:
        name = test.__name__.replace("_", " ")
        try:
            test()
            print(f"ok    {road}: {name}", flush=True)
        except Exception:
            failed += 1
            print(f"FAIL  {road}: {name}\n{traceback.format_exc()}", flush=True)
    return failed


def run_over_tls():
    """The same client, untouched: a private CA and two variables are all it takes."""
    host = urlsplit(options.https).netloc
    environment = dict(os.environ, FAL_RUN_HOST=host + "/run", FAL_QUEUE_RUN_HOST=host, SSL_CERT_FILE=options.ca)
    command = [sys.executable, os.path.abspath(__file__), "--over-tls", "--http", options.http, "--https", options.https, "--ca", options.ca]
    return subprocess.run(command, env=environment).returncode


if options.over_tls:
    sys.exit(1 if run_all(EVERYWHERE, "TLS") else 0)
broken = run_all(EVERYWHERE + PLAIN_ONLY, "HTTP")
if options.https:
    broken += run_over_tls()
sys.exit(1 if broken else 0)
