"""Writes files of every kind that is marked, with and without what else files have in them, to FOLDER/in.

    provenance_made.py FOLDER

Names that begin with `provider-` are signed by somebody else.
"""

import json
import os
import struct
import subprocess
import sys
import tempfile
import zlib

import c2pa
import pyvips

FOLDER = os.path.join(sys.argv[1], "in")
os.makedirs(FOLDER)
SAVE = {"jpg": "jpegsave", "png": "pngsave", "webp": "webpsave"}
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:format="old"/>'
    b"</rdf:RDF></x:xmpmeta>"
)
blob, text, number = pyvips.GValue.blob_type, pyvips.GValue.gstr_type, pyvips.GValue.gint_type


def path(name):
    return os.path.join(FOLDER, name)


def with_fields(image, **fields):
    image = image.copy()
    for name, (kind, value) in fields.items():
        image.set_type(kind, name.replace("_", "-"), value)
    return image


base = pyvips.Image.perlin(301, 203, cell_size=64, seed=4).linear([90, 60, 30], [120, 110, 100]).cast("uchar")
base = base.copy(interpretation="srgb")
alpha = base.bandjoin(base.extract_band(0))
profile = pyvips.Operation.call("profile_load", "p3")
frames = pyvips.Image.arrayjoin([base, base.invert(), base.rot180()], across=1)
animation = with_fields(frames, page_height=(number, base.height))
exif = {
    "exif-ifd0-Artist": (text, "Ada (Ada, ASCII, 4 components, 4 bytes)"),
    "exif-ifd3-GPSLatitude": (text, "48/1 8/1 0/1 (48, Rational, 3 components, 24 bytes)"),
}


def described(image):
    image = image.copy()
    for name, (kind, value) in exif.items():
        image.set_type(kind, name, value)
    return image


for ending, save in SAVE.items():
    def write(name, image, **options):
        getattr(image, save)(path(f"{name}.{ending}"), **options)

    write("plain", base)
    write("gray", base.colourspace("b-w"))
    write("xmp", with_fields(base, xmp_data=(blob, XMP)))
    write("exif", described(base))
    write("profile", with_fields(base, icc_profile_data=(blob, profile)))
    write("all", described(with_fields(base, xmp_data=(blob, XMP), icc_profile_data=(blob, profile))))
    write("turned", with_fields(base, orientation=(number, 6)))
    write("tiny", base.crop(5, 5, 1, 1))
    write("odd", base.crop(0, 0, 299, 7))
    write("large", base.resize(8))
    for tail_name, tail in (("zeros", bytes(24)), ("newline", b"\n"), ("film", b"\0\0\0\x18ftypmp42")):
        plain = open(path(f"plain.{ending}"), "rb").read()
        open(path(f"tail-{tail_name}.{ending}"), "wb").write(plain + tail)
    if ending != "jpg":
        write("alpha", alpha)
        write("alpha-all", described(with_fields(alpha, xmp_data=(blob, XMP))))

base.jpegsave(path("progressive.jpg"), interlace=True)
base.jpegsave(path("sampled.jpg"), subsample_mode="off", Q=98)
base.icc_export(output_profile="cmyk").jpegsave(path("cmyk.jpg"))
base.pngsave(path("interlaced.png"), interlace=True)
base.pngsave(path("palette.png"), palette=True)
base.cast("ushort").linear(256, 0).cast("ushort").copy(interpretation="rgb16").pngsave(path("deep.png"))
base.webpsave(path("lossless.webp"), lossless=True)
alpha.webpsave(path("lossless-alpha.webp"), lossless=True)
animation.webpsave(path("animated.webp"))
animation.webpsave(path("animated-lossless.webp"), lossless=True)
animation.gifsave(path("animated.gif"))


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


png = open(path("plain.png"), "rb").read()
parameters = chunk(b"tEXt", b"parameters\0a dress\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1")
open(path("parameters.png"), "wb").write(png[:33] + parameters + png[33:])
# A simple WebP, without the extended header that libvips writes.
webp = open(path("lossless.webp"), "rb").read()
position = webp.index(b"VP8L")
length = struct.unpack("<I", webp[position + 4:position + 8])[0]
body = b"WEBP" + webp[position:position + 8 + length + (length & 1)]
open(path("simple.webp"), "wb").write(b"RIFF" + struct.pack("<I", len(body)) + body)


def ffmpeg(name, *options):
    source = ["-f", "lavfi", "-i", "testsrc=s=320x180:r=10:d=2", "-f", "lavfi", "-i", "sine=d=2"]
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", *source, *options, path(name)], check=True)


H264 = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac"]
ffmpeg("film.mp4", *H264)
ffmpeg("fast.mp4", *H264, "-movflags", "+faststart")
ffmpeg("fragments.mp4", *H264, "-movflags", "frag_keyframe+empty_moov")
ffmpeg("film.webm", "-c:v", "libvpx", "-c:a", "libopus")
ffmpeg("live.webm", "-c:v", "libvpx", "-an", "-live", "1")
film = open(path("film.mp4"), "rb").read()
packet = bytes.fromhex("BE7ACFCB97A942E89C71999491E3AFAC") + XMP
open(path("film-xmp.mp4"), "wb").write(film + struct.pack(">I", 8 + len(packet)) + b"uuid" + packet)
open(path("film-zeros.mp4"), "wb").write(film + bytes(64))


def provider():
    """A signer as a provider has one, with a root of its own."""
    folder = tempfile.mkdtemp()
    extensions = (
        "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n"
        "extendedKeyUsage=critical,emailProtection\nauthorityKeyIdentifier=keyid\n"
    )
    open(f"{folder}/e", "w").write(extensions)
    for command in (
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /O=Provider/CN=Root -days 30"
        " -keyout root.key -out root.pem",
        "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /O=Provider/CN=Signer -keyout k.pem -out r",
        "x509 -req -in r -CA root.pem -CAkey root.key -CAcreateserial -days 30 -extfile e -out c.pem",
    ):
        subprocess.run(["openssl", *command.split()], cwd=folder, check=True, capture_output=True)
    chain, key = (b"".join(open(f"{folder}/{name}", "rb").read() for name in names) for names in (
        ("c.pem", "root.pem"), ("k.pem",)))
    return c2pa.Signer.from_info(c2pa.C2paSignerInfo(alg=b"es256", sign_cert=chain, private_key=key, ta_url=None))


signer = provider()
context = c2pa.Context(settings=c2pa.Settings.from_json(json.dumps({"builder": {"thumbnail": {"enabled": False}}})))
for name in ("plain.jpg", "plain.png", "simple.webp", "film.mp4"):
    builder = c2pa.Builder('{"claim_generator_info":[{"name":"Provider","version":"1"}],"title":"out"}', context=context)
    builder.set_intent(c2pa.C2paBuilderIntent.CREATE, c2pa.C2paDigitalSourceType.TRAINED_ALGORITHMIC_MEDIA)
    builder.sign_file(path(name), path("provider-" + name), signer)
print(f"{len(os.listdir(FOLDER))} files")
