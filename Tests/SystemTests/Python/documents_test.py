"""Runs the commands and requests of README.md and docs/ as they are printed, against a running Darkroom.

    python documents_test.py PROJECT FOLDER URL PROGRAM

PROJECT is the root of the source, FOLDER holds the data folder `data` of the server at URL, PROGRAM is the darkroom
executable.

Each page is one shell, and its blocks run in the page's order: blocks of `sh` as a script, those of `console` by the
lines that begin with `$ `, whose output must look like the printed one, those of `js` in a page of Chromium, and those
of `python` by the Python of the tests, which has the official clients, in the folder of the data folder. The server's address replaces http://127.0.0.1:8080, and nothing else is changed. A block whose info string says `no-run:`
and a reason is not run. `curl` fails on an HTTP error here, so a request that is refused fails the page.
"""

import http.server
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import threading
import urllib.request

import playwright.sync_api

PROJECT, FOLDER = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
SERVER, PROGRAM = sys.argv[3], pathlib.Path(sys.argv[4])
PRINTED = "http://127.0.0.1:8080"
BOUND = 300

BLOCK = re.compile(r"^```([a-z]+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

# What the pages of docs/api take as given (docs/api/README.md), and ids of things that their examples show.
API = r"""
URL=http://127.0.0.1:8080
json() { python3 -c "import json, sys; print(json.load(sys.stdin)$1)"; }
EMAIL=reader-$RANDOM$RANDOM$RANDOM@example.com
SESSION=$(curl -s $URL/auth/v1/signup -H 'content-type: application/json' \
    -d "{\"email\": \"$EMAIL\", \"password\": \"correct horse\"}")
ACCESS_TOKEN=$(echo "$SESSION" | json '["access_token"]')
USER_ID=$(echo "$SESSION" | json '["user"]["id"]')
AUTH="authorization: Bearer $ACCESS_TOKEN"
CREATED=$(curl -s $URL/api/keys -H "$AUTH" -d '{"name": "reader"}')
KEY=$(echo "$CREATED" | json '["key"]')
KEY_ID=$(echo "$CREATED" | json '["id"]')
darkroom admin grant $EMAIL 100 >&2
"""
ADMIN = r"""
ADMIN=$(curl -s "$URL/auth/v1/token?grant_type=password" -H 'content-type: application/json' \
    -d "{\"email\": \"admin@localhost\", \"password\": \"$(cat data/first-administrator-password)\"}" \
    | json '["access_token"]')
"""
JOB = r"""
ID=$(curl -s $URL/api/generate -H "$AUTH" -d '{"prompt": "a dog", "resolution": "256x256"}' | json '["job"]["id"]')
"""
ASSET = r"""
cp "$PROJECT/docs/images/dress.png" .
ID=$(curl -s "$URL/api/assets?name=dress.png" -H "$AUTH" --data-binary @dress.png | json '["id"]')
TASK=$(curl -s $URL/api/assets/bulk -H "$AUTH" -d '{"action": "favorite", "query": {}}' | json '["id"]')
LINK=$(curl -s $URL/api/assets/$ID -H "$AUTH" | json '["url"]')
JOB=$(curl -s $URL/api/generate -H "$AUTH" -d '{"prompt": "a dog", "resolution": "256x256"}' | json '["job"]["id"]')
curl -s $URL/api/jobs/$JOB/events -H "$AUTH" >&2
OUTPUT=$(curl -s "$URL/api/assets?kind=output&limit=1" -H "$AUTH" | json '["assets"][0]["id"]')
"""
MARKED = r"""
python3 -c '
import struct, sys, zlib
picture = open(sys.argv[1], "rb").read()
text = b"parameters\0a red dress\nSteps: 20, Sampler: Euler a, Seed: 1"
chunk = struct.pack(">I", len(text)) + b"tEXt" + text + struct.pack(">I", zlib.crc32(b"tEXt" + text))
open("dress.png", "wb").write(picture[:33] + chunk + picture[33:])
' "$PROJECT/docs/images/dress.png"
ID=$(curl -s "$URL/api/assets?name=dress.png" -H "$AUTH" --data-binary @dress.png | json '["id"]')
"""
KEYS = r"""
ID=$(curl -s $URL/api/keys -H "$AUTH" -d '{"name": "old"}' | json '["id"]')
"""
GIVEN = {
    "docs/api/admin.md": API + ADMIN, "docs/api/assets.md": API + ASSET, "docs/api/events.md": API + JOB,
    "docs/api/jobs.md": API + JOB, "docs/api/keys.md": API + KEYS, "docs/api/provenance.md": API + MARKED,
}


def pages():
    return [PROJECT / "README.md", *sorted((PROJECT / "docs").rglob("*.md"))]


def blocks(page):
    for match in BLOCK.finditer(page.read_text(encoding="utf-8")):
        yield match[1], match[2].strip(), match[3].replace(PRINTED, SERVER)


def script(page, name):
    """The page's shell: marks before and after each console command, so that its output can be found."""
    lines = ["set -eu", 'curl() { command curl -S --fail-with-body "$@"; }']
    given = GIVEN.get(name, API if name.startswith("docs/api/") else "").replace(PRINTED, SERVER)
    lines.append(given)
    printed, count = {}, 0
    for kind, info, text in blocks(page):
        if info.startswith("no-run:"):
            continue
        if kind == "sh":
            lines.append(text)
            count += 1
        elif kind == "console":
            for command, output in commands(text):
                mark = f"--- {len(printed)} ---"
                printed[mark] = (command, output)
                lines += [f"echo '{mark}'", f"{{ {command}; }} 2>&1", "echo '--- end ---'"]
            count += 1
    return "\n".join(lines), printed, count


def commands(text):
    """Pairs of a command and its printed output; a command goes on over lines that end in a backslash."""
    found = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append([line[2:], []])
        elif found and found[-1][0].endswith("\\"):
            found[-1][0] += "\n" + line
        elif found:
            found[-1][1].append(line)
    return [(command, output) for command, output in found]


def shape(line):
    """A line without what differs from run to run: ids, times, numbers, sizes, passwords."""
    line = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "ID", line)
    line = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "TIME", line)
    line = re.sub(r"(shown this once\): ).*", r"\1PASSWORD", line)
    line = re.sub(r"\d[\d,.]*\d|\d", "N", line)
    line = re.sub(r"\b(job|file|row|reservation)s\b", r"\1", line)
    line = re.sub(r", N [A-Z]{3}, N expected|, N paid job with unknown cost", "", line)
    line = re.sub(r"\b[KMG]B\b", "KB", line)
    return re.sub(r"\s+", " ", line).strip()


def check_output(printed, output):
    missing = []
    for mark, (command, lines) in printed.items():
        start = output.find(mark)
        if start < 0:
            missing.append(f"not run: {command}")
            continue
        got = {shape(line) for line in output[start:output.find("--- end ---", start)].splitlines()}
        # Progress depends on the moment, and so do lines that only stand for others.
        wanted = [line for line in lines if line.strip() and "%" not in line and "…" not in line]
        missing += [f"{command}: not printed: {line}" for line in wanted if shape(line) not in got]
    return missing


def run_shell(page, name):
    text, printed, count = script(page, name)
    if not count:
        return 0
    environment = {
        "PATH": f"{PROGRAM.parent}:/usr/local/bin:/usr/bin:/bin", "HOME": str(FOLDER), "PROJECT": str(PROJECT),
        "LANG": "C.UTF-8",
    }
    before = set(FOLDER.iterdir())
    done = subprocess.run(
        ["bash", "-c", text], cwd=FOLDER, env=environment, text=True, capture_output=True, timeout=BOUND, check=False)
    # The next page finds the folder as this one did.
    for left in set(FOLDER.iterdir()) - before:
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    output = done.stdout + done.stderr
    if done.returncode != 0:
        raise AssertionError(f"{name} ended with {done.returncode}:\n{output[-4000:]}")
    missing = check_output(printed, done.stdout)
    if missing:
        raise AssertionError(f"{name}:\n" + "\n".join(missing) + f"\n\n{done.stdout[-4000:]}")
    return count


def run_python(page, name):
    found = [text for kind, info, text in blocks(page) if kind == "python" and not info.startswith("no-run:")]
    for text in found:
        done = subprocess.run(
            [sys.executable, "-c", text], cwd=FOLDER, env={**os.environ, "PATH": f"{PROGRAM.parent}:/usr/bin:/bin"},
            text=True, capture_output=True, timeout=BOUND, check=False)
        if done.returncode != 0:
            raise AssertionError(f"{name} ended with {done.returncode}:\n{(done.stdout + done.stderr)[-4000:]}")
    return len(found)


def serve_empty_page():
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!DOCTYPE html><title>An app</title>")

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/"


def run_js(page, name):
    """Runs in a page of another origin, as an app does, for a user who has just signed up."""
    found = [text for kind, info, text in blocks(page) if kind == "js" and not info.startswith("no-run:")]
    if not found:
        return 0
    email, password = f"app-{random.getrandbits(64)}@example.com", "correct horse"
    body = json.dumps({"email": email, "password": password}).encode()
    request = urllib.request.Request(
        SERVER + "/auth/v1/signup", body, {"content-type": "application/json"}, method="POST")
    with urllib.request.urlopen(request, timeout=BOUND):
        pass
    picture = list((PROJECT / "docs/images/dress.png").read_bytes())
    with playwright.sync_api.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        app = browser.new_page()
        app.set_default_timeout(BOUND * 1000)
        app.goto(serve_empty_page())
        given = f"""
            const email = {json.dumps(email)}, password = {json.dumps(password)};
            const file = new File([new Uint8Array({picture})], "dress.png", {{ type: "image/png" }});
        """
        for text in found:
            width = app.evaluate(f"async () => {{ {given}\n{text}\n await image.decode(); return image.naturalWidth; }}")
            assert width > 0, f"{name}: the image that the example shows is empty"
        browser.close()
    return len(found)


def main():
    tools = FOLDER / ".build/release"
    tools.mkdir(parents=True, exist_ok=True)
    if not (tools / "darkroom").exists():
        os.symlink(PROGRAM, tools / "darkroom")
    ran, failed, skipped = 0, 0, []
    for page in pages():
        name = str(page.relative_to(PROJECT))
        skipped += [f"{name}: {info}" for _, info, _ in blocks(page) if info.startswith("no-run:")]
        try:
            count = run_shell(page, name) + run_js(page, name) + run_python(page, name)
            ran += count
            if count:
                print(f"ok    {name}: {count} blocks", flush=True)
        except Exception as error:  # one page's failure leaves the others to be run
            failed += 1
            print(f"FAIL  {name}\n{error}", flush=True)
    print(f"{ran} blocks ran, {len(skipped)} are marked as not to be run:")
    for line in skipped:
        print("      " + line)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
