"""What a server makes of addresses whose names lead into its own network, as a table. Exits with 1 if anything is wrong.

    scripts/report-rebinding

Runs in a network namespace. The name server and the pages are at addresses of that namespace, one of which counts as
public. Every connection to a page is counted by the address that it came in at.
"""

import ipaddress
import json
import os
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
import zlib

PROGRAM = sys.argv[1]
PUBLIC, PUBLIC_SIX, PRIVATE, NAMES = "93.184.216.34", "2606:4700::1111", "10.0.0.5", "127.0.0.53"

# What the name server says to each question about a name: its addresses. The last answer is that to all further ones.
ZONE = {
    "good.test": [[PUBLIC]],
    "private.test": [[PRIVATE]],
    "loopback.test": [["127.0.0.1"]],
    "any.test": [["0.0.0.0"]],
    "metadata.test": [["169.254.169.254"]],
    "carrier.test": [["100.64.0.1"]],
    "six-loopback.test": [["::1"]],
    "six-mapped.test": [["::ffff:10.0.0.5"]],
    "six-unique.test": [["fd00::5"]],
    "six-link.test": [["fe80::5"]],
    "six-nat64.test": [["64:ff9b::a00:5"]],
    "six-to-four.test": [["2002:a00:5::1"]],
    "both.test": [[PUBLIC, PRIVATE]],
    "both-reversed.test": [[PRIVATE, PUBLIC]],
    "turns-private.test": [[PUBLIC], [PRIVATE]],
    "turns-public.test": [[PRIVATE], [PUBLIC]],
    "redirect.test": [[PUBLIC]],
    "redirect-rebound.test": [[PUBLIC], [PRIVATE]],
}
# Where the page of a host sends its visitors.
REDIRECTS = {
    "redirect.test": "https://private.test/picture.png",
    "redirect-rebound.test": "https://redirect-rebound.test/again.png",
}
# Addresses to ask for, and whether they may be fetched: None means either, as long as nothing private is reached.
ASKED = [
    ("https://good.test/picture.png", True),
    ("https://private.test/picture.png", False),
    ("https://loopback.test/picture.png", False),
    ("https://any.test/picture.png", False),
    ("https://metadata.test/latest/meta-data/", False),
    ("https://carrier.test/picture.png", False),
    ("https://six-loopback.test/picture.png", False),
    ("https://six-mapped.test/picture.png", False),
    ("https://six-unique.test/picture.png", False),
    ("https://six-link.test/picture.png", False),
    ("https://six-nat64.test/picture.png", False),
    ("https://six-to-four.test/picture.png", False),
    ("https://both.test/picture.png", None),
    ("https://both-reversed.test/picture.png", None),
    ("https://turns-private.test/first.png", None),
    ("https://turns-private.test/second.png", False),
    ("https://turns-public.test/first.png", False),
    ("https://turns-public.test/second.png", True),
    ("https://redirect.test/picture.png", False),
    ("https://redirect-rebound.test/picture.png", False),
    ("https://127.0.0.1/picture.png", False),
    ("https://2130706433/picture.png", False),
    ("https://0x7f000001/picture.png", False),
    ("https://0177.0.0.1/picture.png", False),
    ("https://10.5/picture.png", False),
    ("https://[::1]/picture.png", False),
    ("https://[::ffff:10.0.0.5]/picture.png", False),
    ("https://[64:ff9b::a00:5]/picture.png", False),
]
questions, connections, wrong = {}, [], []


def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def make_network(folder):
    run("ip", "link", "set", "lo", "up")
    for address in [f"{PUBLIC}/32", f"{PRIVATE}/24", "169.254.169.254/32", "100.64.0.1/32"]:
        run("ip", "addr", "add", address, "dev", "lo")
    for address in [f"{PUBLIC_SIX}/128", "fd00::5/64", "64:ff9b::a00:5/128", "2002:a00:5::1/128"]:
        run("ip", "addr", "add", address, "dev", "lo", "nodad")
    write(f"{folder}/resolv.conf", f"nameserver {NAMES}\noptions timeout:1 attempts:1\n")
    write(f"{folder}/nsswitch.conf", "hosts: files dns\n")
    run("mount", "--bind", f"{folder}/resolv.conf", os.path.realpath("/etc/resolv.conf"))
    run("mount", "--bind", f"{folder}/nsswitch.conf", "/etc/nsswitch.conf")


def make_certificates(folder):
    """An authority that the server trusts in this namespace, so that nothing fails for its certificate."""
    names = ",".join([f"DNS:{name}" for name in ZONE] + [
        f"IP:{address}" for address in ["127.0.0.1", PRIVATE, "::1", "64:ff9b::a00:5"]])
    write(f"{folder}/names", f"subjectAltName={names}\n")
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
        "-subj", "/CN=authority", "-keyout", f"{folder}/ca.key", "-out", f"{folder}/ca.pem")
    run("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=pages",
        "-keyout", f"{folder}/page.key", "-out", f"{folder}/page.csr")
    run("openssl", "x509", "-req", "-in", f"{folder}/page.csr", "-CA", f"{folder}/ca.pem", "-CAkey",
        f"{folder}/ca.key", "-CAcreateserial", "-days", "2", "-extfile", f"{folder}/names", "-out",
        f"{folder}/page.pem")
    run("mount", "--bind", f"{folder}/ca.pem", os.path.realpath("/etc/ssl/certs/ca-certificates.crt"))


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def serve_names():
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((NAMES, 53))

    def answer():
        while True:
            query, sender = server.recvfrom(512)
            end, labels = 12, []
            while query[end]:
                labels.append(query[end + 1:end + 1 + query[end]].decode())
                end += 1 + query[end]
            kind = struct.unpack(">H", query[end + 1:end + 3])[0]
            name, version = ".".join(labels).lower(), {1: 4, 28: 6}.get(kind)
            answers = ZONE.get(name)
            found = []
            if answers and version:
                asked = questions.get((name, version), 0)
                questions[(name, version)] = asked + 1
                addresses = [ipaddress.ip_address(one) for one in answers[min(asked, len(answers) - 1)]]
                found = [one.packed for one in addresses if one.version == version]
            flags = 0x8180 if answers else 0x8183
            head = query[:2] + struct.pack(">HHHHH", flags, 1, len(found), 0, 0) + query[12:end + 5]
            records = b"".join(
                b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 0, len(one)) + one for one in found)
            server.sendto(head + records, sender)

    threading.Thread(target=answer, daemon=True).start()


def serve_pages(folder):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{folder}/page.pem", f"{folder}/page.key")
    server = socket.create_server(("::", 443), family=socket.AF_INET6, dualstack_ipv6=True)

    def respond(connection):
        address = connection.getsockname()[0].removeprefix("::ffff:")
        connections.append(address)
        try:
            with context.wrap_socket(connection, server_side=True) as page:
                request = b""
                while b"\r\n\r\n" not in request:
                    request += page.recv(4096)
                host = request.lower().split(b"\r\nhost: ")[1].split(b"\r\n")[0].decode()
                target = REDIRECTS.get(host)
                if target and b"/again" not in request:
                    page.sendall(f"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n"
                                 "Connection: close\r\n\r\n".encode())
                else:
                    body = picture()
                    page.sendall(f"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: {len(body)}\r\n"
                                 "Connection: close\r\n\r\n".encode() + body)
        except (OSError, IndexError):
            pass

    def accept():
        while True:
            connection, _ = server.accept()
            threading.Thread(target=respond, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()


def picture():
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = (b"\0" + b"\xb4\x28\x50" * 64) * 64
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def send(url, body, token=None):
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    try:
        with urllib.request.urlopen(urllib.request.Request(
                url, json.dumps(body).encode(), headers, method="POST"), timeout=60) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"{}")


def start(folder):
    log = open(f"{folder}/log", "wb")
    process = subprocess.Popen(
        [PROGRAM, "serve", "--port", "8080", "--data", f"{folder}/data"], stdout=log, stderr=log)
    while True:
        try:
            urllib.request.urlopen("http://127.0.0.1:8080/health/ready")
            return process
        except OSError:
            if process.poll() is not None:
                sys.exit("the server did not start:\n" + open(log.name).read())
            time.sleep(0.1)


def account(number):
    """Each has credits for one picture at least."""
    user = {"email": f"u{number}@example.com", "password": "correct horse"}
    _, session = send("http://127.0.0.1:8080/auth/v1/signup", user)
    return session["access_token"]


def ask(number, address, may):
    before = len(connections)
    status, body = send(
        "http://127.0.0.1:8080/api/generate", {"kind": "background_removal", "inputAssetId": address}, account(number))
    time.sleep(0.2)
    reached = connections[before:]
    error = body.get("error", {})
    is_private = any(one not in (PUBLIC, PUBLIC_SIX) for one in reached)
    is_right = not is_private and may in (None, status == 202)
    is_right &= status == 202 or (status == 422 and error.get("field") == "inputAssetId")
    if not is_right:
        wrong.append(address)
    print(f"{address:46} {status:6} {error.get('code', ''):22} {error.get('field', ''):13} "
          f"{', '.join(reached) or '-'}{'' if is_right else '  WRONG'}")


def main():
    with tempfile.TemporaryDirectory() as folder:
        make_network(folder)
        make_certificates(folder)
        serve_names()
        serve_pages(folder)
        server = start(folder)
        try:
            print(f"{'address':46} status code                   field         reached")
            for number, (address, may) in enumerate(ASKED):
                ask(number, address, may)
        finally:
            server.terminate()
            server.wait(30)
    print("wrong: " + ("; ".join(wrong) or "nothing"))
    sys.exit(1 if wrong else 0)


main()
