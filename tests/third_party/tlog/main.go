// Verifies what a time bank publishes with tools made for other transparency logs: golang.org/x/mod/sumdb (note, tlog)
// and github.com/transparency-dev (formats, merkle). It knows nothing of a time bank.
//
//	go run . DIR QUORUM [URL]
//
// DIR holds keys.txt (one verifier key a line), NAME.tlog-proof with NAME.leaf (base64), and may hold cosigned.txt, the checkpoint
// with lines of the witnesses whose verifier keys are in witnesses.txt; each of them must have signed. Checkpoint and tiles are
// asked of URL, such as http://127.0.0.1:8000/v1; without one they are files of DIR: checkpoint.txt and tile/.
package main

import (
	"encoding/base64"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	tdlog "github.com/transparency-dev/formats/log"
	tdnote "github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/formats/proof"
	merkle "github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// tiles gives the bytes under the paths of C2SP tlog-tiles, each asked for once.
type tiles struct {
	get  func(path string) ([]byte, error)
	seen map[string][]byte
}

func (t tiles) Height() int                         { return 8 }
func (t tiles) SaveTiles(_ []tlog.Tile, _ [][]byte) {}

// ReadTiles finds tiles under the paths of C2SP tlog-tiles.
func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range wanted {
		path := fmt.Sprintf("%03d", tile.N%1000)
		for n := tile.N / 1000; n > 0; n /= 1000 {
			path = fmt.Sprintf("x%03d/%s", n%1000, path)
		}
		if tile.W < 256 {
			path += fmt.Sprintf(".p/%d", tile.W)
		}
		path = "tile/" + strconv.Itoa(tile.L) + "/" + path
		if t.seen[path] == nil {
			raw, err := t.get(path)
			if err != nil {
				return nil, err
			}
			t.seen[path] = raw
		}
		found = append(found, t.seen[path])
	}
	return found, nil
}

// served asks a running log; from files it reads what somebody fetched.
func served(url string) func(string) ([]byte, error) {
	return func(path string) ([]byte, error) {
		answer, err := http.Get(url + "/" + path)
		if err != nil {
			return nil, err
		}
		defer answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("%s: %s", path, answer.Status)
		}
		return io.ReadAll(answer.Body)
	}
}

func kept(dir string) func(string) ([]byte, error) {
	return func(path string) ([]byte, error) {
		if path == "checkpoint" {
			path = "checkpoint.txt"
		}
		return os.ReadFile(filepath.Join(dir, path))
	}
}

func read(parts ...string) []byte {
	raw, err := os.ReadFile(filepath.Join(parts...))
	must(err)
	return raw
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func verifiers(dir string) []note.Verifier {
	var found []note.Verifier
	for _, key := range strings.Fields(string(read(dir, "keys.txt"))) {
		one, err := note.NewVerifier(key)
		must(err)
		found = append(found, one)
	}
	return found
}

// checkpoint verifies a note under a quorum of keys and returns the tree it names.
func checkpoint(raw []byte, known []note.Verifier, quorum int) tlog.Tree {
	opened, err := note.Open(raw, note.VerifierList(known...))
	must(err)
	if len(opened.Sigs) < quorum {
		log.Fatalf("%d signatures, a quorum is %d", len(opened.Sigs), quorum)
	}
	parsed, _, _, err := tdlog.ParseCheckpoint(raw, known[0].Name(), known[0], known[1:]...)
	must(err)
	tree, err := tlog.ParseTree([]byte("go.sum database tree\n" + strings.SplitN(opened.Text, "\n", 2)[1]))
	must(err)
	if uint64(tree.N) != parsed.Size || string(tree.Hash[:]) != string(parsed.Hash) {
		log.Fatal("two readers of one checkpoint differ")
	}
	return tree
}

// cosigned requires a cosignature/v1 of every witness under a note.
func cosigned(dir string) {
	var witnesses []note.Verifier
	for _, key := range strings.Fields(string(read(dir, "witnesses.txt"))) {
		one, err := tdnote.NewVerifierForCosignatureV1(key)
		must(err)
		witnesses = append(witnesses, one)
	}
	opened, err := note.Open(read(dir, "cosigned.txt"), note.VerifierList(witnesses...))
	must(err)
	if len(opened.Sigs) != len(witnesses) {
		log.Fatalf("%d cosignatures of %d witnesses", len(opened.Sigs), len(witnesses))
	}
	for _, sig := range opened.Sigs {
		at, err := tdnote.CoSigV1Timestamp(sig)
		must(err)
		fmt.Printf("cosignature: %s at %d\n", sig.Name, at.Unix())
	}
}

func main() {
	if len(os.Args) < 3 || len(os.Args) > 4 {
		log.Fatal("usage: tlog DIR QUORUM [URL]")
	}
	dir := os.Args[1]
	get := kept(dir)
	if len(os.Args) == 4 {
		get = served(os.Args[3])
	}
	quorum, err := strconv.Atoi(os.Args[2])
	must(err)
	known := verifiers(dir)
	text, err := get("checkpoint")
	must(err)
	tree := checkpoint(text, known, quorum)
	fmt.Printf("checkpoint: %s, %d leaves, a quorum has signed\n", known[0].Name(), tree.N)

	source := tiles{get, map[string][]byte{}}
	reader := tlog.TileHashReader(tree, source)
	for index := int64(0); index < tree.N; index++ {
		leaf, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
		must(err)
		path, err := tlog.ProveRecord(tree.N, index, reader)
		must(err)
		must(tlog.CheckRecord(path, tree.N, tree.Hash, index, leaf[0]))
	}
	for old := int64(1); old <= tree.N; old++ {
		root, err := tlog.TreeHash(old, reader)
		must(err)
		path, err := tlog.ProveTree(tree.N, old, reader)
		must(err)
		must(tlog.CheckTree(path, tree.N, tree.Hash, old, root))
	}
	fmt.Printf("tiles: %d leaves included, every earlier size is a prefix\n", tree.N)
	for path := range source.seen {
		fmt.Printf("read: %s\n", path)
	}

	if _, err := os.Stat(filepath.Join(dir, "cosigned.txt")); err == nil {
		cosigned(dir)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.tlog-proof"))
	must(err)
	for _, file := range files {
		var one proof.TLogProof
		must(one.Unmarshal(read(file)))
		leaf, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(read(strings.TrimSuffix(file, "tlog-proof") + "leaf"))))
		must(err)
		signed := checkpoint(one.Checkpoint, known, quorum)
		var path [][]byte
		for _, hash := range one.Hashes {
			path = append(path, append([]byte(nil), hash[:]...))
		}
		must(merkle.VerifyInclusion(rfc6962.DefaultHasher, one.Index, uint64(signed.N), leaf, path, signed.Hash[:]))
		fmt.Printf("tlog-proof: leaf %d of %d is included\n", one.Index, signed.N)
	}
}
