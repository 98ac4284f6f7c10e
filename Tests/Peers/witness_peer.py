# SPDX-License-Identifier: Apache-2.0
"""A log of aics-tlog that is shown to a witness by the feeder of aics-witness.

usage: witness_peer.py vkey
       witness_peer.py feed URL WITNESS-VKEY NAME
"""
import sys
import urllib.request

import aics_tlog
from aics_tlog.checkpoint import Checkpoint, sign_checkpoint
from aics_tlog.cosign import COSIGNATURE_TYPE
from aics_tlog.note import format_vkey, parse_note, parse_vkey, verify_note, vkey_from_ed25519
from aics_tlog.tree import MerkleTree
from aics_witness.feeder import WitnessClient, WitnessConflict, WitnessRejected, merge_cosignatures
from aics_witness.protocol import format_add_checkpoint_request
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ORIGIN = "log.example.org"
key = Ed25519PrivateKey.from_private_bytes(bytes([7]) * 32)
vkey = vkey_from_ed25519(ORIGIN, key.public_key())


def log(size, word="entry"):
    """The log at a size, and its signed checkpoint."""
    tree = MerkleTree(f"{word} {number}".encode() for number in range(size))
    head = Checkpoint(origin=ORIGIN, size=size, root=tree.root())
    return tree, sign_checkpoint(head, key, ORIGIN).to_bytes()


def refused(status, call):
    """Whether a call is answered with this status."""
    try:
        call()
    except WitnessRejected as error:
        assert error.status == status, f"got {error.status}, want {status}"
        return
    raise AssertionError(f"cosigned, want {status}")


def feed(url, witness, name):
    witness = parse_vkey(witness)
    assert witness.key_type == COSIGNATURE_TYPE
    with WitnessClient(url, witness) as client:
        # Each line is verified by the feeder, and the whole note by the verifier.
        for size in (1, 2, 2, 3, 7, 8, 256, 300, 1000):
            tree, note = log(size)
            merged = merge_cosignatures(note, client.submit(note, tree.consistency_proof))
            verdict = aics_tlog.verify_checkpoint(
                parse_note(merged), vkey, [witness], 1, expected_origin=ORIGIN, max_age_seconds=3600)
            assert verdict.ok, verdict
        # A fork of the same size and of a larger one.
        tree, note = log(1000, "other")
        refused(422, lambda: client.submit(note, tree.consistency_proof, old_size=1000))
        tree, note = log(1001, "other")
        refused(422, lambda: client.submit(note, tree.consistency_proof, old_size=1000))
        # An older size is a conflict, and it says which size is known.
        tree, note = log(999)
        try:
            client.submit(note, tree.consistency_proof)
            raise AssertionError("an older checkpoint was cosigned")
        except WitnessConflict as error:
            assert error.known_size == 1000, error
        # An unknown log and an unknown key.
        tree, note = log(1001)
        refused(403, lambda: client.submit(
            note.replace(b"\xe2\x80\x94 log", b"\xe2\x80\x94 lag"), tree.consistency_proof))
    shown = urllib.request.urlopen(f"{url}/{name}/checkpoint").read()
    assert parse_note(shown).text == parse_note(log(1000)[1]).text
    assert verify_note(parse_note(shown), [vkey])
    print("fed")


if sys.argv[1:] == ["vkey"]:
    print(format_vkey(vkey))
elif len(sys.argv) == 5 and sys.argv[1] == "feed":
    feed(*sys.argv[2:])
else:
    sys.exit(__doc__)
