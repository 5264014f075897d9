package challenge

import (
	"slices"

	"challengebot/internal/directory"
)

// NotMine says whose question it is: they are asked in the place of the person who says so, with the
// time that is left.
type NotMine struct {
	Opening int
	Owner   string // a name of the directory, or an Entra object id
}

func (cmd NotMine) decide(tr *transition) error { return tr.passToOwner(cmd) }

// maxPassedOn is how often a question is passed on to somebody who is named, on one opening.
const maxPassedOn = 3

// passToOwner is for those who are asked. A question never comes back to somebody who had it.
func (tr *transition) passToOwner(cmd NotMine) error {
	o := tr.c.CurrentOpening()
	switch {
	case !tr.rightsInSomeState().PassOn:
		return newRefusal(CodeNotYours, sayNotAskedYou, tr.c.Ref)
	case !tr.c.State.IsOpen():
		return newRefusal(CodeClosed, sayHasEnded, tr.c.Ref)
	case cmd.Opening != 0 && cmd.Opening != o.Number, tr.c.State != StateAwaitingResponse:
		return newRefusal(CodeMovedOn, sayMovedOnSince, tr.c.Ref)
	case o.countNamed() >= maxPassedOn:
		return newRefusal(CodeNotAllowed, sayPassedOnEnough, tr.c.Ref, maxPassedOn)
	}
	owner, err := tr.findOwner(cmd.Owner)
	if err != nil {
		return err
	}
	if err := tr.whyNotOwner(o, owner); err != nil {
		return err
	}
	from := tr.partyWithID(o, tr.by.ID)
	to := Party{Person: Person{ID: owner.Entra, Name: owner.Name}, Role: from.Role}
	tr.applyHandovers(tr.by, []CoverHandover{{From: from, To: to, Reason: ReasonNotMine}})
	tr.applyHandovers(System, tr.planHandovers()) // whoever is named may be away
	for _, p := range tr.reachableInRole(directory.RoleOversight) {
		if p.ID != tr.by.ID && p.ID != to.ID {
			tr.post(Address{Person: p.ID}, CardOversight)
		}
	}
	return nil
}

// findOwner is the one person whom a name or an object id means.
func (tr *transition) findOwner(written string) (directory.Person, error) {
	if p, known := tr.env.Directory.PersonByEntra(written); known && written != "" {
		return p, nil
	}
	f := inputFaults{}
	switch found := tr.env.Directory.PeopleNamed(written); len(found) {
	case 0:
		f.add("owner", sayWhoseItIs)
	case 1:
		return found[0], nil
	default:
		var names []Party
		for _, p := range found {
			names = append(names, Party{Person: Person{Name: p.Name}})
		}
		f.add("owner", sayWhichOwner, joinNames(names))
	}
	return directory.Person{}, f.toRefusal()
}

// whyNotOwner says why the question cannot pass to somebody.
func (tr *transition) whyNotOwner(o *Opening, p directory.Person) error {
	switch {
	case p.Entra == "" || !tr.env.Directory.IsReachable(p):
		return newRefusal(CodeNotAllowed, sayHandOverUnreachable, p.Name, tr.c.Ref)
	case o.wasRespondent(p.Entra), o.MayAnswer(p.Entra):
		return newRefusal(CodeNotAllowed, sayHandOverAsked, p.Name, tr.c.Ref)
	}
	if refusal := tr.whyNotAsked(o, p); refusal != nil {
		return refusal
	}
	if slices.Contains(o.judgeIDs(), p.Entra) {
		return newRefusal(CodeNotAllowed, sayHandOverJudges, p.Name, tr.c.Ref, p.Name)
	}
	return nil
}

// countNamed is how often the question was passed on to somebody who was named.
func (o *Opening) countNamed() int {
	n := 0
	for _, h := range o.Handovers {
		if h.Reason == ReasonNotMine {
			n++
		}
	}
	return n
}
