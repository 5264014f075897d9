package bot

import (
	"encoding/json"
	"regexp"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"
)

// Pictures and files that come with a message are never opened or kept: the record of a child is
// kept elsewhere. Whoever sends one is told.

// htmlPicture is a picture within the formatted text that Teams sends beside the plain one. An
// emoji is drawn the same way and is none.
var htmlPicture = regexp.MustCompile(`(?is)<(?:img|video|audio)\b[^<>]*>`)

// hasFile reports whether something came with a message beside its text: a picture, a file, a
// recording. Cards, quoted messages and the text's own formatted copy are none.
func (a Activity) hasFile() bool {
	var list []json.RawMessage
	if jsonv2.Unmarshal(a.Attachments, &list) != nil {
		return false
	}
	for _, raw := range list {
		var one struct {
			ContentType string          `json:"contentType"`
			Content     json.RawMessage `json:"content"`
		}
		if jsonv2.Unmarshal(raw, &one) == nil && isFile(strings.ToLower(one.ContentType), one.Content) {
			return true
		}
	}
	return false
}

func isFile(contentType string, content json.RawMessage) bool {
	kind, _, _ := strings.Cut(contentType, ";")
	switch kind = strings.TrimSpace(kind); {
	case kind == "text/html":
		var formatted string
		_ = jsonv2.Unmarshal(content, &formatted) // of another shape it holds no picture
		for _, picture := range htmlPicture.FindAllString(formatted, -1) {
			if !strings.Contains(strings.ToLower(picture), "schema.skype.com/emoji") {
				return true
			}
		}
		return false
	case strings.HasSuffix(kind, ".card.audio"), strings.HasSuffix(kind, ".card.video"), strings.HasSuffix(kind, ".card.animation"):
		return true // a recording comes as a card
	case kind == "", kind == "text/plain", strings.HasPrefix(kind, "application/vnd.microsoft.card."), strings.HasPrefix(kind, "application/vnd.microsoft.teams.card."),
		strings.HasPrefix(kind, "application/vnd.adaptivecard"), strings.HasSuffix(kind, "messagereference"):
		return false
	}
	return true
}
