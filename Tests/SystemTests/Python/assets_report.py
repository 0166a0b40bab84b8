"""What curl, unzip and Python make of files, ZIPs, the trash and changes of many assets. Exits with 1 if anything is wrong.

    scripts/report-assets [COUNT of files in the ZIP, 2000]
"""

import hashlib
import json
import os
import random
import re
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
import zlib

PROGRAM, COUNT = sys.argv[1], int(sys.argv[2])
NAMES = ["dress.png", "Kleid — rot.png", "ドレス.png", "CON.png", "a:b?.png", "dress.png ", "..png", "x" * 255]
wrong = []


def say(what, found, is_right):
    if not is_right:
        wrong.append(what)
    print(f"{what:58} {found}{'' if is_right else '  WRONG'}")


class Server:
    def __init__(self, folder):
        self.folder = folder
        port = random.randrange(20_000, 30_000)
        self.url = f"http://127.0.0.1:{port}"
        self.log = open(f"{folder}/log", "wb")
        self.process = subprocess.Popen(
            [PROGRAM, "serve", "--port", str(port), "--data", f"{folder}/data"], stdout=self.log, stderr=self.log)
        while True:
            try:
                urllib.request.urlopen(self.url + "/health/ready")
                break
            except OSError:
                if self.process.poll() is not None:
                    sys.exit("the server did not start:\n" + open(self.log.name).read())
                time.sleep(0.1)
        user = {"email": "ada@example.com", "password": "correct horse"}
        self.token = None
        self.token = self.call("POST", "/auth/v1/signup", user)[1]["access_token"]

    def call(self, method, path, body=None, headers={}):
        data = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else None
        headers = {"content-type": "application/json", **headers}
        if self.token:
            headers["authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=300) as response:
                text = response.read()
                return response.status, json.loads(text) if text else {}
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"{}")

    def upload(self, bytes, name):
        status, asset = self.call("POST", "/api/assets?name=" + urllib.request.quote(name), bytes)
        if status == 429:
            # An account may send 500 files in an hour. For this report the hour passes at once.
            with sqlite3.connect(f"{self.folder}/data/darkroom.sqlite", timeout=30) as database:
                database.execute("UPDATE assets SET created_at = created_at - 4000000")
            return self.upload(bytes, name)
        if status != 201:
            sys.exit(f"upload of {name!r}: {status} {asset}")
        return asset

    def wait(self, task):
        while task["state"] in ("queued", "running", "undoing"):
            time.sleep(0.1)
            task = self.call("GET", f"/api/assets/bulk/{task['id']}")[1]
        return task

    def count(self, trash=False):
        count, cursor = 0, None
        while True:
            query = f"?limit=100&trash={'true' if trash else 'false'}" + (f"&cursor={cursor}" if cursor else "")
            page = self.call("GET", "/api/assets" + query)[1]
            count, cursor = count + len(page["assets"]), page.get("nextCursor")
            if not cursor:
                return count


def picture(number):
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    color = bytes([number & 255, number >> 8 & 255, 90])
    rows = (b"\0" + color * 32) * 32
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 32, 32, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def curl(*arguments):
    """The status, the headers and the body."""
    out = subprocess.run(["curl", "-s", "-i", *arguments], capture_output=True, check=True).stdout
    head, _, body = out.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    return int(lines[0].split()[1]), dict(line.lower().split(": ", 1) for line in lines[1:]), body


def report_ranges(server):
    data = picture(1) + b""
    asset = server.upload(data, "ranges.png")
    url, size = asset["url"], len(data)
    status, headers, body = curl(url)
    say("curl", f"{status}, {len(body)} bytes, accept-ranges: {headers.get('accept-ranges')}",
        status == 200 and body == data and headers.get("accept-ranges") == "bytes")
    say("etag is that of the stored bytes", headers["etag"][:20], hashlib.sha256(data).hexdigest()[:16] in headers["etag"])
    tag = headers["etag"]
    for what, range, right in [
        ("0-9", "0-9", data[:10]), ("from 20", "20-", data[20:]), ("last 7", "-7", data[-7:]),
        ("beyond the end", f"10-{size * 9}", data[10:]),
    ]:
        status, headers, body = curl("-r", range, url)
        say(f"curl -r {range}", f"{status}, {headers.get('content-range')}", status == 206 and body == right)
    status, headers, _ = curl("-r", f"{size}-", url)
    say("a range behind the end", f"{status}, {headers.get('content-range')}",
        status == 416 and headers.get("content-range") == f"bytes */{size}")
    status, _, body = curl("-H", f"If-None-Match: {tag}", url)
    say("If-None-Match", f"{status}, {len(body)} bytes", status == 304 and not body)
    status, _, body = curl("-r", "0-9", "-H", f"If-Range: {tag}", url)
    say("If-Range with the tag", status, status == 206)
    status, _, body = curl("-r", "0-9", "-H", 'If-Range: "other"', url)
    say("If-Range with another", status, status == 200 and body == data)
    status, headers, body = curl("-I", url)
    say("HEAD", f"{status}, content-length {headers.get('content-length')}",
        status == 200 and headers.get("content-length") == str(size))


def report_zip(server):
    start = time.monotonic()
    for number in range(COUNT - 1):
        server.upload(picture(number), NAMES[number % len(NAMES)])
    print(f"{COUNT} files in {time.monotonic() - start:.1f} s")
    path = f"{server.folder}/all.zip"
    start = time.monotonic()
    subprocess.run(["curl", "-s", "--fail", "-o", path, "-H", f"authorization: Bearer {server.token}", "-d",
                    '{"query": {}}', server.url + "/api/assets/zip"], check=True)
    say("ZIP", f"{os.path.getsize(path)} bytes in {time.monotonic() - start:.2f} s", True)
    unzip = subprocess.run(["unzip", "-tq", path], capture_output=True, text=True)
    say("unzip -tq", unzip.stdout.strip().splitlines()[-1].replace(server.folder, ""), unzip.returncode == 0)
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        say("Python: damaged files", archive.testzip(), archive.testzip() is None)
        say("Python: names, different ones without case", f"{len(names)}, {len({one.lower() for one in names})}",
            len(names) == COUNT == len({one.lower() for one in names}))
        bad = [one for one in names if re.search(r'[<>:"/\\|?*\x00-\x1f]|[. ]$', one)]
        say("names that Windows does not take", bad[:3], not bad)
    print("   such as " + ", ".join(sorted(names, key=len)[:6]))


def report_trash(server):
    asset = server.call("GET", "/api/assets?limit=1")[1]["assets"][0]
    path, old = f"/api/assets/{asset['id']}", asset["url"]
    say("DELETE ?trash=true", server.call("DELETE", path + "?trash=true")[0],
        server.call("GET", path)[1].get("trashedAt") is not None)
    say("its old link", curl(old)[0], curl(old)[0] == 403)
    say("its owner's new link", curl(server.call("GET", path)[1]["url"])[0], True)
    say("in the list; in the trash", f"{server.count()}; {server.count(True)}",
        server.count() == COUNT - 1 and server.count(True) == 1)
    status, body = server.call("POST", "/api/generate", {"kind": "background_removal", "inputAssetId": asset["id"]})
    say("as an input", f"{status}, {body['error']['message']}", status == 422)
    say("PATCH", server.call("PATCH", path, {"name": "x.png"})[0], server.call("PATCH", path, {"name": "x"})[0] == 409)
    say("restore", server.call("POST", path + "/restore")[0], server.count() == COUNT and server.count(True) == 0)


def report_bulk(server):
    kept = [one["id"] for one in server.call("GET", "/api/assets?limit=2")[1]["assets"]]

    def change(action, **more):
        return server.wait(server.call("POST", "/api/assets/bulk", {
            "action": action, "query": more.pop("query", {}), "except": kept, **more})[1])

    def numbers(task):
        return f"{task['state']}, done {task['done']}, changed {task['changed']}, skipped {task['skipped']}"

    start = time.monotonic()
    task = change("trash")
    say("trash all but two", f"{numbers(task)}, {time.monotonic() - start:.2f} s",
        task["changed"] == COUNT - 2 and server.count() == 2 and server.count(True) == COUNT - 2)
    start = time.monotonic()
    undone = server.wait(server.call("POST", task["undo"]["url"])[1])
    say("undo", f"{undone['state']}, undone {undone['undone']}, {time.monotonic() - start:.2f} s",
        undone["undone"] == COUNT - 2 and server.count() == COUNT)
    task = change("tag", tag="summer")
    say("tag all but two", numbers(task), task["changed"] == COUNT - 2)
    task = change("favorite", query={"tag": "summer"})
    say("favorite what has the tag", numbers(task), task["changed"] == COUNT - 2)
    task = change("delete", query={"favorite": True})
    status, body = server.call("POST", f"/api/assets/bulk/{task['id']}/undo")
    say("delete the favorites", numbers(task), task["changed"] == COUNT - 2 and server.count() == 2)
    say("undo of that", f"{status} {body['error']['code']}", status == 409)


with tempfile.TemporaryDirectory() as folder:
    server = Server(folder)
    try:
        report_ranges(server)
        report_zip(server)
        report_trash(server)
        report_bulk(server)
        audit = subprocess.run([PROGRAM, "audit", "--data", f"{folder}/data"], capture_output=True, text=True)
        say("darkroom audit", (audit.stdout or audit.stderr).strip().splitlines()[-1], audit.returncode == 0)
    finally:
        server.process.terminate()
        server.process.wait(30)
print("wrong: " + ("; ".join(wrong) or "nothing"))
sys.exit(1 if wrong else 0)
