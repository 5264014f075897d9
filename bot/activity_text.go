package bot

import (
	"challengebot/internal/words"
	"encoding/json"
	"strings"
	"unicode/utf8"

	jsonv2 "github.com/go-json-experiment/json"
)

// raiseCommandWord is the word that opens a challenge. When the app itself has this
// name, the word at the start of a text is the command and not the name.
const raiseCommandWord = "challenge"

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

// CommandText is what the person asked of the bot, as people read it: without what Teams adds,
// without mentions of the bot around it, without the app's name in front and without a
// leading "/".
//
// "/challenge x", "challenge x", "@Bot challenge x", "/Bot challenge x" and
// "Bot /challenge x" all give "challenge x".
func (a Activity) CommandText() string {
	t := a.normaliseText()
	text, _ := a.cutAddress(t)
	return strings.TrimFunc(t.plain(text), words.IsBlank)
}

// cutAddress takes off the start of a text what only says that the bot is meant: a slash, or the
// app's name. slash: there was one, so what follows was meant as a command.
func (a Activity) cutAddress(t typedText) (text string, slash bool) {
	text = t.marked
	cutSlash := func() {
		if rest, ok := strings.CutPrefix(text, "/"); ok {
			text, slash = t.trimBotStart(rest), true
		} else if rest, ok := strings.CutPrefix(text, "\uff0f"); ok { // a full-width one
			text, slash = t.trimBotStart(rest), true
		}
	}
	cutSlash()
	if rest, ok := cutAppName(text, a.Recipient.Name); ok {
		text, slash = t.trimBotStart(rest), false
		cutSlash()
	}
	return text, slash
}

// cutAppName removes the app's name from the start of a text if a separate word
// follows it. A name standing alone stays: it is all that was said.
func cutAppName(text, name string) (string, bool) {
	if name == "" || strings.EqualFold(name, raiseCommandWord) || len(text) <= len(name) ||
		!strings.EqualFold(text[:len(name)], name) {
		return text, false
	}
	rest := text[len(name):]
	if next, _ := utf8.DecodeRuneInString(rest); !words.IsBlank(next) {
		return text, false
	}
	return strings.TrimLeftFunc(rest, words.IsBlank), true
}
