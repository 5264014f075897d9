package bot

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"challengebot/cards"
	"challengebot/internal/words"
)

func readFixture(t testing.TB, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func mustDecode(t testing.TB, body string) Activity {
	t.Helper()
	a, err := DecodeActivity([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestDecodeKeepsWhatTheLibraryLoses(t *testing.T) {
	t.Parallel()
	got, err := DecodeActivity(readFixture(t, "slash_command.json"))
	if err != nil {
		t.Fatal(err)
	}
	want := Activity{
		Type: "message", ID: "1772129782775", ChannelID: "msteams", ServiceURL: testService,
		Timestamp: "2026-11-23T09:00:00.123Z", Text: "challenge", TextFormat: "plain", Locale: "en-GB",
		From:      Account{ID: "29:1chair", Name: "Sam Practice", AADObjectID: "11111111-0000-4000-8000-000000000001"},
		Recipient: Account{ID: "28:" + testApp, Name: "Challenge Bot", IsTargeted: true},
		Conversation: Conversation{ID: "19:abc@thread.tacv2;messageid=1772129782775", ConversationType: "channel",
			IsGroup: true, TenantID: testTenant, Name: "Conferences"},
		Entities: got.Entities, ChannelData: got.ChannelData,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	data := got.ChannelData
	if data.Tenant.ID != testTenant || data.Team.ID != "19:team@thread.tacv2" || data.Team.AADGroupID == "" ||
		data.Channel.ID != "19:abc@thread.tacv2" {
		t.Errorf("channel data %+v", data)
	}
	if got.Timestamp != "2026-11-23T09:00:00.123Z" {
		t.Errorf("sent at %s", got.Timestamp)
	}
	if got.IsPersonal() {
		t.Error("a channel counts as a personal chat")
	}
}

func TestDecodeReadsMembershipAndReactions(t *testing.T) {
	t.Parallel()
	a := mustDecode(t, `{"type":"conversationUpdate","membersAdded":[{"id":"28:b"}],"membersRemoved":[{"id":"29:p","aadObjectId":"o"}],
		"reactionsAdded":[{"type":"like"}],"action":"add","replyToId":"7","name":"n",
		"channelData":{"eventType":"teamMemberAdded","settings":{"selectedChannel":{"id":"19:x","name":"General"}}}}`)
	want := Activity{Type: "conversationUpdate", MembersAdded: []Account{{ID: "28:b"}},
		MembersRemoved: []Account{{ID: "29:p", AADObjectID: "o"}}, ReactionsAdded: []Reaction{{Type: "like"}},
		InstallationAction: "add", ReplyToID: "7", Name: "n", ChannelData: a.ChannelData}
	if diff := cmp.Diff(want, a); diff != "" {
		t.Error(diff)
	}
	if got, ok := a.SelectedChannel(); !ok || got != (Channel{ID: "19:x", Name: "General"}) || a.ChannelData.EventType != "teamMemberAdded" {
		t.Errorf("selected channel %+v, %v; event %q", got, ok, a.ChannelData.EventType)
	}
	if _, ok := mustDecode(t, `{"type":"message","channelData":{"settings":"x"}}`).SelectedChannel(); ok {
		t.Error("settings of another shape gave a channel")
	}
}

func TestDecodeSurvivesAnyValue(t *testing.T) {
	t.Parallel()
	for _, value := range []string{`"text"`, `[1,2]`, `7`, `true`, `{"a":{"b":[]}}`} {
		a := mustDecode(t, `{"type":"invoke","name":"x","value":`+value+`,"entities":`+value+`,"unknown":`+value+`}`)
		if string(a.Value) != value {
			t.Errorf("value %s, want %s", a.Value, value)
		}
		if len(a.Mentions()) != 0 {
			t.Errorf("entities %s gave a mention", value)
		}
	}
}

func TestDecodeRefusesWhatIsNoActivity(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]error{
		"": ErrNotJSON, "   ": ErrNotJSON, "challenge": ErrNotJSON, `{"type":"message"`: ErrNotJSON, `{"type":"message"} x`: ErrNotJSON,
		`{"type":"message"}{"type":"message"}`:     ErrNotJSON,
		`{"type":"message","type":"invoke"}`:       ErrNotJSON,
		`{"type":"message","value":{"a":1,"a":2}}`: ErrNotJSON,
		"{\"type\":\"message\",\"text\":\"\xff\"}": ErrNotJSON,
		`{"type":"message","text":NaN}`:            ErrNotJSON,
		strings.Repeat("[", 100_000):               ErrTooComplex,
		`{"a":` + strings.Repeat("[", 100_000):     ErrTooComplex,
		strings.Repeat("[", maxNesting):            ErrNotObject,
		`{"a":` + strings.Repeat("[", 50):          ErrNotJSON,
		`[]`:                                       ErrNotObject, `"message"`: ErrNotObject, `7`: ErrNotObject, `true`: ErrNotObject,
		`{"type":7}`: ErrNotObject,
		`{"type":"message","conversation":"a:1"}`:             ErrNotObject,
		`{"type":"message","recipient":{"isTargeted":"yes"}}`: ErrNotObject,
		`{}`: ErrNoType, `null`: ErrNoType, `{"type":""}`: ErrNoType, `{"type":null}`: ErrNoType, `{"TYPE":"message"}`: ErrNoType,
	} {
		if _, err := DecodeActivity([]byte(body)); !errors.Is(err, want) {
			t.Errorf("DecodeActivity(%.40q) = %v, want %v", body, err, want)
		}
	}
}

func TestDecodeErrorsHoldNothingOfTheBody(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"type":"message","text":{"secretname":1}}`, `{"secretname":1,"secretname":2}`, `{"type":"m","from":{"secretname":"\q"}}`} {
		if _, err := DecodeActivity([]byte(body)); err == nil || strings.Contains(err.Error(), "secretname") {
			t.Errorf("error %v", err)
		}
	}
}

func TestPersonalIsOnlyWhatSaysSo(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]bool{"personal": true, "": false, "channel": false, "groupChat": false, "Personal": false} {
		a := Activity{Conversation: Conversation{ConversationType: kind}}
		if got := a.IsPersonal(); got != want {
			t.Errorf("%q: %v, want %v", kind, got, want)
		}
	}
}

func TestCommandTextIsWhatThePersonAskedOfTheBot(t *testing.T) {
	t.Parallel()
	const own = `{"type":"mention","mentioned":{"id":"28:b"},"text":"<at>Challenge Bot</at>"}`
	const jane = `{"type":"mention","mentioned":{"id":"29:j"},"text":"<at>Jane</at>"}`
	tests := []struct{ name, text, entities, want string }{
		{"plain", "challenge", "", "challenge"},
		{"slash", "/challenge", "", "challenge"},
		{"slash and more", "/challenge  two  spaces", "", "challenge  two  spaces"},
		{"one slash only", "//challenge", "", "/challenge"},
		{"letter case kept", "Challenge ABC", "", "Challenge ABC"},
		{"mention", "<at>Challenge Bot</at> challenge", own, "challenge"},
		{"mention and slash", "<at>Challenge Bot</at> /challenge x", own, "challenge x"},
		{"mention with nbsp", "<at>Challenge Bot</at>&nbsp;challenge", own, "challenge"},
		{"mention at the end", "challenge <at>Challenge Bot</at>", own, "challenge"},
		{"mention alone", "<at>Challenge Bot</at>", own, ""},
		{"another mention is a name", "<at>Challenge Bot</at> hand to <at>Jane</at>", own + "," + jane, "hand to Jane"},
		{"mention without entity, by name", "<at>Challenge Bot</at> challenge", "", "challenge"},
		{"odd entities passed over", "<at>Challenge Bot</at> challenge", `7,{"type":"mention","text":5},` + own, "challenge"},
		{"name in front", "Challenge Bot challenge", "", "challenge"},
		{"name in front, other case", "challenge bot help", "", "help"},
		{"slash and name", "/Challenge Bot challenge", "", "challenge"},
		{"name and slash", "Challenge Bot /challenge", "", "challenge"},
		{"name alone is all that was said", "Challenge Bot", "", "Challenge Bot"},
		{"longer word is not the name", "Challenge Bots are fine", "", "Challenge Bots are fine"},
		{"entities", "a &amp; b &lt;c&gt; &#39;d&#39;", "", "a & b <c> 'd'"},
		{"entities resolved once", "&amp;lt;", "", "&lt;"},
		{"space of all kinds", "\u00a0\u200b\ufeff \t\n/challenge\u00a0x \r\n", "", "challenge x"},
		{"line breaks inside kept", "challenge\nline two", "", "challenge\nline two"},
		{"empty", "", "", ""},
		{"slash alone", "/", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := Activity{Type: TypeMessage, Text: tt.text, Recipient: Account{ID: "28:b", Name: "Challenge Bot"}}
			if tt.entities != "" {
				a.Entities = json.RawMessage("[" + tt.entities + "]")
			}
			if got := a.CommandText(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestAppNamedLikeItsCommandKeepsTheCommand(t *testing.T) {
	t.Parallel()
	a := Activity{Text: "/challenge the plan", Recipient: Account{ID: "28:b", Name: "Challenge"}}
	if got := a.CommandText(); got != "challenge the plan" {
		t.Errorf("got %q: the command was taken for the app's name", got)
	}
}

func TestInvokeActionReadsACardAction(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, value string
		want        CardAction
		err         error
	}{
		{"manual", `{"action":{"type":"Action.Execute","verb":"respond","data":{"c":"1"}},"trigger":"manual"}`,
			CardAction{Verb: "respond", Data: json.RawMessage(`{"c":"1"}`), Trigger: TriggerManual}, nil},
		{"automatic", `{"action":{"verb":"refresh","data":{}},"trigger":"automatic"}`,
			CardAction{Verb: "refresh", Data: json.RawMessage(`{}`), Trigger: TriggerAutomatic}, nil},
		{"trigger missing", `{"action":{"verb":"v","data":{}}}`, CardAction{Verb: "v", Data: json.RawMessage(`{}`), Trigger: TriggerManual}, nil},
		{"trigger unknown", `{"action":{"verb":"v","data":{}},"trigger":"x"}`, CardAction{Verb: "v", Data: json.RawMessage(`{}`), Trigger: TriggerManual}, nil},
		{"data missing", `{"action":{"verb":"v"}}`, CardAction{Verb: "v", Data: json.RawMessage(`{}`), Trigger: TriggerManual}, nil},
		{"data null", `{"action":{"verb":"v","data":null}}`, CardAction{Verb: "v", Data: json.RawMessage(`{}`), Trigger: TriggerManual}, nil},
		{"data a string", `{"action":{"verb":"v","data":"x"}}`, CardAction{}, ErrMalformedCardAction},
		{"data a list", `{"action":{"verb":"v","data":[{}]}}`, CardAction{}, ErrMalformedCardAction},
		{"verb a number", `{"action":{"verb":1,"data":{}}}`, CardAction{}, ErrMalformedCardAction},
		{"no action", `{}`, CardAction{}, ErrMalformedCardAction},
		{"value a string", `"x"`, CardAction{}, ErrMalformedCardAction},
		{"value missing", ``, CardAction{}, ErrMalformedCardAction},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := Activity{Type: TypeInvoke, Name: InvokeCardAction, Value: json.RawMessage(tt.value)}.CardAction()
			if !errors.Is(err, tt.err) {
				t.Fatalf("error %v, want %v", err, tt.err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	for _, a := range []Activity{{Type: TypeInvoke, Name: InvokeTaskFetch}, {Type: TypeMessage, Name: InvokeCardAction}} {
		if _, err := a.CardAction(); !errors.Is(err, ErrNotCardAction) {
			t.Errorf("%s %s: error %v", a.Type, a.Name, err)
		}
	}
}

func TestSubmitDataIsAMessageWithAValueAndNoText(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]bool{
		`{"type":"message","value":{"verb":"respond"}}`:          true,
		`{"type":"message","text":" \n","value": {"verb":"r"} }`: true,
		`{"type":"message","text":"hello","value":{"verb":"r"}}`: false,
		`{"type":"message","value":"x"}`:                         false,
		`{"type":"message","value":null}`:                        false,
		`{"type":"message"}`:                                     false,
		`{"type":"invoke","value":{"verb":"r"}}`:                 false,
	} {
		a := mustDecode(t, body)
		data, ok := a.SubmitData()
		if ok != want || (ok && string(data) != string(a.Value)) {
			t.Errorf("%s: %s, %v", body, data, ok)
		}
	}
}

func TestHalfAnEmojiCostsNothingOfWhatWasTyped(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ typed, want string }{
		{`\ud83d`, "\ufffd"},
		{`cut here \ud83d`, "cut here \ufffd"},
		{`\uDE00 and after`, "\ufffd and after"},
		{`\ud83d\ud83d\ude00`, "\ufffd\U0001f600"},
		{`\ude00\ud83d`, "\ufffd\ufffd"},
		{`\ud83d\n\\ud83d \ud83dx`, "\ufffd\n\\ud83d \ufffdx"},
		{`\ud83d\ude00 \u00e9`, "\U0001f600 \u00e9"},
	} {
		body := `{"type":"message","text":"` + tt.typed + `","value":{"text":"` + tt.typed + `"}}`
		a, err := DecodeActivity([]byte(body))
		if err != nil {
			t.Errorf("%s: %v", tt.typed, err)
			continue
		}
		if a.Text != tt.want {
			t.Errorf("%s: the text is %q", tt.typed, a.Text)
		}
		if _, in, err := cards.ParseButtonData(a.Value); err != nil || in["text"] != tt.want {
			t.Errorf("%s: the field holds %q (%v)", tt.typed, in["text"], err)
		}
	}
	for _, body := range []string{`{"type":"\ud83`, `{"type":"message","text":"\ud83d`, "{\"text\":\"\\ud83d\xff\"}", `\`, `\u`, `\ud83d\`} {
		if _, err := DecodeActivity([]byte(body)); !errors.Is(err, ErrNotJSON) {
			t.Errorf("%q: %v", body, err)
		}
	}
}

func FuzzDecodeActivity(f *testing.F) {
	for _, seed := range []string{"slash_command.json", "card_action.json"} {
		f.Add(readFixture(f, seed))
	}
	for _, seed := range []string{``, `null`, `[]`, `{"type":"message"}`, `{"type":"invoke","value":"x"}`, `{"type":"message","entities":[{"type":"mention"}]}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		a, err := DecodeActivity(body)
		if err != nil {
			if diff := cmp.Diff(Activity{}, a); diff != "" {
				t.Errorf("an activity came with the error: %s", diff)
			}
			return
		}
		if a.Type == "" || !json.Valid(body) {
			t.Errorf("accepted %q", body)
		}
		if action, err := a.CardAction(); err == nil {
			var object map[string]any
			if json.Unmarshal(action.Data, &object) != nil {
				t.Errorf("action data %q is no object", action.Data)
			}
		}
		if data, ok := a.SubmitData(); ok && !json.Valid(data) {
			t.Errorf("submit data %q", data)
		}
		a.CommandText()
		a.SelectedChannel()
		a.metricKind()
	})
}

func FuzzCommandText(f *testing.F) {
	f.Add("<at>Challenge Bot</at>&nbsp;/challenge x", "Challenge Bot", "<at>Challenge Bot</at>")
	f.Add("/challenge", "Challenge", "")
	f.Add("//Bot /x", "Bot", "Bot")
	f.Add("\u00a0&#x110000;&amp;amp;", "K", "\u212a")
	f.Fuzz(func(t *testing.T, text, name, mention string) {
		entity, err := json.Marshal([]any{map[string]any{"type": "mention", "text": mention, "mentioned": map[string]string{"id": "28:b"}}})
		if err != nil {
			t.Fatal(err)
		}
		a := Activity{Type: TypeMessage, Text: text, Recipient: Account{ID: "28:b", Name: name}, Entities: entity}
		got := a.CommandText()
		if got != strings.TrimFunc(got, words.IsBlank) {
			t.Errorf("%q keeps space around it", got)
		}
		if utf8.ValidString(text) && utf8.ValidString(mention) && !utf8.ValidString(got) {
			t.Errorf("%q is broken UTF-8", got)
		}
		if strings.Contains(got, "\u00a0") {
			t.Errorf("%q keeps a hard space", got)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	body := readFixture(b, "card_action.json")
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := DecodeActivity(body); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDecodeStandard is the same work with encoding/json, for comparison.
func BenchmarkDecodeStandard(b *testing.B) {
	body := readFixture(b, "card_action.json")
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		var a Activity
		if err := json.Unmarshal(body, &a); err != nil {
			b.Fatal(err)
		}
	}
}

func TestTheLimitsOfABodyAreExact(t *testing.T) {
	t.Parallel()
	nested := func(depth int) string { // the activity itself is the first level
		return `{"type":"message","value":` + strings.Repeat("[", depth-1) + strings.Repeat("]", depth-1) + `}`
	}
	// The activity opens one value, the list another, and each comma one more.
	values := func(n int) string { return `{"type":"message","value":[0` + strings.Repeat(",0", n-3) + `]}` }
	for body, want := range map[string]error{nested(64): nil, nested(65): ErrTooComplex, values(10_000): nil, values(10_001): ErrTooComplex,
		`{"type":"message","value":[` + strings.Repeat(`[],`, 4_998) + `[]]}`: nil, `{"type":"message","value":[` + strings.Repeat(`{},`, 4_999) + `{}]}`: ErrTooComplex} {
		if _, err := DecodeActivity([]byte(body)); !errors.Is(err, want) {
			t.Errorf("%.30s… of %d bytes: %v, not %v", body, len(body), err, want)
		}
	}
}

func TestEveryHalfOfAPairIsReplacedAndNothingElse(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`a\ud800b`: `a\ufffdb`, `\udbff`: `\ufffd`, `\udc00`: `\ufffd`, `\udfff`: `\ufffd`, `\ud7ff`: `\ud7ff`, `\ue000`: `\ue000`,
		`\ud83d\ude00`: `\ud83d\ude00`, `\ude00\ud83d`: `\ufffd\ufffd`, `\ud83d\ud83d\ude00`: `\ufffd\ud83d\ude00`, `\ud83d\n`: `\ufffd\n`,
		`\\ud800`: `\\ud800`, `\\\ud800`: `\\\ufffd`, `\ud80`: `\ud80`, `\ud83dx`: `\ufffdx`, `\ud83d\udbff\udc00`: `\ufffd\udbff\udc00`, `\`: `\`, ``: ``, `plain`: `plain`,
	} {
		body := []byte(in)
		got, replaced := replaceLoneSurrogates(body)
		if string(got) != want || replaced != (in != want) {
			t.Errorf("%s becomes %s (replaced %v), not %s", in, got, replaced, want)
		}
		if string(body) != in {
			t.Errorf("%s itself was changed: %s", in, body)
		}
	}
}

func TestNamesAreOnOneLineAndOfALengthThatANameHas(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"Tom Reid": "Tom Reid", " Tom\x00\n Reid\u009b ": "Tom Reid", strings.Repeat("é", 256): strings.Repeat("é", 256), strings.Repeat("é", 257): strings.Repeat("é", 256)} {
		if got := clipName(in); got != want {
			t.Errorf("%q becomes %q", in, got)
		}
	}
	for id, want := range map[string]bool{"": true, "a:1": true, strings.Repeat("x", 600): true, strings.Repeat("x", 601): false, "a\x00": false, "a\n": false, "a\u009b": false, "\u00e9": true} {
		if isPlainID(id) != want {
			t.Errorf("%.20q of %d bytes: %v", id, len(id), !want)
		}
	}
	for id, want := range map[string]string{"": "", "0A000000-0000-4000-8000-00000000000B": "0a000000-0000-4000-8000-00000000000b", "{0a000000-0000-4000-8000-000000000003}": "",
		"urn:uuid:0a000000-0000-4000-8000-000000000003": "", "0a00000000004000800000000000000b": "", "x": "", "0a000000-0000-4000-8000-00000000000g": ""} {
		if got := (Account{AADObjectID: id}).personID(); got != want {
			t.Errorf("%s is %q", id, got)
		}
	}
}
