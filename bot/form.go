package bot

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/google/uuid"

	"challengebot/cards"
	"challengebot/internal/challenge"
	"challengebot/internal/command"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/storage"
	"challengebot/internal/words"
)

// raiseForm is the form as it should look with the values in it.
type raiseForm struct {
	cards.FormView
	ladder  *ladder.Ladder // nil: none is chosen, or one that is not offered
	raising challenge.RaiseCommand
	// unread are the choices that decide where a case goes and that were not made. What was not
	// chosen is never taken for the first of the list, nor for "no".
	unread challenge.Unread
	// refusal is why nothing can be foreseen, if so.
	refusal *challenge.Refusal
}

// handleForm handles the form: "see who will be asked" draws it again with the
// answer, "send" raises the challenge.
func (rq request) handleForm(ctx context.Context, data cards.ButtonData, in map[string]string) (cardResult, error) {
	choices := rq.raisableLadders()
	if len(choices) == 0 {
		return cardResult{}, textReply(rq.words.Bot.MayNotRaise)
	}
	form, err := rq.buildForm(choices, in)
	if err != nil {
		return cardResult{}, err
	}
	form.Nonce = rq.formNonce(data.Nonce)
	opts := rq.cardOptions(data)
	if data.Verb == cards.VerbPreview {
		opts.Refusal = form.refusal
		return cardResult{Card: cards.RenderForm(form.FormView, opts)}, nil
	}
	if over := rq.limits.take(limitRaises, rq.person.ID, rq.now); over > 0 {
		opts.Refusal, opts.TypedValues = newRefusal(challenge.CodeNotAllowed, rq.limitSentence(limitRaises)), in
		return cardResult{Card: cards.RenderForm(form.FormView, opts)}, nil
	}
	out, err := rq.raise(ctx, form)
	if err != nil || out.Repeated {
		rq.limits.giveBack(limitRaises, rq.person.ID)
	}
	var refusal *challenge.Refusal
	if errors.As(err, &refusal) {
		opts.Refusal, opts.TypedValues = refusal, in
		return cardResult{Card: cards.RenderForm(form.FormView, opts)}, nil
	}
	if err != nil {
		return cardResult{}, err
	}
	sentOpts := cards.Options{ViewerID: rq.person.ID, Words: rq.words}
	if out.Repeated {
		sentOpts.TypedValues = unsentInputs(in, out.Snapshot.Challenge.Details)
	}
	sent := cards.RenderFormSent(rq.cardView(out.Snapshot), sentOpts)
	result := cardResult{Card: sent}
	if len(sentOpts.TypedValues) == 0 {
		result.closingText = sent.Summary()
	}
	return result, rq.replaceMessage(ctx, sent, ":form")
}

// raise gives the form to the transaction. The form's nonce is the idempotency key: the same form
// sent twice, by Teams or by a thumb, is one challenge.
func (rq request) raise(ctx context.Context, form raiseForm) (storage.ApplyResult, error) {
	if form.ladder == nil { // no procedure, so nothing else can be checked yet
		return storage.ApplyResult{}, challenge.RefuseUnread(form.unread)
	}
	key := storage.IdempotencyKey{Value: "form:" + form.Nonce + ":" + rq.person.ID, At: rq.now}
	return rq.Challenges.Raise(ctx, key, func(number uint64) (challenge.Change, error) {
		raising := form.raising
		raising.Number, raising.Unread = number, form.unread
		return challenge.Raise(raising, rq.person, rq.env(form.ladder))
	})
}

// unsentInputs is what a form that was sent before holds and that challenge does not: it was
// typed on another device, or between two presses, and goes nowhere.
func unsentInputs(in map[string]string, d challenge.Details) map[string]string {
	typed := map[string]string{}
	for id, went := range map[string]string{cards.FieldConcern: d.Concern, cards.FieldEvidence: d.Evidence, cards.FieldAsk: d.Ask} {
		if !slices.Equal(strings.Fields(in[id]), strings.Fields(went)) {
			typed[id] = in[id]
		}
	}
	return typed
}

// formNonce keeps a form's mark if it is one of ours in shape, or makes one of this
// activity: delivered again, it is the same.
func (rq request) formNonce(s string) string {
	if id, err := uuid.Parse(s); err == nil {
		return id.String()
	}
	return uuid.NewSHA1(uuid.Nil, []byte(rq.idempotencyKey(":form").Value)).String()
}

// readRaising makes the command out of the form's inputs.
func readRaising(in *command.Inputs) challenge.RaiseCommand {
	id, err := uuid.NewV7()
	if err != nil {
		id = uuid.New() // no time-ordered id can be made: any unique one will do
	}
	return challenge.RaiseCommand{
		ID: id, StartAt: in.Text(cards.FieldStartAt), Ground: in.Text(cards.FieldStartGround), Reason: in.Text(cards.FieldStartReason),
		AboutPartner: in.Text(cards.FieldPartner) == cards.AnswerYes, ShorterWindow: in.ShorterWindow(),
		Details: challenge.Details{
			RecordNumber: in.Text(cards.FieldRecordNumber), Conference: challenge.ConferenceType(in.Text(cards.FieldConference)),
			ConferenceDate: in.Date(cards.FieldConferenceDate, words.Either), Categories: splitChoices(in.Text(cards.FieldCategories)),
			Concern: in.Text(cards.FieldConcern), Evidence: in.Text(cards.FieldEvidence),
			Ask: in.Text(cards.FieldAsk), AskBy: in.Date(cards.FieldAskBy, words.Ahead),
			Team: in.Text(cards.FieldTeam), Agency: in.Text(cards.FieldAgency), Urgency: readUrgency(in), LateReason: in.Text(cards.FieldLateReason), LookedAfter: in.Text(cards.FieldLookedAfter) == cards.AnswerYes,
		},
	}
}

// readUrgency is the urgency that was chosen, empty for a challenge that can wait.
func readUrgency(in *command.Inputs) string {
	if id := in.Text(cards.FieldUrgency); id != ladder.OrdinaryUrgency {
		return id
	}
	return ""
}

// splitChoices reads the value of a choice of several.
func splitChoices(s string) []string {
	return slices.DeleteFunc(strings.Split(s, ","), func(v string) bool { return strings.TrimSpace(v) == "" })
}

// buildForm is the form as it should look with these values: in the ladder's own words, and with
// who will be asked and when the answer is due.
func (rq request) buildForm(choices []*ladder.Ladder, in map[string]string) (raiseForm, error) {
	form := raiseForm{unread: challenge.Unread{}, FormView: cards.FormView{Values: in, Now: rq.now, Zone: rq.Calendar.Location(), Nonce: uuid.NewString(),
		DangerLine: rq.DangerLine}}
	form.chooseLadder(choices, in)
	rq.offerTeams(&form, choices, in)
	form.raising = readRaising(rq.readInputs(in))
	form.checkYesNo(in)
	if form.ladder != nil && len(form.ladder.Urgencies) > 0 && in[cards.FieldUrgency] == "" {
		form.unread[cards.FieldUrgency] = challenge.SayChooseFromList
	}
	return form, rq.forecast(&form, in)
}

// chooseLadder takes the procedure that was chosen. One alone need not be chosen.
func (form *raiseForm) chooseLadder(choices []*ladder.Ladder, in map[string]string) {
	for _, l := range choices {
		form.Ladders = append(form.Ladders, cards.LadderChoice{ID: l.ID, Title: l.Title + " (" + l.Authority + ")"})
		if chosen := in[cards.FieldLadder]; l.ID == chosen || chosen == "" && len(choices) == 1 {
			form.ladder, form.Ladder = l, l
		}
	}
	if form.ladder == nil {
		form.unread[cards.FieldLadder] = challenge.SayChooseFromList
	}
}

// offerTeams lists the teams for which the person may raise a challenge. One alone is chosen.
func (rq request) offerTeams(form *raiseForm, choices []*ladder.Ladder, in map[string]string) {
	if form.ladder != nil {
		choices = []*ladder.Ladder{form.ladder}
	}
	for _, t := range rq.Directory().Teams() {
		scope := directory.Scope{Team: t.ID, Agency: in[cards.FieldAgency]}
		if slices.ContainsFunc(choices, func(l *ladder.Ladder) bool { return challenge.MayRaise(l, rq.person.ID, scope, rq.env(l)) }) {
			form.Teams = append(form.Teams, cards.TeamChoice{ID: t.ID, Name: t.Name})
		}
	}
	switch team := in[cards.FieldTeam]; {
	case team == "" && len(form.Teams) == 1:
		in[cards.FieldTeam] = form.Teams[0].ID
	case !form.offersTeam(team):
		form.unread[cards.FieldTeam] = challenge.SayChooseTeam
	}
	for _, a := range rq.Directory().Agencies() {
		form.Agencies = append(form.Agencies, cards.TeamChoice{ID: a.ID, Name: a.Name})
	}
}

func (form *raiseForm) offersTeam(id string) bool {
	return slices.ContainsFunc(form.Teams, func(t cards.TeamChoice) bool { return t.ID == id })
}

// checkYesNo notes the questions that the form asks and that have no answer, or one that is
// neither yes nor no.
func (form *raiseForm) checkYesNo(in map[string]string) {
	if form.ladder == nil {
		return
	}
	asked := map[string]bool{
		cards.FieldPartner:     form.ladder.PartnerConcerns != nil,
		cards.FieldLookedAfter: challenge.AsksLookedAfter(form.ladder) && form.raising.Details.Plan(form.ladder) != ladder.LookedAfter,
	}
	for id, asks := range asked {
		if v := in[id]; v != cards.AnswerYes && v != cards.AnswerNo && (asks || v != "") {
			form.unread[id] = challenge.SayYesOrNo
		}
	}
}

// forecast foresees who will be asked, once all that decides it has been chosen. What was
// chosen and is not offered is marked at once; what is still open is not a fault before the
// form is sent.
func (rq request) forecast(form *raiseForm, in map[string]string) error {
	wrong := challenge.Unread{}
	for id, why := range form.unread {
		if in[id] != "" {
			wrong[id] = why
		}
	}
	form.refusal = challenge.RefuseUnread(wrong)
	if form.ladder == nil || !form.offersTeam(in[cards.FieldTeam]) || wrong[cards.FieldPartner] != "" {
		return nil
	}
	forecast, err := challenge.ForecastRaise(form.raising, rq.person, rq.env(form.ladder))
	if refusal := (*challenge.Refusal)(nil); errors.As(err, &refusal) {
		form.refusal = refusal
		return nil
	}
	form.Forecast = &forecast
	return err
}

// mayRaiseUnder reports whether the person may raise a challenge under the ladder for
// at least one team.
func (rq request) mayRaiseUnder(l *ladder.Ladder) bool {
	return slices.ContainsFunc(rq.Directory().Teams(), func(t directory.Team) bool {
		return challenge.MayRaise(l, rq.person.ID, directory.Scope{Team: t.ID}, rq.env(l))
	})
}
