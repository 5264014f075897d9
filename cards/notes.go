package cards

import (
	"cmp"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"challengebot/internal/casenote"
	"challengebot/internal/challenge"
	"challengebot/internal/words"
)

// NotesView is the note that somebody is to paste next.
type NotesView struct {
	// Challenge is what Note is about; Note is nil when there is none.
	Challenge challenge.Challenge
	Note      *casenote.Note
	TeamName  string
	// Left is how many are still to be pasted, this one among them; More: there may be older ones,
	// which were not looked at.
	Left int
	More bool
	// Of is the reference to which the list is limited, "" for all.
	Of string
	// Refusal is what was wrong with the last press.
	Refusal *challenge.Refusal
	Now     time.Time
	Zone    *time.Location
	// Words are the reader's language; nil is English.
	Words *words.Catalogue
}

// FieldNoteText is the input in which a note stands to be copied. What comes back in it is not read.
const FieldNoteText = "note_text"

// RenderNotes shows one note in an input, from which a client copies it, and takes the tick that it
// stands in the other system.
func RenderNotes(v NotesView) Card {
	return renderWithinLimit(func(size sizeBudget) *builder {
		b := newBuilder(CardNotes, 0, View{Challenge: v.Challenge, Now: v.Now, Zone: v.Zone}, Options{Words: v.Words, Refusal: v.Refusal}, size)
		b.noRefresh, b.final = true, true
		b.summary = b.words.Notes.Title
		b.addHeading(b.words.Notes.Title)
		if v.Note == nil {
			b.add(TextBlock{Text: b.words.Notes.None})
		} else {
			b.addNote(v)
		}
		if v.More {
			b.addSmallPrint(b.words.Notes.More)
		}
		return b
	})
}

func (b *builder) addNote(v NotesView) {
	n := v.Note
	w := b.words.Notes
	if !n.IsPasted() {
		b.add(TextBlock{Text: fmt.Sprintf(w.Left, v.Left), Size: "Small"})
	}
	b.add(TextBlock{Text: fmt.Sprintf(w.For, n.Where), Bold: true},
		TextBlock{Text: strings.Join(nonEmpty(v.Challenge.Ref, v.TeamName, b.formatDateTime(n.At)), " · "), Size: "Small", Spacing: "Small"})
	text := b.shorten(n.Text, b.budget.mainText)
	b.add(Input{Kind: InputText, ID: FieldNoteText, Label: cmp.Or(n.Title, w.Title), Multiline: true, Value: text, Error: b.words.InputError.TooLong})
	if utf8.RuneCountInString(text) < utf8.RuneCountInString(n.Text) {
		b.add(newFaultBox(fmt.Sprintf(w.Cut, v.Challenge.Ref)))
	}
	b.addSmallPrint(w.HowToCopy)
	d := ButtonData{Verb: VerbNotePasted, Card: CardNotes, ChallengeID: v.Challenge.ID.String(), Ref: v.Of, Shown: fmt.Sprintf("%d/%d", n.NoteKey.Rule, n.Seq)}
	next := d
	next.Verb = VerbNotes
	var buttons []Button
	if n.IsPasted() {
		b.add(Container{Style: "good", Items: []Element{TextBlock{Text: fmt.Sprintf(w.PastedBy, n.PastedBy, b.formatOnDateTime(n.PastedAt)), Bold: true}}})
	} else {
		buttons = append(buttons, ExecuteButton{Title: w.Pasted, Data: d, Primary: true, Alone: true})
	}
	if v.Left > 1 || n.IsPasted() {
		buttons = append(buttons, ExecuteButton{Title: w.Next, Data: next, Alone: true})
	}
	b.addButtons(buttons...)
}
