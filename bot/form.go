package bot

import (
	"context"
	"errors"
	"maps"
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
	"challengebot/internal/workday"
)

// raiseForm is the form as it should look with the values in it.
type raiseForm struct {
	cards.FormView
	ladder  *ladder.Ladder // nil: none is chosen, or one that is not offered
	raising challenge.RaiseCommand
	// unread are the choices that decide where a case goes and that were not made. What was not
	// chosen is never taken for the first of the list, nor for "no".
	unread challenge.Unread
}

// handleForm handles both steps of raising a challenge: "continue" checks the form and shows what
// would be sent and who would be asked, "change" gives the form back, "send" raises the challenge.
func (rq request) handleForm(ctx context.Context, data cards.ButtonData, in map[string]string) (cardResult, error) {
	choices := rq.raisableLadders()
	if len(choices) == 0 {
		return cardResult{}, textReply(rq.words.Bot.MayNotRaise)
	}
	form := rq.buildForm(choices, in)
	form.Nonce = rq.formNonce(data.Nonce)
	opts := rq.cardOptions(data)
	if data.Verb == cards.VerbPreview {
		return rq.checkForm(form, data.Shown, opts)
	}
	if over := rq.limits.take(limitRaises, rq.person.ID, rq.now); over > 0 {
		opts.Refusal, opts.TypedValues = newRefusal(challenge.CodeNotAllowed, rq.limitSentence(limitRaises)), in
		return cardResult{Card: cards.RenderForm(form.FormView, opts)}, nil
	}
	out, err := rq.raise(ctx, form, data.Shown)
	if err != nil || out.Repeated {
		rq.limits.giveBack(limitRaises, rq.person.ID)
	}
	var refusal *challenge.Refusal
	if errors.Is(err, errForecastChanged) {
		opts.Refusal = newRefusal(challenge.CodeNotAllowed, rq.words.Form.ForecastChanged)
		return rq.renderCheck(form, opts)
	}
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

// errForecastChanged means that other people would be asked, or by another time, than was shown.
var errForecastChanged = errors.New("the forecast that was shown is no longer so")

// raise gives the form to the transaction. The form's nonce is the idempotency key: the same form
// sent twice, by Teams or by a thumb, is one challenge. shown is the fingerprint of the forecast that
// the person has seen; a form of a version before has none.
func (rq request) raise(ctx context.Context, form raiseForm, shown string) (storage.ApplyResult, error) {
	if form.ladder == nil { // no procedure, so nothing else can be checked yet
		return storage.ApplyResult{}, challenge.RefuseUnread(form.unread)
	}
	key := storage.IdempotencyKey{Value: "form:" + form.Nonce + ":" + rq.person.ID, At: rq.now}
	return rq.Challenges.Raise(ctx, key, func(number uint64) (challenge.Change, error) {
		raising := form.raising
		raising.Number, raising.Unread = number, form.unread
		change, err := challenge.Raise(raising, rq.person, rq.env(form.ladder))
		if err != nil || shown == "" {
			return change, err
		}
		forecast, err := challenge.ForecastRaise(raising, rq.person, rq.env(form.ladder))
		if err == nil && cards.FingerprintForecast(forecast) != shown {
			err = errForecastChanged
		}
		return change, err
	})
}

// checkForm shows the second step, or gives the form back: with what is to be put right or, where it
// was drawn for another procedure than the one now chosen, with what that one asks for. What is open
// then is no fault yet.
func (rq request) checkForm(form raiseForm, drawnFor string, opts cards.Options) (cardResult, error) {
	switch {
	case form.ladder == nil && drawnFor != "":
		opts.Refusal = challenge.RefuseUnread(form.unread)
		return cardResult{Card: cards.RenderForm(form.FormView, opts)}, nil
	case form.ladder == nil || form.ladder.ID != drawnFor:
		opts.Refusal = form.wrongChoices()
		return cardResult{Card: cards.RenderForm(form.FormView, opts)}, nil
	}
	whole := form.leaveOpen()
	raising := whole.raising
	raising.Unread = whole.unread
	refusal := (*challenge.Refusal)(nil)
	switch _, err := challenge.Raise(raising, rq.person, rq.env(form.ladder)); {
	case errors.As(err, &refusal):
		opts.Refusal = refusal
		return cardResult{Card: cards.RenderForm(form.FormView, opts)}, nil
	case err != nil:
		return cardResult{}, err
	}
	return rq.renderCheck(whole, opts)
}

func (rq request) renderCheck(form raiseForm, opts cards.Options) (cardResult, error) {
	forecast, err := challenge.ForecastRaise(form.raising, rq.person, rq.env(form.ladder))
	if err != nil {
		return cardResult{}, err
	}
	check, whole := cards.RenderFormCheck(cards.CheckView{FormView: form.FormView, Raising: form.raising, Forecast: forecast}, opts)
	if !whole {
		opts.Refusal = newRefusal(challenge.CodeBadInput, rq.words.Form.TooMuchText)
		check = cards.RenderForm(form.FormView, opts)
	}
	return cardResult{Card: check}, nil
}

// leaveOpen is the form with what need not be answered settled, as the second step says aloud: the
// concern is about no partner agency, and whether the child is looked after is left open. Dates
// stand from then on as they were understood.
func (form raiseForm) leaveOpen() raiseForm {
	form.unread, form.Values = maps.Clone(form.unread), maps.Clone(form.Values)
	for id, open := range map[string]string{cards.FieldPartner: cards.AnswerNo, cards.FieldLookedAfter: cards.AnswerOpen} {
		if form.unread[id] != "" && form.Values[id] == "" {
			delete(form.unread, id)
			form.Values[id] = open
		}
	}
	d := &form.raising.Details
	d.LookedAfterUnsaid = form.Values[cards.FieldLookedAfter] == cards.AnswerOpen
	for id, date := range map[string]workday.Date{cards.FieldAskBy: d.AskBy, cards.FieldConferenceDate: d.ConferenceDate} {
		if date != 0 {
			form.Values[id] = date.String()
		}
	}
	return form
}

// wrongChoices are the faults of what was chosen and is not offered. What is still open is not one.
func (form *raiseForm) wrongChoices() *challenge.Refusal {
	wrong := challenge.Unread{}
	for id, why := range form.unread {
		if form.Values[id] != "" {
			wrong[id] = why
		}
	}
	return challenge.RefuseUnread(wrong)
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
			ConferenceDate: in.Date(cards.FieldConferenceDate, words.Either), Categories: splitChoices(in.Text(cards.FieldCategories) + "," + in.Text(cards.FieldOtherCategories)),
			Concern: in.Text(cards.FieldConcern), Evidence: in.Text(cards.FieldEvidence),
			Ask: in.Text(cards.FieldAsk), AskBy: in.Date(cards.FieldAskBy, words.Ahead),
			Team: in.Text(cards.FieldTeam), Agency: in.Text(cards.FieldAgency), Urgency: readUrgency(in), LateReason: in.Text(cards.FieldLateReason), LookedAfter: in.Text(cards.FieldLookedAfter) == cards.AnswerYes,
			LookedAfterUnsaid: in.Text(cards.FieldLookedAfter) == cards.AnswerOpen,
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

// buildForm is the form as it should look with these values, in the ladder's own words.
func (rq request) buildForm(choices []*ladder.Ladder, in map[string]string) raiseForm {
	form := raiseForm{unread: challenge.Unread{}, FormView: cards.FormView{Values: in, Now: rq.now, Zone: rq.Calendar.Location(), Nonce: uuid.NewString(),
		DangerLine: rq.DangerLine, IsStaff: rq.isStaff}}
	form.chooseLadder(choices, in)
	rq.offerTeams(&form, choices, in)
	inputs := rq.readInputs(in)
	form.raising = readRaising(inputs)
	maps.Copy(form.unread, inputs.Unread)
	form.checkYesNo(in)
	if form.ladder != nil && len(form.ladder.Urgencies) > 0 && in[cards.FieldUrgency] == "" {
		form.unread[cards.FieldUrgency] = challenge.SayChooseFromList
	}
	return form
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
		v := in[id]
		left := v == cards.AnswerOpen && id == cards.FieldLookedAfter
		if v != cards.AnswerYes && v != cards.AnswerNo && !left && (asks || v != "") {
			form.unread[id] = challenge.SayYesOrNo
		}
	}
}

// mayRaiseUnder reports whether the person may raise a challenge under the ladder for
// at least one team.
func (rq request) mayRaiseUnder(l *ladder.Ladder) bool {
	return slices.ContainsFunc(rq.Directory().Teams(), func(t directory.Team) bool {
		return challenge.MayRaise(l, rq.person.ID, directory.Scope{Team: t.ID}, rq.env(l))
	})
}
