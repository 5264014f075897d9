package ladder

import (
	"embed"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"challengebot/internal/yamlfile"
)

//go:embed shipped/*.yaml
var shippedFiles embed.FS

// ErrNotShipped says that no ladder of that id comes with the program.
var ErrNotShipped = errors.New("ladder: no such ladder is shipped")

// ShippedIDs are the ids of the ladders that come with the program, sorted.
func ShippedIDs() []string {
	names, err := shippedFiles.ReadDir("shipped")
	if err != nil {
		panic(err) // the folder is compiled in
	}
	ids := make([]string, len(names))
	for i, n := range names {
		ids[i] = strings.TrimSuffix(n.Name(), ".yaml")
	}
	return ids
}

// ShippedText is the file of a shipped ladder, to be copied and made one's own.
func ShippedText(id string) ([]byte, error) {
	text, err := shippedFiles.ReadFile(path.Join("shipped", id+".yaml"))
	if err != nil {
		return nil, fmt.Errorf("%w: %q; there are %s", ErrNotShipped, id, strings.Join(ShippedIDs(), ", "))
	}
	return text, nil
}

// LoadShipped reads a shipped ladder.
func LoadShipped(id string) (*Ladder, error) {
	text, err := ShippedText(id)
	if err != nil {
		return nil, err
	}
	return Read(id+".yaml", text)
}

// LoadDir reads every *.yaml file of a folder, in the order of their names. All
// problems of all files are in the error; then no ladder is given.
func LoadDir(dir string) ([]*Ladder, error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("ladder: reading the folder of ladders: %w", err)
	}
	var ladders []*Ladder
	var problems yamlfile.Problems
	fileOf := map[string]string{}
	for _, f := range files {
		name := filepath.Join(dir, f.Name())
		if f.IsDir() || filepath.Ext(name) != ".yaml" {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("ladder: reading a ladder: %w", err)
		}
		l, file, found := readAndValidate(name, text)
		if problems = append(problems, found...); len(found) > 0 {
			continue
		}
		if other, twice := fileOf[l.ID]; twice {
			problems = append(problems, file.ProblemAt("$.ladder", fmt.Sprintf("the id %q belongs to the ladder in %s too", l.ID, other), "Give each its own"))
		}
		fileOf[l.ID] = filepath.Base(name)
		ladders = append(ladders, l)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	if len(ladders) == 0 {
		return nil, yamlfile.Problems{{File: dir, What: "the folder holds no ladder", Hint: "Put a *.yaml file there; a shipped one to start from is " + slices.Max(ShippedIDs())}}
	}
	return ladders, nil
}
