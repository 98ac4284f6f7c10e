#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An age tool for post-quantum files, written apart from Saksi on PyCA's cryptography (48 or later).

usage: age_peer.py encrypt RECIPIENT IN OUT
       age_peer.py decrypt IDENTITY_FILE IN OUT
       age_peer.py expand VECTOR FOLDER     a public vector's fields and file, one file each
"""
import base64, hashlib, hmac, os, pathlib, sys, zlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)
INFO = b"age-encryption.org/mlkem768x25519"
ENCAPSULATED, CHUNK, TAG = 1120, 65536, 16
ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def checksum(part, data):
    state = 1
    for value in [ord(c) >> 5 for c in part] + [0] + [ord(c) & 31 for c in part] + data:
        top = state >> 25
        state = (state & 0x1ffffff) << 5 ^ value
        for bit, generator in enumerate([0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]):
            state ^= generator if top >> bit & 1 else 0
    return state


def bech32(text, prefix):
    part, _, digits = text.lower().rpartition("1")
    data = [ALPHABET.index(c) for c in digits]
    assert part == prefix and checksum(part, data) == 1, "not a key of this kind"
    bits = "".join(f"{value:05b}" for value in data[:-6])
    return bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits) // 8 * 8, 8))


def unpadded(data):
    return base64.b64encode(data).rstrip(b"=")


def padded(text):
    return base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)


def derive(key, salt, info):
    return HKDF(hashes.SHA256(), 32, salt, info).derive(key)


def header_code(file_key, covered):
    return hmac.digest(derive(file_key, b"", b"header"), covered, "sha256")


def nonce(index, last):
    return index.to_bytes(11, "big") + bytes([last])


def encrypt(recipient, plaintext):
    key = bech32(recipient, "age1pq")
    public = hpke.MLKEM768X25519PublicKey(MLKEM768PublicKey.from_public_bytes(key[:1184]),
                                          X25519PublicKey.from_public_bytes(key[1184:]))
    file_key = os.urandom(16)
    sealed = SUITE.encrypt(file_key, public, INFO)
    covered = (b"age-encryption.org/v1\n-> mlkem768x25519 " + unpadded(sealed[:ENCAPSULATED]) + b"\n"
               + unpadded(sealed[ENCAPSULATED:]) + b"\n---")
    salt = os.urandom(16)
    cipher = ChaCha20Poly1305(derive(file_key, salt, b"payload"))
    chunks = [plaintext[i:i + CHUNK] for i in range(0, len(plaintext), CHUNK)] or [b""]
    return (covered + b" " + unpadded(header_code(file_key, covered)) + b"\n" + salt
            + b"".join(cipher.encrypt(nonce(i, i + 1 == len(chunks)), chunk, None)
                       for i, chunk in enumerate(chunks)))


def decrypt(identity, file):
    seed = hashlib.shake_256(bech32(identity, "age-secret-key-pq-")).digest(96)
    private = hpke.MLKEM768X25519PrivateKey(MLKEM768PrivateKey.from_seed_bytes(seed[:64]),
                                            X25519PrivateKey.from_private_bytes(seed[64:]))
    covered, _, rest = file.partition(b"\n---")
    covered += b"\n---"
    code, _, payload = rest.partition(b"\n")
    lines = covered.split(b"\n")
    assert lines[0] == b"age-encryption.org/v1"
    for line, body in zip(lines, lines[1:]):
        if not line.startswith(b"-> mlkem768x25519 "):
            continue
        try:
            file_key = SUITE.decrypt(padded(line.split(b" ")[2]) + padded(body), private, INFO)
        except InvalidTag:
            continue
        assert hmac.compare_digest(header_code(file_key, covered), padded(code[1:])), "HMAC failure"
        cipher = ChaCha20Poly1305(derive(file_key, payload[:16], b"payload"))
        sealed = [payload[i:i + CHUNK + TAG] for i in range(16, len(payload), CHUNK + TAG)]
        return b"".join(cipher.decrypt(nonce(i, i + 1 == len(sealed)), chunk, None)
                        for i, chunk in enumerate(sealed))
    raise SystemExit("no match")


def expand(vector, folder):
    head, _, file = pathlib.Path(vector).read_bytes().partition(b"\n\n")
    fields = [line.split(": ", 1) for line in head.decode().split("\n")]
    values = lambda name: [field[1] for field in fields if field[0] == name]
    if values("compressed"):
        file = zlib.decompress(file)
    folder = pathlib.Path(folder)
    (folder / "file").write_bytes(file)
    (folder / "expect").write_text(values("expect")[0])
    (folder / "payload").write_text((values("payload") or [hashlib.sha256().hexdigest()])[0])
    for kind in "identity", "passphrase":
        for number, value in enumerate(values(kind)):
            (folder / f"{kind}-{number}").write_text(value + "\n")


def main():
    match sys.argv[1:]:
        case ["encrypt", recipient, source, target]:
            pathlib.Path(target).write_bytes(encrypt(recipient, pathlib.Path(source).read_bytes()))
        case ["decrypt", identities, source, target]:
            identity = [line for line in open(identities).read().split("\n")
                        if line and not line.startswith("#")][0]
            pathlib.Path(target).write_bytes(decrypt(identity, pathlib.Path(source).read_bytes()))
        case ["expand", vector, folder]:
            expand(vector, folder)
        case _:
            raise SystemExit(__doc__.strip())


main()
