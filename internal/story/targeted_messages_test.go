package story

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/practice"
)

// What people ask where others read: answered to them alone, and never with anything
// about a child.

const (
	inPrivateChat  = "My answer is in our private chat, where nobody else can read it."
	everybodyReads = "What you wrote here with an @mention can be read by everybody here."
)

// sendsTargeted says something to the bot alone in a channel or group chat, as the choice of a
// slash command does.
func (a *actor) sendsTargeted(channel, text string) *practice.Answer {
	a.s.t.Helper()
	return a.expectDone(a.SaysIn(a.s.t.Context(), channel, text, practice.Targeted))
}

// openWithGroupChat is a stage with a group chat of Maya, Tom and Sam.
func openWithGroupChat(t *testing.T) *stage {
	t.Helper()
	return openWith(t, Options{DatabaseURL: testDatabase(t), Channels: []practice.Channel{
		{Name: "Conference team", Group: true, Members: []string{"Maya Okafor", "Tom Reid", "Sam Whitfield"}}}}, "ne-lincolnshire")
}

func TestWhatIsAskedAmongOthersIsAnsweredToThePersonAlone(t *testing.T) {
	t.Parallel()
	for _, where := range []string{"North Locality", "Conference team"} {
		s := openWithGroupChat(t)
		said := s.maya.sendsTargeted(where, "/challenge")
		got := s.maya.getsAll("Raise a challenge: Professional Challenge", inPrivateChat)
		if aside := got[1]; aside.ReaderName() != "Maya Okafor" || aside.Card() != nil || !strings.Contains(string(aside.History()[0].JSON), said.ActivityID) {
			t.Errorf("%s: the answer is for %q, and stands under no question: %s", where, aside.ReaderName(), aside.History()[0].JSON)
		}
		expectNoText(t, "Maya", got[1], everybodyReads)
		if got[0].ReaderName() != "" || got[0].ConversationID != s.maya.ConversationID() {
			t.Errorf("%s: the form is not in the private chat", where)
		}

		s.tom.mentionsBot(where, "help")
		help := s.tom.gets("I carry a challenge", everybodyReads)
		if help.ReaderName() != "Tom Reid" {
			t.Errorf("%s: everybody reads the help", where)
		}
		s.expectNoNews()
		if n := len(s.Teams.Channel(where).Messages()); n != 1 { // Tom's own question
			t.Errorf("%s: %d messages are there for everybody", where, n)
		}
		s.Clock.Advance(24 * time.Hour)
		if left := append(s.maya.TargetedMessages(where), s.tom.TargetedMessages(where)...); len(left) != 0 {
			t.Errorf("%s: %d messages outlive their day", where, len(left))
		}
	}
}

func TestAnAnswerTypedAmongOthersCountsAndTheChildIsSpokenOfInPrivate(t *testing.T) {
	t.Parallel()
	s := openWithGroupChat(t)
	r := s.raiseAndCollect(nil, s.tom, s.priya)
	s.tom.sendsTargeted("Conference team", "/respond "+r.ref)
	got := s.tom.getsAll(r.ref, inPrivateChat)
	expectNoText(t, "Tom", got[1], r.ref, "No visit", "1234567")
	s.tom.sendsTargeted("Conference team", "/respond "+r.ref+" We visit on Friday. | Visit; Tom Reid; 2026-04-02")
	s.tom.getsAll(r.ref, inPrivateChat)
	s.maya.gets("Is the answer good enough for the child?")
	s.sam.sendsTargeted("Conference team", "/challenge "+r.ref)
	s.sam.gets("There is no challenge with that reference that you can see.")
	s.expectNoNews()
}

// Whatever Teams says against a private message among others, the person has the
// answer: in the private chat.
func TestAnAsideThatTeamsRefusesGoesToThePrivateChat(t *testing.T) {
	t.Parallel()
	s := openWithGroupChat(t)
	for _, f := range []practice.Fault{
		{Status: http.StatusBadRequest, Code: "Bad Argument"}, {Status: http.StatusBadRequest, Code: "INVALID_TARGETED_MESSAGE_ID"},
		{Status: http.StatusForbidden, Code: "BotNotInConversationRoster"}, {Status: http.StatusNotFound, Code: "ActivityNotFoundInConversation"},
		{Status: http.StatusNotFound, Code: "TARGETED_MESSAGE_EXPIRED_OR_DELETED"}, {Status: http.StatusNotFound, Code: "ConversationNotFound"},
	} {
		f.Times, f.PathContains = 1, "isTargetedActivity"
		s.Teams.InjectFault(f)
		s.tom.sendsTargeted("Conference team", "help")
		if m := s.tom.gets("I carry a challenge"); m.ReaderName() != "" || m.ConversationID != s.tom.ConversationID() {
			t.Errorf("%s: the answer is in %s", f.Code, m.ConversationID)
		}
		s.expectNoNews()
	}
	// What passes by itself is tried again where it was meant for.
	s.Teams.InjectFault(practice.Fault{Status: http.StatusTooManyRequests, Times: 1, PathContains: "isTargetedActivity", RetryAfter: 30 * time.Second})
	s.tom.sendsTargeted("Conference team", "help")
	s.tom.getsNothing()
	s.moveClock("Mon 30 Mar 2026 10:02")
	if m := s.tom.gets("I carry a challenge"); m.ReaderName() != "Tom Reid" {
		t.Error("the answer did not come where it was asked for")
	}
}

func TestAMessageThatIsChangedAfterItHadItsEffectIsNotedAndNotObeyed(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(nil, s.tom, s.priya)
	answered := s.tom.types("/respond " + r.ref + " We visit on Friday. | Visit; Tom Reid; 2026-04-02")
	s.maya.gets("Is the answer good enough for the child?")
	s.tom.gets(r.ref)
	before := s.load(r.ref).Challenge

	ctx := t.Context()
	s.tom.expectDone(s.tom.EditsMessage(ctx, answered, "/withdraw "+r.ref+" never mind"))
	told := s.tom.gets("You edited a message after I had acted on it.", "The record keeps what you sent first")
	expectNoText(t, "Tom", told, "never mind", "No visit")
	s.tom.expectDone(s.tom.EditsMessage(ctx, answered, "/respond "+r.ref+" Another answer.")) // noted, and not told again
	s.Clock.Advance(time.Minute)
	s.tom.expectDone(s.tom.DeletesMessage(ctx, answered))
	s.Clock.Advance(time.Minute)
	s.tom.expectDone(s.tom.RestoresMessage(ctx, answered))
	s.expectNoNews()

	after := s.load(r.ref)
	if after.Challenge.State != before.State || after.Challenge.Version != before.Version {
		t.Errorf("an edit moved the challenge from %s to %s", before.State, after.Challenge.State)
	}
	var changes []challenge.MessageChange
	for _, e := range after.History {
		if b, ok := e.Body.(challenge.MessageChanged); ok {
			changes = append(changes, b.Change)
			step := after.History[b.Seq-1]
			if a, ok := step.Body.(challenge.Responded); !ok || a.Response.Text != "We visit on Friday." || e.By.Name != "Tom Reid" {
				t.Errorf("step %d is said to come from Tom's message: %s by %s", b.Seq, step.Body.Kind(), step.By.Name)
			}
		}
	}
	want := []challenge.MessageChange{challenge.MessageEdited, challenge.MessageDeleted, challenge.MessageRestored}
	if len(changes) < 3 || changes[0] != want[0] || changes[len(changes)-2] != want[1] || changes[len(changes)-1] != want[2] {
		t.Errorf("the trail notes %v", changes)
	}
	s.verifyTrails()

	// Harmless words may be edited as people like, into whatever.
	harmless := s.tom.types("hello")
	s.tom.gets("What I can do")
	s.tom.expectDone(s.tom.EditsMessage(ctx, harmless, "/respond "+r.ref+" x"))
	asked := s.priya.types("/challenge " + r.ref)
	s.priya.gets(r.ref)
	s.priya.expectDone(s.priya.EditsMessage(ctx, asked, "/withdraw "+r.ref+" x"))
	s.expectNoNews()
	if n := len(s.load(r.ref).History); n != len(after.History)+1 { // the card that Priya asked for
		t.Errorf("the trail has %d steps after %d", n, len(after.History))
	}
}

func TestWhatIsNoCommandIsHeardAndNothingComesOfIt(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(nil, s.tom, s.priya)
	steps := len(s.load(r.ref).History)
	ctx := t.Context()
	for _, a := range []*practice.Answer{
		s.tom.ReactsTo(ctx, r.asked[0], "like", true), s.tom.ReactsTo(ctx, r.asked[0], "like", false), s.tom.ReadsUpTo(ctx, r.asked[0]),
		s.maya.ReactsTo(ctx, r.notice, "sad", true), s.tom.UpgradesApp(ctx), s.tom.JoinsTeam(ctx, "North Locality"), s.tom.LeavesTeam(ctx, "North Locality"),
		s.tom.CausesTeamEvent(ctx, "North Locality", "channelRenamed"), s.tom.CausesTeamEvent(ctx, "North Locality", "teamRenamed"),
		s.tom.CausesTeamEvent(ctx, "North Locality", "teamArchived"), s.tom.CausesTeamEvent(ctx, "North Locality", "teamPainted"),
		s.tom.SendsActivity(ctx, "", "somethingNew", map[string]any{"value": []int{1}}), s.tom.SendsActivity(ctx, "North Locality", "event", map[string]any{"name": "new", "value": "x"}),
		s.tom.SendsInvoke(ctx, "somethingNew/invoke", "x"), s.tom.SendsInvoke(ctx, "signin/verifyState", map[string]any{"state": "1"}),
	} {
		s.tom.expectDone(a)
	}
	for _, dialog := range []string{"task/fetch", "task/submit"} {
		if a := s.tom.expectDone(s.tom.SendsInvoke(ctx, dialog, map[string]any{"data": map[string]any{}})); a.Text == "" {
			t.Errorf("%s says %q", dialog, a.Text)
		}
	}
	s.expectNoNews()
	if n := len(s.load(r.ref).History); n != steps {
		t.Errorf("%d steps after %d", n, steps)
	}
}

func TestATeamIsWelcomedOnceAndItsPeopleAreNotWrittenTo(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	for i := range 2 {
		s.owen.expectDone(s.owen.UninstallsFromTeam(t.Context(), "North Locality"))
		s.owen.expectDone(s.owen.InstallsInTeam(t.Context(), "North Locality"))
		if i == 0 {
			expectNoText(t, "everybody", s.north.gets("Hello.", "never anything about a child"), "Owen")
		}
		s.expectNoNews()
	}
	s.raiseAndCollect(nil, s.tom, s.priya) // notices are posted again
}

// A notice that nobody can read any more is not tried for ever: it is refused, that
// stands in the trail, and those who must know are told.
func TestANoticeForAChannelThatIsGoneIsRefusedAndNotRepeated(t *testing.T) {
	t.Parallel()
	for event, code := range map[string]string{"channelDeleted": "ConversationNotFound", "teamDeleted": "ConversationNotFound", "teamHardDeleted": "ConversationNotFound", "removed": "BotNotInConversationRoster", "silence": "TeamDeleted"} {
		s := open(t, "ne-lincolnshire")
		s.owen.expectDone(s.owen.InstallsInTeam(t.Context(), "North Locality"))
		s.north.gets("Hello.")
		if event == "removed" {
			s.owen.expectDone(s.owen.UninstallsFromTeam(t.Context(), "North Locality"))
		} else if event == "silence" { // whatever a deleted team's calls are answered with
			s.owen.expectDone(s.owen.CausesTeamEvent(t.Context(), "North Locality", "teamDeleted"))
			s.Teams.InjectFault(practice.Fault{Status: http.StatusServiceUnavailable, Match: func(c practice.Call) bool { return c.Channel != "" }})
		} else {
			s.owen.expectDone(s.owen.CausesTeamEvent(t.Context(), "North Locality", event))
		}
		s.maya.types("/challenge")
		s.maya.clicks(s.maya.gets("Raise a challenge"), "Send the challenge", raiseInputs(nil))
		ref := s.lastRef()
		var refused []string
		for _, e := range s.load(ref).History {
			if b, ok := e.Body.(challenge.Undelivered); ok && b.To.Team != "" {
				refused = append(refused, b.Code)
			}
		}
		if len(refused) != 1 || refused[0] != code {
			t.Errorf("%s: the trail says %q", event, refused)
		}
		if at, waiting, err := s.App.Store.NextMessageDue(t.Context(), s.Clock.Now()); waiting || err != nil {
			t.Errorf("%s: something is tried again at %v, %v", event, at, err)
		}
		s.discardNews()
	}
}
