package challengetest

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"pgregory.net/rapid"

	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
)

// Life is the random life of one challenge, in which people come and go.
type Life struct {
	Env       challenge.Env
	Challenge challenge.Challenge
	Trail     []challenge.Event
	// Office says in words who is there.
	Office string
	// teamsThere: Teams takes each card at once.
	teamsThere bool
}

// Attempt is something that was tried in a life, and what came of it.
type Attempt struct {
	// Outage is one that ended before it, and NewOffice is set when who is there changed.
	Outage    *challenge.Outage
	NewOffice bool

	By      challenge.Person
	Command challenge.Command // nil for the raising
	Change  challenge.Change
	Err     error
	// Delivered are the events of the cards that Teams took at once.
	Delivered []challenge.Event
}

// Raising is a challenge that a life begins with.
type Raising struct {
	Command  challenge.RaiseCommand
	Forecast challenge.Forecast
	Attempt
}

// BeginLife raises a random challenge.
func BeginLife(t *rapid.T, l *ladder.Ladder) (*Life, Raising) {
	x := &Life{Env: challenge.Env{Calendar: Calendar(), Ladder: l, Directory: Directory()}, Office: "as ever"}
	x.Env.Now = At(rapid.SampledFrom([]string{"2026-03-26 08:00", "2026-03-26 08:00", "2026-12-11 16:30", "2028-11-27 10:00"}).Draw(t, "season")).
		AddDate(0, 0, rapid.IntRange(0, 14).Draw(t, "start"))
	x.teamsThere = rapid.IntRange(0, 2).Draw(t, "teams away") > 0
	r, by := RandomRaising(t, x.Env, 7)
	forecast, err := challenge.ForecastRaise(r, by, x.Env)
	if refusal, ok := errors.AsType[*challenge.Refusal](err); ok && refusal.Code == challenge.CodeNoCoverage {
		x.Env.Now = x.Env.Now.AddDate(0, -1, 0) // the calendar ends with 2028, a long window beyond it
		r, by = RandomRaising(t, x.Env, 7)
		forecast, err = challenge.ForecastRaise(r, by, x.Env)
	}
	if err != nil {
		t.Fatal(err)
	}
	change, err := challenge.Raise(r, by, x.Env)
	if err != nil {
		t.Fatal(err)
	}
	return x, Raising{Command: r, Forecast: forecast, Attempt: Attempt{By: by, Change: change, Delivered: x.goOn(change)}}
}

// Snapshot is the challenge as it stands.
func (x *Life) Snapshot() challenge.Snapshot {
	return challenge.Snapshot{Challenge: x.Challenge, Ladder: x.Env.Ladder, History: x.Trail}
}

// goOn goes on from a change, and returns the events of the cards that Teams took at once.
func (x *Life) goOn(change challenge.Change) []challenge.Event {
	if !change.HasEvents() {
		return nil
	}
	x.Challenge, x.Trail = change.Next, append(x.Trail, change.Events...)
	if !x.teamsThere {
		return nil
	}
	c, taken := Deliver(change, x.Env)
	x.Challenge, x.Trail = c, append(x.Trail, taken...)
	return taken
}

// Try lets time pass, sometimes changes who is there, and gives one command.
func (x *Life) Try(t *rapid.T) Attempt {
	var a Attempt
	before := x.Env.Now
	x.Env.Now = RandomTime(t, x.Challenge, x.Env.Now)
	if last := At("2028-12-29 00:00"); x.Env.Now.After(last) {
		x.Env.Now = last
	}
	if x.Env.Now.Sub(before).Hours() > 1 && rapid.IntRange(0, 7).Draw(t, "off") == 0 {
		a.Outage = &challenge.Outage{From: before.UTC(), To: x.Env.Now.UTC()}
		x.Env.Outages = append(x.Env.Outages, *a.Outage)
	}
	if rapid.IntRange(0, 3).Draw(t, "another office") == 0 {
		was := x.Office
		x.changeOffice(t)
		a.NewOffice = x.Office != was
	}
	a.Command, a.By = x.drawCommand(t)
	a.Change, a.Err = x.Snapshot().Decide(a.Command, a.By, x.Env)
	if a.Err == nil {
		a.Delivered = x.goOn(a.Change)
	}
	return a
}

func (x *Life) drawCommand(t *rapid.T) (challenge.Command, challenge.Person) {
	switch rapid.IntRange(0, 18).Draw(t, "rare") {
	case 0:
		team := rapid.SampledFrom([]string{"north", "South", "east", "west", "nowhere"}).Draw(t, "team")
		return challenge.MoveToTeam{Team: team}, MostlyRight(t, x.Challenge.Chair, Person("otto"))
	case 1:
		who := rapid.SampledFrom(People()).Draw(t, "successor")
		return challenge.NameSuccessor{Successor: who.ID}, MostlyRight(t, Person("otto"), x.Challenge.Chair)
	case 3:
		return x.drawMessage(t), challenge.System
	case 4:
		if x.Challenge.State == challenge.StateAwaitingResponse {
			owner := rapid.SampledFrom(append(People(), challenge.Person{})).Draw(t, "owner")
			return challenge.NotMine{Opening: len(x.Challenge.Openings), Owner: owner.ID}, randomPerson(t, x.Challenge)
		}
	case 6:
		return challenge.Correct{RecordNumber: rapid.SampledFrom([]string{"LCS 204817", "", "Mia"}).Draw(t, "right number"), Reason: "The brother's number."},
			MostlyRight(t, x.Challenge.Chair, Person("otto"))
	case 5:
		text := rapid.SampledFrom([]string{"Which school?", "Which visit?", ""}).Draw(t, "question")
		if rapid.Bool().Draw(t, "asked back") {
			return challenge.AskBack{Opening: len(x.Challenge.Openings), Text: text}, randomPerson(t, x.Challenge)
		}
		return challenge.AnswerQuestion{Text: text}, MostlyRight(t, x.Challenge.Chair, Person("otto"))
	case 2:
		away := rapid.SampledFrom(append(x.Challenge.WaitingFor(), x.Challenge.Chair.ID)).Draw(t, "away")
		return challenge.HandOver{AwayID: away}, MostlyRight(t, Person("otto"), x.Challenge.Chair)
	}
	if rapid.IntRange(0, 2).Draw(t, "what is due") == 0 {
		if cmd, by := x.drawWhatIsDue(t); cmd != nil {
			return cmd, by
		}
	}
	cmd, by := RandomCommand(t, x.Challenge, x.Env)
	if rapid.IntRange(0, 5).Draw(t, "faulty") == 0 {
		cmd = spoilCommand(t, cmd, x.Env)
	}
	return cmd, by
}

// drawWhatIsDue is what the challenge waits for, by somebody for whom it waits.
func (x *Life) drawWhatIsDue(t *rapid.T) (challenge.Command, challenge.Person) {
	waiting := slices.DeleteFunc(People(), func(p challenge.Person) bool { return !slices.Contains(x.Challenge.WaitingFor(), p.ID) })
	if len(waiting) == 0 {
		return nil, challenge.System
	}
	by, opening := rapid.SampledFrom(waiting).Draw(t, "by"), x.Challenge.CurrentOpening()
	switch x.Challenge.State {
	case challenge.StateAwaitingResponse:
		rung, _ := x.Env.Ladder.RungByID(opening.Rung)
		if rung.Respondents.OutsideTenant && rapid.Bool().Draw(t, "say how asked") {
			return challenge.RecordAskedOutside{Opening: opening.Number, Method: challenge.ContactByTelephone, On: x.Env.Today(), Note: "Spoke to them."}, by
		}
		return challenge.Respond{Opening: opening.Number, Response: CompleteResponse(rung, x.Env)}, by
	case challenge.StateAwaitingJudgement, challenge.StateExhausted:
		verdict := rapid.SampledFrom([]challenge.Verdict{challenge.NotSatisfied, challenge.NotSatisfied, challenge.Partly, challenge.Satisfied}).Draw(t, "due verdict")
		return challenge.Judge{Opening: len(x.Challenge.Openings), Verdict: verdict, Reason: "It is not enough."}, by
	}
	st := rapid.SampledFrom(x.Challenge.Hold.Gates).Draw(t, "due gate")
	g, _ := challenge.FindGate(x.Env.Ladder, st.Rung, st.Gate)
	status := rapid.SampledFrom([]challenge.GateStatus{challenge.GatePassed, challenge.GatePassed, challenge.GateNotAgreed, challenge.GateOverridden}).Draw(t, "due status")
	return challenge.RecordGate{Rung: st.Rung, Gate: st.Gate, Status: status, Note: "Spoke to them.", On: x.Env.Today(), Fields: FillFields(g.Fields, x.Env)}, by
}

// drawMessage is what became of a card that somebody was sent for this challenge.
func (x *Life) drawMessage(t *rapid.T) challenge.Command {
	card := rapid.SampledFrom(challenge.Cards()).Draw(t, "card")
	to := challenge.Address{Person: rapid.SampledFrom(append(x.Challenge.WaitingFor(), x.Challenge.Chair.ID)).Draw(t, "to")}
	if card == challenge.CardNotice {
		to = challenge.Address{Team: x.Challenge.Details.Team}
	}
	if rapid.Bool().Draw(t, "taken") {
		return challenge.RecordDelivery{MessageID: 3, Card: card, Opening: len(x.Challenge.Openings), To: to, ConversationID: "a:1", ActivityID: "2"}
	}
	return challenge.RecordRejection{MessageID: 3, Card: card, Opening: len(x.Challenge.Openings), To: to, Code: "Forbidden",
		Passing: rapid.Bool().Draw(t, "passing"), Unconfirmed: rapid.Bool().Draw(t, "unconfirmed")}
}

// spoilCommand puts one fault into what somebody typed.
func spoilCommand(t *rapid.T, cmd challenge.Command, env challenge.Env) challenge.Command {
	text := rapid.SampledFrom([]string{"", strings.Repeat("long ", 900), "a\x00b", " "}).Draw(t, "spoilt text")
	on := env.Today().AddDays(rapid.SampledFrom([]int{-4000, -1, 0, 1, 4000}).Draw(t, "spoilt day"))
	if rapid.IntRange(0, 9).Draw(t, "no day") == 0 {
		on = 0
	}
	switch c := cmd.(type) {
	case challenge.Respond:
		plan := challenge.PlannedAction{What: "Visit", Who: "Tom Reid", DueBy: on}
		switch rapid.IntRange(0, 5).Draw(t, "fault") {
		case 0:
			c.Response.Text = text
		case 1:
			c.Response.Plan = slices.Repeat([]challenge.PlannedAction{plan}, rapid.IntRange(1, 7).Draw(t, "actions"))
		case 2:
			plan.What = text
			c.Response.Plan = []challenge.PlannedAction{plan, {}}
		case 3:
			plan.Who = text
			c.Response.Plan = []challenge.PlannedAction{{}, plan}
		case 4:
			c.Response.Fields = map[string]string{"no_such": "field"}
		default:
			for _, id := range slices.Sorted(maps.Keys(c.Response.Fields)) {
				c.Response.Fields[id] = rapid.SampledFrom([]string{"", "Friday", "maybe", on.String()}).Draw(t, "field")
			}
		}
		return c
	case challenge.Judge:
		c.Verdict = rapid.SampledFrom([]challenge.Verdict{"", "splendid", challenge.NotSatisfied, challenge.Partly}).Draw(t, "verdict")
		c.Reason = text
		return c
	case challenge.RecordGate:
		if rapid.Bool().Draw(t, "unread") {
			c.Unread = challenge.Unread{"on": challenge.SayGiveDate}
		}
		c.On, c.Note = on, text
		for _, id := range slices.Sorted(maps.Keys(c.Fields)) {
			c.Fields[id] = rapid.SampledFrom([]string{"", "Friday", "maybe", on.String()}).Draw(t, "field")
		}
		return c
	case challenge.SkipTo:
		c.Evidence, c.Ground = text, rapid.SampledFrom([]string{"", c.Ground}).Draw(t, "ground")
		return c
	case challenge.RecordAskedOutside:
		c.On, c.Note, c.Method = on, text, rapid.SampledFrom([]challenge.ContactMethod{"", "pigeon", challenge.ContactByTelephone}).Draw(t, "method")
		return c
	case challenge.Refer:
		c.Referral.On, c.Referral.Contact = on, text
		for _, role := range slices.Sorted(maps.Keys(c.Referral.Consulted)) {
			c.Referral.Consulted[role] = text
		}
		return c
	}
	return cmd
}

// changeOffice changes who is there, until the next change.
func (x *Life) changeOffice(t *rapid.T) {
	waiting := append(slices.Clone(x.Challenge.WaitingFor()), x.Challenge.Chair.ID)
	who := KeyOf(rapid.SampledFrom(waiting).Draw(t, "who"))
	switch rapid.IntRange(0, 9).Draw(t, "office") {
	case 0, 1, 2:
		x.Env.Directory, x.Office = DirectoryWithout(who), "without "+who
	case 3:
		x.Env.Directory, x.Office = DesertedDirectory(), "deserted"
	case 4:
		x.Env.Directory, x.Office = DirectoryWithoutChannels(), "without channels"
	case 5:
		x.Env.Directory, x.Office = DirectoryWithoutOversight(), "without oversight"
	case 6, 7:
		by := rapid.SampledFrom(People()).Draw(t, "stand-in")
		x.Env.Directory = Directory().WithCover([]directory.CoverSetting{{ID: 1, Person: Person(who).ID, StandIn: by.ID,
			From: x.Env.Today(), To: x.Env.Today().AddDays(rapid.IntRange(0, 30).Draw(t, "days of cover")), SetBy: Person(who).ID}})
		x.Office = KeyOf(by.ID) + " stands in for " + who
	default:
		x.Env.Directory, x.Office = Directory(), "as ever"
	}
}

// RandomRichLadder is a random ladder with askers, people who are told, and notices of their own.
func RandomRichLadder(t *rapid.T) *ladder.Ladder {
	l := RandomLadder(t)
	roles := slices.Sorted(maps.Keys(l.Roles))
	l.Roles["chair"] = "Chair"
	for i := range l.Rungs {
		r := &l.Rungs[i]
		if rapid.IntRange(0, 3).Draw(t, "asked by somebody") == 0 {
			r.AskedBy = rapid.SampledFrom(roles).Draw(t, "asker")
		}
		if rapid.IntRange(0, 3).Draw(t, "told too") == 0 {
			r.AlertedRoles = []directory.Role{rapid.SampledFrom(roles).Draw(t, "told")}
		}
	}
	if rapid.Bool().Draw(t, "some notices") {
		events := []string{"raise", "response", "judgement", "escalation", "lapse", "resolved", "gate", "skip", "withdraw", "external_referral", "hand_off", "meeting"}
		l.Alerts[0].OnEvents = rapid.SliceOfNDistinct(rapid.SampledFrom(events), 1, 4, rapid.ID[string]).Draw(t, "events")
		if rapid.Bool().Draw(t, "one rung") {
			l.Alerts[0].Rungs = []string{l.Rungs[0].ID}
		}
		l.Alerts[0].To = []directory.Role{rapid.SampledFrom(roles).Draw(t, "notices to")}
	}
	if rapid.Bool().Draw(t, "a register") {
		l.Register = &ladder.RegisterReaders{Roles: []directory.Role{rapid.SampledFrom(roles).Draw(t, "keeps it")}, Source: "section 9"}
		if rapid.Bool().Draw(t, "from a rung on") {
			l.Register.From = rapid.SampledFrom(l.Rungs).Draw(t, "the rung").ID
		}
	}
	text, err := yaml.Marshal(l)
	if err != nil {
		t.Fatal(err)
	}
	read, err := ladder.Read("random.yaml", text)
	if err != nil { // one of these does not fit the rest
		return RandomLadder(t)
	}
	return read
}
