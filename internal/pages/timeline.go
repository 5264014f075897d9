package pages

import (
	"cmp"
	"errors"
	"time"

	"github.com/labstack/echo/v4"

	"challengebot/internal/challenge"
	"challengebot/internal/record"
	"challengebot/internal/report"
	"challengebot/internal/storage"
)

// challengeView is one challenge as its page is drawn.
type challengeView struct {
	row
	Word  string // what the procedure calls a challenge
	Steps []step
	AsOf  string
}

// step is one entry of the timeline.
type step struct {
	record.Entry
	When, Stamp string
	// BySystem: no person did it.
	BySystem bool
	// Zone is said before the first step after the clocks changed.
	Zone string
}

// serveChallenge shows one challenge with all its steps, to whoever may read it.
func (p *pages) serveChallenge(c echo.Context, r reader) error {
	ctx, ref := c.Request().Context(), c.Param("ref")
	seen, err := p.Store.LoadForReader(ctx, ref, r.Person)
	if errors.Is(err, storage.ErrNotFound) || err == nil && !seen.RightsOf(r.Person, r.Env).Read {
		return &notShown{reader: r}
	}
	if err != nil {
		return err
	}
	s, err := p.Store.Load(ctx, storage.LookupKey{ID: seen.Challenge.ID})
	if err != nil {
		return err
	}
	held := s.Challenge.State == challenge.StateHeldAtGate
	v := challengeView{row: rowOf(report.CaseOf(s, p.Calendar, report.NamesOf(r.Env.Directory)), held, r.Env.Now, p.Calendar),
		Word: cmp.Or(s.Ladder.Words.Challenge, "Challenge"), AsOf: formatMoment(r.Env.Now.In(p.Calendar.Location()))}
	v.Steps = p.stepsOf(s, r)
	return p.render(c, 200, "challenge", p.viewOf(c, r, v.Ref, v))
}

// stepsOf tells the whole trail in the sentences of the record.
func (p *pages) stepsOf(s challenge.Snapshot, r reader) []step {
	d := r.Env.Directory
	names := record.NameLookup{
		TeamName: func(id string) string { t, _ := d.TeamByID(id); return t.Name },
		PersonName: func(entra string) string {
			person, _ := d.PersonByEntra(entra)
			return person.Name
		},
	}
	var steps []step
	zone := ""
	for _, e := range record.Timeline(s, names, p.Calendar.Location()) {
		st := step{Entry: e, When: e.At.Format("Monday 2 January 2006, 15:04 MST"), Stamp: e.At.Format(time.RFC3339), BySystem: e.Actor == record.SystemActor}
		if name, _ := e.At.Zone(); zone != "" && name != zone {
			st.Zone = "The clocks changed: times are " + name + " from here on."
		}
		zone, _ = e.At.Zone()
		steps = append(steps, st)
	}
	return steps
}
