package bot

import (
	"context"
	"slices"
	"strings"
	"time"

	"challengebot/cards"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/register"
	"challengebot/internal/storage"
	"challengebot/internal/words"
	"challengebot/internal/workday"
)

// registerPageSize is how many challenges one card lists.
const registerPageSize = 10

// handleRegister answers with the challenges that the person finds in the register, searched by what
// was typed.
func (rq request) handleRegister(ctx context.Context, t typedCommand) error {
	search := rq.readTypedSearch(t)
	card, err := rq.searchRegister(ctx, search, "")
	if err != nil {
		return err
	}
	return rq.sendCard(ctx, card, "")
}

// listByNumber answers "/challenge 204817" with the challenges about that number that the person finds
// in the register; false when there are none.
func (rq request) listByNumber(ctx context.Context, rest string) (answered bool, err error) {
	in := prefillForm(rest)
	number := in[cards.FieldRecordNumber]
	if number == "" || in[cards.FieldConcern] != "" {
		return false, nil
	}
	view, err := rq.findInRegister(ctx, map[string]string{cards.FieldRecordNumber: number}, "")
	if err != nil || len(view.Rows) == 0 {
		return false, err
	}
	if len(rq.raisableLadders()) > 0 {
		view.ToRaiseAnother = "/" + rq.words.CommandWord(words.CommandChallenge) + " " + number
	}
	return true, rq.sendCard(ctx, cards.RenderRegister(view), "")
}

// searchRegister draws a page of the register.
func (rq request) searchRegister(ctx context.Context, search map[string]string, after string) (cards.Card, error) {
	view, err := rq.findInRegister(ctx, search, after)
	if err != nil {
		return cards.Card{}, err
	}
	if len(view.Rows) == 0 && !view.Raises && !view.Oversees && !view.Keeps {
		return cards.RenderHelp(rq.helpView(rq.words.Register.NotYours)), nil
	}
	view.Raises = view.Raises || !view.Oversees && !view.Keeps // what they find, they raised
	return cards.RenderRegister(view), nil
}

// findInRegister finds a page of what a search chooses.
func (rq request) findInRegister(ctx context.Context, search map[string]string, after string) (cards.RegisterView, error) {
	d := rq.Directory()
	v := cards.RegisterView{TeamNames: d.TeamNames(), Now: rq.now, Zone: rq.Calendar.Location(), Words: rq.words}
	var q storage.RegisterQuery
	reach := rq.registerReader().Reach()
	q.Reach, v.Oversees, v.Keeps = reach.RegisterReach, reach.Oversees, reach.Keeps
	v.Raises = len(rq.raisableLadders()) > 0
	for _, t := range d.Teams() {
		if q.Reach.Everything || v.Raises || slices.Contains(q.Reach.Teams, t.ID) {
			v.Teams = append(v.Teams, cards.Choice{Title: t.Name, Value: t.ID})
		}
	}
	for _, l := range rq.Ladders {
		v.Procedures = append(v.Procedures, cards.Choice{Title: l.Title, Value: l.ID})
		for _, r := range l.Rungs {
			title := r.Label
			if len(rq.Ladders) > 1 {
				title = l.Title + ": " + title
			}
			v.Stages = append(v.Stages, cards.Choice{Title: title, Value: stageID(l, r)})
		}
	}
	v.Search, v.Faults = rq.readSearch(search, v, &q)
	q.After = register.ParsePlace(after)
	v.IsLaterPage = q.After != storage.RegisterPlace{}
	if len(v.Faults) > 0 {
		return v, nil
	}
	return v, rq.readRegisterPage(ctx, q, &v)
}

// stageID names a rung among those of all procedures.
func stageID(l *ladder.Ladder, r ladder.Rung) string { return l.ID + "/" + r.ID }

// readRegisterPage reads as many challenges as a card lists.
func (rq request) readRegisterPage(ctx context.Context, q storage.RegisterQuery, v *cards.RegisterView) error {
	page, err := rq.registerReader().ReadPage(ctx, q, registerPageSize)
	if err != nil {
		return err
	}
	v.SomeUnreadable = rq.isPartlyUnreadable(page.Unreadable)
	for _, c := range page.Rows {
		v.Rows = append(v.Rows, rq.cardView(c))
	}
	v.Next = register.FormatPlace(page.Next)
	return nil
}

func (rq request) registerReader() register.Reader {
	return register.Reader{Lists: rq.Lists, Person: rq.person.ID, Ladders: rq.Ladders, Env: rq.env(nil)}
}

// readSearch puts what was searched by into the query. What is not understood comes back beside its
// input, and nothing is searched.
func (rq request) readSearch(values map[string]string, v cards.RegisterView, q *storage.RegisterQuery) (search, faults map[string]string) {
	search, faults = map[string]string{}, map[string]string{}
	for _, id := range cards.RegisterInputs {
		if value := strings.TrimSpace(values[id]); value != "" {
			search[id] = value
		}
	}
	choose := func(id string, choices []cards.Choice) string {
		chosen := search[id]
		if chosen != "" && !slices.ContainsFunc(choices, func(c cards.Choice) bool { return c.Value == chosen }) {
			faults[id] = rq.words.Register.UnknownChoice
		}
		return chosen
	}
	if ref, rest, _ := cutReference(search[cards.FieldRecordNumber]); ref != "" && rest == "" {
		q.Ref = ref
	} else {
		q.RecordNumber = search[cards.FieldRecordNumber]
	}
	q.Team = choose(cards.FieldTeam, v.Teams)
	q.Ladder = choose(cards.FieldLadder, v.Procedures)
	if stage := choose(cards.FieldStage, v.Stages); stage != "" {
		l, rung, _ := strings.Cut(stage, "/")
		if q.Ladder != "" && q.Ladder != l {
			faults[cards.FieldStage] = rq.words.Register.OtherProcedure
		}
		q.Ladder, q.Rung = l, rung
	}
	q.State = storage.RegisterState(choose(cards.FieldRegisterState, cards.RegisterStates(rq.words)))
	if name := search[cards.FieldPerson]; name != "" {
		switch people := rq.Directory().PeopleNamed(name); len(people) {
		case 0:
			faults[cards.FieldPerson] = rq.words.Register.UnknownPerson
		case 1:
			q.Person = people[0].Entra
		default:
			faults[cards.FieldPerson] = rq.words.Register.SeveralPeople
		}
	}
	in := rq.readInputs(search)
	from, to := in.Date(cards.FieldRaisedFrom, words.Behind), in.Date(cards.FieldRaisedTo, words.Behind)
	for id := range in.Unread {
		faults[id] = rq.words.Register.UnknownDate
	}
	if from != 0 && to != 0 && to < from {
		faults[cards.FieldRaisedTo] = rq.words.Register.EndsBeforeItBegins
	}
	q.RaisedFrom, q.RaisedBefore = rq.startOfDay(from), rq.startOfDay(nextDay(to))
	return search, faults
}

// nextDay is the day after, and none after none.
func nextDay(d workday.Date) workday.Date {
	if d == 0 {
		return 0
	}
	return d + 1
}

func (rq request) startOfDay(d workday.Date) time.Time {
	if d == 0 {
		return time.Time{}
	}
	return d.Midnight(rq.Calendar.Location())
}

// readTypedSearch makes a search of what was typed: "open" or "ended", and a team, a procedure, a
// person or a number.
func (rq request) readTypedSearch(t typedCommand) map[string]string {
	search := map[string]string{}
	if t.ref != "" {
		search[cards.FieldRecordNumber] = t.ref
		return search
	}
	rest := t.words()
	word, after := words.CutWord(rest)
	if open, known := words.RegisterStateCalled(word); known {
		search[cards.FieldRegisterState] = map[bool]string{true: cards.RegisterOpen, false: cards.RegisterEnded}[open]
		rest = strings.TrimSpace(after)
	}
	if rest == "" {
		return search
	}
	is := func(names ...string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(rest, name) })
	}
	d := rq.Directory()
	teams := slices.DeleteFunc(d.Teams(), func(team directory.Team) bool { return !is(team.ID, team.Name) })
	ladders := slices.DeleteFunc(slices.Clone(rq.Ladders), func(l *ladder.Ladder) bool { return !is(l.ID, l.Title) })
	switch {
	case len(teams) > 0:
		search[cards.FieldTeam] = teams[0].ID
	case len(ladders) > 0:
		search[cards.FieldLadder] = ladders[0].ID
	case len(d.PeopleNamed(rest)) > 0:
		search[cards.FieldPerson] = rest
	default:
		search[cards.FieldRecordNumber] = rest
	}
	return search
}
