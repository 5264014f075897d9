package main

import (
	"time"
)

type clockCommand struct {
	Accept bool `help:"The database's clock is right although it jumped: go on by it."`
}

// Run tells what the clocks say. A bot that does not trust the database's clock decides
// nothing until a person has looked; with --accept they say that they have.
func (c *clockCommand) Run(p *program) error {
	store, err := p.openStore()
	if err != nil {
		return err
	}
	defer store.Close()
	if c.Accept {
		at, err := store.AcceptClock(p.ctx)
		if err != nil {
			return err
		}
		p.printf("Accepted: it is %s. Every instance goes on within seconds.\n", at.Format(time.RFC3339))
		return nil
	}
	r, err := store.ReadClock(p.ctx)
	if err != nil {
		return err
	}
	p.printf("the database's clock, which counts: %s\n", r.Now.Format(time.RFC3339))
	p.printf(
		"this machine's clock:               %s (%s ahead)\n",
		p.now().UTC().Format(time.RFC3339),
		p.now().Sub(r.Now).Round(time.Millisecond),
	)
	if r.NewestSeen.IsZero() {
		p.printf("no bot has worked on this database yet\n")
		return nil
	}
	p.printf("the bot last worked at:             %s\n", r.NewestSeen.Format(time.RFC3339))
	return nil
}
