package simulation

import (
	"slices"
	"strings"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/digest"
)

// reportChange puts down who was told what by a change: first what has no card of its
// own, then every card that is posted.
func (s *simulation) reportChange(change challenge.Change) {
	var news []string // what the chair's and the overseers' cards tell of
	for _, e := range change.Events {
		switch b := e.Body.(type) {
		case challenge.Raised:
			news = append(news, "raised")
		case challenge.Lapsed:
			news = append(news, "lapsed")
		case challenge.RoleVacant:
			news = append(news, "vacant")
		case challenge.SkippedTo:
			if s.c.Seq > len(change.Events) { // later than the raising
				news = append(news, "skipped")
			}
		case challenge.Exhausted:
			news = append(news, "exhausted")
		case challenge.Withdrawn:
			news = append(news, "withdrawn")
		case challenge.HandedOff:
			news = append(news, "handed off")
		case challenge.LateResponse:
			news = append(news, "late reply")
		case challenge.Judged:
			if opening := s.c.Opening(e.Opening); opening != nil && opening.Outcome == challenge.OutcomeJudged {
				s.addStep(opening.Rung, strings.ReplaceAll(string(b.Verdict), "_", " "), opening.AnsweredBy.Name, time.Time{}, "")
			}
		case challenge.Resolved:
			s.addStep(e.Rung, "resolved", s.c.Chair.Name, time.Time{}, "")
		case challenge.GateRecorded:
			s.tellGate(b)
		}
		if len(news) > 0 && (e.Body.Kind() == challenge.KindLapsed || e.Body.Kind() == challenge.KindRoleVacant) {
			s.tellFollowers(change, e.Rung, news)
			news = nil
		}
	}
	workings := workingsOf(change)
	told := len(news) == 0
	if !slices.ContainsFunc(change.Posts, func(post challenge.Post) bool {
		return isOfWhatHappened(post.Card)
	}) {
		for _, n := range news { // the chair did it, and sees it on the card they used
			s.addStep(s.c.Rung, n, s.c.Chair.Name, time.Time{}, "")
		}
	}
	for _, post := range change.Posts {
		switch post.Card {
		case challenge.CardChallenge, challenge.CardNews, challenge.CardOversight:
			if told {
				s.addStep(s.c.Rung, "told", s.addressName(post.To), s.c.Due(), "")
			}
			for _, n := range news {
				s.addStep(s.c.Rung, n, s.addressName(post.To), s.c.Due(), "")
			}
		case challenge.CardGate:
			s.tellGateHolder(post.To.Person, "held", s.c.Hold.OpensAt)
		case challenge.CardJudge:
			s.addStep(s.c.Rung, "answered", s.addressName(post.To), time.Time{}, "")
		default:
			event := map[challenge.Card]string{challenge.CardRespond: "opened", challenge.CardReminder: "reminder", challenge.CardAlert: "told", challenge.CardNotice: "notice"}[post.Card]
			s.addStep(s.c.Rung, event, s.addressName(post.To), s.c.Due(), "")
			if n := len(s.steps); n > 0 && post.Card == challenge.CardRespond {
				s.steps[n-1].Working = workings[post.Opening]
			}
		}
	}
	switch change.Events[0].Body.Kind() {
	case challenge.KindNudged:
		s.reportTasks()
		s.reportDigest()
	case challenge.KindReminded:
		s.reportTasks()
	}
}

// isOfWhatHappened reports whether a card tells its reader what happened, whatever it asks.
func isOfWhatHappened(card challenge.Card) bool {
	return card == challenge.CardChallenge || card == challenge.CardNews || card == challenge.CardOversight
}

// workingsOf are the workings of the dates that a change sets, by the number of the opening.
func workingsOf(change challenge.Change) map[int]string {
	found := map[int]string{}
	for _, e := range change.Events {
		switch b := e.Body.(type) {
		case challenge.RungOpened:
			found[e.Opening] = b.Explanation
		case challenge.Redated:
			found[e.Opening] = b.Explanation
		}
	}
	return found
}

// tellFollowers tells those who follow the case what happened on a rung that the
// challenge has left by the end of the change. A gate's card tells the chair of it too; where no
// card does, their digest of the next morning.
func (s *simulation) tellFollowers(change challenge.Change, rung string, news []string) {
	if !slices.ContainsFunc(change.Posts, func(p challenge.Post) bool { return isOfWhatHappened(p.Card) || p.Card == challenge.CardGate }) {
		for _, n := range news {
			s.addStep(rung, n, s.c.Chair.Name, time.Time{}, "")
		}
	}
	for _, post := range change.Posts {
		if isOfWhatHappened(post.Card) || post.Card == challenge.CardGate && post.To.Person == s.c.Chair.ID {
			for _, n := range news {
				s.addStep(rung, n, s.addressName(post.To), time.Time{}, "")
			}
		}
	}
}

// reportTasks tells those for whom the challenge waits that it is in their digest of the day.
func (s *simulation) reportTasks() {
	tasks := digest.TasksOf(challenge.Snapshot{Challenge: s.c, Ladder: s.Ladder}, s.env)
	for _, id := range append(slices.Clone(s.c.WaitingFor()), s.c.Chair.ID) {
		if _, listed := tasks[id]; listed {
			s.addStep(s.c.Rung, "in the digest", s.findPerson(id).Name, time.Time{}, "")
			delete(tasks, id)
		}
	}
}

// reportDigest tells those who oversee challenges that this one is in the digest of the day,
// which comes when people are told again.
func (s *simulation) reportDigest() {
	if _, listed := digest.NewPendingItem(challenge.Snapshot{Challenge: s.c, Ladder: s.Ladder}, s.env.Now, s.env); !listed {
		return
	}
	for _, id := range challenge.Overseers(&s.c, s.Directory, s.env.Today()) {
		s.addStep(s.c.Rung, "in the digest", s.findPerson(id).Name, time.Time{}, "")
	}
}

func (s *simulation) tellGate(b challenge.GateRecorded) {
	event := "gate " + string(b.Status)
	if b.Automatic {
		event = "gate opened by itself"
	}
	s.addStep(b.Rung, event, s.c.Chair.Name, time.Time{}, s.gateLabel(b.Rung, b.Gate))
}

// tellHeld tells everybody who could open a gate that it is still closed.
func (s *simulation) tellHeld(event string, at time.Time) {
	if at.After(s.env.Now) && !at.After(s.end) {
		s.env.Now = at
	}
	for _, id := range s.c.WaitingFor() {
		s.tellGateHolder(id, event, time.Time{})
	}
}

// tellGateHolder tells one person of each closed gate that is theirs to open.
func (s *simulation) tellGateHolder(id, event string, opens time.Time) {
	for _, g := range s.c.Hold.Gates {
		for _, p := range append(append([]challenge.Party(nil), g.Openers...), g.Consulted...) {
			if p.ID == id && !g.IsCleared() {
				s.addStep(g.Rung, event, p.Name, opens, s.gateLabel(g.Rung, g.Gate))
				break
			}
		}
	}
}

func (s *simulation) gateLabel(rung, id string) string {
	if g, ok := challenge.FindGate(s.Ladder, rung, id); ok {
		return g.Label
	}
	return id
}

// addStep writes one step down.
func (s *simulation) addStep(rung, event, to string, due time.Time, gate string) {
	zone := s.Calendar.Location()
	step := Step{At: s.env.Now.In(zone).Truncate(time.Second), Rung: rung, Event: event, To: to, Gate: gate}
	if !due.IsZero() {
		due = due.In(zone)
		step.Due = &due
	}
	s.steps = append(s.steps, step)
}

// addressName is who is behind an address.
func (s *simulation) addressName(a challenge.Address) string {
	if a.Team != "" {
		return TeamChannelLabel
	}
	return s.findPerson(a.Person).Name
}
