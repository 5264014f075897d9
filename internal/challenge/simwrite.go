package challenge

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"challengebot/internal/ladder"
)

// write puts down who was told what by a change: first what has no card of its
// own, then every card that is posted.
func (s *simulation) write(change Change) {
	var news []string // what the chair's and the overseers' cards tell of
	for _, e := range change.Events {
		switch b := e.Body.(type) {
		case RaisedBody:
			news = append(news, "raised")
		case Lapsed:
			news = append(news, "lapsed")
		case RoleVacant:
			news = append(news, "vacant")
		case SkippedTo:
			if s.c.Seq > len(change.Events) { // later than the raising
				news = append(news, "skipped")
			}
		case ExhaustedBody:
			news = append(news, "exhausted")
		case WithdrawnBody:
			news = append(news, "withdrawn")
		case HandedOffBody:
			news = append(news, "handed off")
		case ReplyKept:
			news = append(news, "late reply")
		case JudgedBody:
			if v := s.c.Visit(e.Visit); v != nil && v.Outcome == Judged {
				s.tell(v.Rung, strings.ReplaceAll(string(b.Verdict), "_", " "), v.AnsweredBy.Name, time.Time{}, "")
			}
		case ResolvedBody:
			s.tell(e.Rung, "resolved", s.c.Chair.Name, time.Time{}, "")
		case GateRecorded:
			s.gateNews(b)
		}
		if len(news) > 0 && (e.Body.Kind() == KindLapsed || e.Body.Kind() == KindRoleVacant) {
			s.toFollowers(change, e.Rung, news)
			news = nil
		}
	}
	told := len(news) == 0
	if !slices.ContainsFunc(change.Shows, func(sh Show) bool { return sh.Card == CardCase || sh.Card == CardOversight }) {
		for _, n := range news { // the chair did it, and sees it on the card they used
			s.tell(s.c.Rung, n, s.c.Chair.Name, time.Time{}, "")
		}
	}
	for _, sh := range change.Shows {
		switch sh.Card {
		case CardCase, CardOversight:
			if told {
				event := "told"
				if change.Events[0].Body.Kind() == KindNudged {
					event = "reminder"
				}
				s.tell(s.c.Rung, event, s.name(sh.To), s.c.Due(), "")
			}
			for _, n := range news {
				s.tell(s.c.Rung, n, s.name(sh.To), s.c.Due(), "")
			}
		case CardGate:
			event := "held"
			if change.Events[0].Body.Kind() == KindNudged {
				event = "reminder"
			}
			s.heldFor(sh.To.Person, event, s.c.Hold.Opens)
		case CardJudge:
			event := "answered"
			if change.Events[0].Body.Kind() == KindNudged {
				event = "reminder"
			}
			s.tell(s.c.Rung, event, s.name(sh.To), time.Time{}, "")
		default:
			event := map[Card]string{CardRespond: "opened", CardReminder: "reminder", CardAlert: "told", CardNotice: "notice"}[sh.Card]
			s.tell(s.c.Rung, event, s.name(sh.To), s.c.Due(), "")
		}
	}
	if change.Events[0].Body.Kind() == KindNudged {
		s.digest()
	}
}

// toFollowers tells those who follow the case what happened on a rung that the
// challenge has left by the end of the change. A gate's card tells the chair of it too.
func (s *simulation) toFollowers(change Change, rung string, news []string) {
	for _, sh := range change.Shows {
		if sh.Card == CardCase || sh.Card == CardOversight || sh.Card == CardGate && sh.To.Person == s.c.Chair.ID {
			for _, n := range news {
				s.tell(rung, n, s.name(sh.To), time.Time{}, "")
			}
		}
	}
}

// digest tells those who oversee challenges that this one is in the digest of the day,
// which comes when people are told again.
func (s *simulation) digest() {
	if _, listed := Stalled(Case{Challenge: s.c, Ladder: s.Ladder}, s.env.Now, s.env); !listed {
		return
	}
	for _, id := range Overseers(&s.c, s.Directory, s.env.Today()) {
		s.tell(s.c.Rung, "in the digest", s.person(id).Name, time.Time{}, "")
	}
}

func (s *simulation) gateNews(b GateRecorded) {
	event := "gate " + string(b.Status)
	if b.ByItself {
		event = "gate opened by itself"
	}
	s.tell(b.Rung, event, s.c.Chair.Name, time.Time{}, s.gateLabel(b.Rung, b.Gate))
}

// toHeld tells everybody who could open a gate that it is still closed.
func (s *simulation) toHeld(event string, at time.Time) {
	if at.After(s.env.Now) && !at.After(s.end) {
		s.env.Now = at
	}
	for _, id := range s.c.Waiting() {
		s.heldFor(id, event, time.Time{})
	}
}

// heldFor tells one person of each closed gate that is theirs to open.
func (s *simulation) heldFor(id, event string, opens time.Time) {
	for _, g := range s.c.Hold.Gates {
		for _, p := range append(append([]Party(nil), g.Openers...), g.Consulted...) {
			if p.ID == id && !g.Done() {
				s.tell(g.Rung, event, p.Name, opens, s.gateLabel(g.Rung, g.Gate))
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

// tell writes one step down.
func (s *simulation) tell(rung, event, to string, due time.Time, gate string) {
	zone := s.Calendar.Location()
	step := SimStep{At: s.env.Now.In(zone).Truncate(time.Second), Rung: rung, Event: event, To: to, Gate: gate}
	if !due.IsZero() {
		due = due.In(zone)
		step.Due = &due
	}
	s.steps = append(s.steps, step)
}

// name is who is behind an address.
func (s *simulation) name(a Address) string {
	if a.Team != "" {
		return TeamChannel
	}
	return s.person(a.Person).Name
}

// SimSteps are the steps of a simulation, for people to read.
type SimSteps []SimStep

// Text is the steps as a table. Rungs bear their labels where the ladder is given.
func (steps SimSteps) Text(l *ladder.Ladder) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "When\tWhere\tWhat\tWho is told\tDue")
	const clock = "Mon 2 Jan 2006 15:04"
	for _, s := range steps {
		where, due := s.Rung, ""
		if l != nil {
			if r, ok := l.Rung(s.Rung); ok {
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
