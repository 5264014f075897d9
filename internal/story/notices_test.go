package story

import (
	"strings"
	"testing"

	"challengebot/internal/practice"
)

// The oversight role chooses in Teams where notices appear.

// openWithOtherChannels is a stage with channels that the directory does not know.
func openWithOtherChannels(t *testing.T) *stage {
	t.Helper()
	const tenant = "0e700000-0000-4000-8000-000000000009"
	return openWith(t, Options{DatabaseURL: testDatabase(t), Channels: []practice.Channel{
		{TeamName: "Safeguarding", Name: "Notices"},
		{TeamName: "Safeguarding", Name: "Partners", Type: "shared"},
		{TeamName: "Elsewhere", Name: "Guests", TeamTenant: tenant},
	}}, "ne-lincolnshire")
}

func (s *stage) placeNamed(name string) *place {
	return &place{Channel: s.Teams.Channel(name), s: s}
}

// typesIn says something to the bot in a channel, and lets things happen.
func (a *actor) typesIn(channel, text string, how ...practice.MessageOption) *practice.Answer {
	a.s.t.Helper()
	return a.expectDone(a.SaysIn(a.s.t.Context(), channel, text, how...))
}

// getsReply is what the bot answered the person to something typed in a channel: in their
// chat, or in the channel for them alone.
func (a *actor) getsReply(texts ...string) *practice.Message {
	a.s.t.Helper()
	m := a.getsAll(texts[0], inPrivateChat)[0]
	expectText(a.s.t, a.Name, m, texts...)
	return m
}

func TestOversightChoosesTheChannelOfATeamByTypingInIt(t *testing.T) {
	t.Parallel()
	s := openWithOtherChannels(t)
	notices := s.placeNamed("Notices")
	before := s.raiseAndCollect(nil, s.tom, s.priya)
	s.expectNoNews()

	said := s.owen.typesIn("Notices", "/notices here North Locality", practice.Targeted)
	s.owen.getsReply("The notices about cases of North Locality appear in this channel from now on.",
		"North Locality: Notices in Safeguarding. Chosen with /notices. To end it: /notices off North Locality",
		"South Locality: 19:south-locality@thread.tacv2. This stands in the directory",
		"Locality Service: no channel of its own")
	if answer := said.Redeliver(t.Context()); answer.Err != nil { // as Teams does when an answer is slow
		t.Fatal(answer.Err)
	}
	s.settle()
	s.expectNoNews()
	if n := s.count(`SELECT id FROM notice_channel`); n != 1 {
		t.Errorf("one command left %d rows", n)
	}

	// What comes is in the new channel, what runs stays in its thread.
	s.maya.types("/challenge")
	s.maya.clicks(s.maya.gets("Raise a challenge"), "Send the challenge", raiseInputs(nil))
	notices.gets(s.lastRef())
	s.moveClock("Tue 31 Mar 2026 16:59")
	s.discardNews()
	s.moveClock("Tue 31 Mar 2026 17:00")
	if !anyHolds(s.north.TakeNew(), before.ref) {
		t.Error("the thread that had begun was left")
	}
	if anyHolds(notices.TakeNew(), before.ref) {
		t.Error("a challenge that ran before has come to the new channel")
	}
	s.discardNews()

	s.owen.types("/notices off north-locality")
	s.owen.gets("The channel that was chosen for North Locality no longer counts.", "North Locality: 19:north-locality@thread.tacv2. This stands in the directory")
	s.owen.types("/notices off north-locality")
	s.owen.gets("No channel was chosen with /notices for North Locality, so nothing was changed.")
	s.maya.types("/challenge")
	s.maya.clicks(s.maya.gets("Raise a challenge"), "Send the challenge", raiseInputs(nil))
	s.north.gets(s.lastRef())
	s.discardNews()
}

func anyHolds(news []practice.News, text string) bool {
	for _, m := range postedMessages(news) {
		if strings.Contains(m.String(), text) {
			return true
		}
	}
	return false
}

func TestAChannelIsTheSameInWhicheverThreadItIsChosen(t *testing.T) {
	t.Parallel()
	s := openWithOtherChannels(t)
	notices := s.placeNamed("Notices")
	s.owen.SaysIn(t.Context(), "Notices", "good morning")
	root := notices.Messages()[0]
	s.owen.typesIn("Notices", "notices here team South Locality", practice.Mention, practice.InThread(root))
	s.owen.getsReply("The notices about cases of South Locality appear in this channel from now on.")
	bound, err := s.App.Store.ListNoticeChannels(t.Context())
	if err != nil || len(bound) != 1 || bound[0].ChannelID != notices.ID {
		t.Errorf("bound %+v, %v; want %s", bound, err, notices.ID)
	}
}

func TestAServicesChannelIsThatOfItsTeamsWithoutOne(t *testing.T) {
	t.Parallel()
	s := openWithOtherChannels(t)
	s.owen.typesIn("Notices", "/notices here Locality Service", practice.Targeted)
	s.owen.getsReply("Locality Service: Notices in Safeguarding. Chosen with /notices.")
	s.owen.types("/notices")
	s.owen.gets("North Locality: 19:north-locality@thread.tacv2") // a team's own comes first
}

func TestAChannelForNoticesIsChosenByOversightOnlyAndWhereItIsTheAuthoritysOwn(t *testing.T) {
	t.Parallel()
	s := openWithOtherChannels(t)
	for _, c := range []struct {
		who         *actor
		where, says string
		told        string
	}{
		{s.maya, "Notices", "/notices here North Locality", "Only those who oversee challenges can choose where notices appear"},
		{s.priya, "Notices", "/notices off North Locality", "Only those who oversee challenges"},
		{s.tom, "Notices", "/notices", "Only those who oversee challenges"},
		{s.owen, "Notices", "/notices here", "Please say for whom"},
		{s.owen, "Notices", "/notices here East Locality", "I know no team or service of that name."},
		{s.owen, "Notices", "/notices everywhere", "Please say for whom"},
		{s.owen, "Partners", "/notices here North Locality", "This is a shared channel"},
		{s.owen, "Guests", "/notices here North Locality", "This channel belongs to a team of another organisation."},
	} {
		c.who.typesIn(c.where, c.says, practice.Targeted)
		c.who.getsReply(c.told)
		s.expectNoNews()
	}
	s.owen.types("/notices here North Locality")
	s.owen.gets("Please type this in the channel that is to get the notices", "notices here North Locality")
	s.owen.types("/notices")
	s.owen.gets("North Locality: 19:north-locality@thread.tacv2. This stands in the directory")
	if n := s.count(`SELECT id FROM notice_channel`); n != 0 {
		t.Errorf("%d channels were chosen", n)
	}
}
