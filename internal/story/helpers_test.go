package story

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"challengebot/internal/challenge"
	"challengebot/internal/postgres"
	"challengebot/internal/practice"
	"challengebot/internal/storage"
)

// This file holds what the people of several stories do, and what must hold in all
// of them.

// answerInputs is an answer with an agreed plan of one action.
func answerInputs(by string, more practice.Inputs) practice.Inputs {
	in := practice.Inputs{"text": "You are right, visits have lapsed.", "plan_1_what": "Visit and see the children alone",
		"plan_1_who": "Duty social worker", "plan_1_by": by}
	maps.Copy(in, more)
	return in
}

// atStage1 starts a challenge at the first formal stage, as North East Lincolnshire
// allows when the threshold is met: the windows of the worked dates start there.
func atStage1(more practice.Inputs) practice.Inputs {
	in := practice.Inputs{"start_at": "stage-1", "start_ground": "threshold-met", "start_reason": "Raised twice in supervision."}
	maps.Copy(in, more)
	return in
}

// raisedChallenge is a challenge that has just been raised, and the messages that told of it.
type raisedChallenge struct {
	ref    string
	form   *practice.Message
	chair  *practice.Message // the chair's card of the case
	notice *practice.Message // in the team's channel
	asked  []*practice.Message
}

// raiseAndCollect has Maya raise a challenge for North Locality, and takes the messages of
// it: a card for each of those asked, hers, and the channel's notice.
func (s *stage) raiseAndCollect(more practice.Inputs, asked ...*actor) raisedChallenge {
	s.t.Helper()
	s.maya.types("/challenge")
	r := raisedChallenge{form: s.maya.gets("Raise a challenge")}
	s.maya.choosesProcedure(r.form, more)
	s.maya.clicks(r.form, "Send the challenge", raiseInputs(more))
	r.ref = s.lastRef()
	r.chair = s.maya.gets(r.ref, "Maya Okafor raised this.")
	r.notice = s.north.gets(r.ref)
	for _, a := range asked {
		r.asked = append(r.asked, a.gets(r.ref, "Please answer by"))
	}
	s.expectNoNews()
	return r
}

// mentionsBot types something in a channel, with an @mention of the bot.
func (a *actor) mentionsBot(channel, text string) *practice.Answer {
	a.s.t.Helper()
	return a.expectDone(a.SaysIn(a.s.t.Context(), channel, text, practice.Mention))
}

// clicksUnchecked presses a button without the checks that a client makes.
func (a *actor) clicksUnchecked(m *practice.Message, button string, in practice.Inputs) *practice.Answer {
	a.s.t.Helper()
	if button == sendChallenge && !m.Card().HasButton(sendChallenge) {
		answer := a.clicksUnchecked(m, "Continue", in)
		if !m.Card().HasButton(sendChallenge) {
			return answer
		}
		in = nil
	}
	return a.expectDone(m.ClickWithoutValidation(a.s.t.Context(), a.Person, button, askedFor(m, in)))
}

// opensChat opens the person's chat, so that cards refresh themselves.
func (a *actor) opensChat() []*practice.Answer {
	a.s.t.Helper()
	answers := a.OpensChat(a.s.t.Context())
	for _, answer := range answers {
		a.expectDone(answer)
	}
	return answers
}

// findsMessage is the newest message to the person that holds a text, read before or not.
func (a *actor) findsMessage(text string) *practice.Message {
	a.s.t.Helper()
	for _, m := range slices.Backward(a.Inbox()) {
		if strings.Contains(m.String(), text) {
			return m
		}
	}
	a.s.t.Fatalf("%s has no message holding %q", a.Name, text)
	return nil
}

// foldTitles are what opens the part of a card that only explains.
var foldTitles = []string{"Details and history", "Manylion a hanes", "Everything that can be typed"}

// expectInert holds that a card can no longer be acted on.
func expectInert(t *testing.T, who string, m *practice.Message) {
	t.Helper()
	if n := len(m.Card().Inputs()); n > 0 {
		t.Errorf("%s can still fill in %d fields", who, n)
	}
	for _, a := range m.Card().Buttons() {
		if !slices.Contains(foldTitles, a.Title) {
			t.Errorf("%s can still press %q", who, a.Title)
		}
	}
	if t.Failed() {
		t.Logf("%s sees:\n%s", who, m)
	}
}

// expectOnlyReplaceable holds that nothing can be done on a card but to put another answer in the
// place of the person's own.
func expectOnlyReplaceable(t *testing.T, who string, m *practice.Message) {
	t.Helper()
	for _, a := range m.Card().Buttons() {
		if !slices.Contains(foldTitles, a.Title) && a.Title != "Replace my answer" && a.Title != "Send in its place" && !strings.HasPrefix(a.Title, "Add or hide action ") {
			t.Errorf("%s can still press %q", who, a.Title)
		}
	}
	if !m.Card().HasButton("Send in its place") {
		t.Errorf("%s cannot replace the answer:\n%s", who, m)
	}
}

// expectAllInert holds that no card of a challenge, whoever has it, can be acted on. A digest
// is the card of a day, not of a challenge, and from a line of news it can only be opened.
func (s *stage) expectAllInert(ref string) {
	s.t.Helper()
	checked := 0
	for _, p := range s.Teams.People() {
		for _, m := range p.CardMessages() {
			said := m.String()
			if strings.Contains(said, ref) && !strings.Contains(said, digestHeading) && !strings.Contains(said, "Your challenges · ") && !newsLine.MatchString(said) {
				expectInert(s.t, p.Name, m)
				checked++
			}
		}
	}
	if checked == 0 {
		s.t.Errorf("nobody has a card of %s", ref)
	}
}

// expectInputsKept holds that the fields of a card hold these values.
func expectInputsKept(t *testing.T, who string, m *practice.Message, want practice.Inputs) {
	t.Helper()
	got := practice.Inputs{}
	want = askedFor(m, want)
	for id := range want {
		in, ok := m.Card().Input(id)
		if !ok {
			t.Errorf("%s sees no field %q in:\n%s", who, id, m)
			continue
		}
		got[id] = in.Value
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s typed something that is not in the fields any more (-typed +kept):\n%s", who, diff)
	}
}

// expectMarked holds that what is wrong with a field stands right before it.
func expectMarked(t *testing.T, m *practice.Message, field, what string) {
	t.Helper()
	in, ok := m.Card().Input(field)
	if !ok {
		t.Fatalf("there is no field %q in:\n%s", field, m)
	}
	lines := strings.Split(m.String(), "\n")
	marked := false
	for i, l := range lines {
		marked = marked || i > 0 && strings.HasPrefix(l, in.Label) && strings.Contains(lines[i-1], "Please put right: ") && strings.Contains(lines[i-1], what)
	}
	if !marked {
		t.Errorf("the field %q is not marked with %q in:\n%s", field, what, m)
	}
}

// trailLines is the audit trail in lines: when, who, what, on which rung. Deliveries are
// left out.
func (s *stage) trailLines(ref string) []string {
	s.t.Helper()
	var lines []string
	for _, e := range s.load(ref).History {
		if e.Body.Kind() == challenge.KindDelivered {
			continue
		}
		line := fmt.Sprintf("%s  %s: %s", e.At.In(s.Calendar.Location()).Format("Mon 2 Jan 15:04"), e.By.Name, e.Body.Kind())
		if e.Rung != "" {
			line += " " + e.Rung
		}
		lines = append(lines, line)
	}
	return lines
}

// expectTrail holds that the trail of a challenge is these lines and that it verifies.
func (s *stage) expectTrail(ref string, want ...string) {
	s.t.Helper()
	if diff := cmp.Diff(want, s.trailLines(ref)); diff != "" {
		s.t.Errorf("the trail of %s is another (-wanted +got):\n%s", ref, diff)
	}
	if s.verifyTrails() == 0 {
		s.t.Errorf("there is no challenge to verify")
	}
}

// expectNoLeaks holds what no story may break: a channel and a notification never say
// anything about a child, nor name anybody.
func (s *stage) expectNoLeaks() {
	s.t.Helper()
	secrets := s.secretTexts()
	for _, ch := range s.Teams.Channels() {
		for _, m := range ch.Messages() {
			if m.SenderName() != "Challenge" {
				continue
			}
			for _, v := range m.History() {
				s.checkLeak("#"+ch.Name, string(v.JSON), secrets)
			}
		}
	}
	for _, p := range s.Teams.People() {
		for _, m := range p.Inbox() {
			for _, v := range m.History() {
				s.checkLeak("the notification of "+p.Name, v.Summary, secrets)
			}
		}
	}
}

func (s *stage) checkLeak(where, said string, secrets []string) {
	s.t.Helper()
	for _, secret := range secrets {
		if strings.Contains(said, secret) {
			s.t.Errorf("%s says %q:\n%s", where, secret, said)
		}
	}
}

// secretTexts are everybody's name, and every text that somebody wrote on a challenge.
func (s *stage) secretTexts() []string {
	s.t.Helper()
	ctx := context.WithoutCancel(s.t.Context())
	var found, refs []string
	for _, p := range s.Teams.People() {
		found = append(found, p.Name)
	}
	if _, err := s.App.Store.Verify(ctx, func(r postgres.VerifyResult) { refs = append(refs, r.Ref) }); err != nil {
		s.t.Fatalf("the challenges cannot be read: %v", err)
	}
	for _, ref := range refs {
		c, err := s.App.Store.Load(ctx, storage.LookupKey{Ref: ref})
		if err != nil {
			continue // a trail without its challenge, in stories of tampering
		}
		for _, e := range c.History {
			found = append(found, writtenTexts(e.Data)...)
		}
	}
	return found
}

// writtenTexts are the texts in an event that a person wrote.
func writtenTexts(data []byte) []string {
	var event any
	if json.Unmarshal(data, &event) != nil {
		return nil
	}
	var found []string
	var walk func(key string, v any)
	walk = func(key string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for k, inner := range v {
				walk(k, inner)
			}
		case []any:
			for _, inner := range v {
				walk(key, inner)
			}
		case string:
			if slices.Contains(freeTextKeys, key) && len(v) > 3 {
				found = append(found, v)
			}
		}
	}
	walk("", event)
	return found
}

// freeTextKeys are the keys in events under which free text stands.
var freeTextKeys = []string{"record", "concern", "evidence", "ask", "text", "what", "who", "reason", "note", "contact"}

// fieldWithLabel is the id of the one field of a card whose label begins so.
func (s *stage) fieldWithLabel(m *practice.Message, label string) string {
	s.t.Helper()
	return fieldWithLabel(s.t, m.Card(), label)
}

// fieldWithLabel is the id of the field of a card with a label that begins so.
func fieldWithLabel(t *testing.T, c *practice.Card, label string) string {
	t.Helper()
	for _, in := range c.Inputs() {
		if strings.HasPrefix(in.Label, label) {
			return in.ID
		}
	}
	t.Fatalf("there is no field %q on:\n%s", label, c.Text())
	return ""
}
