package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"challengebot/cards"
	"challengebot/internal/casenote"
	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/permission"
	"challengebot/internal/storage"
)

const (
	// notesKeptListed is how long after its end a challenge's notes are listed without its reference.
	notesKeptListed = 90 * 24 * time.Hour
	// noteBatch is how many challenges are read at a time for one list, and maxNoteBatches how often.
	noteBatch      = 50
	maxNoteBatches = 4
)

// noteItem is a note with the challenge that it is about.
type noteItem struct {
	c    challenge.Snapshot
	note casenote.Note
}

// noteList is what somebody is to paste, the oldest first.
type noteList struct {
	items []noteItem
	more  bool // there may be older challenges
}

// handleNotes answers with the note that the person is to paste next: of one challenge, or of all.
func (rq request) handleNotes(ctx context.Context, t typedCommand) error {
	if t.badRef {
		return rq.sendHelp(ctx, rq.words.Bot.BadReference)
	}
	if t.ref == "" {
		card, err := rq.renderNotes(ctx, cards.ButtonData{}, nil)
		if err != nil {
			return err
		}
		return rq.sendCard(ctx, card, "")
	}
	found, id, err := rq.findByReference(ctx, t.ref, func(r permission.Rights) bool { return r.WriteNotes })
	if !found || err != nil {
		return err
	}
	card, err := rq.renderNotes(ctx, cards.ButtonData{ChallengeID: id.String(), Ref: t.ref}, nil)
	if err != nil {
		return err
	}
	return rq.sendCard(ctx, card, "")
}

// pressNotes shows the note after the one that the button stands under.
func (rq request) pressNotes(ctx context.Context, d cards.ButtonData) (cardResult, error) {
	card, err := rq.renderNotes(ctx, d, nil)
	return cardResult{Card: card}, err
}

// pressNotePasted records that the note stands in the other system, and shows the next.
func (rq request) pressNotePasted(ctx context.Context, d cards.ButtonData) (cardResult, error) {
	id, errID := uuid.Parse(d.ChallengeID)
	key, ok := parseNoteKey(d.Shown)
	if errID != nil || !ok {
		return cardResult{}, textReply(rq.words.Bot.UnreadableCard)
	}
	out, seen, err := rq.applyCommand(ctx, rq.idempotencyKey(""), storage.LookupKey{ID: id}, func(c challenge.Snapshot) (challenge.Command, error) {
		if !slices.ContainsFunc(c.ListNoteMoments(), func(m challenge.NoteMoment) bool { return m.NoteKey == key }) {
			return nil, textReply(rq.words.Bot.OtherVersion)
		}
		return challenge.RecordNotePasted{NoteKey: key}, nil
	})
	var refusal *challenge.Refusal
	switch {
	case errors.Is(err, storage.ErrNotFound), errors.As(err, &refusal) && !rq.rights(seen).Read:
		return cardResult{}, textReply(rq.words.Bot.NoSuchChallenge)
	case refusal == nil && err != nil:
		return cardResult{}, err
	case refusal == nil:
		refusal = out.Refusal
	}
	if refusal != nil && refusal.Code == challenge.CodeAlreadyDone {
		refusal = nil // what was wanted is so
	}
	card, err := rq.renderNotes(ctx, d, refusal)
	return cardResult{Card: card}, err
}

// renderNotes shows the first note after the one that d names that is still to be pasted, or the first
// of all. Of one challenge whose notes are all pasted it shows the last.
func (rq request) renderNotes(ctx context.Context, d cards.ButtonData, refusal *challenge.Refusal) (cards.Card, error) {
	list, err := rq.listNotes(ctx, d)
	if err != nil {
		return cards.Card{}, err
	}
	v := cards.NotesView{Of: d.Ref, More: list.more, Refusal: refusal, Now: rq.now, Zone: rq.Calendar.Location(), Words: rq.words}
	var waiting []noteItem
	for _, item := range list.items {
		if !item.note.IsPasted() {
			waiting = append(waiting, item)
		}
	}
	v.Left = len(waiting)
	var shown *noteItem
	switch {
	case len(waiting) > 0:
		shown = &waiting[0]
		for i := range waiting {
			if last := waiting[i].c.Challenge.ID.String() == d.ChallengeID && fmt.Sprintf("%d/%d", waiting[i].note.NoteKey.Rule, waiting[i].note.Seq) == d.Shown; last {
				shown = &waiting[(i+1)%len(waiting)]
			}
		}
	case d.Ref != "" && len(list.items) > 0:
		shown = &list.items[len(list.items)-1]
	}
	if shown != nil {
		team, _ := rq.Directory().TeamByID(shown.c.Challenge.Details.Team)
		v.Challenge, v.Note, v.TeamName = shown.c.Challenge, &shown.note, team.Name
	}
	return cards.RenderNotes(v), nil
}

func parseNoteKey(s string) (key challenge.NoteKey, ok bool) {
	n, err := fmt.Sscanf(s, "%d/%d", &key.Rule, &key.Seq)
	return key, n == 2 && err == nil
}

// listNotes lists the notes of one challenge, pasted or not, or those still to be pasted of all that
// the person raised or writes notes about in a role.
func (rq request) listNotes(ctx context.Context, d cards.ButtonData) (noteList, error) {
	var list noteList
	if d.Ref != "" {
		id, err := uuid.Parse(d.ChallengeID)
		if err != nil {
			return list, textReply(rq.words.Bot.UnreadableCard)
		}
		c, err := rq.loadReadable(ctx, storage.LookupKey{ID: id})
		if err != nil {
			return list, err
		}
		list.add(rq, c, false)
		return list, nil
	}
	q := storage.RegisterQuery{Reach: storage.RegisterReach{Chair: rq.person.ID, Everything: rq.writesNotesInRole()}, Limit: noteBatch}
	for range maxNoteBatches {
		page, err := rq.Lists.ListRegister(ctx, q)
		if err != nil && !rq.isPartlyUnreadable(err) {
			return list, err
		}
		if len(page) == 0 {
			list.sort()
			return list, nil
		}
		for _, c := range page {
			q.After = storage.RegisterPlace{RaisedAt: c.Challenge.RaisedAt, ID: c.Challenge.ID}
			if closed := c.Challenge.ClosedAt; !closed.IsZero() && rq.now.Sub(closed) >= notesKeptListed || !rq.rights(c).WriteNotes {
				continue
			}
			whole, err := rq.Challenges.Load(ctx, storage.LookupKey{ID: c.Challenge.ID})
			if err != nil {
				return list, err
			}
			list.add(rq, whole, true)
		}
	}
	list.more = true
	list.sort()
	return list, nil
}

// writesNotesInRole reports whether a procedure leaves notes to a role, other than the chair's, that
// the person holds somewhere today.
func (rq request) writesNotesInRole() bool {
	d := rq.Directory()
	scopes := append(d.AllScopes(), directory.Scope{})
	return slices.ContainsFunc(rq.Ladders, func(l *ladder.Ladder) bool {
		return slices.ContainsFunc(l.RecordingRules, func(r ladder.RecordingRule) bool {
			return r.Author != directory.RoleChair && slices.ContainsFunc(scopes, func(s directory.Scope) bool {
				return d.MayActAtAnyLevel(rq.person.ID, r.Author, s, rq.today())
			})
		})
	})
}

// add adds the notes about a challenge that are the person's to write.
func (list *noteList) add(rq request, c challenge.Snapshot, onlyWaiting bool) {
	env := challenge.Env{Now: rq.now, Calendar: rq.Calendar, Ladder: c.Ladder, Directory: rq.Directory()}
	team := func(id string) string { t, _ := rq.Directory().TeamByID(id); return t.Name }
	notes := casenote.ListNotes(c, team, rq.Calendar.Location(), func(m challenge.NoteMoment) bool {
		pasted := slices.Contains(c.Challenge.PastedNotes, m.NoteKey)
		return (!onlyWaiting || !pasted) && c.WritesNote(m.Record, rq.person.ID, env)
	})
	for _, n := range notes {
		list.items = append(list.items, noteItem{c, n})
	}
}

func (list *noteList) sort() {
	slices.SortStableFunc(list.items, func(a, b noteItem) int {
		return cmp.Or(a.note.At.Compare(b.note.At), cmp.Compare(a.c.Challenge.Ref, b.c.Challenge.Ref))
	})
}
