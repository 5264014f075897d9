package bot

import (
	"context"
	"regexp"
	"strings"

	"challengebot/cards"
	"challengebot/internal/storage"
	"challengebot/internal/words"
)

// Somebody who is asked something often writes it as plain words under the card. Nothing of that
// is an answer that counts: they are told so, and offered the words as the draft of one.

// maxDraftChoices is how many challenges that wait are looked at.
const maxDraftChoices = 20

// maxCommandTalk is of how many words a sentence is that begins with a command and still means
// it, as "help me please" does.
const maxCommandTalk = 3

// mayBePlainWords reports whether what was typed is a sentence and not a command, or one that only
// begins like one. A slash says that a command was meant.
func (rq request) mayBePlainWords(t typedCommand) bool {
	talk := len(strings.Fields(t.text.plain(t.whole))) > maxCommandTalk
	if t.badRef {
		return false
	}
	switch t.word {
	case "":
		return true
	case words.CommandHelp, words.CommandMine, words.CommandWaiting:
		return !t.slash && talk
	case words.CommandRelease:
		return !t.slash && talk && t.ref == ""
	case words.CommandUrgent:
		return !t.slash
	case words.CommandChallenge:
		return !t.slash && t.ref == "" && talk && len(rq.raisableLadders()) == 0
	case words.CommandCover:
		return !t.slash && talk && !rq.looksLikeCover(t)
	case words.CommandNotices:
		word, _ := words.CutWord(t.words())
		return !t.slash && talk && !words.IsNoticesHere(word) && !words.IsNoticesOff(word)
	}
	return !t.slash && t.ref == ""
}

// offerDraft tells somebody of whom something is asked that nothing was recorded and what waits,
// and offers the words as a draft. answered: something waits, so this was the answer.
func (rq request) offerDraft(ctx context.Context, t typedCommand, preface string) (answered bool, err error) {
	waiting, err := rq.Lists.ListWaitingFor(ctx, rq.person.ID, maxDraftChoices)
	if err != nil && !rq.isPartlyUnreadable(err) {
		return false, err
	}
	v := cards.DraftView{Preface: preface, Typed: t.text.plain(t.whole), Words: rq.words, ViewerID: rq.person.ID}
	if t.slash && t.word != "" || t.ref != "" {
		v.Typed = t.words()
	}
	for _, c := range waiting {
		if t.ref == "" || t.ref == c.Challenge.Ref {
			v.Waiting = append(v.Waiting, rq.cardView(c))
		}
	}
	if len(v.Waiting) == 0 {
		return false, nil
	}
	if !rq.activity.IsPersonal() { // nothing of it belongs where others read
		said := []string{preface}
		for _, w := range v.Waiting[:min(len(v.Waiting), 3)] {
			said = append(said, cards.DescribeWaiting(w, rq.person.ID, rq.words))
		}
		return true, rq.sendHelp(ctx, strings.Join(append(said, rq.words.Draft.WriteInPrivate), " "))
	}
	return true, rq.sendCard(ctx, cards.RenderDraftOffer(v), ":help")
}

// openDraft shows the person's own card of a challenge with the words in it.
func (rq request) openDraft(ctx context.Context, key storage.LookupKey, data cards.ButtonData) (cardResult, error) {
	c, err := rq.loadReadable(ctx, key)
	if err != nil {
		return cardResult{}, err
	}
	card, opening := cards.DraftCard(&c.Challenge, rq.person.ID)
	opts := rq.cardOptions(data)
	opts.FillDraft(card, &c.Challenge, data.Typed)
	return cardResult{Card: cards.Render(card, opening, rq.cardView(c), opts)}, nil
}

// leadingRecordNumber is a record number at the start of what was typed behind "challenge".
var leadingRecordNumber = regexp.MustCompile(`^[A-Za-z]{0,4}[-/]?[0-9]{3,12}$`)

// prefillForm puts what was typed behind "challenge" into the form: a record number, and the
// concern.
func prefillForm(rest string) map[string]string {
	in := map[string]string{}
	first, concern := words.CutWord(rest)
	if number := strings.Trim(first, ":,.;"); leadingRecordNumber.MatchString(number) {
		in[cards.FieldRecordNumber], rest = number, concern
	}
	if name, ok := words.CommandCalled(rest); ok && name == words.CommandChallenge {
		return in // "challenge challenge"
	}
	if rest != "" {
		in[cards.FieldConcern] = rest
	}
	return in
}
