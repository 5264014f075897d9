package pages

import (
	"slices"
	"strings"
	"time"

	"challengebot/internal/report"
	"challengebot/internal/workday"
)

// row is one challenge of the register: no text of anybody's.
type row struct {
	Ref, Number, Raised, Team, Procedure, Concern, RaisedBy string
	Stage, With, Due, InTime                                string
	// State is what became of it; Look is how that is drawn, of the meanings that colours have.
	State, Look, Ended string
}

// rowOf makes a row of a challenge. isHeld: it waits before the stage.
func rowOf(k report.Case, isHeld bool, now time.Time, c *workday.Calendar) row {
	r := row{Ref: k.Ref, Number: k.RecordNumber, Raised: formatDay(c.DateOf(k.RaisedAt)), Team: k.Team, Procedure: k.Procedure,
		Concern: strings.Join(k.Categories, "; "), RaisedBy: k.RaisedBy, Stage: k.Where, With: strings.Join(k.Asked, " or "), InTime: timescales(k)}
	if k.Agency != "" {
		r.Team = k.Agency
	}
	if isHeld {
		r.Stage = "Before " + k.Where
	}
	r.State, r.Look = string(k.State), ""
	switch {
	case k.State == report.Settled:
		r.Look = "good"
	case k.State != report.Open:
	case !k.Due.IsZero() && now.After(k.Due):
		r.State, r.Look = "open, overdue", "bad"
	case k.Urgent:
		r.State, r.Look = "open, urgent", "bad"
	case !k.Due.IsZero() && c.DateOf(k.Due) == c.DateOf(now):
		r.State, r.Look = "open, due today", "open"
	default:
		r.Look = "open"
	}
	r.State = strings.ToUpper(r.State[:1]) + r.State[1:]
	if k.State == report.Open && len(k.Asked) > 0 && !k.Due.IsZero() {
		r.Due = "by " + k.Due.In(c.Location()).Format("15:04, Mon 2 January 2006")
	}
	if !k.EndedAt.IsZero() {
		r.Ended = formatDay(c.DateOf(k.EndedAt))
	}
	return r
}

// timescales says whether each question that had a time was answered in it.
func timescales(k report.Case) string {
	var missed []string
	counted, pending := false, false
	for _, q := range k.Questions {
		if q.Due.IsZero() {
			continue
		}
		switch q.Outcome {
		case report.Lapsed, report.Late:
			if !slices.Contains(missed, q.Rung) {
				missed = append(missed, q.Rung)
			}
		case report.InTime:
			counted = true
		case report.Pending:
			pending = true
		}
	}
	switch {
	case len(missed) > 0:
		return "Not at " + strings.Join(missed, " and ")
	case counted:
		return "Yes"
	case pending:
		return "Not yet due"
	}
	return "Not counted"
}

func formatDay(d workday.Date) string { return d.Midnight(time.UTC).Format("2 January 2006") }

func formatMoment(t time.Time) string { return t.Format("15:04 MST on Monday 2 January 2006") }
