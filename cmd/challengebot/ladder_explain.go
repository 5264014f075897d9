package main

import (
	"fmt"
	"strings"

	"challengebot/internal/ladderschema"
)

type ladderExplain struct {
	Key string `arg:"" optional:"" help:"A key, such as window or rungs.respond.roles."`
}

// Run explains one key, or lists all of them. A key that stands at several places is explained at each
// where that differs.
func (c *ladderExplain) Run(p *program) error {
	if c.Key == "" {
		for _, k := range ladderschema.Keys() {
			first, _, more := strings.Cut(k.Meaning, ". ")
			if more {
				first += "."
			}
			p.printf("%-34s %s\n", k.Path, first)
		}
		return nil
	}
	found, err := ladderschema.Find(c.Key)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	for i, k := range found {
		if i > 0 {
			p.printf("\n")
		}
		p.printf("%s", k.Explain())
	}
	return nil
}

type ladderSchema struct{}

// Run prints the schema.
func (c *ladderSchema) Run(p *program) error {
	text, err := ladderschema.Schema()
	if err != nil {
		return err
	}
	p.printf("%s", text)
	return nil
}
