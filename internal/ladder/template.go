package ladder

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"regexp"
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

// commentedExample is a line of the template that is commented out: "#key", not "# words".
var commentedExample = regexp.MustCompile(`(?m)^( *)#([^ #\n]|  )`)

// TemplateWithEveryPart is the template with nothing commented out: every key of the format stands
// in it once at least, and the comments say what each means.
func TemplateWithEveryPart() []byte {
	head, body, _ := strings.Cut(string(Template("exampleshire", "Challenge", "Exampleshire")), "\nladder:")
	return []byte(head + "\nladder:" + commentedExample.ReplaceAllString(body, "$1$2"))
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
