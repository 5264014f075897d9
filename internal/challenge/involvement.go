package challenge

import (
	"slices"
)

// HasInvolved reports whether a person has had a part in the challenge: raised it, or
// was asked, alerted, a judge, or somebody a gate waits for.
func (c *Challenge) HasInvolved(id string) bool {
	if id == "" {
		return false
	}
	is := func(ps []Party) bool {
		return slices.ContainsFunc(ps, func(p Party) bool { return p.ID == id })
	}
	if c.Chair.ID == id {
		return true
	}
	for _, opening := range c.Openings {
		if opening.Judge.ID == id || opening.MayAnswer(id) || opening.wasRespondent(id) || is(opening.Respondents) || is(opening.Alerted) {
			return true
		}
	}
	if c.Hold != nil {
		for _, g := range c.Hold.Gates {
			if is(g.Openers) || is(g.Consulted) {
				return true
			}
		}
	}
	return false
}
