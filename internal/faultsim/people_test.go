//go:build !race

package faultsim

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"challengebot/cards"
	"challengebot/internal/challenge"
	"challengebot/internal/challenge/challengetest"
	"challengebot/internal/storage"
)

// wish is one thing that somebody wants, however often they press for it.
type wish struct {
	token    string // stands in what they typed, and nowhere else
	key      string // of the activity
	sameKey  bool   // pressed again it is the same activity: a form, or Teams that delivers again
	by       challenge.Person
	carry    func(l *life, r storage.IdempotencyKey, arrived time.Time) (storage.ApplyResult, error)
	granted  bool // somebody was told that it is stored
	refused  bool // somebody was told that it is not, and why
	describe string
	// leavesNoText: what they typed nothing for stands on record without a word of theirs.
	leavesNoText bool
}

// want has somebody try until they are told what became of it, a few times at the most.
func (w *world) want(s step, wish *wish) {
	w.model.wishes = append(w.model.wishes, wish)
	times := 1
	if s.twice {
		times = 2
	}
	for n := range times {
		w.mu.Lock()
		w.tasks++
		w.mu.Unlock()
		go func() {
			defer func() {
				w.mu.Lock()
				w.tasks--
				w.mu.Unlock()
			}()
			w.press4Times(s, wish, n)
		}()
	}
}

// press4Times is one delivery of an activity, and what the person does when it fails.
func (w *world) press4Times(s step, wish *wish, n int) {
	for try := range 4 {
		w.takeTurn(nil, fmt.Sprintf("person %s %d", wish.token, n))
		r := storage.IdempotencyKey{Value: wish.key, At: w.now()}
		if !wish.sameKey && try > 1 { // Teams has given up, and they press again
			r.Value = fmt.Sprintf("%s:%d:%d", wish.key, n, try)
		}
		l := w.lives[(s.pick+n+try)%len(w.lives)]
		if !l.dead {
			out, err := wish.carry(l, r, w.now())
			refusal := (*challenge.Refusal)(nil)
			w.mu.Lock()
			switch {
			case err == nil:
				wish.granted = wish.granted || out.Refusal == nil
			case errors.As(err, &refusal):
				wish.refused = true
			}
			w.mu.Unlock()
			w.trace("  %s: %s: %v", wish.describe, wish.token, err)
			if err == nil || refusal != nil {
				return
			}
		}
		time.Sleep(time.Duration(2+7*n+11*try) * time.Second)
	}
}

// env is what a person's command is decided by.
func (w *world) env(l *life, c challenge.Snapshot, arrived time.Time) challenge.Env {
	return challenge.Env{Now: arrived.Add(l.drift), Calendar: w.office.calendar, Ladder: c.Ladder, Directory: w.office.directory}
}

// raise has a chair fill in the form.
func (w *world) raise(s step) {
	ladder := w.office.ladders[s.pick%len(w.office.ladders)]
	chair := w.office.chairs()[s.pick/7%2]
	team := []string{"north", "south"}[s.pick/3%2]
	token := w.token()
	id := uuid.NewSHA1(uuid.NameSpaceOID, fmt.Append(nil, w.seed, token))
	again := 0
	w.want(s, &wish{token: token, key: "form:" + token, sameKey: true, by: chair, describe: chair.Name + " raises",
		carry: func(l *life, r storage.IdempotencyKey, arrived time.Time) (storage.ApplyResult, error) {
			return l.store.Raise(l.ctx, r, func(n uint64) (challenge.Change, error) {
				env := w.env(l, challenge.Snapshot{Ladder: ladder}, arrived)
				cmd := challengetest.RaiseCommand(env, team, n)
				cmd.ID, cmd.Details.Concern = id, "No core group has met. "+token
				if again++; again > 1 { // each time the program draws an id of its own
					cmd.ID = uuid.NewSHA1(id, []byte{byte(again)})
				}
				return challenge.Raise(cmd, chair, env)
			})
		}})
}

func (o office) chairs() []challenge.Person {
	var all []challenge.Person
	for _, name := range []string{"Maya Okafor", "Ben Barlow"} {
		all = append(all, o.person(name))
	}
	return all
}

func (o office) person(name string) challenge.Person {
	for _, p := range o.directory.People() {
		if p.Name == name {
			return challenge.Person{ID: p.Entra, Name: name}
		}
	}
	panic("faultsim: nobody is called " + name)
}

func (w *world) token() string { return fmt.Sprintf("wish-%d-%d.", w.seed, len(w.model.wishes)+1) }

// button is something that somebody can press.
type button struct {
	person string
	cards.ButtonData
}

// buttons are all that stand on people's screens and carry a step of a challenge.
func (w *world) buttons() []button {
	var all []button
	for _, p := range w.teams.posts {
		if p.person == "" {
			continue
		}
		for _, verb := range []cards.Verb{cards.VerbRespond, cards.VerbJudge, cards.VerbGate, cards.VerbAcknowledge, cards.VerbRemind} {
			for _, data := range buttonsOf(p.card, verb, 4) {
				b := button{p.person, data}
				b.Card = ""
				if !slices.Contains(all, b) {
					all = append(all, b)
				}
			}
		}
	}
	return all
}

// press has somebody press one of the buttons that there are.
func (w *world) press(s step) {
	all := w.buttons()
	if len(all) == 0 {
		return
	}
	b := all[s.pick%len(all)]
	id, err := uuid.Parse(b.ChallengeID)
	must(err)
	person, _ := w.office.directory.PersonByEntra(b.person)
	by, token := challenge.Person{ID: b.person, Name: person.Name}, w.token()
	w.want(s, &wish{token: token, key: "activity:" + token, by: by, describe: by.Name + " presses " + string(b.Verb),
		leavesNoText: b.Verb == cards.VerbAcknowledge || b.Verb == cards.VerbRemind,
		carry: func(l *life, r storage.IdempotencyKey, arrived time.Time) (storage.ApplyResult, error) {
			return l.store.Apply(l.ctx, r, storage.LookupKey{ID: id}, func(c challenge.Snapshot) (challenge.Change, error) {
				env := w.env(l, c, arrived)
				return c.Challenge.Decide(commandOf(b, c, env, token), by, env)
			})
		}})
}

// commandOf is what a button asks for, filled in.
func commandOf(b button, c challenge.Snapshot, env challenge.Env, token string) challenge.Command {
	switch b.Verb {
	case cards.VerbRespond:
		cmd := challenge.Respond{Opening: b.Opening}
		if o := c.Challenge.Opening(b.Opening); o != nil {
			if rung, ok := c.Ladder.RungByID(o.Rung); ok {
				cmd.Response = challengetest.CompleteResponse(rung, env)
			}
		}
		cmd.Response.Text = "We shall visit. " + token
		return cmd
	case cards.VerbJudge:
		return challenge.Judge{Opening: b.Opening, Verdict: b.Verdict, Reason: "As discussed. " + token}
	case cards.VerbGate:
		cmd := challenge.RecordGate{Rung: b.Rung, Gate: b.Gate, Status: b.Status, Note: "Spoken. " + token}
		if rung, ok := c.Ladder.RungByID(b.Rung); ok {
			for _, g := range rung.Gates {
				if g.ID == b.Gate {
					cmd.Fields = challengetest.FillFields(g.Fields, env)
				}
			}
		}
		return cmd
	case cards.VerbAcknowledge:
		return challenge.Acknowledge{Opening: b.Opening}
	default:
		return challenge.RemindNow{}
	}
}

// withdraw has a chair end one of the challenges.
func (w *world) withdraw(s step) {
	all, err := w.store.Challenges()
	must(err)
	if len(all) == 0 {
		return
	}
	c := all[s.pick%len(all)].Challenge
	token := w.token()
	w.want(s, &wish{token: token, key: "activity:" + token, by: c.Chair, describe: c.Chair.Name + " withdraws",
		carry: func(l *life, r storage.IdempotencyKey, arrived time.Time) (storage.ApplyResult, error) {
			return l.store.Apply(context.WithoutCancel(l.ctx), r, storage.LookupKey{ID: c.ID}, func(c challenge.Snapshot) (challenge.Change, error) {
				return c.Challenge.Decide(challenge.Withdraw{Reason: "It is settled. " + token}, c.Challenge.Chair, w.env(l, c, arrived))
			})
		}})
}
