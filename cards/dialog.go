package cards

import (
	"fmt"

	"challengebot/internal/challenge"
	"challengebot/internal/ladder"
	"challengebot/internal/words"
)

// A long form can be opened in a window of its own, a dialog. While a card in a chat is
// brought up to date, what stands in its inputs and was not sent is gone; a dialog stays
// as it is until the person sends or closes it. It is the same card: the same inputs
// under the same names, the same buttons with the same data.

// Dialog is what is said of a card as a dialog: its title, and what stands in its place
// once it has done what it was for.
func (c Card) Dialog() (title, recorded string) {
	return c.words.Dialog.Title, fmt.Sprintf(c.words.Dialog.Recorded, c.ref)
}

// Unsent stands in a dialog that can send nowhere what was typed into it, and says why:
// the text is there to be copied until the person closes it.
func Unsent(why string, typed map[string]string, w *words.Words) Card {
	return draw(func(f fit) *builder {
		o := Options{Words: w, Dialog: true, Typed: typed, Said: &challenge.Refusal{Code: challenge.NotAllowed, Sentence: why}}
		b := newBuilder("unsent", 0, View{}, o, f)
		b.noRefresh, b.final, b.summary = true, true, why
		b.heading(b.w.Dialog.Title)
		return b
	})
}

// OpenDialog opens the card that its data names as a dialog.
type OpenDialog struct {
	Title string
	Data  ActionData
	// Inputs takes what was typed into the card along. Where the client insists on
	// inputs it is left alone, since an empty one would keep the dialog from opening.
	Inputs bool
}

func (a OpenDialog) write(w *writer) {
	w.element("Action.Submit")
	w.str("title", a.Title)
	if !a.Inputs {
		w.str("associatedInputs", "none")
	}
	a.Data.open(w)
	w.name("msteams")
	w.open('{')
	w.str("type", "task/fetch")
	w.close('}')
	w.close('}')
	w.close('}')
}

// tell says nothing: whoever reads the card as text has no windows.
func (a OpenDialog) tell(*teller) {}

// window is the button that opens the card as a dialog; none in a dialog.
func (b *builder) window() []Action {
	if b.o.Dialog {
		return nil
	}
	return []Action{OpenDialog{Title: b.w.Dialog.Open, Data: b.data(VerbOpen), Inputs: b.kind == CardForm}}
}

// long reports whether a form asks for more than a text.
func long(f ladder.Form) bool { return f == ladder.FormPlan || len(f.Fields()) > 0 }
