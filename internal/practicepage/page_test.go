package practicepage

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"challengebot/internal/ladder"
	"challengebot/internal/practice"
	"challengebot/internal/story"
)

// raiseChallenge fills in the form as the chair.
func (b *browser) raiseChallenge() {
	b.t.Helper()
	b.open("/chat/maya")
	b.press("/challenge", nil)
	b.expectShown(200, "Raise a challenge", "The child's team")
	b.press("Continue", map[string]string{
		"in.partner": "false", "in.looked_after": "false", "in.team": "north-locality", "in.conference": "review", "in.conference_date": "2026-03-27",
		"in.record": "LL-204817", "in.categories": "drift-and-delay", "in.other_categories": "risk", "in.ask_by": "2026-04-17",
		"in.concern": "No core group since January.\r\n<script>alert(1)</script>", "in.ask": "A core group within two weeks."})
	b.expectShown(200, "Check, then send", "Tom Reid")
	b.press("Send the challenge", nil)
}

func TestAChallengeIsRaisedAnsweredAndFollowedOnThePracticePage(t *testing.T) {
	t.Parallel()
	b := openPage(t)
	b.raiseChallenge()
	b.expectShown(200, "Sent: Professional Challenge CH-", "Tom Reid", "Drift and delay in progress of the plan; Escalation of risk")
	b.open("/channel/north-locality?as=maya")
	b.expectShown(200, "Informal Stage", "An answer is due by Tuesday 31 March 2026 at 17:00", "new")
	b.expectNotShown("LL-204817", "core group")
	b.open("/chat/tom")
	b.expectShown(200, "Priya Shah Team Manager 1 unread", "No core group since January.", "<script>alert(1)</script>")

	b.press("To what is due next Tue 31 Mar, 09:00", nil)
	b.expectShown(200, "Tuesday 31 March 2026 09:00 BST", "Reminder: Professional Challenge")
	b.press("To what is due next Tue 31 Mar, 17:00", nil)
	b.press("+ 1 hour", nil)
	b.expectShown(200, "Tuesday 31 March 2026 18:00 BST", "The time for an answer ended on Tuesday 31 March 2026 at 17:00")
	b.press("+ 1 working day", nil)
	b.expectShown(200, "Wednesday 1 April 2026 18:00 BST")

	b.open("/chat/priya")
	b.expectShown(200, "Please answer by Thursday 9 April 2026 at 17:00", "Add or hide action 2")
	b.press("Send the answer", map[string]string{"in.text": "It was cancelled.", "in.plan_1_what": "Hold it", "in.plan_1_who": "Social worker",
		"in.plan_1_by": "2026-04-10", "in.plan_2_what": "Tell the chair", "in.plan_2_who": "Team Manager", "in.plan_2_by": "2026-04-11"})
	b.expectShown(200, "You answered on Wednesday 1 April 2026 at 18:00", "2. Tell the chair")
	b.open("/chat/maya")
	b.press("Satisfied", nil)
	b.expectShown(200, "Settled on Wednesday 1 April 2026 at 18:00")

	b.open("/audit")
	ref := story.ReferencePattern.FindString(b.text)
	b.open("/audit/" + ref)
	b.expectShown(200, "Chain verified", "raised Professional Challenge "+ref, "The challenge is resolved.", "Team North Locality")
	b.open("/audit/CH-000000")
	b.expectShown(404)
}

func TestWhatAClientWouldNotSendComesBackMarkedAndFilled(t *testing.T) {
	t.Parallel()
	b := openPage(t)
	b.raiseChallenge()
	b.open("/chat/priya")
	b.press("Send the answer", map[string]string{"in.text": "We have a plan.", "in.plan_2_what": "A second thing"})
	b.expectShown(200, "Please put right what is marked and send it again.", "We have a plan.", "A second thing") // the bot says so
	b.press("Send the answer", map[string]string{"in.plan_1_what": "Hold it", "in.plan_1_who": "Social worker", "in.plan_1_by": "2026-04-10",
		"in.plan_2_who": "Team Manager", "in.plan_2_by": "2026-04-11"})
	b.expectShown(200, "You answered", "We have a plan.", "2. A second thing")

	b.open("/chat/maya")
	b.press("Withdraw the challenge now", nil) // the client says so, and sends nothing
	b.expectShown(http.StatusUnprocessableEntity, "Please put right what is marked. Nothing has been sent yet.", "Please fill this in.")
}

func TestAWindowThatWasLeftOpenSendsWhatItShowed(t *testing.T) {
	t.Parallel()
	b := openPage(t)
	b.raiseChallenge()
	b.open("/chat/priya")
	left := b.document // the card of the Informal Stage, to be answered by 17:00
	b.post("/clock", url.Values{"by": {"day"}, "back": {"/chat/priya"}})
	b.post("/clock", url.Values{"by": {"day"}, "back": {"//elsewhere.example/"}})
	b.expectShown(200, "Maya Okafor")
	b.document = left
	b.press("Send the answer", map[string]string{"in.text": "Too late, but here it is.", "in.plan_1_what": "Hold it", "in.plan_1_who": "SW", "in.plan_1_by": "2026-04-10"})
	b.expectShown(200, "Too late, but here it is.", "It is now on Stage 1")
}

func TestAWindowOnThePageKeepsWhatIsTypedUntilItIsSent(t *testing.T) {
	t.Parallel()
	b := openPage(t)
	b.raiseChallenge()
	b.open("/chat/priya")
	b.press("Open in a window", nil)
	b.expectShown(200, "Priya Shah sees this in a window of its own.", "No core group since January.")
	b.expectNotShown("Open in a window")
	b.press("Send the answer", map[string]string{"in.text": "We have a plan."})
	b.expectShown(200, "Please put right: Please agree at least one action: what, who, and by when.", "We have a plan.")
	b.press("Send the answer", map[string]string{"in.plan_1_what": "Hold it", "in.plan_1_who": "Social worker", "in.plan_1_by": "2026-04-10"})
	b.expectShown(200, "this is recorded. The card in the chat shows it.", "You answered", "We have a plan.")
	b.open("/dialog/priya") // it is closed
	b.expectShown(200, "This is what Priya Shah sees in the chat with the bot.")
}

func TestTheBotIsReachedInAChannelByMention(t *testing.T) {
	t.Parallel()
	b := openPage(t)
	b.open("/channel/north-locality?as=maya")
	b.press("Send", map[string]string{"text": "/challenge"})
	b.expectShown(200, "@Challenge /challenge", "Maya Okafor IRO / CP chair 2 unread", "Only you can see this. My answer is in our private chat")
	b.open("/chat/maya")
	b.expectShown(200, "You asked for this in a channel")
}

func TestThePageAnswersItsOwnFormsOnThisMachineOnly(t *testing.T) {
	t.Parallel()
	b := openPage(t)
	tests := []struct {
		name, method, host, origin, site string
		want                             int
	}{
		{"at home", "GET", pageHost, "", "", 200},
		{"by the name localhost", "GET", "localhost:8733", "", "cross-site", 200},
		{"over IPv6", "GET", "[::1]:8733", "", "", 200},
		{"a name that was bound to this machine", "GET", "evil.example:8733", "", "", 421},
		{"a name that begins well", "GET", "127.0.0.1.evil.example", "", "", 421},
		{"no host", "GET", "", "", "", 421},
		{"its own form", "POST", pageHost, "http://" + pageHost, "same-origin", 303},
		{"its own form in an old browser", "POST", pageHost, "http://" + pageHost, "", 303},
		{"a form that says nothing of where it comes from", "POST", pageHost, "", "", 403},
		{"another site's form", "POST", pageHost, "https://evil.example", "cross-site", 403},
		{"another port's form", "POST", pageHost, "http://127.0.0.1:9999", "same-site", 403},
		{"a sandboxed form", "POST", pageHost, "null", "", 403},
		{"a form at a name that was bound to this machine", "POST", "evil.example", "http://evil.example", "same-origin", 421},
	}
	for _, test := range tests {
		path := "/chat/maya"
		if test.method == "POST" {
			path += "/say"
		}
		r := httptest.NewRequest(test.method, path, strings.NewReader("text="))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Host = test.host
		for name, value := range map[string]string{"Origin": test.origin, "Sec-Fetch-Site": test.site} {
			if value != "" {
				r.Header.Set(name, value)
			}
		}
		rec := httptest.NewRecorder()
		b.page.ServeHTTP(rec, r)
		if rec.Code != test.want {
			t.Errorf("%s: status %d, want %d", test.name, rec.Code, test.want)
		}
		if rec.Code == 200 && !strings.Contains(rec.Header().Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: no content security policy", test.name)
		}
	}
}

func TestEveryButtonOfEveryCardOfADemonstrationIsDrawnOnce(t *testing.T) {
	t.Parallel()
	l, err := ladder.LoadShipped(story.DemoLadder)
	if err != nil {
		t.Fatal(err)
	}
	w, err := story.Open(t.Context(), story.Options{DatabaseURL: newDatabase(t), Ladders: []*ladder.Ladder{l}, Errorf: t.Errorf})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := story.PlayDemo(t.Context(), w, func(story.Step) error { return nil }); err != nil {
		t.Fatal(err)
	}
	drawn := 0
	for _, p := range w.Teams.People() {
		for _, m := range p.CardMessages() {
			for _, v := range m.History() {
				d, err := drawCard(v.Card, "x", nil, nil)
				if err != nil {
					t.Fatal(err)
				}
				drawn++
				got := map[int]string{}
				buttonsOf(d.Parts, got)
				for n, a := range v.Card.Buttons() {
					if sends := a.Type == "Action.Execute" || a.Type == "Action.Submit"; sends != (got[n] == a.Title && got[n] != "") {
						t.Errorf("button %d, %q (%s), is drawn as %q", n, a.Title, a.Type, got[n])
					}
				}
			}
		}
	}
	if drawn < 20 {
		t.Errorf("only %d cards were drawn", drawn)
	}
}

func buttonsOf(parts []drawnPart, into map[int]string) {
	for _, p := range parts {
		for _, b := range p.Buttons {
			into[b.N] = b.Title
		}
		buttonsOf(p.Parts, into)
		for _, c := range p.Columns {
			buttonsOf(c, into)
		}
	}
}

func TestTheLittleMarkdownOfCardsIsRead(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		want [][]span
	}{
		{`plain`, [][]span{{{Text: "plain"}}}},
		{"one\n\ntwo", [][]span{{{Text: "one"}}, {{Text: "two"}}}},
		{`**bold** and _italic_`, [][]span{{{Text: "bold", Bold: true}, {Text: " and "}, {Text: "italic", Italic: true}}}},
		{`\*\*not bold\*\* \[x\](y)`, [][]span{{{Text: "**not bold** [x](y)"}}}},
		{`\&amp; &amp; \<at\>`, [][]span{{{Text: "&amp; & <at>"}}}},
		{`see [the page](https://example.org/a)`, [][]span{{{Text: "see "}, {Text: "the page", Link: "https://example.org/a"}}}},
		{`[x](javascript:alert)`, [][]span{{{Text: "[x](javascript:alert)"}}}},
		{`[open`, [][]span{{{Text: "[open"}}}},
		{`- item`, [][]span{{{Text: "• item"}}}},
		{`ends with \`, [][]span{{{Text: `ends with \`}}}},
	}
	for _, test := range tests {
		got := markdownLines(test.text)
		if !slices.EqualFunc(got, test.want, slices.Equal[[]span]) {
			t.Errorf("%q: got %+v, want %+v", test.text, got, test.want)
		}
	}
}

func TestACardOfEverythingIsDrawn(t *testing.T) {
	t.Parallel()
	card, err := practice.ParseCard([]byte(`{"type":"AdaptiveCard","version":"1.5","body":[
		{"type":"RichTextBlock","inlines":["a ",{"type":"TextRun","text":"b","weight":"Bolder"}]},
		{"type":"Table","rows":[{"type":"TableRow","cells":[{"type":"TableCell","items":[{"type":"TextBlock","text":"cell"}]}]}]},
		{"type":"Input.Toggle","id":"on","label":"Sure","title":"Yes","value":"true"},
		{"type":"Input.ChoiceSet","id":"one","label":"One","style":"expanded","value":"2","choices":[{"title":"A","value":"1"},{"title":"B","value":"2"}]},
		{"type":"Container","style":"good\" onclick=","id":"more","isVisible":false,"items":[{"type":"Input.Text","id":"t","label":"T"}]},
		{"type":"Container","isVisible":false,"items":[{"type":"TextBlock","text":"never shown"}]},
		{"type":"Image","altText":"a picture","url":"https://example.org/x.png"}],
		"actions":[{"type":"Action.ToggleVisibility","title":"More","targetElements":[{"elementId":"more"}]},
		{"type":"Action.OpenUrl","title":"Read","url":"https://example.org"},
		{"type":"Action.ShowCard","title":"Why","card":{"type":"AdaptiveCard","body":[{"type":"Input.Text","id":"why","label":"Why"}],
			"actions":[{"type":"Action.Submit","title":"Go","isEnabled":false}]}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	d, err := drawCard(card, "p-", practice.Inputs{"t": "typed"}, map[string]string{"t": "Too short."})
	if err != nil {
		t.Fatal(err)
	}
	kinds := make([]string, len(d.Parts))
	for i, p := range d.Parts {
		kinds[i] = p.Kind
	}
	if want := []string{"text", "box", "input", "input", "fold", "picture", "buttons", "fold"}; !slices.Equal(kinds, want) {
		t.Fatalf("drawn as %v, want %v", kinds, want)
	}
	fold := d.Parts[4]
	if in := fold.Parts[0].Parts[0].Input; !fold.Open || fold.Title != "More" || in.Value != "typed" || in.Wrong != "Too short." || fold.Parts[0].Class != "" {
		t.Errorf("a hidden part with a mistake is drawn as %+v", fold)
	}
	if in := d.Parts[3].Input; !in.Choices[1].Chosen || in.Choices[0].Chosen {
		t.Errorf("choices are drawn as %+v", in.Choices)
	}
	if go1 := d.Parts[7].Parts[1].Buttons[0]; !go1.Disabled || go1.N != 3 {
		t.Errorf("a disabled button is drawn as %+v", go1)
	}
}
