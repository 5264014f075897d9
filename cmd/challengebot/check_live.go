package main

import (
	"slices"
	"strings"
	"text/tabwriter"

	"challengebot/internal/app"
	"challengebot/internal/directory"
	"challengebot/internal/english"
)

// checkTeams asks Teams about everybody and every channel. Whoever a ladder waits for and
// the bot cannot write to is an error: the deadline would pass unseen.
func (r *checkReport) checkTeams(s *app.Settings) {
	platform, err := s.Config.BuildPlatform(r.env(envSecret))
	if err != nil {
		return // the credentials' own line has said it
	}
	d, err := r.loadLiveDirectory(s)
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
	if !r.asJSON {
		r.printReachability(live)
	}
	missing := 0
	for _, p := range live.People {
		if !p.Reachable {
			missing++
		}
		if !p.Reachable && p.IsActing {
			r.errorCount++
		} else if !p.Reachable {
			r.warningCount++
		}
	}
	for _, c := range live.Channels {
		if !c.Reachable {
			r.warningCount++
		}
	}
	r.printLine("teams: %s asked about, %d cannot be reached; %s", english.CountOf(len(live.People), "person", "people"), missing, english.Count(len(live.Channels), "channel"))
}

// loadLiveDirectory is the directory with the cover and the channels of the database, where there
// is one.
func (r *checkReport) loadLiveDirectory(s *app.Settings) (*directory.Directory, error) {
	if r.env(envDatabase) == "" {
		r.warn("teams: DATABASE_URL is not set, so channels chosen with /notices are not known here")
		return s.Directory, nil
	}
	store, err := r.openStore()
	if err != nil {
		return nil, err
	}
	defer store.Close()
	return app.LoadLiveDirectory(r.ctx, s.Directory, store, s.Calendar, r.now)
}

// printReachability prints who and what can be reached: what needs doing first.
func (r *checkReport) printReachability(live app.LiveReport) {
	w := tabwriter.NewWriter(r.stdout, 0, 0, 2, ' ', 0)
	row := func(cells ...string) { _, _ = w.Write([]byte(strings.Join(cells, "\t") + "\n")) }
	state := func(reach app.Reachability, acts bool) string {
		switch {
		case reach.Reachable:
			return "reached"
		case acts:
			return "NOT REACHED, and a ladder waits for them"
		}
		return "not reached"
	}
	people, channels := slices.Clone(live.People), slices.Clone(live.Channels)
	slices.SortStableFunc(people, func(a, b app.LivePerson) int {
		return reachabilityOrder(a.Reachable, a.IsActing) - reachabilityOrder(b.Reachable, b.IsActing)
	})
	slices.SortStableFunc(channels, func(a, b app.LiveChannel) int {
		return reachabilityOrder(a.Reachable, true) - reachabilityOrder(b.Reachable, true)
	})
	row("WHO", "ROLES", "IN TEAMS", "WHAT TO DO")
	for _, p := range people {
		row(p.Name, directory.JoinRoles(p.Roles), state(p.Reachability, p.IsActing), p.Remedy)
	}
	row("")
	row("CHANNEL", "NOTICES OF", "IN TEAMS", "WHAT TO DO")
	for _, c := range channels {
		row(c.ID, strings.Join(c.NoticesOf, ", "), state(c.Reachability, false), c.Remedy)
	}
	_ = w.Flush()
}

func reachabilityOrder(ok, acts bool) int {
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
		Errors   int             `json:"errors"`
		Warnings int             `json:"warnings"`
		Findings []string        `json:"findings"`
		Live     *app.LiveReport `json:"live,omitempty"`
	}{r.errorCount, r.warningCount, r.findings, r.live}
	return writeJSON(r.stdout, out)
}
