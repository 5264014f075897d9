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

// DialogTexts is what is said of a card as a dialog: its title, and what stands in its place
// once it has done what it was for.
func (c Card) DialogTexts() (title, recorded string) {
	return c.words.Dialog.Title, fmt.Sprintf(c.words.Dialog.IsRecorded, c.ref)
}

// RenderUnsent stands in a dialog that can send nowhere what was typed into it, and says why:
// the text is there to be copied until the person closes it.
func RenderUnsent(why string, typed map[string]string, w *words.Catalogue) Card {
	return renderWithinLimit(func(f sizeBudget) *builder {
		o := Options{Words: w, Dialog: true, TypedValues: typed, Refusal: &challenge.Refusal{Code: challenge.CodeNotAllowed, Sentence: why}}
		b := newBuilder("unsent", 0, View{}, o, f)
		b.noRefresh, b.final, b.summary = true, true, why
		b.addHeading(b.words.Dialog.Title)
		return b
	})
}

// DialogButton opens the card that its data names as a dialog. It stands behind the dots.
type DialogButton struct {
	Title string
	Data  ButtonData
	// CarryInputs takes what was typed into the card along. Where the client insists on
	// inputs it is left alone, since an empty one would keep the dialog from opening.
	CarryInputs bool
}

func (a DialogButton) writeJSON(w *jsonWriter) {
	w.openElement("Action.Submit")
	w.writeString("title", a.Title)
	w.writeString("mode", "secondary")
	if !a.CarryInputs {
		w.writeString("associatedInputs", "none")
	}
	a.Data.openObject(w)
	w.writeName("msteams")
	w.openBracket('{')
	w.writeString("type", "task/fetch")
	w.closeBracket('}')
	w.closeBracket('}')
	w.closeBracket('}')
}

// writeText says nothing: whoever reads the card as text has no windows.
func (a DialogButton) writeText(*textWriter) {}

// dialogButtons is the button that opens the card as a dialog; none in a dialog.
func (b *builder) dialogButtons() []Button {
	if b.opts.Dialog {
		return nil
	}
	return []Button{DialogButton{Title: b.words.Dialog.Open, Data: b.buttonData(VerbOpenDialog), CarryInputs: b.kind == CardForm}}
}

// isLongForm reports whether a form asks for more than a text.
func isLongForm(f ladder.ResponseForm) bool { return f == ladder.FormPlan || len(f.Fields()) > 0 }
