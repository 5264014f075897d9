package report

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// State is what became of a challenge.
type State string

// The states of a register.
const (
	Open      State = "open"
	Settled   State = "settled"
	Withdrawn State = "withdrawn"
	HandedOff State = "handed over"
	Recorded  State = "recorded only"
)

// Outcome is what became of one question.
type Outcome string

// Outcomes of a question.
const (
	InTime  Outcome = "in time"
	Late    Outcome = "late"        // after the due time and before the time was ended
	Lapsed  Outcome = "no answer"   // the time ended
	Pending Outcome = "awaited"     // it runs
	Left    Outcome = "not awaited" // the challenge went on or ended before an answer
)

// Question is one opening of a rung.
type Question struct {
	Rung    string // its label
	Roles   []string
	AskedAt time.Time
	Due     time.Time // zero where the procedure sets no time
	Outcome Outcome
}

// Case is one challenge as the register and the figures see it: no free text.
type Case struct {
	Ref, RecordNumber       string
	Team, Agency            string // names
	Procedure               string
	Categories              []string
	RaisedBy                string
	RaisedAt, EndedAt       time.Time
	FirstAnswerAt           time.Time
	State                   State
	Where                   string // the rung it is on, or waits before, or ended on
	Asked                   []string
	Due                     time.Time
	Questions               []Question
	HeldDays                int // working days in which it waited before a rung
	DaysToAnswer, DaysToEnd int // working days from raising; meaningless while zero times say so
	Urgent                  bool
}

// Names are what the directory has for ids.
type Names struct {
	Team, Agency func(id string) string
}

// CaseOf reads one challenge from its trail.
func CaseOf(s challenge.Snapshot, c *workday.Calendar, names Names) Case {
	d, now := s.Challenge.Details, &s.Challenge
	k := Case{
		Ref: now.Ref, RecordNumber: d.RecordNumber, Team: names.Team(d.Team), Procedure: s.Ladder.Title,
		RaisedAt: now.RaisedAt, EndedAt: now.ClosedAt, Where: rungLabel(s.Ladder, now.Rung), Due: now.Due(), Urgent: now.Urgent != nil,
	}
	if d.Agency != "" {
		k.Agency = names.Agency(d.Agency)
	}
	for _, id := range d.Categories {
		label := id
		if i := slices.IndexFunc(s.Ladder.Categories, func(c ladder.Category) bool { return c.ID == id }); i >= 0 {
			label = s.Ladder.Categories[i].Label
		}
		k.Categories = append(k.Categories, label)
	}
	k.State = stateOf(s)
	if o := now.CurrentOpening(); o != nil && now.State == challenge.StateAwaitingResponse {
		for _, p := range o.Respondents {
			k.Asked = append(k.Asked, p.Name)
		}
		if r, ok := s.Ladder.RungByID(o.Rung); ok && r.HasNoLimit() {
			k.Due = time.Time{}
		}
	}
	k.readTrail(s, c)
	if !k.FirstAnswerAt.IsZero() {
		k.DaysToAnswer = workingDays(c, k.RaisedAt, k.FirstAnswerAt)
	}
	if !k.EndedAt.IsZero() {
		k.DaysToEnd = workingDays(c, k.RaisedAt, k.EndedAt)
	}
	return k
}

// SortCases puts the challenge that was raised last first, as every register does.
func SortCases(cases []Case) {
	slices.SortFunc(cases, func(a, b Case) int { return cmp.Or(b.RaisedAt.Compare(a.RaisedAt), cmp.Compare(a.Ref, b.Ref)) })
}

// workingDays counts the working days after the day for which an instant counts.
func workingDays(c *workday.Calendar, from, to time.Time) int {
	day, err := c.ReceiptDay(from)
	if err != nil {
		day = c.DateOf(from)
	}
	return max(0, c.CountWorkingDays(day, c.DateOf(to)))
}

func stateOf(s challenge.Snapshot) State {
	switch s.Challenge.State {
	case challenge.StateResolved:
		return Settled
	case challenge.StateWithdrawn:
		return Withdrawn
	case challenge.StateHandedOff:
		if challenge.IsRecordedOnly(s.History) {
			return Recorded
		}
		return HandedOff
	}
	return Open
}

// readTrail takes from the events what the challenge itself does not keep.
func (k *Case) readTrail(s challenge.Snapshot, c *workday.Calendar) {
	open := map[int]int{} // opening: its question
	var heldSince time.Time
	hold := func(at time.Time) {
		if !heldSince.IsZero() {
			k.HeldDays += workingDays(c, heldSince, at)
			heldSince = time.Time{}
		}
	}
	for _, e := range s.History {
		switch b := e.Body.(type) {
		case challenge.Raised:
			k.RaisedBy = e.By.Name
		case challenge.Held:
			if heldSince.IsZero() {
				heldSince = e.At
			}
		case challenge.RungOpened:
			hold(e.At)
			q := Question{Rung: rungLabel(s.Ladder, e.Rung), AskedAt: e.At, Due: b.Deadline.Due, Outcome: Pending}
			for _, p := range b.Respondents {
				if role := s.Ladder.RoleLabel(p.Role); !slices.Contains(q.Roles, role) {
					q.Roles = append(q.Roles, role)
				}
			}
			if r, ok := s.Ladder.RungByID(e.Rung); ok && r.HasNoLimit() {
				q.Due = time.Time{}
			}
			for n := range k.Questions { // what was opened before waits no more
				if k.Questions[n].Outcome == Pending {
					k.Questions[n].Outcome = Left
				}
			}
			open[e.Opening] = len(k.Questions)
			k.Questions = append(k.Questions, q)
		case challenge.Redated:
			k.question(open, e.Opening, func(q *Question) { q.setDue(b.Deadline.Due) })
		case challenge.Interrupted:
			k.question(open, e.Opening, func(q *Question) { q.setDue(b.Deadline.Due) })
		case challenge.Released:
			k.question(open, e.Opening, func(q *Question) { q.setDue(b.Deadline.Due) })
		case challenge.Recounted:
			k.question(open, e.Opening, func(q *Question) { q.setDue(b.Deadline.Due) })
		case challenge.Lapsed:
			k.question(open, e.Opening, func(q *Question) { q.Outcome = Lapsed })
		case challenge.LapseYielded:
			k.question(open, b.Opening, func(q *Question) { q.Outcome = Left })
		case challenge.Responded:
			if len(b.Awaits) > 0 || b.Replaces { // the time in which it was answered stays
				continue
			}
			if k.FirstAnswerAt.IsZero() {
				k.FirstAnswerAt = e.At
			}
			k.question(open, e.Opening, func(q *Question) {
				if q.Outcome = InTime; b.AfterDue {
					q.Outcome = Late
				}
			})
		}
	}
	if s.Challenge.State == challenge.StateAwaitingResponse {
		return
	}
	for n := range k.Questions {
		if k.Questions[n].Outcome == Pending {
			k.Questions[n].Outcome = Left
		}
	}
	if !s.Challenge.ClosedAt.IsZero() {
		hold(s.Challenge.ClosedAt)
	}
}

func (k *Case) question(open map[int]int, opening int, do func(*Question)) {
	if n, known := open[opening]; known {
		do(&k.Questions[n])
	}
}

// setDue moves the due time, where the event moved one.
func (q *Question) setDue(due time.Time) {
	if !due.IsZero() && !q.Due.IsZero() {
		q.Due = due
	}
}

func rungLabel(l *ladder.Ladder, id string) string {
	if r, ok := l.RungByID(id); ok {
		return r.Label
	}
	return id
}

// RolesText names roles in one text.
func (q Question) RolesText() string { return strings.Join(q.Roles, ", ") }

// NamesOf are the names of a directory; an id that it does not know stands for itself.
func NamesOf(d *directory.Directory) Names {
	name := func(id, found string, known bool) string {
		if !known {
			return id
		}
		return found
	}
	if d == nil {
		same := func(id string) string { return id }
		return Names{Team: same, Agency: same}
	}
	return Names{
		Team:   func(id string) string { t, ok := d.TeamByID(id); return name(id, t.Name, ok) },
		Agency: func(id string) string { a, ok := d.AgencyByID(id); return name(id, a.Name, ok) },
	}
}
