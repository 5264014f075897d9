package story

import (
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// oddIDs are what no id of Teams' looks like. The database takes some of them neither as a text
// nor as a key.
var oddIDs = map[string]any{
	"a null character": "1776\u00000000", "null characters alone": "\u0000", "a line break": "17\n76", "an escape": "\u001b[2J1776",
	"a control character beyond ASCII": "17\u009b76", "very long": strings.Repeat("7", 3_000), "longer than any key": strings.Repeat("7", 100_000),
	"half an emoji": json.RawMessage(`"1776\ud83d"`), "emoji": "\U0001F9D2", "right to left": "\u202e6771", "spaces": "   ", "nothing": "", "a number": 1776, "null": nil,
	"a list": []any{"1776"}, "an object": object{"id": "1776"}, "quotes": `'";--`, "a path": "../../x", "per cent": "%00%s%d",
}

// No envelope is answered with a server's fault, and none does anything but what its plain twin
// would do: whatever Teams, or whoever speaks with its voice, may come to send.
func TestAnOddEnvelopeIsNeverAServersFault(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(nil, s.tom, s.priya)
	answer := s.tom.buttonData(r.asked[0], "Send the answer")
	maps.Copy(answer, object{"text": ""})
	fields := []string{"id", "replyToId", "timestamp", "serviceUrl", "from.id", "from.name", "from.aadObjectId", "recipient.id", "recipient.name",
		"conversation.id", "conversation.name", "channelData.team", "channelData.channel", "channelData.eventType", "channelData.settings",
		"locale", "text", "name", "action", "membersAdded", "entities", "value"}
	kinds := map[string]func() object{
		"a message":      func() object { return s.tom.newMessage("/mine") },
		"an answer":      func() object { return s.tom.newMessage("/respond " + r.ref) },
		"an edit":        func() object { return s.tom.newActivity("messageUpdate") },
		"an upgrade":     func() object { return s.tom.newActivity("installationUpdate") },
		"somebody added": func() object { return s.tom.newActivity("conversationUpdate") },
		"a button":       func() object { return s.tom.newInvoke(answer) },
		"a window": func() object {
			a := s.tom.newInvoke(answer)
			a["name"], a["value"] = "task/submit", object{"data": answer}
			return a
		},
	}
	before := s.databasePicture("conversation", "delivery", "receipt", "channel")
	for kind, build := range kinds {
		for _, field := range fields {
			for name, odd := range oddIDs {
				activity := build()
				setPath(activity, field, odd)
				if got := s.post(activity); got.Status >= http.StatusInternalServerError {
					t.Errorf("%s whose %s is %s is answered with %d", kind, field, name, got.Status)
				}
			}
		}
	}
	if diff := cmp.Diff(before, s.databasePicture("conversation", "delivery", "receipt", "channel")); diff != "" {
		t.Errorf("something was stored (-before +after):\n%s", diff)
	}
	s.post(s.tom.newMessage("/mine")) // his own chat is known again
	s.settle()
	s.discardNews()
}

// setPath lays a value over one place of an activity.
func setPath(into object, path string, value any) {
	first, rest, deeper := strings.Cut(path, ".")
	if !deeper {
		into[first] = value
		return
	}
	inner, ok := into[first].(object)
	if !ok {
		inner = object{}
		into[first] = inner
	}
	setPath(inner, rest, value)
}
