package bot

import (
	"encoding/json"
	"html"
	"strings"
	"unicode"
	"unicode/utf8"

	jsonv2 "github.com/go-json-experiment/json"
)

// raiseCommandWord is the word that opens a challenge. When the app itself has this
// name, the word at the start of a text is the command and not the name.
const raiseCommandWord = "challenge"

// Mention is an @mention: who, and the piece of the text that stands for them.
type Mention struct {
	Mentioned Account `json:"mentioned"`
	Text      string  `json:"text"`
}

// Mentions lists the @mentions of the activity. Entities that cannot be read are
// passed over.
func (a Activity) Mentions() []Mention {
	var found []Mention
	a.eachEntity("mention", func(raw json.RawMessage) {
		var m Mention
		if jsonv2.Unmarshal(raw, &m) == nil {
			found = append(found, m)
		}
	})
	return found
}

func (a Activity) eachEntity(kind string, visit func(json.RawMessage)) {
	var entities []json.RawMessage
	if jsonv2.Unmarshal(a.Entities, &entities) != nil {
		return
	}
	for _, raw := range entities {
		var head struct {
			Type string `json:"type"`
		}
		if jsonv2.Unmarshal(raw, &head) == nil && head.Type == kind {
			visit(raw)
		}
	}
}

// CommandText is what the person asked of the bot: the text without the bot's
// own mention, with HTML entities resolved, without the app's name in front and
// without a leading "/". Other mentions and the inside of the text stay as they are.
//
// "/challenge x", "challenge x", "@Bot challenge x", "/Bot challenge x" and
// "Bot /challenge x" all give "challenge x".
func (a Activity) CommandText() string {
	text := a.Text
	for _, m := range a.Mentions() {
		if m.Text != "" && m.Mentioned.ID != "" && m.Mentioned.ID == a.Recipient.ID {
			text = strings.Replace(text, m.Text, " ", 1)
		}
	}
	text = html.UnescapeString(text)
	text = strings.TrimFunc(strings.ReplaceAll(text, "\u00a0", " "), isBlank)
	text = strings.TrimLeftFunc(strings.TrimPrefix(text, "/"), isBlank)
	if rest, ok := cutAppName(text, a.Recipient.Name); ok {
		text = strings.TrimLeftFunc(strings.TrimPrefix(rest, "/"), isBlank)
	}
	return text
}

// cutAppName removes the app's name from the start of a text if a separate word
// follows it. A name standing alone stays: it is all that was said.
func cutAppName(text, name string) (string, bool) {
	if name == "" || strings.EqualFold(name, raiseCommandWord) || len(text) <= len(name) ||
		!strings.EqualFold(text[:len(name)], name) {
		return text, false
	}
	rest := text[len(name):]
	if next, _ := utf8.DecodeRuneInString(rest); !isBlank(next) {
		return text, false
	}
	return strings.TrimLeftFunc(rest, isBlank), true
}

// isBlank covers the zero-width characters that editors leave around mentions.
func isBlank(r rune) bool {
	return unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff'
}
