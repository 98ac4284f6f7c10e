#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Restores a secret from the texts of its shares, by the article Shares.md and nothing of ours.

Every subset that is large enough is restored twice, by Lagrange's formula over a field without tables
and by libgfshare where the library is installed; each must give the committed secret.

usage: shares_peer.py FILE    prints the secret; FILE holds the texts of one set, one after another
"""
import ctypes, hashlib, itertools, re, sys

CONSONANTS, VOWELS = "bdfghjklmnprstvz", "aiou"


def number(word):
    c1, v1, c2, v2, c3 = word
    places = (CONSONANTS.index(c1), 4), (VOWELS.index(v1), 2), (CONSONANTS.index(c2), 4), \
             (VOWELS.index(v2), 2), (CONSONANTS.index(c3), 4)
    value = 0
    for digit, bits in places:
        value = value << bits | digit
    return value


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def read(text):
    """One share as (number, threshold, count, id, value, commitment, digests)."""
    lines = text.splitlines()
    assert lines[0] == "saksi/v1 share"
    share, threshold, count = (
        int(re.fullmatch(name + r": ([1-9]\d?)", line)[1])
        for name, line in zip(("share", "threshold", "shares"), lines[1:4]))
    assert 2 <= threshold <= count <= 16 and share <= count
    body = b""
    for row, line in enumerate(lines[4:], 1):
        label, *words = line.split(" ")
        assert label == f"{row}:"
        data = b"".join(number(w).to_bytes(2, "big") for w in words)
        data, check = data[:-2], data[-2:]
        salt = body[:16] if row > 2 else b""
        assert check == sha(b"saksi/v1 share row\n", bytes([share, threshold, count, row]), salt, data)[:2]
        body += data
    assert len(body) == 64 + 4 * count
    ident, value, commitment = body[:16], body[16:48], body[48:64]
    digests = [body[64 + 4 * i:68 + 4 * i] for i in range(count)]
    assert sha(b"saksi/v1 share digest\n", ident, bytes([share]), value)[:4] == digests[share - 1]
    return share, threshold, count, ident, value, commitment, digests


def times(a, b):
    product = 0
    while b:
        if b & 1:
            product ^= a
        a <<= 1
        if a & 0x100:
            a ^= 0x11d
        b >>= 1
    return product


def inverse(a):
    return next(b for b in range(1, 256) if times(a, b) == 1)


def lagrange(points):
    secret = bytearray(32)
    for x, values in points:
        weight = 1
        for other, _ in points:
            if other != x:
                weight = times(weight, times(other, inverse(other ^ x)))
        for i, y in enumerate(values):
            secret[i] ^= times(weight, y)
    return bytes(secret)


def gfshare(points):
    try:
        library = ctypes.CDLL("libgfshare.so.2")
    except OSError:
        return None
    rand = ctypes.CFUNCTYPE(None, ctypes.POINTER(ctypes.c_ubyte), ctypes.c_uint)
    wipe = rand(lambda buffer, count: ctypes.memset(buffer, 0, count) and None)
    ctypes.cast(library.gfshare_fill_rand, ctypes.POINTER(rand))[0] = wipe
    library.gfshare_ctx_init_dec.restype = ctypes.c_void_p
    context = ctypes.c_void_p(library.gfshare_ctx_init_dec(
        bytes(x for x, _ in points), len(points), 32))
    for place, (_, values) in enumerate(points):
        library.gfshare_ctx_dec_giveshare(context, ctypes.c_ubyte(place), values)
    secret = ctypes.create_string_buffer(32)
    library.gfshare_ctx_dec_extract(context, secret)
    library.gfshare_ctx_free(context)
    return secret.raw


def main():
    text = open(sys.argv[1], encoding="ascii").read()
    shares = [read("saksi/v1 share" + part) for part in text.split("saksi/v1 share")[1:]]
    (_, threshold, count, ident, _, commitment, digests), *_ = shares
    assert all(s[1:4] + s[5:] == shares[0][1:4] + shares[0][5:] for s in shares)
    secrets = set()
    for size in range(threshold, len(shares) + 1):
        for chosen in itertools.combinations(shares, size):
            points = [(s[0], s[4]) for s in chosen]
            secrets |= {lagrange(points), gfshare(points)} - {None}
    secret, = secrets
    assert commitment == sha(
        b"saksi/v1 share commitment\n", ident, bytes([threshold, count]), *digests, secret)[:16]
    print(secret.hex())


main()
