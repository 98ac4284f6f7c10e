// SPDX-License-Identifier: Apache-2.0

// Command tlog_peer checks a folder of tiles, and proofs, with golang.org/x/mod/sumdb.
//
//	tlog_peer DIR VKEY ORIGIN [PROOF LEAF]...
//
// DIR holds checkpoint, tile/<level>/... and, if they are there, tile/entries/...; each PROOF is a
// .tlog-proof of the entry in the file LEAF. Nothing here is shared with Saksi.
//
// Built with Debian's packages golang-go and golang-golang-x-mod-dev:
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go build tlog_peer.go
package main

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Go writes the height of its tiles into their paths; C2SP leaves it out, since it is always 8.
const height = 8

type folder string

func (f folder) Height() int                         { return height }
func (f folder) SaveTiles(_ []tlog.Tile, _ [][]byte) {}

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		data, err := f.read(tile)
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

// read falls back to the full tile where the partial one is gone.
func (f folder) read(tile tlog.Tile) ([]byte, error) {
	data, err := os.ReadFile(f.path(tile))
	if errors.Is(err, os.ErrNotExist) && tile.W < 1<<height {
		full := tile
		full.W = 1 << height
		data, err = os.ReadFile(f.path(full))
		if err == nil {
			data = data[:tile.W*tlog.HashSize]
		}
	}
	return data, err
}

func (f folder) path(tile tlog.Tile) string {
	return filepath.Join(string(f), strings.Replace(tile.Path(), "tile/8/", "tile/", 1))
}

func openCheckpoint(data []byte, vkey, origin string) (tlog.Tree, error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return tlog.Tree{}, err
	}
	signed, err := note.Open(data, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(signed.Text, "\n")
	if len(lines) < 4 || lines[0] != origin {
		return tlog.Tree{}, fmt.Errorf("checkpoint of %q", lines[0])
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

// checkTree proves one leaf and one older tree for each tile of leaf hashes, and some more in small
// logs.
func checkTree(dir folder, tree tlog.Tree) error {
	hashes := tlog.TileHashReader(tree, dir)
	step := tree.N/199 + 1
	if step > 1<<height {
		step = 1 << height
	}
	for index := int64(0); index < tree.N; index += step {
		leaf, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
		if err != nil {
			return err
		}
		proof, err := tlog.ProveRecord(tree.N, index, hashes)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, leaf[0]); err != nil {
			return err
		}
		older, err := tlog.TreeHash(index+1, hashes)
		if err != nil {
			return err
		}
		growth, err := tlog.ProveTree(tree.N, index+1, hashes)
		if err != nil {
			return err
		}
		if err := tlog.CheckTree(growth, tree.N, tree.Hash, index+1, older); err != nil {
			return err
		}
	}
	return nil
}

// checkEntries compares each entry that is stored with its leaf hash.
func checkEntries(dir folder, tree tlog.Tree) (int64, error) {
	hashes := tlog.TileHashReader(tree, dir)
	var checked int64
	for first := int64(0); first < tree.N; first += 1 << height {
		width := tree.N - first
		if width > 1<<height {
			width = 1 << height
		}
		tile := tlog.Tile{H: height, L: -1, N: first >> height, W: int(width)}
		name := strings.Replace(dir.path(tile), "/tile/data/", "/tile/entries/", 1)
		data, err := os.ReadFile(name)
		if errors.Is(err, os.ErrNotExist) {
			continue
		} else if err != nil {
			return checked, err
		}
		for index := first; index < first+width; index++ {
			if len(data) < 2 || len(data)-2 < int(binary.BigEndian.Uint16(data)) {
				return checked, fmt.Errorf("%s ends early", name)
			}
			length := 2 + int(binary.BigEndian.Uint16(data))
			stored, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
			if err != nil {
				return checked, err
			}
			if tlog.RecordHash(data[2:length]) != stored[0] {
				return checked, fmt.Errorf("entry %d is not the one that was logged", index)
			}
			data = data[length:]
			checked++
		}
		if len(data) > 0 {
			return checked, fmt.Errorf("%s has bytes left over", name)
		}
	}
	return checked, nil
}

// checkProof checks one .tlog-proof.
func checkProof(proof, leaf []byte, vkey, origin string) error {
	head, checkpoint, found := strings.Cut(string(proof), "\n\n")
	lines := strings.Split(head, "\n")
	if !found || lines[0] != "c2sp.org/tlog-proof@v1" || len(lines) < 2 {
		return errors.New("not a proof")
	}
	lines = lines[1:]
	if strings.HasPrefix(lines[0], "extra ") {
		lines = lines[1:]
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[0], "index "), 10, 64)
	if err != nil {
		return err
	}
	var hashes tlog.RecordProof
	for _, line := range lines[1:] {
		hash, err := base64.StdEncoding.Strict().DecodeString(line)
		if err != nil || len(hash) != tlog.HashSize {
			return errors.New("malformed hash")
		}
		hashes = append(hashes, *(*tlog.Hash)(hash))
	}
	tree, err := openCheckpoint([]byte(checkpoint), vkey, origin)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(hashes, tree.N, tree.Hash, index, tlog.RecordHash(leaf))
}

func run(args []string) error {
	if len(args) < 3 || len(args)%2 == 0 {
		return errors.New("usage: tlog_peer DIR VKEY ORIGIN [PROOF LEAF]...")
	}
	dir, vkey, origin := folder(args[0]), args[1], args[2]
	data, err := os.ReadFile(filepath.Join(args[0], "checkpoint"))
	if err != nil {
		return err
	}
	tree, err := openCheckpoint(data, vkey, origin)
	if err != nil {
		return err
	}
	if err := checkTree(dir, tree); err != nil {
		return err
	}
	entries, err := checkEntries(dir, tree)
	if err != nil {
		return err
	}
	for rest := args[3:]; len(rest) > 0; rest = rest[2:] {
		proof, err := os.ReadFile(rest[0])
		if err != nil {
			return err
		}
		leaf, err := os.ReadFile(rest[1])
		if err != nil {
			return err
		}
		if err := checkProof(proof, leaf, vkey, origin); err != nil {
			return fmt.Errorf("%s: %w", rest[0], err)
		}
	}
	fmt.Printf("%s: size %d, %d entries, %d proofs\n", origin, tree.N, entries, (len(args)-3)/2)
	return nil
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "tlog_peer:", err)
		os.Exit(1)
	}
}
