package challengetest

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
)

// RandomRaising is a challenge that may be raised, and who raises it. About one in
// four goes straight to a rung.
func RandomRaising(t *rapid.T, env challenge.Env, number uint64) (challenge.RaiseCommand, challenge.Person) {
	team := rapid.SampledFrom([]string{"north", "south", "east", "west"}).Draw(t, "team")
	r := RaiseCommand(env, team, number)
	var types []challenge.ConferenceType
	for _, s := range env.Ladder.SubjectList() {
		types = append(types, challenge.ConferenceType(s.ID))
	}
	r.Details.Conference = rapid.SampledFrom(types).Draw(t, "conference")
	r.Details.Categories = rapid.SliceOfN(rapid.SampledFrom(CategoriesFor(env.Ladder, r.Details.Conference)), 1, 3).Draw(t, "categories")
	if env.Ladder.Party != ladder.PartyInternal {
		r.Details.Agency = rapid.SampledFrom([]string{"childrens-social-care", "health", "police"}).Draw(t, "agency")
	}
	if s := env.Ladder.Skips; len(s) > 0 && rapid.IntRange(0, 3).Draw(t, "start higher") == 0 {
		skip := rapid.SampledFrom(s).Draw(t, "skip")
		r.StartAt = rapid.SampledFrom(skip.To).Draw(t, "start at")
		r.Ground, r.Reason = skip.Grounds[0].ID, "It cannot wait."
	}
	if env.Ladder.PartnerConcerns != nil && rapid.IntRange(0, 7).Draw(t, "about a partner") == 0 {
		r.AboutPartner = true
		r.Details.Agency = "health"
	}
	if env.Ladder.Shorten != nil && rapid.Bool().Draw(t, "shorter") {
		fits := r
		fits.ShorterWindow = &challenge.ShorterWindow{Days: rapid.IntRange(1, 3).Draw(t, "working days"), Reason: "An unborn child."}
		if _, err := challenge.Raise(fits, Raisers(env, team)[0], env); err == nil {
			r = fits // a rung of one working day cannot be shortened
		}
	}
	return r, rapid.SampledFrom(Raisers(env, team)).Draw(t, "raiser")
}

// RandomTime is a later time: the very moment at which the clock must act, just
// before it or after, minutes, days, or what an engine finds after weeks away.
func RandomTime(t *rapid.T, c challenge.Challenge, now time.Time) time.Time {
	later := now.Add(time.Duration(rapid.IntRange(0, 240).Draw(t, "minutes")) * time.Minute)
	next := c.NextAt
	switch rapid.IntRange(0, 9).Draw(t, "time") {
	case 0, 1, 2, 3:
		if next.After(now) {
			return next.Add(time.Duration(rapid.SampledFrom([]int64{0, 0, 1, 999, 3_000_000, -1}).Draw(t, "microseconds")) * time.Microsecond)
		}
	case 4:
		if next.After(now) {
			return next.Add(time.Duration(rapid.IntRange(1, 120).Draw(t, "minutes late")) * time.Minute)
		}
	case 5, 6:
		return later.AddDate(0, 0, rapid.IntRange(1, 4).Draw(t, "days"))
	case 7:
		return later.AddDate(0, 0, rapid.IntRange(5, 60).Draw(t, "days away"))
	}
	return later
}

// RandomCommand is something that somebody may try with the challenge at this
// time, and who tries it: mostly what fits by those who may, sometimes what does
// not fit, or by somebody who may not. The clock is among them.
func RandomCommand(t *rapid.T, c challenge.Challenge, env challenge.Env) (challenge.Command, challenge.Person) {
	by := randomPerson(t, c)
	visit := len(c.Openings)
	if visit > 0 && rapid.IntRange(0, 4).Draw(t, "stale") == 0 {
		visit = rapid.IntRange(0, visit+1).Draw(t, "visit")
	}
	switch rapid.IntRange(0, 21).Draw(t, "command") {
	case 0, 1, 2, 3:
		return challenge.Tick{}, challenge.System
	case 4, 5, 6:
		return randomRespond(t, c, env, visit), by
	case 7, 8, 9:
		verdict := rapid.SampledFrom([]challenge.Verdict{challenge.Satisfied, challenge.Partly, challenge.NotSatisfied, challenge.NotSatisfied}).Draw(t, "verdict")
		return challenge.Judge{Opening: visit, Verdict: verdict, Reason: randomText(t), ShorterWindow: randomShorter(t)}, by
	case 10, 11, 12:
		return randomGate(t, c, env), by
	case 13:
		return randomSkip(t, env), MostlyRight(t, c.Chair, by)
	case 14:
		if rapid.Bool().Draw(t, "hand off") {
			return challenge.HandOff{To: rapid.SampledFrom([]string{"elsewhere", "multi-agency-escalation", "nowhere"}).Draw(t, "to"), Reason: randomText(t)}, MostlyRight(t, c.Chair, by)
		}
		return challenge.Withdraw{Reason: randomText(t)}, MostlyRight(t, c.Chair, by)
	case 20:
		change := rapid.SampledFrom([]challenge.MessageChange{challenge.MessageEdited, challenge.MessageDeleted, challenge.MessageRestored}).Draw(t, "message")
		return challenge.RecordMessageChange{Seq: rapid.IntRange(0, c.Seq+1).Draw(t, "step"), Change: change}, by
	case 19:
		return challenge.RecordAskedOutside{Opening: visit, Method: challenge.ContactByEmail, On: env.Today(), Note: randomText(t)}, by
	case 21:
		return challenge.Release{}, MostlyRight(t, Person("otto"), by)
	case 18:
		if rapid.Bool().Draw(t, "reconcile") {
			return challenge.Reconcile{}, challenge.System
		}
		return challenge.HandOver{AwayID: by.ID}, by
	case 15:
		return randomReferral(t, env), MostlyRight(t, c.Chair, by)
	default:
		return randomDelivery(t, c, visit), challenge.System
	}
}

// randomShorter is now and then a request for a shorter time, or for a longer one.
func randomShorter(t *rapid.T) *challenge.ShorterWindow {
	if rapid.IntRange(0, 3).Draw(t, "shorter") > 0 {
		return nil
	}
	return &challenge.ShorterWindow{Days: rapid.IntRange(0, 6).Draw(t, "working days"), Reason: randomText(t)}
}

// randomPerson is mostly one of those for whom the challenge waits.
func randomPerson(t *rapid.T, c challenge.Challenge) challenge.Person {
	all := People()
	if waiting := c.WaitingFor(); len(waiting) > 0 && rapid.IntRange(0, 9).Draw(t, "right person") > 1 {
		id := rapid.SampledFrom(waiting).Draw(t, "waiting")
		if i := slices.IndexFunc(all, func(p challenge.Person) bool { return p.ID == id }); i >= 0 {
			return all[i]
		}
	}
	return rapid.SampledFrom(append(all, Stranger(), c.Chair)).Draw(t, "person")
}

// MostlyRight is the right person three times in four.
func MostlyRight(t *rapid.T, right, other challenge.Person) challenge.Person {
	if rapid.IntRange(0, 3).Draw(t, "wrong person") == 0 {
		return other
	}
	return right
}

func randomText(t *rapid.T) string {
	return rapid.SampledFrom([]string{"", "It is not done.", "It is not done.", " \r\n", "Zwölf \u2013 \x00\x1b\xff ende"}).Draw(t, "text")
}

func randomRespond(t *rapid.T, c challenge.Challenge, env challenge.Env, visit int) challenge.Respond {
	cmd := challenge.Respond{Opening: visit, Response: challenge.Response{Text: randomText(t)}}
	if v := c.Opening(visit); v != nil && rapid.IntRange(0, 5).Draw(t, "half filled in") > 0 {
		if rung, ok := env.Ladder.RungByID(v.Rung); ok {
			cmd.Response = CompleteResponse(rung, env)
			cmd.Response.Text = fmt.Sprintf("Answer %d.", rapid.IntRange(1, 3).Draw(t, "answer"))
		}
	}
	return cmd
}

func randomGate(t *rapid.T, c challenge.Challenge, env challenge.Env) challenge.RecordGate {
	cmd := challenge.RecordGate{Rung: rapid.SampledFrom(env.Ladder.Rungs).Draw(t, "rung").ID, Gate: "g0", Note: randomText(t),
		Status: rapid.SampledFrom([]challenge.GateStatus{challenge.GatePassed, challenge.GatePassed, challenge.GateNotAgreed, challenge.GateOverridden, "ajar"}).Draw(t, "status")}
	if next := env.Ladder.NextRung(c.Rung); next != nil && len(next.Gates) > 0 {
		g := rapid.SampledFrom(next.Gates).Draw(t, "gate ahead")
		cmd.Rung, cmd.Gate, cmd.Fields = next.ID, g.ID, FillFields(g.Fields, env)
	}
	if c.Hold != nil && rapid.IntRange(0, 5).Draw(t, "another gate") > 0 {
		st := rapid.SampledFrom(c.Hold.Gates).Draw(t, "gate")
		cmd.Rung, cmd.Gate, cmd.Fields = st.Rung, st.Gate, map[string]string{}
		for _, g := range gatesBefore(env.Ladder, st.Rung) {
			if g.ID == st.Gate {
				cmd.Fields = FillFields(g.Fields, env)
			}
		}
	}
	return cmd
}

func gatesBefore(l *ladder.Ladder, rung string) []ladder.Gate {
	var gates []ladder.Gate
	for _, s := range l.Skips {
		if slices.Contains(s.To, rung) {
			gates = append(gates, s.Gates...)
		}
	}
	if r, ok := l.RungByID(rung); ok {
		gates = append(gates, r.Gates...)
	}
	return gates
}

func randomSkip(t *rapid.T, env challenge.Env) challenge.SkipTo {
	cmd := challenge.SkipTo{To: rapid.SampledFrom(env.Ladder.Rungs).Draw(t, "to").ID, Ground: "urgent", Evidence: randomText(t)}
	if s := env.Ladder.Skips; len(s) > 0 && rapid.IntRange(0, 4).Draw(t, "no such skip") > 0 {
		skip := rapid.SampledFrom(s).Draw(t, "skip")
		cmd.To, cmd.Ground = rapid.SampledFrom(skip.To).Draw(t, "skip to"), skip.Grounds[0].ID
	}
	return cmd
}

func randomReferral(t *rapid.T, env challenge.Env) challenge.Refer {
	r := challenge.Referral{Contact: "By telephone", On: env.Today(), Informed: map[directory.Role]string{}, Consulted: map[directory.Role]string{}, Note: randomText(t)}
	if x := env.Ladder.ExternalReferral; x != nil {
		for _, role := range x.InformBefore {
			r.Informed[role] = randomText(t)
		}
		for _, role := range x.Consult {
			r.Consulted[role] = "Yesterday."
		}
	}
	return challenge.Refer{Referral: r}
}

func randomDelivery(t *rapid.T, c challenge.Challenge, visit int) challenge.Command {
	card := rapid.SampledFrom([]challenge.Card{challenge.CardRespond, challenge.CardRespond, challenge.CardRespond,
		challenge.CardReminder, challenge.CardJudge, challenge.CardChallenge, challenge.CardOversight, challenge.CardNotice}).Draw(t, "card")
	to := challenge.Address{Person: c.Chair.ID}
	if v := c.CurrentOpening(); v != nil && len(v.Responders) > 0 && card != challenge.CardChallenge {
		to.Person = rapid.SampledFrom(v.Responders).Draw(t, "to")
	}
	switch {
	case card == challenge.CardNotice:
		to = challenge.Address{Team: c.Details.Team}
	case card == challenge.CardOversight:
		to.Person = randomPerson(t, c).ID
	}
	if rapid.IntRange(0, 4).Draw(t, "refused by Teams") == 0 {
		return challenge.RecordRejection{MessageID: 1, Card: card, Opening: visit, To: to, Code: "Forbidden"}
	}
	return challenge.RecordDelivery{MessageID: 1, Card: card, Opening: visit, To: to, ConversationID: "a:1", ActivityID: "1"}
}
