package main

import (
	"encoding/json"
	"slices"
	"strings"
	"text/tabwriter"

	"challengebot/internal/app"
	"challengebot/internal/directory"
)

// teams asks Teams about everybody and every channel. Whoever a ladder waits for and
// the bot cannot write to is an error: the deadline would pass unseen.
func (r *checkReport) teams(s *app.Settings) {
	platform, err := s.Config.Platform(r.env(envSecret))
	if err != nil {
		return // the credentials' own line has said it
	}
	d, err := r.said(s)
	if err != nil {
		r.fail("teams: what was said while the bot runs could not be read: %v", err)
		return
	}
	live, err := app.CheckLive(r.ctx, platform, d, s.Ladders, s.Calendar.DateOf(r.now()), r.now)
	if err != nil {
		r.fail("teams: %s", strings.ReplaceAll(err.Error(), "\n", ": "))
		return
	}
	r.live = &live
	if !r.json {
		r.table(live)
	}
	missing := 0
	for _, p := range live.People {
		if !p.OK {
			missing++
		}
		if !p.OK && p.Acts {
			r.wrong++
		} else if !p.OK {
			r.care++
		}
	}
	for _, c := range live.Channels {
		if !c.OK {
			r.care++
		}
	}
	r.line("teams: %s asked about, %d cannot be reached; %s", plural(len(live.People), "person", "people"), missing, count(len(live.Channels), "channel"))
}

// said is the directory with the cover and the channels of the database, where there is one.
func (r *checkReport) said(s *app.Settings) (*directory.Directory, error) {
	if r.env(envDatabase) == "" {
		r.warn("teams: DATABASE_URL is not set, so channels chosen with /notices are not known here")
		return s.Directory, nil
	}
	store, err := r.openStore()
	if err != nil {
		return nil, err
	}
	defer store.Close()
	return app.WithSaid(r.ctx, s.Directory, store, s.Calendar, r.now)
}

// table prints who and what can be reached: what needs doing first.
func (r *checkReport) table(live app.Live) {
	w := tabwriter.NewWriter(r.stdout, 0, 0, 2, ' ', 0)
	row := func(cells ...string) { _, _ = w.Write([]byte(strings.Join(cells, "\t") + "\n")) }
	state := func(reach app.Reach, acts bool) string {
		switch {
		case reach.OK:
			return "reached"
		case acts:
			return "NOT REACHED, and a ladder waits for them"
		}
		return "not reached"
	}
	people, channels := slices.Clone(live.People), slices.Clone(live.Channels)
	slices.SortStableFunc(people, func(a, b app.LivePerson) int { return order(a.OK, a.Acts) - order(b.OK, b.Acts) })
	slices.SortStableFunc(channels, func(a, b app.LiveChannel) int { return order(a.OK, true) - order(b.OK, true) })
	row("WHO", "ROLES", "IN TEAMS", "WHAT TO DO")
	for _, p := range people {
		row(p.Name, strings.Join(p.Roles, ", "), state(p.Reach, p.Acts), p.Todo)
	}
	row("")
	row("CHANNEL", "NOTICES OF", "IN TEAMS", "WHAT TO DO")
	for _, c := range channels {
		row(c.ID, strings.Join(c.Of, ", "), state(c.Reach, false), c.Todo)
	}
	_ = w.Flush()
}

func order(ok, acts bool) int {
	switch {
	case ok:
		return 2
	case acts:
		return 0
	}
	return 1
}

// printJSON prints everything that was found as one document.
func (r *checkReport) printJSON() error {
	out := struct {
		Errors   int       `json:"errors"`
		Warnings int       `json:"warnings"`
		Findings []string  `json:"findings"`
		Live     *app.Live `json:"live,omitempty"`
	}{r.wrong, r.care, r.lines, r.live}
	encoder := json.NewEncoder(r.stdout)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(out)
}
