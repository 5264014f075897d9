package challenge_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"challengebot/internal/challenge"
	"challengebot/internal/challenge/challengetest"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// refusalOf gives the code and the fields with what is said of them.
func refusalOf(t *testing.T, err error) (challenge.RefusalCode, map[string]string) {
	t.Helper()
	if err == nil {
		return "", nil
	}
	var r *challenge.Refusal
	if !errors.As(err, &r) {
		t.Fatalf("%v is no refusal", err)
	}
	return r.Code, r.Fields
}

func TestAChallengeThatIsNotCompleteIsRefusedWithEveryFault(t *testing.T) {
	today := challengetest.Date("2026-06-01")
	long := strings.Repeat("é", challenge.MaxText)
	for _, test := range []struct {
		name   string
		change func(*challenge.RaiseCommand)
		want   map[string]string
	}{
		{"complete", func(*challenge.RaiseCommand) {}, nil},
		{"texts at their limit", func(r *challenge.RaiseCommand) {
			r.Details.Concern, r.Details.Evidence, r.Details.Ask = long, long, long
		}, nil},
		{"nothing", func(r *challenge.RaiseCommand) { r.Details = challenge.Details{} }, map[string]string{
			"record":     "Please give the LCS number.",
			"categories": "Please choose at least one category of concern.",
			"concern":    "Please say what is wrong.",
			"ask":        "Please say what you ask for.",
			"team":       "Please choose the child's team from the list.",
		}},
		{"inputs that nobody could read", func(r *challenge.RaiseCommand) {
			r.Unread = challenge.Unread{"looked_after": challenge.SayYesOrNo, "ladder": challenge.SayChooseFromList}
		}, map[string]string{"looked_after": "Please answer yes or no.", "ladder": "Please choose from the list."}},
		{"words about a start that was not chosen", func(r *challenge.RaiseCommand) { r.Reason = "Raised twice." }, map[string]string{
			"start_at": "Please choose where to start, or empty what you wrote about starting later."}},
		{"a ground without a start", func(r *challenge.RaiseCommand) { r.Ground = "threshold" }, map[string]string{
			"start_at": "Please choose where to start, or empty what you wrote about starting later."}},
		{"a child's name", func(r *challenge.RaiseCommand) { r.Details.RecordNumber = "Kayleigh Smith" }, map[string]string{
			"record": "Please give the LCS number only: digits, with a short prefix if your system uses one. Names are kept out of challenges.",
		}},
		{"dates that cannot be", func(r *challenge.RaiseCommand) {
			r.Details.AskBy, r.Details.ConferenceDate = today-1, today.AddDays(-2000)
		}, map[string]string{
			"ask_by":          "This date has passed. Please give a date from today on.",
			"conference_date": "Please check the date of the conference: it is more than a year ahead or five years back.",
		}},
		{"years ahead", func(r *challenge.RaiseCommand) { r.Details.AskBy = today.AddDays(600) }, map[string]string{
			"ask_by": "Please check this date: it is more than a year and a half away.",
		}},
		{"too long", func(r *challenge.RaiseCommand) { r.Details.Concern = long + "!" }, map[string]string{
			"concern": "Please keep this to 4000 characters; it has 4001.",
		}},
		{"not text", func(r *challenge.RaiseCommand) { r.Details.Evidence = "\xff" }, map[string]string{
			"evidence": "This text cannot be read. Please type it again.",
		}},
		{"categories of another plan", func(r *challenge.RaiseCommand) { r.Details.Categories = []string{"placement", "drift"} }, map[string]string{
			"categories": "The category “Placement” is not for that type of conference. Please choose another.",
		}},
		{"categories of another ladder", func(r *challenge.RaiseCommand) { r.Details.Categories = []string{"weather"} }, map[string]string{
			"categories": "Please choose categories from the list of this procedure.",
		}},
		{"an agency on an internal ladder", func(r *challenge.RaiseCommand) { r.Details.Agency = "health" }, map[string]string{
			"agency": "This procedure is about the authority's own service. Please leave the agency empty.",
		}},
		{"a rung on a ground that is none", func(r *challenge.RaiseCommand) { r.StartAt, r.Ground = "r2", "boredom" }, map[string]string{
			"start_at":     "This procedure does not allow starting there on that ground.",
			"start_reason": "Please say why you start there.",
		}},
	} {
		env := challengetest.Env(smallLadder, "2026-06-01 10:00")
		r := challengetest.RaiseCommand(env, "north", 1)
		test.change(&r)
		_, err := challenge.Raise(r, challengetest.Person("anna"), env)
		if _, got := refusalOf(t, err); !cmp.Equal(test.want, got) {
			t.Errorf("%s (-want +got):\n%s", test.name, cmp.Diff(test.want, got))
		}
	}
}

func TestAgenciesArePartOfAPartnersLadder(t *testing.T) {
	ext := challengetest.LoadLadder(t, "redcar-cleveland-partner")
	env := challengetest.Env(ext, "2026-06-01 10:00")
	for agency, want := range map[string]string{
		"health": "", "": "Please choose the agency that this is about.", "weather": "Please choose the agency from the list.",
	} {
		r := challengetest.RaiseCommand(env, "north", 1)
		r.Details.Agency = agency
		_, err := challenge.Raise(r, challengetest.Person("anna"), env)
		if _, fields := refusalOf(t, err); fields["agency"] != want {
			t.Errorf("%q: %q", agency, fields["agency"])
		}
	}
}

func TestOnlyThoseALadderNamesRaise(t *testing.T) {
	env := challengetest.Env(smallLadder, "2026-06-01 10:00")
	for who, want := range map[string]challenge.RefusalCode{"anna": "", "ben": "", "tess": challenge.CodeNotYours, "otto": challenge.CodeNotYours, "zed": challenge.CodeNotYours} {
		_, err := challenge.Raise(challengetest.RaiseCommand(env, "north", 1), challengetest.Person(who), env)
		if got, _ := refusalOf(t, err); got != want {
			t.Errorf("%s: %q", who, got)
		}
	}
	for _, by := range []challenge.Person{challenge.System, challengetest.Stranger()} {
		_, err := challenge.Raise(challengetest.RaiseCommand(env, "north", 1), by, env)
		if got, _ := refusalOf(t, err); got != challenge.CodeNotYours {
			t.Errorf("%s: %q", by.Name, got)
		}
	}
	shouted := challengetest.Person("anna")
	shouted.ID = strings.ToUpper(shouted.ID)
	change, err := challenge.Raise(challengetest.RaiseCommand(env, "north", 1), shouted, env)
	if err != nil || change.Next.Chair != challengetest.Person("anna") {
		t.Errorf("an object id in capitals: %v, %v", change.Next.Chair, err)
	}
}

func TestAnAnswerThatIsNotCompleteIsRefusedWithEveryFault(t *testing.T) {
	plan := func(as ...challenge.PlannedAction) challenge.Response {
		return challenge.Response{Text: "Agreed.", Plan: as}
	}
	act := challenge.PlannedAction{What: "Visit", Who: "Social worker", DueBy: challengetest.Date("2026-06-08")}
	for _, test := range []struct {
		name     string
		response challenge.Response
		want     map[string]string
	}{
		{"complete", plan(act), nil},
		{"empty lines do not count", plan(challenge.PlannedAction{What: " "}, act, challenge.PlannedAction{}), nil},
		{"nothing", challenge.Response{}, map[string]string{
			"text": "Please write your response.", "plan_1_what": "Please agree at least one action: what, who, and by when."}},
		{"half an action", plan(act, challenge.PlannedAction{What: "Visit"}), map[string]string{
			"plan_2_who": "Please say who will do it.", "plan_2_by": "Please give the date by which it will be done."}},
		{"an action for yesterday", plan(challenge.PlannedAction{Who: "I", DueBy: challengetest.Date("2026-05-31")}), map[string]string{
			"plan_1_what": "Please say what will be done.", "plan_1_by": "This date has passed. Please give a date from today on."}},
		{"six actions", plan(act, act, act, act, act, act), map[string]string{"plan_5_what": "A plan holds at most 5 actions."}},
	} {
		x := raiseLife(t, smallLadder, "2026-06-01 10:00")
		_, err := x.c.Decide(challenge.Respond{Opening: 1, Response: test.response}, challengetest.Person("tess"), x.env)
		if _, got := refusalOf(t, err); !cmp.Equal(test.want, got) {
			t.Errorf("%s (-want +got):\n%s", test.name, cmp.Diff(test.want, got))
		}
	}
}

func TestFieldsOfAFormAreChecked(t *testing.T) {
	l := editedLadder(func(l *ladder.Ladder) { l.Rungs[0].Form = ladder.FormMeeting })
	x := raiseLife(t, l, "2026-06-01 10:00")
	held := map[string]string{"held_on": "2026-06-02", "present": "All", "minuted_by": "Nobody\x00", "invented": "x"}
	_, err := x.c.Decide(challenge.Respond{Opening: 1, Response: challenge.Response{Text: "Met.", Fields: held}}, challengetest.Person("tess"), x.env)
	_, got := refusalOf(t, err)
	want := map[string]string{"held_on": "This date cannot be in the future.", "outcome": "Please fill in: Outcome of the meeting."}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	held["held_on"], held["outcome"] = "2026-06-01", "Agreed\r\n\r\nin full. "
	x.do("tess", challenge.Respond{Opening: 1, Response: challenge.Response{Text: "Met.", Fields: held}})
	b := x.last.Events[0].Body.(challenge.Responded)
	kept := map[string]string{"held_on": "2026-06-01", "present": "All", "minuted_by": "Nobody", "outcome": "Agreed\n\nin full."}
	if diff := cmp.Diff(kept, b.Response.Fields); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
}

// Whatever the form says beforehand is what raising then does.
func TestForeseeTellsWhatRaisingDoes(t *testing.T) {
	shipped := challengetest.ShippedLadders(t)
	rapid.Check(t, func(t *rapid.T) {
		env := challengetest.Env(randomLadder(t, shipped), "2026-03-30 08:00")
		env.Directory = office
		r, by := challengetest.RandomRaising(t, env, 1)
		f, err := challenge.ForecastRaise(r, by, env)
		if err != nil {
			t.Fatal(err)
		}
		change, err := challenge.Raise(r, by, env)
		if err != nil {
			t.Fatal(err)
		}
		var want challenge.Forecast
		switch v := change.Next.CurrentOpening(); {
		case v != nil:
			rung, _ := env.Ladder.RungByID(v.Rung)
			want = challenge.Forecast{Rung: *rung, Respondents: v.Respondents, Deadline: v.Deadline, Explanation: f.Explanation}
			if !strings.Contains(f.Explanation, workday.DateOf(v.Deadline.Due).FormatLong()) {
				t.Fatalf("the working does not end in the due date: %s", f.Explanation)
			}
		case change.Next.Hold != nil:
			rung, _ := env.Ladder.RungByID(change.Next.Rung)
			want = challenge.Forecast{Rung: *rung, Gates: change.Next.Hold.Gates}
		case r.AboutPartner:
			want = challenge.Forecast{PartnerRule: env.Ladder.PartnerConcerns}
		}
		if diff := cmp.Diff(want, f); diff != "" {
			t.Fatalf("raised against foreseen:\n%s", diff)
		}
	})
}

// Less than a microsecond after the cut-off is the cut-off: the clock of the whole challenge begins on
// the day on which its first step says that it was raised.
func TestTheClockOfTheWholeBeginsOnTheDayThatIsWrittenDown(t *testing.T) {
	t.Parallel()
	env := challengetest.Env(smallLadder, "2026-04-16 17:00")
	env.Now = env.Now.Add(123 * time.Nanosecond)
	change, err := challenge.Raise(challengetest.RaiseCommand(env, "north", 1), challengetest.Person("anna"), env)
	if err != nil {
		t.Fatal(err)
	}
	want, err := env.Calendar.ReceiptDay(change.Events[0].At)
	if got := change.Next.LimitStart; err != nil || got != want {
		t.Errorf("raised %v, it begins on %s, not %s (%v)", change.Events[0].At, got, want, err)
	}
}
