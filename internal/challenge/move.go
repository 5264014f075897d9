package challenge

import (
	"slices"

	"challengebot/internal/directory"
)

// MoveToTeam says that the challenge is about a child of another team: whoever has a part in it
// by their role in the old one passes it on to the new one's people. The time goes on as
// it was.
type MoveToTeam struct {
	Team string // the id or the name of a team
}

func (cmd MoveToTeam) decide(tr *transition) error { return tr.moveToTeam(cmd) }

// Moved is the event that the challenge is about a child of another team.
type Moved struct {
	From string `json:"from"` // ids of teams
	To   string `json:"to"`
}

// KindMoved is stored.
const KindMoved EventKind = "moved"

// Kind of the event.
func (Moved) Kind() EventKind { return KindMoved }

func (b Moved) apply(c *Challenge, _ Event) {
	if c.RaisedTeam == "" {
		c.RaisedTeam = b.From
	}
	c.Team, c.Details.Team = b.To, b.To
	c.openingToChange().Named = nil
}

// RestoreDetails puts the details of the raising into a challenge that was read without them: the team
// is the one that it was moved to, and what was corrected is as it is now.
func (c *Challenge) RestoreDetails(raised Details) {
	c.Details = raised
	if k := c.Correction; k != nil {
		c.Details.RecordNumber, c.Details.Categories = k.Record, k.Categories
	}
	if c.Team != "" {
		c.Details.Team = c.Team
	}
}

// RaisedDetails are the details as they were when the challenge was raised.
func (c *Challenge) RaisedDetails() Details {
	d := c.Details
	if c.RaisedTeam != "" {
		d.Team = c.RaisedTeam
	}
	if k := c.Correction; k != nil {
		d.RecordNumber, d.Categories = k.RaisedRecord, k.RaisedCategories
	}
	return d
}

// moveToTeam is the chair's.
func (tr *transition) moveToTeam(cmd MoveToTeam) error {
	if !tr.rightsInSomeState().Move {
		return newRefusal(CodeNotYours, sayMoveNotYours, tr.c.Ref)
	}
	if !tr.c.State.IsOpen() {
		return newRefusal(CodeClosed, sayHasEnded, tr.c.Ref)
	}
	team, known := findTeam(tr.env.Directory, cmd.Team)
	f := inputFaults{}
	switch {
	case !known:
		f.add("team", sayNoSuchTeam)
	case team.ID == tr.c.Details.Team:
		f.add("team", sayOfThatTeam, tr.c.Ref, team.Name)
	}
	if err := f.toRefusal(); err != nil {
		return err
	}
	tr.emit(Moved{From: tr.c.Details.Team, To: team.ID}, tr.c.Rung, len(tr.c.Openings))
	moves := tr.planHandovers()
	for i := range moves {
		if moves[i].Reason == ReasonRole {
			moves[i].Reason = ReasonMoved
		}
	}
	tr.applyHandovers(System, moves)
	tr.post(Address{Team: team.ID}, CardNotice)
	return nil
}

// findTeam finds a team by its id, or by its name as people write it.
func findTeam(d *directory.Directory, written string) (directory.Team, bool) {
	if t, ok := d.TeamByID(written); ok {
		return t, true
	}
	teams := d.Teams()
	same := func(t directory.Team) bool {
		folded := directory.FoldName(written)
		return folded != "" && (directory.FoldName(t.Name) == folded || directory.FoldName(t.ID) == folded)
	}
	i := slices.IndexFunc(teams, same)
	if i < 0 || slices.ContainsFunc(teams[i+1:], same) {
		return directory.Team{}, false // none, or several
	}
	return teams[i], true
}
