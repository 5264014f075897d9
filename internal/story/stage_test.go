package story

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"challengebot/internal/challenge"
	"challengebot/internal/ladder"
	"challengebot/internal/localpg"
	"challengebot/internal/postgres"
	"challengebot/internal/practice"
	"challengebot/internal/storage"
)

// stage is a world for one test. Everybody on it is called by first name.
type stage struct {
	*World
	t     *testing.T
	log   *testLog
	cards *cardAlbum
	// ownPool is how the test itself looks into its database; database() makes it.
	ownPool     *pgxpool.Pool
	ownPoolLock sync.Mutex

	maya, sam, tom, priya, daniel, aisha, helen, grace, owen, leah, ben *actor
	north, south                                                        *place
}

// testDatabase is a migrated database of the test's own.
func testDatabase(t *testing.T) string {
	t.Helper()
	return localpg.NewTestDatabase(t, postgres.SchemaFingerprint(), postgres.Migrate)
}

// open sets the stage. With ids of shipped ladders, only those are offered.
func open(t *testing.T, ladders ...string) *stage {
	t.Helper()
	return openWith(t, Options{DatabaseURL: testDatabase(t)}, ladders...)
}

func openWith(t *testing.T, o Options, ladders ...string) *stage {
	t.Helper()
	s := &stage{t: t, log: &testLog{}}
	for _, id := range ladders {
		l, err := ladder.LoadShipped(id)
		if err != nil {
			t.Fatal(err)
		}
		o.Ladders = append(o.Ladders, l)
	}
	o.Errorf = t.Errorf
	o.MaxConns = cmp.Or(o.MaxConns, 3) // starting one costs more than most of what a story asks of it
	if s.cards = newAlbum(); s.cards != nil {
		o.OnCard = s.cards.add
	}
	o.Logger = slog.New(slog.NewJSONHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	w, err := Open(t.Context(), o)
	if err != nil {
		t.Fatalf("the stage cannot be set: %v", err)
	}
	s.World = w
	s.assignActors()
	t.Cleanup(s.finish)
	return s
}

func (s *stage) assignActors() {
	for name, a := range map[string]**actor{
		"Maya Okafor": &s.maya, "Sam Whitfield": &s.sam, "Tom Reid": &s.tom, "Priya Shah": &s.priya,
		"Daniel Hughes": &s.daniel, "Aisha Rahman": &s.aisha, "Helen Clarke": &s.helen, "Grace Lloyd": &s.grace,
		"Owen Price": &s.owen, "Leah Morgan": &s.leah, "Ben Carter": &s.ben,
	} {
		*a = &actor{Person: s.Teams.Person(name), s: s}
	}
	s.north = &place{Channel: s.Teams.Channel("North Locality"), s: s}
	s.south = &place{Channel: s.Teams.Channel("South Locality"), s: s}
}

// finish ends the test: nothing unexpected may have been said or logged.
func (s *stage) finish() {
	if !s.t.Failed() {
		s.expectNoNews()
		s.expectNoLeaks()
		s.recordFootprint()
	}
	s.cards.write(s)
	if err := s.Close(); err != nil {
		s.t.Errorf("the program did not end cleanly: %v", err)
	}
	for _, line := range s.log.problems() {
		s.t.Errorf("an error in the log: %s", line)
	}
}

// settle lets everything happen that is due now.
func (s *stage) settle() {
	s.t.Helper()
	if err := s.Settle(s.t.Context()); err != nil {
		s.t.Fatalf("the engine failed: %v", err)
	}
}

// moveClock moves the clock to a local time such as "Wed 8 Apr 2026 17:00".
func (s *stage) moveClock(local string) {
	s.t.Helper()
	to, err := time.ParseInLocation("Mon 2 Jan 2006 15:04", local, s.Calendar.Location())
	if err != nil || to.Format("Mon 2 Jan 2006 15:04") != local {
		s.t.Fatalf("%q is no time of the story: %v", local, err)
	}
	if err := s.MoveClockTo(s.t.Context(), to); err != nil {
		s.t.Fatalf("the clock could not be moved to %s: %v", local, err)
	}
}

// expectNoNews fails the test for every message that no step expected. Updates of cards
// that were there before are expected always.
func (s *stage) expectNoNews() {
	s.t.Helper()
	for _, n := range s.Teams.UnreadNews() {
		if n.Change == practice.ChangePosted {
			s.t.Errorf("an unexpected message:\n%s", n.String())
		}
	}
	s.discardNews()
}

// discardNews takes all news.
func (s *stage) discardNews() {
	for _, p := range s.Teams.People() {
		p.TakeNew()
	}
	for _, ch := range s.Teams.Channels() {
		ch.TakeNew()
	}
}

// verifyTrails checks every chain against the current rows and returns how many.
func (s *stage) verifyTrails() int {
	s.t.Helper()
	sum, err := s.App.Store.Verify(s.t.Context(), func(r postgres.VerifyResult) {
		for _, p := range r.Problems {
			s.t.Errorf("the trail of %s is broken at event %d: %s", r.Ref, p.Seq, p.What)
		}
	})
	if err != nil {
		s.t.Fatalf("the trails could not be verified: %v", err)
	}
	return sum.Challenges
}

// actor is one person of the story.
type actor struct {
	*practice.Person
	s *stage
}

// types says something to the bot in private, and lets things happen.
func (a *actor) types(text string) *practice.Answer {
	a.s.t.Helper()
	return a.expectDone(a.Says(a.s.t.Context(), text))
}

func (a *actor) expectDone(answer *practice.Answer) *practice.Answer {
	a.s.t.Helper()
	if answer.Err != nil {
		a.s.t.Fatalf("%s saw an error: %v (HTTP %d %s)", a.Name, answer.Err, answer.Status, answer.Body)
	}
	a.s.settle()
	return answer
}

// gets is the one new message to the person, which must hold all of the texts. Where it is a line of
// news, the card of the challenge that it tells of is returned, and holds what the line does not.
func (a *actor) gets(texts ...string) *practice.Message {
	a.s.t.Helper()
	got := oneMessage(a.s.t, a.Name, a.TakeNew(), nil)
	card := a.cardToldOf(got)
	if card == got {
		expectText(a.s.t, a.Name, got, texts...)
		return got
	}
	for _, text := range texts {
		if !strings.Contains(got.String(), text) {
			expectText(a.s.t, a.Name, card, text)
		}
	}
	return card
}

// getsNews is the one new message to the person: a line of news that holds all of the texts.
func (a *actor) getsNews(texts ...string) *practice.Message {
	a.s.t.Helper()
	got := oneMessage(a.s.t, a.Name, a.TakeNew(), texts)
	if a.cardToldOf(got) == got {
		a.s.t.Errorf("%s got no line of news but:\n%s", a.Name, got)
	}
	return got
}

// shows is the newest card of the person that holds the first text: it was there before, no message
// told of it, and it holds the others too.
func (a *actor) shows(texts ...string) *practice.Message {
	a.s.t.Helper()
	a.getsNothing()
	for _, m := range slices.Backward(a.Inbox()) {
		if strings.Contains(m.String(), texts[0]) {
			expectText(a.s.t, a.Name, m, texts...)
			return m
		}
	}
	a.s.t.Fatalf("%s has no card that shows %q", a.Name, texts[0])
	return nil
}

var newsLine = regexp.MustCompile(`^(?:# )?(?:[^:]+: )?(CH-[A-Z0-9]{6}): `)

// cardToldOf is the person's newest card of the challenge that a line of news tells of; of another
// message, that itself.
func (a *actor) cardToldOf(m *practice.Message) *practice.Message {
	a.s.t.Helper()
	ref := newsLine.FindStringSubmatch(m.String())
	if ref == nil || m.Card() == nil || len(m.Card().Buttons()) != 1 {
		return m
	}
	for _, card := range slices.Backward(a.Inbox()) {
		if text := card.String(); card.Card() != nil && strings.Contains(text, ref[1]) && !newsLine.MatchString(text) && strings.Contains(text, "raised this") {
			return card
		}
	}
	return m
}

// getsAll takes as many new messages as there are texts, in any order, each
// holding its text.
func (a *actor) getsAll(texts ...string) []*practice.Message {
	a.s.t.Helper()
	return severalMessages(a.s.t, a.Name, a.TakeNew(), texts)
}

// getsNothing holds that no new message came.
func (a *actor) getsNothing() {
	a.s.t.Helper()
	if posted := postedMessages(a.TakeNew()); len(posted) > 0 {
		a.s.t.Fatalf("%s was not to get anything, and got:\n%s", a.Name, posted[0])
	}
}

// clicks presses a button on a message with these inputs and lets things happen. A challenge is
// checked before it is sent: where the form is complete, both steps are taken.
func (a *actor) clicks(m *practice.Message, button string, in practice.Inputs) *practice.Answer {
	a.s.t.Helper()
	if button == sendChallenge && !m.Card().HasButton(sendChallenge) {
		answer := a.clicks(m, "Continue", in)
		if !m.Card().HasButton(sendChallenge) {
			return answer
		}
		in = nil
	}
	return a.expectDone(m.Click(a.s.t.Context(), a.Person, button, askedFor(m, in)))
}

const sendChallenge = "Send the challenge"

// choosesProcedure takes the first of several procedures, where a story does not say which: none
// is chosen beforehand.
func (a *actor) choosesProcedure(form *practice.Message, in practice.Inputs) {
	a.s.t.Helper()
	procedure, several := form.Card().Input("ladder")
	if !several || procedure.Value != "" {
		return
	}
	chosen := in["ladder"]
	if chosen == "" {
		chosen = procedure.Choices[0].Value
	}
	a.clicks(form, "Continue", practice.Inputs{"ladder": chosen})
}

// askedFor leaves out of what a story fills in everywhere what one procedure does not ask for.
func askedFor(m *practice.Message, in practice.Inputs) practice.Inputs {
	card := m.Card()
	if card == nil {
		return in
	}
	whole := practice.Inputs{}
	maps.Copy(whole, in)
	for question, answer := range in {
		if _, asked := card.Input(question); !asked && (answer == "false" || question == "conference" || question == "ladder") {
			delete(whole, question)
		}
	}
	return whole
}

// place is one channel of the story.
type place struct {
	*practice.Channel
	s *stage
}

func (p *place) gets(texts ...string) *practice.Message {
	p.s.t.Helper()
	return oneMessage(p.s.t, "#"+p.Name, p.TakeNew(), texts)
}

func postedMessages(news []practice.News) []*practice.Message {
	var out []*practice.Message
	for _, n := range news {
		if n.Change == practice.ChangePosted {
			out = append(out, n.Message)
		}
	}
	return out
}

func oneMessage(t *testing.T, who string, news []practice.News, texts []string) *practice.Message {
	t.Helper()
	got := postedMessages(news)
	if len(got) != 1 {
		t.Fatalf("%s was to get one message holding %q, and got %d:\n%v", who, texts, len(got), got)
	}
	expectText(t, who, got[0], texts...)
	return got[0]
}

func severalMessages(t *testing.T, who string, news []practice.News, texts []string) []*practice.Message {
	t.Helper()
	got := postedMessages(news)
	if len(got) != len(texts) {
		t.Fatalf("%s was to get %d messages %q, and got %d:\n%v", who, len(texts), texts, len(got), got)
	}
	out := make([]*practice.Message, len(texts))
	for i, text := range texts {
		for _, m := range got {
			if out[i] == nil && !slices.Contains(out, m) && strings.Contains(m.String(), text) {
				out[i] = m
			}
		}
		if out[i] == nil {
			t.Fatalf("%s got no message holding %q among:\n%v", who, text, got)
		}
	}
	return out
}

// expectText checks what a message says now.
func expectText(t *testing.T, who string, m *practice.Message, texts ...string) {
	t.Helper()
	said := m.String()
	for _, text := range texts {
		if !strings.Contains(said, text) {
			t.Errorf("%s sees no %q in:\n%s", who, text, said)
		}
	}
}

// expectNoText checks what a message must not say.
func expectNoText(t *testing.T, who string, m *practice.Message, texts ...string) {
	t.Helper()
	said := m.String()
	for _, text := range texts {
		if strings.Contains(said, text) {
			t.Errorf("%s must not see %q in:\n%s", who, text, said)
		}
	}
}

// testLog keeps what the program logs and finds what should not be there.
type testLog struct {
	mu      sync.Mutex
	lines   []string
	allowed []string
}

func (l *testLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, string(bytes.TrimSpace(p)))
	return len(p), nil
}

// allow says that errors holding this text belong to the story.
func (l *testLog) allow(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.allowed = append(l.allowed, text)
}

func (l *testLog) problems() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []string
	for _, line := range l.lines {
		if strings.Contains(line, `"level":"ERROR"`) && !containsAny(line, l.allowed) {
			out = append(out, line)
		}
	}
	return out
}

func containsAny(s string, texts []string) bool {
	for _, t := range texts {
		if strings.Contains(s, t) {
			return true
		}
	}
	return false
}

// raiseInputs is a form filled in properly for a child of North Locality.
func raiseInputs(more practice.Inputs) practice.Inputs {
	in := practice.Inputs{
		"team": "north-locality", "record": "1234567", "conference": "review", "conference_date": "2026-03-27",
		"categories": "statutory-minimum", "concern": "No visit since 12 February.", "evidence": "Case notes; core group of 3 March.",
		"ask": "A visit this week and a visiting plan.", "ask_by": "2026-04-10", "partner": "false", "looked_after": "false",
	}
	for k, v := range more {
		in[k] = v
	}
	return in
}

// raiseChallenge has Maya raise a challenge by the form, and returns its reference. The
// messages of the raising are left to be expected by the test.
func (s *stage) raiseChallenge(more practice.Inputs) string {
	s.t.Helper()
	s.maya.types("/challenge")
	form := s.maya.gets("Raise a challenge")
	s.maya.choosesProcedure(form, more)
	s.maya.clicks(form, "Send the challenge", raiseInputs(more))
	return s.lastRef()
}

// lastRef is the reference of the challenge raised last.
func (s *stage) lastRef() string {
	s.t.Helper()
	raised, err := s.App.Store.ListRaisedBy(context.WithoutCancel(s.t.Context()), s.maya.ID, 100)
	if err != nil || len(raised) == 0 {
		s.t.Fatalf("no challenge was raised: %v", err)
	}
	last := raised[0]
	for _, c := range raised {
		if !c.Challenge.RaisedAt.Before(last.Challenge.RaisedAt) {
			last = c
		}
	}
	return last.Challenge.Ref
}

// eventKinds is the kinds of the challenge's events, deliveries left out.
func (s *stage) eventKinds(ref string) []string {
	s.t.Helper()
	c := s.load(ref)
	var kinds []string
	for _, e := range c.History {
		if k := fmt.Sprint(e.Body.Kind()); k != "delivered" {
			kinds = append(kinds, k)
		}
	}
	return kinds
}

func (s *stage) load(ref string) challenge.Snapshot {
	s.t.Helper()
	c, err := s.App.Store.Load(s.t.Context(), storage.LookupKey{Ref: ref})
	if err != nil {
		s.t.Fatalf("%s cannot be read: %v", ref, err)
	}
	return c
}
