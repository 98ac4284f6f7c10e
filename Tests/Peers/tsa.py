#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A time-stamping authority for tests: `openssl ts` behind HTTP on loopback, with faults.

usage: tsa.py make FOLDER ec|rsa [lists] [days=N]
                                       makes keys, certificates and revocation lists; `lists` names them in the
                                       certificates, on the port that `serve` then uses; the unit's ends after N days
       tsa.py revoke FOLDER            revokes the unit's certificate, in new revocation lists
       tsa.py reply FOLDER TSQ TSR [SECTION]
       tsa.py serve FOLDER             prints its address; POST /?fault=NAME asks for a fault; while there is
                                       a file `down` in the folder, it is out of order
"""
import http.server, os, pathlib, socket, subprocess, sys, tempfile, threading, urllib.parse

CONFIGURATION = pathlib.Path(__file__).with_name("tsa.cnf")
# `openssl ts -reply` counts its serial numbers in a file, without a lock.
LOCK = threading.Lock()


def openssl(folder, *words):
    subprocess.run(["openssl", *words], cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def make(folder, algorithm, *options):
    os.makedirs(folder, exist_ok=True)
    text = CONFIGURATION.read_text()
    if "lists" in options:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        pathlib.Path(folder, "port").write_text(str(port))
        for name, issuer in (("issuing", "root"), ("unit", "issuing")):
            place = f"crlDistributionPoints = URI:http://127.0.0.1:{port}/{issuer}.crl\n"
            text = text.replace(f"[ {name} ]\n", f"[ {name} ]\n{place}")
    pathlib.Path(folder, "tsa.cnf").write_text(text)
    key = {"ec": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-pkeyopt", "ec_param_enc:named_curve"],
           "rsa": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:3072"]}[algorithm]
    days = {"root": 10950, "issuing": 7300, "unit": 5475}
    for word in options:
        if word.startswith("days="):
            days["unit"] = int(word.removeprefix("days="))
    issuers = {"issuing": "root", "unit": "issuing"}
    for number, name in enumerate(days):
        openssl(folder, "genpkey", *key, "-out", f"{name}.key")
        os.chmod(os.path.join(folder, f"{name}.key"), 0o600)
        # rfc3161-client wants a token's certificates in the order of DER, the shortest first, and openssl does
        # not sort them: the issuing authority's is made the longer one, through its issuer's name.
        subject = f"/O=Test only/CN=Test {name} {algorithm}"
        if name == "root":
            subject += "/OU=the root of all time-stamps in tests/L=nowhere in particular"
        if name == "root":
            openssl(folder, "req", "-x509", "-new", "-sha256", "-config", "tsa.cnf", "-key", "root.key", "-days",
                    str(days[name]), "-subj", subject, "-extensions", "root", "-out", "root.crt")
            continue
        issuer = issuers[name]
        openssl(folder, "req", "-new", "-sha256", "-config", "tsa.cnf", "-key", f"{name}.key", "-subj", subject,
                "-out", f"{name}.csr")
        openssl(folder, "x509", "-req", "-sha256", "-in", f"{name}.csr", "-CA", f"{issuer}.crt", "-CAkey",
                f"{issuer}.key", "-set_serial", str(4096 + number), "-days", str(days[name]), "-extfile", "tsa.cnf",
                "-extensions", name, "-out", f"{name}.crt")
    with open(os.path.join(folder, "serial"), "w") as file:
        file.write("01\n")
    for name in ("root", "issuing"):
        open(os.path.join(folder, f"{name}.index"), "w").close()
    lists(folder)


def lists(folder):
    """Writes lists.pem: a revocation list by each authority."""
    text = b""
    for name in ("root", "issuing"):
        openssl(folder, "ca", "-config", "tsa.cnf", "-name", f"{name}_ca", "-gencrl", "-crldays", "3650", "-cert",
                f"{name}.crt", "-keyfile", f"{name}.key", "-out", f"{name}.crl")
        text += pathlib.Path(folder, f"{name}.crl").read_bytes()
    pathlib.Path(folder, "lists.pem").write_bytes(text)


def revoke(folder):
    openssl(folder, "ca", "-config", "tsa.cnf", "-name", "issuing_ca", "-revoke", "unit.crt", "-cert", "issuing.crt",
            "-keyfile", "issuing.key")
    lists(folder)


def reply(folder, query, section="unit_1"):
    with LOCK, tempfile.TemporaryDirectory() as work:
        question, answer = os.path.join(work, "tsq"), os.path.join(work, "tsr")
        pathlib.Path(question).write_bytes(query)
        openssl(folder, "ts", "-reply", "-config", "tsa.cnf", "-section", section, "-queryfile", question, "-out", answer)
        return pathlib.Path(answer).read_bytes()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *words):
        pass

    def answer(self, status, body, kind="application/timestamp-reply"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        name = self.path.removeprefix("/")
        if name not in ("root.crl", "issuing.crl"):
            return self.answer(404, b"", "text/plain")
        asked = ["openssl", "crl", "-outform", "DER", "-in", os.path.join(self.server.folder, name)]
        self.answer(200, subprocess.run(asked, check=True, capture_output=True).stdout, "application/pkix-crl")

    def do_POST(self):
        fault = urllib.parse.parse_qs(urllib.parse.urlparse(self.path).query).get("fault", [""])[0]
        body = bytearray(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        if self.headers.get("Content-Type") != "application/timestamp-query":
            return self.answer(415, b"want application/timestamp-query\n", "text/plain")
        if fault == "status" or os.path.exists(os.path.join(self.server.folder, "down")):
            return self.answer(500, b"out of order\n", "text/plain")
        if fault == "type":
            return self.answer(200, b"<html>pay for this network</html>", "text/html")
        if fault == "garbage":
            return self.answer(200, b"<html>pay for this network</html>")
        if fault == "reject":
            return self.answer(200, bytes.fromhex("300930070201020302") + b"\x00\x80")
        if fault == "nonce":
            body[-4] ^= 1  # the last octet of the nonce, before certReq
        if fault == "imprint":
            body[bytes(body).find(b"\x04\x20") + 2] ^= 1
        try:
            self.answer(200, reply(self.server.folder, bytes(body)))
        except subprocess.CalledProcessError as error:
            self.answer(400, error.stderr or b"bad request\n", "text/plain")


def serve(folder):
    chosen = pathlib.Path(folder, "port")
    port = int(chosen.read_text()) if chosen.exists() else 0
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.folder = folder
    print(f"http://127.0.0.1:{server.server_address[1]}/", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    words = sys.argv[1:]
    if words[:1] == ["make"] and len(words) >= 3:
        make(*words[1:])
    elif words[:1] == ["revoke"] and len(words) == 2:
        revoke(words[1])
    elif words[:1] == ["reply"] and len(words) in (4, 5):
        pathlib.Path(words[3]).write_bytes(reply(words[1], pathlib.Path(words[2]).read_bytes(), *words[4:]))
    elif words[:1] == ["serve"] and len(words) == 2:
        serve(words[1])
    else:
        sys.exit(__doc__)
