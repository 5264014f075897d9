package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"challengebot/cards"
	"challengebot/internal/challenge"
	"challengebot/internal/command"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/permission"
	"challengebot/internal/storage"
	"challengebot/internal/words"

	"github.com/google/uuid"
)

// maxListed is how many challenges /mine shows of each kind.
const maxListed = 20

// handleMessage answers what a person typed. Whatever it is, it gets a useful answer.
func (rq request) handleMessage(ctx context.Context) error {
	t := parseCommand(rq.activity)
	attachment := ""
	if rq.activity.hasFile() {
		attachment = rq.words.Draft.AttachmentNotKept
	}
	if t.whole == "" {
		return rq.sendHelp(ctx, attachment)
	}
	if err := rq.routeCommand(ctx, t); err != nil || attachment == "" {
		return err
	}
	return rq.replyPrivately(ctx, attachment, ":attachment")
}

func (rq request) routeCommand(ctx context.Context, t typedCommand) error {
	if rq.mayBePlainWords(t) {
		if answered, err := rq.offerDraft(ctx, t, rq.words.Bot.NotUnderstood); answered || err != nil {
			return err
		}
	}
	switch t.word {
	case words.CommandChallenge:
		switch {
		case t.badRef:
			return rq.sendHelp(ctx, rq.words.Bot.BadReference)
		case t.ref != "":
			return rq.repostCard(ctx, t.ref)
		}
		if answered, err := rq.listByNumber(ctx, t.words()); answered || err != nil {
			return err
		}
		return rq.sendForm(ctx, prefillForm(t.words()))
	case words.CommandUrgent:
		in := prefillForm(t.words())
		in[cards.FieldUrgent] = cards.AnswerYes
		return rq.sendForm(ctx, in)
	case words.CommandMine:
		return rq.handleMine(ctx)
	case words.CommandWaiting:
		return rq.handleWaiting(ctx)
	case words.CommandRegister:
		return rq.handleRegister(ctx, t)
	case words.CommandNotes:
		return rq.handleNotes(ctx, t)
	case words.CommandCover:
		return rq.handleCover(ctx, t)
	case words.CommandNotices:
		return rq.handleNotices(ctx, t.words())
	case words.CommandHelp:
		return rq.sendHelp(ctx, "")
	}
	if t.badRef {
		return rq.sendHelp(ctx, rq.words.Bot.BadReference)
	}
	if t.word == words.CommandRelease && t.ref == "" {
		return rq.handleReleaseAll(ctx)
	}
	cmd, ok := command.ByName(t.word)
	switch {
	case ok && t.ref != "":
		return rq.applyTypedCommand(ctx, t, cmd)
	case ok:
		preface := fmt.Sprintf(rq.words.Bot.GiveReference, rq.words.CommandWord(t.word))
		if answered, err := rq.offerDraft(ctx, t, preface); answered || err != nil {
			return err
		}
		return rq.sendHelp(ctx, preface)
	case t.ref != "": // a reference with something said of it
		return rq.repostCard(ctx, t.ref)
	}
	return rq.sendHelp(ctx, rq.words.Bot.NotUnderstood)
}

// findByReference finds a challenge to which the person has the rights that are needed. Otherwise
// they are answered, and nothing more is to be done. One that is not there and one that is not
// theirs are told alike, and cost alike.
func (rq request) findByReference(ctx context.Context, ref string, suffice func(permission.Rights) bool) (found bool, id uuid.UUID, err error) {
	if rq.limits.isReached(limitWrongReferences, rq.person.ID, rq.now) {
		return false, id, rq.sendHelp(ctx, rq.limitSentence(limitWrongReferences))
	}
	c, err := rq.Challenges.LoadForReader(ctx, ref, rq.person.ID)
	switch {
	case err != nil && !errors.Is(err, storage.ErrNotFound):
		return false, id, err
	case err == nil:
		if suffice(rq.rights(c)) {
			return true, c.Challenge.ID, nil
		}
	}
	if err := rq.takeOne(limitWrongReferences); err != nil {
		return false, id, rq.sendHelp(ctx, rq.limitSentence(limitWrongReferences))
	}
	return false, id, rq.sendHelp(ctx, rq.words.Bot.UnknownReference)
}

// applyTypedCommand gives a typed command to the transaction and answers with the card it is on:
// done, as a card that is kept up to date; refused, with the text given back.
func (rq request) applyTypedCommand(ctx context.Context, t typedCommand, act command.Command) error {
	var seen challenge.Snapshot
	var card challenge.Card
	var opening int
	var submitted cards.ButtonData
	var typed map[string]string
	mayTry := func(r permission.Rights) bool { return r.Read || r.KeepLate }
	found, id, err := rq.findByReference(ctx, t.ref, mayTry)
	if !found || err != nil {
		return err
	}
	var people []directory.Person
	askedAbout := ""
	if act.NamesPerson() {
		if people, err = rq.findPeople(ctx, t.text, t.rest); err != nil {
			return err
		}
	}
	out, err := rq.Challenges.Apply(ctx, rq.idempotencyKey(""), storage.LookupKey{ID: id}, func(c challenge.Snapshot) (challenge.Change, error) {
		seen = c
		submitted, typed = act.ReadTyped(command.Typed{Rest: t.rest, Plain: t.text.plain, Challenge: c.Challenge, Ladder: c.Ladder, By: rq.person.ID,
			Days: rq.days(), People: people})
		card, opening = act.ResultCard(c.Challenge, rq.person.ID)
		asked, question := rq.askAboutName(typed, "")
		if askedAbout = asked; question != nil {
			return challenge.Change{}, question
		}
		change, err := c.Decide(act.Build(rq.readInputs(typed), submitted, c), rq.person, rq.env(c.Ladder))
		me := challenge.Address{Person: rq.person.ID}
		told := slices.ContainsFunc(change.Posts, func(s challenge.Post) bool { return s.To == me })
		if err == nil && change.Refusal == nil && !told {
			shown := challenge.Post{To: me, Card: card, Opening: opening}
			if card == challenge.CardJudge || card == challenge.CardGate { // that is done
				shown.Card, shown.Opening = change.Next.CardFor(rq.person.ID)
			}
			change.Posts = append(change.Posts, shown)
		}
		return change, err
	})
	opts := cards.Options{ViewerID: rq.person.ID, Words: rq.words, AskedAbout: askedAbout}
	refusal := (*challenge.Refusal)(nil)
	switch {
	case errors.Is(err, storage.ErrNotFound), errors.As(err, &refusal) && !rq.rights(seen).Read:
		return rq.sendHelp(ctx, rq.words.Bot.UnknownReference)
	case refusal != nil:
		opts.Refusal = refusal
	case err != nil:
		return err
	case out.Refusal == nil || out.Repeated:
		return rq.pointToPrivateChat(ctx)
	case !rq.rights(out.Snapshot).Read: // kept, and they may read nothing of it
		return rq.sendHelp(ctx, rq.words.TranslateRefusal(out.Refusal).Sentence)
	default:
		seen, opts.Refusal = out.Snapshot, out.Refusal
	}
	opts.TypedValues, opts.Submitted = typed, cards.ButtonData{Verb: act.Verb, Gate: submitted.Gate}
	return rq.sendCard(ctx, cards.Render(card, opening, rq.cardView(seen), opts), ":reply")
}

// repostCard posts the person's own card of a challenge again, as it stands.
func (rq request) repostCard(ctx context.Context, ref string) error {
	found, id, err := rq.findByReference(ctx, ref, func(r permission.Rights) bool { return r.Read })
	if !found || err != nil {
		return err
	}
	if err := rq.queueCard(ctx, id); err != nil {
		return err
	}
	return rq.pointToPrivateChat(ctx)
}

// postBelow posts the person's card of a challenge below what they pressed, which stays as it is.
func (rq request) postBelow(ctx context.Context, id uuid.UUID) (cardResult, error) {
	c, err := rq.loadReadable(ctx, storage.LookupKey{ID: id})
	if err != nil {
		return cardResult{}, err
	}
	if err := rq.queueCard(ctx, id); err != nil {
		return cardResult{}, err
	}
	return cardResult{}, textReply(fmt.Sprintf(rq.words.News.StandsBelow, c.Challenge.Ref))
}

// queueCard queues the person's own card of a challenge, as it stands. A card posted again is no
// step: its idempotency key is not one of the activity's effects.
func (rq request) queueCard(ctx context.Context, id uuid.UUID) error {
	repostKey := storage.IdempotencyKey{Value: "shown:" + rq.idempotencyKey("").Value, At: rq.now}
	_, err := rq.Challenges.Apply(ctx, repostKey, storage.LookupKey{ID: id}, func(c challenge.Snapshot) (challenge.Change, error) {
		card, opening := c.Challenge.CardToRead(rq.person.ID, rq.rights(c))
		return challenge.Change{Next: c.Challenge, Posts: []challenge.Post{{To: challenge.Address{Person: rq.person.ID}, Card: card, Opening: opening}}}, nil
	})
	return err
}

// sendForm sends the form on which a challenge is raised, with what was typed already.
func (rq request) sendForm(ctx context.Context, in map[string]string) error {
	choices := rq.raisableLadders()
	if len(choices) == 0 {
		return rq.sendHelp(ctx, rq.words.Bot.MayNotRaise+" "+rq.words.Bot.SeeMyChallenges)
	}
	o := cards.Options{ViewerID: rq.person.ID, Words: rq.words}
	if !rq.activity.IsPersonal() {
		o.Confirmation = rq.words.Bot.AskedInChannel
	}
	form := rq.buildForm(choices, in)
	o.Refusal = form.wrongChoices()
	return rq.sendCard(ctx, cards.RenderForm(form.FormView, o), "")
}

// raisableLadders are those under which the person may raise a challenge for some team.
func (rq request) raisableLadders() []*ladder.Ladder {
	return slices.DeleteFunc(slices.Clone(rq.Ladders), func(l *ladder.Ladder) bool { return !rq.mayRaiseUnder(l) })
}

func (rq request) handleMine(ctx context.Context) error {
	v := cards.MyChallengesView{Words: rq.words}
	waiting, err := rq.Lists.ListWaitingFor(ctx, rq.person.ID, maxListed)
	if rq.isPartlyUnreadable(err) {
		v.SomeUnreadable = true
	} else if err != nil {
		return err
	}
	raised, err := rq.Lists.ListRaisedBy(ctx, rq.person.ID, maxListed)
	if rq.isPartlyUnreadable(err) {
		v.SomeUnreadable = true
	} else if err != nil {
		return err
	}
	for _, c := range waiting {
		v.WaitingForViewer = append(v.WaitingForViewer, rq.cardView(c))
	}
	for _, c := range raised {
		v.RaisedByViewer = append(v.RaisedByViewer, rq.cardView(c))
	}
	return rq.sendCard(ctx, rq.renderMine(v), "")
}

// sendHelp answers with what the bot can do, and one sentence before it. Among others it is
// a message that the person alone sees.
func (rq request) sendHelp(ctx context.Context, sentence string) error {
	if !rq.activity.IsPersonal() {
		return rq.replyPrivately(ctx, rq.helpInChannel(sentence), ":help")
	}
	return rq.sendCard(ctx, cards.RenderHelp(rq.helpView(sentence)), ":help")
}

func (rq request) helpView(sentence string) cards.HelpView {
	return cards.HelpView{Authority: rq.Directory().Authority(), Preface: sentence, DangerLine: rq.DangerLine, Words: rq.words,
		MayRaise: len(rq.raisableLadders()) > 0, Oversees: len(rq.overseenUnits()) > 0}
}
