// Package bundle puts the evidence of one challenge into one file: its trail in words and as it is
// stored, the procedure under which it ran, and everything with which somebody else checks that
// nothing was changed, with the tools of any shell.
//
// # Promise
//
//   - verify.sh needs sha256sum, od and nothing of this program. It fails when one byte of any file
//     is another, one is missing, or one is too many.
//   - The same trail gives the same bytes, whoever asks for it.
package bundle

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"time"

	_ "embed"

	"challengebot/internal/challenge"
	"challengebot/internal/record"
)

// ErrEmpty means that there is no trail to put into a bundle.
var ErrEmpty = errors.New("the challenge has no events")

var (
	//go:embed verify.sh
	verifyScript []byte
	//go:embed readme.txt
	readmeText string
	//go:embed timeline.html.tmpl
	timelineText string

	timelinePage = template.Must(template.New("timeline").Parse(timelineText))
)

// storedEvent is an event as it stands in the database.
type storedEvent struct {
	Seq     int                 `json:"seq"`
	At      time.Time           `json:"at"`
	By      challenge.Person    `json:"by"`
	Kind    challenge.EventKind `json:"kind"`
	Rung    string              `json:"rung,omitempty"`
	Opening int                 `json:"visit,omitempty"`
	Data    json.RawMessage     `json:"data"`
	Prev    challenge.Hash      `json:"prev"`
	Hash    challenge.Hash      `json:"hash"`
}

// Write writes the bundle of one challenge. Its trail must verify.
func Write(w io.Writer, s challenge.Snapshot, names record.NameLookup, zone *time.Location) error {
	if len(s.History) == 0 {
		return ErrEmpty
	}
	if _, err := challenge.Replay(s.Challenge.ID, s.History); err != nil {
		return fmt.Errorf("bundle: %s: %w", s.Challenge.Ref, err)
	}
	files, err := filesOf(s, names, zone)
	if err != nil {
		return err
	}
	z := zip.NewWriter(w)
	last := s.History[len(s.History)-1].At.UTC()
	var paths []string
	for path := range files {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	for _, path := range paths {
		f, err := z.CreateHeader(&zip.FileHeader{Name: s.Challenge.Ref + "/" + path, Method: zip.Deflate, Modified: last})
		if err == nil {
			_, err = f.Write(files[path])
		}
		if err != nil {
			return fmt.Errorf("bundle: writing %s: %w", path, err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("bundle: %w", err)
	}
	return nil
}

// filesOf are the files of a bundle by their paths.
func filesOf(s challenge.Snapshot, names record.NameLookup, zone *time.Location) (map[string][]byte, error) {
	entries := record.Timeline(s, names, zone)
	var page bytes.Buffer
	if err := timelinePage.Execute(&page, map[string]any{"Ref": s.Challenge.Ref, "Title": s.Ladder.Title, "Entries": entries, "Zone": zone.String()}); err != nil {
		return nil, fmt.Errorf("bundle: the timeline: %w", err)
	}
	var stored []storedEvent
	files := map[string][]byte{}
	var chain strings.Builder
	for i := range s.History {
		e := &s.History[i]
		stored = append(stored, storedEvent{Seq: e.Seq, At: e.At, By: e.By, Kind: e.Body.Kind(), Rung: e.Rung, Opening: e.Opening, Data: e.Data, Prev: e.Prev, Hash: e.Hash})
		path := fmt.Sprintf("chain/%05d.bin", e.Seq)
		files[path] = e.ChainText(s.Challenge.ID)
		fmt.Fprintf(&chain, "%s  %s\n", e.Hash, path)
	}
	events, err := json.MarshalIndent(stored, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("bundle: the events: %w", err)
	}
	ladder, err := s.Ladder.JSON()
	if err != nil {
		return nil, err
	}
	files["timeline.txt"] = []byte(record.FormatText(s, entries))
	files["timeline.html"] = page.Bytes()
	files["events.json"] = append(events, '\n')
	files["ladder.json"] = ladder
	files["CHAIN.sha256"] = []byte(chain.String())
	files["verify.sh"] = verifyScript
	files["README.txt"] = fmt.Appendf(nil, readmeText, s.Challenge.Ref, len(s.History), s.History[len(s.History)-1].Hash)
	files["MANIFEST.sha256"] = manifestOf(files)
	return files, nil
}

// manifestOf lists every file with its hash, by path.
func manifestOf(files map[string][]byte) []byte {
	var lines []string
	for path, content := range files {
		sum := sha256.Sum256(content)
		lines = append(lines, hex.EncodeToString(sum[:])+"  "+path)
	}
	slices.SortFunc(lines, func(a, b string) int { return strings.Compare(a[64:], b[64:]) })
	return []byte(strings.Join(lines, "\n") + "\n")
}
