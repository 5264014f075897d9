package main

import "challengebot/internal/ladder"

type ladderNew struct {
	ID        string `required:"" name:"id" help:"The id of the ladder: small letters, digits and hyphens."`
	Title     string `required:"" help:"What the procedure is called."`
	Authority string `required:"" help:"Whose procedure it is."`
}

// Run prints a ladder to start from. What could not be read back is refused, so that
// nobody starts from a file that is wrong.
func (c *ladderNew) Run(p *program) error {
	text := ladder.Template(c.ID, c.Title, c.Authority)
	if _, err := ladder.Read("new ladder", text); err != nil {
		return err
	}
	p.printf("%s", text)
	return nil
}
