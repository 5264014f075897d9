package ladderschema

import (
	"fmt"
	"strings"

	"challengebot/internal/yamlfile"
)

// Find is the keys that somebody may mean by what they typed: one by its path ("rungs.window",
// "rungs[0].window"), or else all of that name ("window"). An error says what there is instead.
func Find(typed string) ([]Key, error) {
	path := strings.TrimPrefix(index.ReplaceAllString(strings.TrimSpace(typed), ""), "$.")
	path = strings.ToLower(strings.TrimSuffix(path, ":"))
	var ends []Key
	var paths, names []string
	for _, k := range Keys() {
		if k.Path == path {
			return []Key{k}, nil
		}
		if strings.HasSuffix(k.Path, "."+path) {
			ends = append(ends, k)
		}
		_, name, _ := cutLast(k.Path)
		paths, names = append(paths, k.Path), append(names, name)
	}
	if len(ends) > 0 {
		return ends, nil
	}
	known := names
	if strings.Contains(path, ".") {
		known = paths
	}
	hint := `"challengebot ladder explain" lists every key`
	if closest := yamlfile.ClosestWord(path, known); closest != "" {
		hint = fmt.Sprintf("Did you mean %q?", closest)
	}
	return nil, fmt.Errorf("no key of a ladder is called %q. %s", typed, hint)
}

// Explain says of a key what it means, what it takes and how it is written.
func (k Key) Explain() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", k.Path)
	fmt.Fprintf(&b, "  %s\n", k.Meaning)
	fmt.Fprintf(&b, "  Takes %s.", k.Takes)
	if k.IsRequired {
		b.WriteString(" It cannot be left out.")
	}
	if k.IsForThePage {
		b.WriteString(" Kept for the page: the program prints it and does nothing by it.")
	}
	b.WriteString("\n")
	if len(k.Below) > 0 {
		fmt.Fprintf(&b, "  Its keys: %s.\n", strings.Join(k.Below, ", "))
	}
	if k.Example != "" {
		b.WriteString("  For example:\n\n")
		for line := range strings.Lines(k.Example + "\n") {
			b.WriteString("    " + line)
		}
	}
	return b.String()
}
