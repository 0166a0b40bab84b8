"""What a server makes of hostile, mutated and ordinary pictures, as a table. Exits with 1 if anything is wrong.

    scripts/report-pictures [FOLDER]
"""

import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import pyvips

from pictures_made import colors, hostile, mutations, photos

PROGRAM, FOLDER = sys.argv[1:3]
MOST_GROWTH, MOST_SECONDS = 300, 5
wrong = []


def check(is_right, what):
    if not is_right:
        wrong.append(what)
    return "" if is_right else "  WRONG"


class Server:
    def __init__(self):
        self.data = tempfile.TemporaryDirectory()
        # Of those that the system gives to nobody by itself, since two more follow it.
        port = random.randrange(20_000, 30_000)
        self.url = f"http://127.0.0.1:{port}"
        self.log = open(f"{self.data.name}/log", "wb")
        command = [PROGRAM, "serve", "--port", str(port), "--data", f"{self.data.name}/data"]
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log)
        while True:
            try:
                urllib.request.urlopen(self.url + "/health/ready")
                break
            except OSError:
                if self.process.poll() is not None:
                    sys.exit("the server did not start:\n" + open(self.log.name).read())
                time.sleep(0.1)
        self.users, self.sent, self.token = 0, 0, None

    def send(self, path, body, headers):
        request = urllib.request.Request(self.url + path, body, headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=120) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"{}")

    def upload(self, name, bytes):
        """By a new account now and then: each may send 500 files in an hour."""
        if self.sent % 400 == 0:
            self.users += 1
            user = json.dumps({"email": f"u{self.users}@example.com", "password": "correct horse"}).encode()
            _, made = self.send("/auth/v1/signup", user, {"content-type": "application/json"})
            self.token = made["access_token"]
        self.sent += 1
        start = time.monotonic()
        status, body = self.send(f"/api/assets?name={name}", bytes, {"authorization": f"Bearer {self.token}"})
        return status, body, time.monotonic() - start

    def stored(self, asset):
        with urllib.request.urlopen(asset["url"]) as response:
            return response.read()

    def peak(self):
        """In MB."""
        with open(f"/proc/{self.process.pid}/status") as file:
            return int(re.search(r"VmHWM:\s+(\d+)", file.read())[1]) // 1024


def main():
    os.makedirs(FOLDER, exist_ok=True)
    server = Server()
    try:
        server.upload("warm.png", pyvips.Image.black(8, 8).pngsave_buffer())
        before = server.peak()
        report_hostile(server)
        report_photos(server)
        report_colors(server)
        report_mutations(server)
        growth = server.peak() - before
        print(f"\nmemory: {before} MB, at most {growth} MB more{check(growth < MOST_GROWTH, 'memory')}")
        check(server.process.poll() is None, "the server ended")
    finally:
        server.process.terminate()
        server.process.wait(30)
    print("wrong: " + ("; ".join(wrong) or "nothing"))
    sys.exit(1 if wrong else 0)


def report_hostile(server):
    print(f"{'file':26} {'bytes':>8} status code                    seconds  peak MB")
    for name, (bytes, right) in hostile().items():
        write(name, bytes)
        status, body, seconds = server.upload(name, bytes)
        code = body.get("error", {}).get("code", "")
        mark = check(status in right and seconds < MOST_SECONDS, name)
        print(f"{name:26} {len(bytes):8} {status:6} {code:22} {seconds:8.2f} {server.peak():8}{mark}")


def report_photos(server):
    print("\norientation  stored as       size  what exiftool finds that must not stay")
    for path in photos(FOLDER):
        with open(path, "rb") as file:
            status, asset, _ = server.upload(os.path.basename(path), file.read())
        if status != 201:
            print(f"{path} {status} {asset}{check(False, path)}")
            continue
        kept = f"{FOLDER}/stored-{os.path.basename(path)}"
        with open(kept, "wb") as file:
            file.write(server.stored(asset))
        found = subprocess.run(["exiftool", "-a", "-G1", "-s", kept], capture_output=True, text=True).stdout
        left = re.findall(r"(?im)^.*(?:gps|serial|city|make|orientation|thumbnail).*$", found)
        # libheif turns a HEIC by itself, and that one is upright.
        turned = int(re.search(r"-(\d)\.", path)[1]) > 4 and not path.endswith("heic")
        size = (240, 320) if turned else (320, 240)
        shown = f"{asset['width']}x{asset['height']}"
        mark = check(not left and shown == f"{size[0]}x{size[1]}", path)
        print(f"{os.path.basename(path):12} {asset['contentType']:12} {shown:>9}  {'; '.join(left) or '-'}{mark}")


def report_colors(server):
    print("\ncolors")
    for name, (bytes, right) in colors().items():
        status, asset, _ = server.upload(name, bytes)
        if status != 201:
            print(f"{name} {status} {asset}{check(False, name)}")
            continue
        found = shown(server.stored(asset))
        near = all(abs(one - two) <= 2 for one, two in zip(found, right))
        print(f"{name:16} {found} for {list(right)}{check(near, name)}")


def shown(bytes):
    """The color of a stored picture in sRGB. By its profile only where it has one, or is not of red, green and blue:
    libvips 8.14 takes others through Lab, and back they are not the same."""
    picture = pyvips.Image.new_from_buffer(bytes, "")
    if picture.interpretation == "cmyk" or "icc-profile-data" in picture.get_fields():
        picture = pyvips.Image.thumbnail_buffer(bytes, 64, export_profile="srgb")
    if picture.format == "ushort":
        picture = picture.cast("uchar", shift=True)
    found = [round(value) for value in picture(20, 20)]
    return found[:3] if len(found) >= 3 else found[:1] * 3


def report_mutations(server):
    print("\nmutations")
    for kind in ["jpg", "png", "webp", "gif", "heic", "avif"]:
        statuses = {}
        for number, bytes in enumerate(mutations(sample(kind))):
            write(f"mutated-{number}.{kind}", bytes)
            status, _, _ = server.upload(f"x.{kind}", bytes)
            statuses[status] = statuses.get(status, 0) + 1
        print(f"{kind:5} {dict(sorted(statuses.items()))}{check(set(statuses) <= {201, 413, 415, 422}, kind)}")


def sample(kind):
    picture = pyvips.Image.gaussnoise(96, 64, mean=128, sigma=50).cast("uchar").bandjoin([128, 20])
    picture = picture.copy(interpretation="srgb")
    if kind in ("heic", "avif"):
        return picture.heifsave_buffer(compression="hevc" if kind == "heic" else "av1")
    return picture.write_to_buffer(f".{kind}")


def write(name, bytes):
    with open(f"{FOLDER}/{name}", "wb") as file:
        file.write(bytes)


main()
