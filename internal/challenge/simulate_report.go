package challenge

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"challengebot/internal/ladder"
)

// reportChange puts down who was told what by a change: first what has no card of its
// own, then every card that is posted.
func (s *simulation) reportChange(change Change) {
	var news []string // what the chair's and the overseers' cards tell of
	for _, e := range change.Events {
		switch b := e.Body.(type) {
		case Raised:
			news = append(news, "raised")
		case Lapsed:
			news = append(news, "lapsed")
		case RoleVacant:
			news = append(news, "vacant")
		case SkippedTo:
			if s.c.Seq > len(change.Events) { // later than the raising
				news = append(news, "skipped")
			}
		case Exhausted:
			news = append(news, "exhausted")
		case Withdrawn:
			news = append(news, "withdrawn")
		case HandedOff:
			news = append(news, "handed off")
		case LateResponse:
			news = append(news, "late reply")
		case Judged:
			if opening := s.c.Opening(e.Opening); opening != nil && opening.Outcome == OutcomeJudged {
				s.addStep(opening.Rung, strings.ReplaceAll(string(b.Verdict), "_", " "), opening.AnsweredBy.Name, time.Time{}, "")
			}
		case Resolved:
			s.addStep(e.Rung, "resolved", s.c.Chair.Name, time.Time{}, "")
		case GateRecorded:
			s.tellGate(b)
		}
		if len(news) > 0 && (e.Body.Kind() == KindLapsed || e.Body.Kind() == KindRoleVacant) {
			s.tellFollowers(change, e.Rung, news)
			news = nil
		}
	}
	told := len(news) == 0
	if !slices.ContainsFunc(change.Posts, func(post Post) bool { return post.Card == CardChallenge || post.Card == CardOversight }) {
		for _, n := range news { // the chair did it, and sees it on the card they used
			s.addStep(s.c.Rung, n, s.c.Chair.Name, time.Time{}, "")
		}
	}
	for _, post := range change.Posts {
		switch post.Card {
		case CardChallenge, CardOversight:
			if told {
				event := "told"
				if change.Events[0].Body.Kind() == KindNudged {
					event = "reminder"
				}
				s.addStep(s.c.Rung, event, s.addressName(post.To), s.c.Due(), "")
			}
			for _, n := range news {
				s.addStep(s.c.Rung, n, s.addressName(post.To), s.c.Due(), "")
			}
		case CardGate:
			event := "held"
			if change.Events[0].Body.Kind() == KindNudged {
				event = "reminder"
			}
			s.tellGateHolder(post.To.Person, event, s.c.Hold.OpensAt)
		case CardJudge:
			event := "answered"
			if change.Events[0].Body.Kind() == KindNudged {
				event = "reminder"
			}
			s.addStep(s.c.Rung, event, s.addressName(post.To), time.Time{}, "")
		default:
			event := map[Card]string{CardRespond: "opened", CardReminder: "reminder", CardAlert: "told", CardNotice: "notice"}[post.Card]
			s.addStep(s.c.Rung, event, s.addressName(post.To), s.c.Due(), "")
		}
	}
	if change.Events[0].Body.Kind() == KindNudged {
		s.reportDigest()
	}
}

// tellFollowers tells those who follow the case what happened on a rung that the
// challenge has left by the end of the change. A gate's card tells the chair of it too.
func (s *simulation) tellFollowers(change Change, rung string, news []string) {
	for _, post := range change.Posts {
		if post.Card == CardChallenge || post.Card == CardOversight || post.Card == CardGate && post.To.Person == s.c.Chair.ID {
			for _, n := range news {
				s.addStep(rung, n, s.addressName(post.To), time.Time{}, "")
			}
		}
	}
}

// reportDigest tells those who oversee challenges that this one is in the digest of the day,
// which comes when people are told again.
func (s *simulation) reportDigest() {
	if _, listed := NewPendingItem(Snapshot{Challenge: s.c, Ladder: s.Ladder}, s.env.Now, s.env); !listed {
		return
	}
	for _, id := range Overseers(&s.c, s.Directory, s.env.Today()) {
		s.addStep(s.c.Rung, "in the digest", s.findPerson(id).Name, time.Time{}, "")
	}
}

func (s *simulation) tellGate(b GateRecorded) {
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
		for _, p := range append(append([]Party(nil), g.Openers...), g.Consulted...) {
			if p.ID == id && !g.IsCleared() {
				s.addStep(g.Rung, event, p.Name, opens, s.gateLabel(g.Rung, g.Gate))
				break
			}
		}
	}
}

func (s *simulation) gateLabel(rung, id string) string {
	if g, ok := findGate(s.Ladder, rung, id); ok {
		return g.Label
	}
	return id
}

// addStep writes one step down.
func (s *simulation) addStep(rung, event, to string, due time.Time, gate string) {
	zone := s.Calendar.Location()
	step := SimulationStep{At: s.env.Now.In(zone).Truncate(time.Second), Rung: rung, Event: event, To: to, Gate: gate}
	if !due.IsZero() {
		due = due.In(zone)
		step.Due = &due
	}
	s.steps = append(s.steps, step)
}

// addressName is who is behind an address.
func (s *simulation) addressName(a Address) string {
	if a.Team != "" {
		return TeamChannelLabel
	}
	return s.findPerson(a.Person).Name
}

// SimulationSteps are the steps of a simulation, for people to read.
type SimulationSteps []SimulationStep

// Text is the steps as a table. Rungs bear their labels where the ladder is given.
func (steps SimulationSteps) Text(l *ladder.Ladder) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "When\tWhere\tWhat\tWho is told\tDue")
	const clock = "Mon 2 Jan 2006 15:04"
	for _, s := range steps {
		where, due := s.Rung, ""
		if l != nil {
			if r, ok := l.RungByID(s.Rung); ok {
				where = r.Label
			}
		}
		if s.Due != nil {
			due = s.Due.Format(clock)
		}
		what := s.Event
		if s.Gate != "" {
			what += ": " + s.Gate
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", s.At.Format(clock), where, what, s.To, due)
	}
	if err := w.Flush(); err != nil {
		panic(err) // a strings.Builder takes everything
	}
	return b.String()
}
