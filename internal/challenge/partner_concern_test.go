package challenge_test

import (
	"testing"

	"challengebot/internal/challenge"
	"challengebot/internal/challenge/challengetest"
)

func aboutPartner(agency string) func(*challenge.RaiseCommand) {
	return func(r *challenge.RaiseCommand) { r.AboutPartner, r.Details.Agency = true, agency }
}

func TestAConcernAboutAPartnerEndsAtOnceAsTheProcedureSaysAndNobodyIsAsked(t *testing.T) {
	for id, to := range map[string]string{"ne-lincolnshire": "", "issues-resolution-cp": "hscb-escalation"} {
		x := raiseLife(t, challengetest.LoadLadder(t, id), "2026-06-01 10:00", aboutPartner("health"), func(r *challenge.RaiseCommand) {
			if id == "ne-lincolnshire" { // a start higher up has no meaning where nobody is asked
				r.StartAt, r.Ground, r.Reason = "stage-1", "threshold-met", "Raised before."
			}
		})
		if want := "raised handed_off"; x.eventKinds() != want || x.c.State != challenge.StateHandedOff || len(x.c.Openings) != 0 || !x.c.NextAt.IsZero() {
			t.Errorf("%s: %s, now %s", id, x.eventKinds(), x.c.State)
		}
		if b := x.last.Events[1].Body.(challenge.HandedOff); b.To != to || b.Reason == "" || x.last.Events[1].By.Name != "Anna Arden" {
			t.Errorf("%s: %+v", id, b)
		}
		if challenge.IsRecordedOnly(x.last.Events) != (to == "") {
			t.Errorf("%s: kept as a record only is told wrongly", id)
		}
		if len(x.last.Posts) != 1 || !x.isPosted(challenge.CardChallenge, "anna") {
			t.Errorf("%s: shown %+v", id, x.last.Posts)
		}
		// It is a closed challenge like any other.
		if got := x.try("anna", challenge.Withdraw{Reason: "Raised twice."}); got != "closed" {
			t.Errorf("%s: withdrawn: %s", id, got)
		}
		if got := x.tryTick(); got != "nothing" {
			t.Errorf("%s: the clock: %s", id, got)
		}
	}
}

func (x *life) tryTick() string { return x.try("", challenge.Tick{}) }

func TestAConcernAboutAPartnerNamesTheAgencyAndNeedsARuleForIt(t *testing.T) {
	for _, test := range []struct{ ladder, agency, code, field string }{
		{"ne-lincolnshire", "", "bad_input", "agency"},
		{"ne-lincolnshire", "nobody-knows", "bad_input", "agency"},
		{"rutland", "health", "not_allowed", ""},
	} {
		env := challengetest.Env(challengetest.LoadLadder(t, test.ladder), "2026-06-01 10:00")
		r := challengetest.RaiseCommand(env, "north", 1)
		aboutPartner(test.agency)(&r)
		_, err := challenge.Raise(r, challengetest.Person("anna"), env)
		refusal, ok := err.(*challenge.Refusal)
		if !ok || string(refusal.Code) != test.code || test.field != "" && refusal.Fields[test.field] == "" {
			t.Errorf("%+v: %v", test, err)
		}
	}
}
