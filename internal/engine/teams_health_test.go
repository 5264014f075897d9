package engine

import (
	"testing"
	"time"

	"challengebot/internal/storage/storagetest"
	"challengebot/internal/teamsfailure"
)

func TestAnOutageIsNotCountedAgainstAMessage(t *testing.T) {
	t.Parallel()
	var h teamsHealth
	began := storagetest.Monday
	if got := h.since(began); !got.Equal(began) {
		t.Errorf("without an outage: %v", got)
	}
	away := &teamsfailure.Failure{Kind: teamsfailure.Retryable, Status: 503}
	h.recordCall(away, began)
	if got := h.failingFor(began.Add(time.Minute)); got != time.Minute {
		t.Errorf("it fails for %v", got)
	}
	h.recordProbe(away)
	if h.recordCall(nil, began.Add(20*time.Minute)) {
		t.Error("the end of an outage is said that nobody was told of")
	}
	if got, want := h.since(began), began.Add(20*time.Minute); !got.Equal(want) {
		t.Errorf("after the outage: %v, want %v", got, want)
	}
	if got, later := h.since(began.Add(time.Hour)), began.Add(time.Hour); !got.Equal(later) {
		t.Errorf("of what failed after it: %v, want %v", got, later)
	}
	if h.failingFor(began.Add(time.Hour)) != 0 {
		t.Error("it fails still")
	}
	// One message that fails while another question is answered is no outage.
	h.recordCall(away, began.Add(2*time.Hour))
	h.recordProbe(nil)
	h.recordCall(nil, began.Add(3*time.Hour))
	if got, want := h.since(began), began.Add(20*time.Minute); !got.Equal(want) {
		t.Errorf("what was no outage counts as one: %v", got)
	}
}

func TestWhatIsAnAnswerOfTeams(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err  error
		want bool
	}{
		"yes":                        {nil, true},
		"no":                         {byAdmin, true},
		"a fault of ours, said":      {ourBug, true},
		"gone":                       {&teamsfailure.Failure{Kind: teamsfailure.MessageGone, Status: 404}, true},
		"no conversation":            {&teamsfailure.Failure{Kind: teamsfailure.ConversationGone, Status: 404}, true},
		"a fault before it was sent": {&teamsfailure.Failure{Kind: teamsfailure.OurBug}, false},
		"somebody else's no":         {notTeams, false},
		"a gateway":                  {badGateway, false},
		"throttled":                  {&teamsfailure.Failure{Kind: teamsfailure.Retryable, Status: 429}, false},
		"a lost answer":              {lostAnswer, false},
		"a wrong secret":             {&teamsfailure.Failure{Kind: teamsfailure.Misconfigured, Status: 401}, false},
		"something else":             {errBroken, false},
	} {
		if got := isAnswer(test.err); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// Whether Teams is there is asked by another's conversation: of the one that fails nothing
// would follow.
func TestTheQuestionWhetherTeamsIsThereIsAboutSomebodyElse(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	seen := map[string]bool{}
	for n := range 100 {
		other := o.engine.pickSomebodyElse(managerID, n)
		if other == managerID || other == "" {
			t.Fatalf("question %d is about %q", n, other)
		}
		seen[other] = true
	}
	if len(seen) < 3 {
		t.Errorf("only %v are asked about", seen)
	}
}

// Of a set-up that Teams does not accept the log speaks with its remedy, and not once more as
// of an outage.
func TestASetUpThatTeamsDoesNotAcceptIsNotSaidTwice(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Raise()
	o.teams.answer = func(call) error {
		return &teamsfailure.Failure{Kind: teamsfailure.Misconfigured, Status: 401, Code: "Unauthorized", Hint: "renew the secret"}
	}
	o.goOn(3 * time.Hour)
	if got := o.log.lines("Teams has taken nothing"); len(got) != 0 {
		t.Errorf("an outage is said: %v", got)
	}
	if got := o.log.lines("set-up"); len(got) < 3 {
		t.Errorf("the set-up is said %d times", len(got))
	}
}
