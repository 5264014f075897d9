package ladder

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"strings"
)

//go:embed new.yaml
var templateText string

// Template is the file of a ladder to start from: three rungs that work as they
// stand, and every key of the format, explained. The id must be a key, and neither
// title nor authority may be empty; [Read] says so if they are.
func Template(id, title, authority string) []byte {
	return []byte(strings.NewReplacer("{{id}}", quoteYAML(id), "{{title}}", quoteYAML(title), "{{authority}}", quoteYAML(authority)).Replace(templateText))
}

// quoteYAML is text as a quoted YAML value, whatever signs it has. YAML reads the
// quoted text of JSON.
func quoteYAML(text string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(text); err != nil {
		panic(err) // text always encodes
	}
	return strings.TrimSpace(b.String())
}
