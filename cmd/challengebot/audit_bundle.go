package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"challengebot/internal/bundle"
	"challengebot/internal/challenge"
	"challengebot/internal/storage"
)

type auditBundle struct {
	Ref       string `arg:"" name:"reference" help:"The challenge, e.g. CH-7K3QX2."`
	Output    string `short:"o" required:"" placeholder:"FILE" help:"Where to write the ZIP file."`
	Directory string `placeholder:"FILE" help:"The directory of people and teams, for the names of teams."`
}

// Run writes the evidence of one challenge, whole or not at all.
func (c *auditBundle) Run(p *program) (err error) {
	ref, ok := challenge.ParseReference(c.Ref)
	if !ok {
		return fmt.Errorf("%w: %q is no reference; one looks like CH-7K3QX2", errUsage, c.Ref)
	}
	names, err := (&auditShow{Directory: c.Directory}).loadNames()
	if err != nil {
		return err
	}
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		return fmt.Errorf("the time zone Europe/London is not known on this machine: %w", err)
	}
	store, err := p.openStore()
	if err != nil {
		return err
	}
	defer store.Close()
	found, err := store.Load(p.ctx, storage.LookupKey{Ref: ref})
	if errors.Is(err, storage.ErrNotFound) {
		return fmt.Errorf("there is no challenge %s in this database; check it letter by letter", ref)
	}
	if err != nil {
		return err
	}
	file, err := os.OpenFile(c.Output, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("the bundle cannot be written: %w; it is never written over another file", err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(c.Output) // what was begun is no evidence
		}
	}()
	if err = errors.Join(bundle.Write(file, found, names, zone), file.Close()); err != nil {
		return fmt.Errorf("the bundle of %s cannot be written: %w", ref, err)
	}
	p.printf("%s written; head %s\n", c.Output, found.Challenge.Head)
	return nil
}
