"""What exiftool and c2pa say of files that were stored as outputs, as a table. Exits with 1 if anything is wrong.

    scripts/report-provenance [FOLDER]

FOLDER/in has the files as they came, FOLDER/out as they are stored, FOLDER/root.pem who to trust.
"""

import hashlib
import io
import json
import os
import re
import subprocess
import sys

import c2pa
import pyvips

FOLDER = sys.argv[1]
ROOT = open(f"{FOLDER}/root.pem").read()
TYPES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp", "mp4": "video/mp4"}
TERM = "http://cv.iptc.org/newscodes/digitalsourcetype/"
wrong = []


def check(is_right, name, what):
    if not is_right:
        wrong.append(f"{name}: {what}")
    return is_right


def exiftool(*arguments):
    return subprocess.run(["exiftool", *arguments], capture_output=True, text=True).stdout


def term(path):
    tags = json.loads(exiftool("-j", "-XMP:DigitalSourceType", "-Matroska:all", path))[0]
    return next((value for key, value in tags.items() if key.lower() == "digitalsourcetype"), None)


def complaints(path):
    said = re.findall(r"^(?:Warning|Error)\s*: (.*)$", exiftool("-validate", "-warning", "-error", "-a", path), re.M)
    # Without the sizes that are named.
    return {re.sub(r"\d+", "N", line) for line in said}


def pictures(path):
    """A hash of what is shown."""
    ending = path.rsplit(".", 1)[1]
    if ending in ("mp4", "webm"):
        # Only the pictures: a copy may divide the sound in another way.
        command = ["ffmpeg", "-v", "error", "-i", path, "-map", "0:v", "-f", "framemd5", "-"]
        lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\n")
        return hashlib.sha256("\n".join(line.split(",")[-1] for line in lines if line[:1] != "#").encode()).hexdigest()
    pages = {"n": -1} if ending in ("webp", "gif") else {}
    image = pyvips.Image.new_from_file(path, **pages)
    return image.width, image.height, image.bands, hashlib.sha256(image.write_to_memory()).hexdigest()


def credentials(data, ending, anchors=None):
    """The state, and the codes of what is wrong."""
    settings = {"verify": {"verify_trust": True}}
    if anchors:
        settings["trust"] = {"user_anchors": anchors}
    context = c2pa.Context(settings=c2pa.Settings.from_json(json.dumps(settings)))
    try:
        reader = c2pa.Reader(TYPES[ending], io.BytesIO(data), context=context)
    except c2pa.C2paError as error:
        return ("none" if "ManifestNotFound" in str(error) else str(error)[:60]), []
    report = json.loads(reader.json())
    return reader.get_validation_state(), [status["code"] for status in report.get("validation_status", [])]


def flipped(data, ending):
    """The file with one bit of its picture changed."""
    if ending == "webp":
        start = max(data.find(mark) for mark in (b"VP8 ", b"VP8L")) + 14
    else:
        mark, length = {"jpg": (b"\xff\xda", 16), "png": (b"IDAT", 6)}[ending]
        start = data.rindex(mark) + length
    changed = bytearray(data)
    changed[start] ^= 1
    return bytes(changed)


def row(name):
    path, ending = f"{FOLDER}/out/{name}", name.rsplit(".", 1)[1]
    data, source = open(path, "rb").read(), f"{FOLDER}/in/{name}"
    # A thumbnail has no file that it came from.
    is_thumbnail = not os.path.exists(source)
    came = None if is_thumbnail else open(source, "rb").read()
    found = (term(path) or "").removeprefix(TERM)
    new = sorted(complaints(path) - (set() if is_thumbnail else complaints(source)))
    check(not new, name, f"exiftool complains: {new}")
    if is_thumbnail:
        check(found == "compositeWithTrainedAlgorithmicMedia", name, f"its term is {found!r}")
        return [name, found, "", "", "", "", len(data)]
    if name.startswith("provider-") or ending == "gif":
        same = check(data == came, name, "its bytes changed")
        state = credentials(data, ending)[0] if ending in TYPES else ""
        check(ending == "gif" or state == "Valid", name, f"the provider's credentials are {state}")
        return [name, found or "-", "bytes" if same else "NO", state, "", "", 0]
    check(found == "trainedAlgorithmicMedia", name, f"its term is {found!r}")
    same = "turned" if name.startswith("turned") else "pixels" if check(
        pictures(path) == pictures(source), name, "it looks different") else "NO"
    if ending not in ("jpg", "png", "webp"):
        return [name, found, same, "", "", "", len(data) - len(came)]
    state, trusted = credentials(data, ending)[0], credentials(data, ending, ROOT)[0]
    after, codes = credentials(flipped(data, ending), ending, ROOT)
    check(state == "Valid" and trusted == "Trusted", name, f"its credentials are {state}, with our root {trusted}")
    check(after == "Invalid" and "assertion.dataHash.mismatch" in codes, name, f"changed, they are {after} {codes}")
    return [name, found, same, state, trusted, "mismatch" if after == "Invalid" else after, len(data) - len(came)]


rows = [row(name) for name in sorted(os.listdir(f"{FOLDER}/out"))]
heads = ["file", "term", "same", "credentials", "with our root", "one bit changed", "bytes more"]
widths = [max(len(str(line[column])) for line in rows + [heads]) for column in range(len(heads))]
for line in [heads] + rows:
    print("  ".join(str(cell).ljust(width) for cell, width in zip(line, widths)).rstrip())
print(f"\n{len(rows)} files, {len(wrong)} findings")
for finding in wrong:
    print("WRONG " + finding)
sys.exit(1 if wrong or len(rows) < 50 else 0)
