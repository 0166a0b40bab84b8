"""Makes pictures that a server must refuse or survive, pictures as cameras write them, and mutations of both."""

import io
import random
import struct
import subprocess
import zlib

import pyvips
from PIL import Image

SIGNATURE = b"\x89PNG\r\n\x1a\n"
ORIENTED = ["jpg", "png", "webp", "heic"]


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width, height, depth, color, bits):
    compressor, data = zlib.compressobj(9), b""
    row = b"\0" * (1 + (width * bits + 7) // 8)
    for _ in range(height):
        data += compressor.compress(row)
    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0)
    return SIGNATURE + chunk(b"IHDR", header) + chunk(b"IDAT", data + compressor.flush()) + chunk(b"IEND", b"")


def gif(side, frames):
    frame = b"\x21\xf9\x04\x04\x02\0\0\0\x2c" + struct.pack("<HHHH", 0, 0, 1, 1) + b"\0\x02\x02\x44\x01\0"
    return b"GIF89a" + struct.pack("<HH", side, side) + b"\x80\0\0\0\0\0\xff\xff\xff" + frame * frames + b";"


def saved(image, kind, **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def vips(bands, interpretation="srgb", kind="uchar", side=64):
    return (pyvips.Image.black(side, side, bands=len(bands)) + bands).cast(kind).copy(interpretation=interpretation)


def hostile():
    """By name: the bytes, and the statuses that are right."""
    flat = Image.new("RGB", (12000, 12000), (3, 3, 3))
    small, bomb = png(8, 8, 8, 2, 24), zlib.compress(b"a" * 80_000_000, 9)
    jpeg = bytearray(saved(Image.new("RGB", (16, 16)), "JPEG"))
    at = jpeg.index(b"\xff\xc0")
    jpeg[at + 5:at + 9] = struct.pack(">HH", 65500, 65500)
    avif = pyvips.Image.black(12000, 12000, bands=3).copy(interpretation="srgb")
    noise = Image.effect_noise((500, 400), 60).convert("RGB")
    return {
        "lossless-12000.webp": (saved(flat, "WEBP", lossless=True, quality=0, method=0), {422}),
        "black-12000.avif": (avif.heifsave_buffer(compression="av1", effort=0, Q=1), {422}),
        "one-bit-30000.png": (png(30000, 30000, 1, 0, 1), {422}),
        "rgba-12000.png": (png(12000, 12000, 8, 6, 32), {422}),
        "claims-65500.jpg": (bytes(jpeg), {422}),
        "progressive-12000.jpg": (saved(flat, "JPEG", progressive=True), {422}),
        "progressive-7000.jpg": (saved(flat.crop((0, 0, 7000, 7000)), "JPEG", progressive=True), {201}),
        "forty-megapixels.png": (png(6000, 6000, 8, 6, 32), {201}),
        "deflate.tiff": (saved(Image.new("1", (5000, 5000)), "TIFF", compression="tiff_adobe_deflate"), {415}),
        "frames-5000.gif": (gif(2000, 5000), {422}),
        "frames-400.gif": (gif(500, 400), {201}),
        "canvas-65535.gif": (gif(65535, 210), {422}),
        "two-billion-wide.png": (
            SIGNATURE + chunk(b"IHDR", struct.pack(">IIBBBBB", 2 * 10**9, 8, 8, 2, 0, 0, 0)), {422}),
        "text-80-MB.png": (small[:33] + chunk(b"zTXt", b"parameters\0\0" + bomb) + small[33:], {201}),
        "profile-80-MB.png": (small[:33] + chunk(b"iCCP", b"x\0\0" + bomb) + small[33:], {201}),
        "svg.png": (b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>", {415}),
        "mvg.png": (b"push graphic-context\nviewbox 0 0 640 480\npop graphic-context\n", {415}),
        "script.gif": (b"GIF89a/*<script>alert(1)</script>*/", {422}),
        "cut.jpg": (saved(noise, "JPEG")[:20000], {422}),
        "cut.png": (saved(noise, "PNG")[:20000], {422}),
        "cut.heic": (vips([255, 0, 0]).heifsave_buffer(compression="hevc")[:400], {422}),
        "empty.png": (b"", {422}),
        "text.jpg": (b"hello", {415}),
    }


def colors():
    """By name: the bytes, and the color that is right, within two units."""
    p3 = pyvips.Operation.call("profile_load", "p3")
    red = vips([255, 0, 0])
    profiled = red.copy()
    profiled.set_type(pyvips.GValue.blob_type, "icc-profile-data", p3)
    deep = vips([32768], "grey16", "ushort")
    return {
        "p3.heic": (profiled.heifsave_buffer(compression="hevc", Q=98), (255, 0, 0)),
        "p3.jpg": (profiled.jpegsave_buffer(Q=98), (255, 0, 0)),
        "cmyk.jpg": (saved(Image.new("CMYK", (64, 64), (0, 255, 255, 0)), "JPEG", quality=98), (236, 33, 40)),
        "gray16.png": (deep.pngsave_buffer(bitdepth=16), (128, 128, 128)),
        "ten-bits.heic": (
            vips([65535, 32768, 0], "rgb16", "ushort").heifsave_buffer(compression="hevc", bitdepth=10, Q=98),
            (255, 128, 0)),
    }


def photos(folder):
    """With everything that a camera writes, in each orientation. Returns the paths."""
    noise = Image.effect_noise((320, 240), 60).convert("RGB")
    noise.save(f"{folder}/noise.png")
    paths = []
    for kind in ORIENTED:
        for orientation in range(1, 9):
            path = f"{folder}/photo-{orientation}.{kind}"
            pyvips.Image.new_from_file(f"{folder}/noise.png").write_to_file(path)
            subprocess.run(
                ["exiftool", "-q", "-q", "-m", "-overwrite_original", "-n", f"-Orientation={orientation}",
                 "-GPSLatitude=52.5", "-GPSLatitudeRef=N", "-SerialNumber=12345", "-LensSerialNumber=777", "-Make=Acme",
                 "-Artist=Ada", "-XMP:GPSLatitude=52.5", "-XMP:City=Berlin", "-IPTC:City=Berlin", path], check=True)
            paths.append(path)
    return paths


def mutations(file, count=200, seed=5):
    """Some with wrong bytes, most of them at the beginning, and some cut off."""
    chance = random.Random(seed)
    for number in range(count):
        changed = bytearray(file)
        for _ in range(chance.choice([1, 3, 20])):
            reach = min(len(changed), chance.choice([200, 4000, len(changed)]))
            changed[chance.randrange(reach)] = chance.randrange(256)
        yield bytes(changed[:chance.randrange(len(changed))] if number % 5 == 0 else changed)
