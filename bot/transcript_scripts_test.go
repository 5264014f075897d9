package bot

import (
	"context"
	"errors"
	"maps"
	"testing"
	"time"

	"challengebot/cards"
	"challengebot/internal/challenge"
	"challengebot/internal/storage"
)

// formInputs fill in the whole form for North Locality.
func formInputs(more map[string]string) map[string]string {
	in := map[string]string{"ladder": "ne-lincolnshire", "team": "north-locality", "record": "7654321", "conference": "review", "conference_date": "2026-11-20",
		"categories": "statutory-minimum,risk", "concern": "No plan since July.", "evidence": "Minutes.", "ask": "A plan this week.", "ask_by": "2026-12-04", "looked_after": cards.AnswerNo, "partner": cards.AnswerNo}
	maps.Copy(in, more)
	return in
}

const (
	formNonceA = "7b1d4c1e-0d52-4b6e-9a58-1c2d3e4f5a6b"
	formNonceB = "7b1d4c1e-0d52-4b6e-9a58-1c2d3e4f5a6c"
)

// raise sends a form and returns the data that every button of the new challenge carries, and its
// reference.
func (p *play) raise(who, nonce string, more map[string]string) (cards.ButtonData, string) {
	p.t.Helper()
	known := len(p.order)
	p.presses(who, cards.ButtonData{Verb: cards.VerbRaise, Card: cards.CardForm, Nonce: nonce}, formInputs(more))
	if len(p.order) != known+1 {
		p.t.Fatalf("there are %d challenges after %d: %s", len(p.order), known, p.out.String())
	}
	c, err := p.reader.Load(p.t.Context(), storage.LookupKey{ID: p.order[known]})
	if err != nil {
		p.t.Fatal(err)
	}
	return cards.ButtonData{ChallengeID: c.Challenge.ID.String(), Ref: c.Challenge.Ref, Opening: len(c.Challenge.Openings), Rung: c.Challenge.Rung}, c.Challenge.Ref
}

// button is the data of one button.
func button(d cards.ButtonData, verb cards.Verb, card challenge.Card) cards.ButtonData {
	d.Verb, d.Card = verb, card
	return d
}

var planInputs = map[string]string{"text": "It is agreed.", "plan_1_what": "Visit", "plan_1_who": "Tom Reid", "plan_1_by": "2026-12-01",
	"plan_3_what": "Report", "plan_3_who": "Priya Shah", "plan_3_by": "2 December"}

func TestTranscriptOfTheForm(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	form := cards.ButtonData{Verb: cards.VerbPreview, Card: cards.CardForm, Nonce: formNonceA}
	p.types("Maya Okafor", "/challenge")
	p.types("Maya Okafor", "/challenge 1234567 No visit since July.")
	p.types("Tom Reid", "/challenge")
	p.types("Tom Reid", "Could I raise a challenge about something?")
	p.typesIn("north", "Maya Okafor", "/challenge", true)
	p.presses("Maya Okafor", form, nil)
	p.presses("Maya Okafor", form, formInputs(nil))
	p.presses("Maya Okafor", form, formInputs(map[string]string{"team": "nowhere", "ladder": "nothing", "start_at": "stage-2", "start_ground": "threshold-met"}))
	p.presses("Maya Okafor", form, formInputs(map[string]string{"ladder": "issues-resolution-cp", "shorter_days": "500", "shorter_reason": "Soon."}))
	p.presses("Maya Okafor", form, formInputs(map[string]string{"ladder": "issues-resolution-cp", "shorter_days": "2", "shorter_reason": "Soon."}))
	p.presses("Maya Okafor", form, formInputs(map[string]string{"ladder": "knowsley", "agency": "health", "partner": cards.AnswerYes}))
	p.presses("Tom Reid", form, formInputs(nil))
	p.presses("Maya Okafor", cards.ButtonData{Verb: cards.VerbRaise, Card: cards.CardForm, Nonce: "no id"}, formInputs(map[string]string{"concern": "", "record": "Mia Brown"}))
	p.raise("Maya Okafor", formNonceA, nil)
	p.presses("Maya Okafor", cards.ButtonData{Verb: cards.VerbRaise, Card: cards.CardForm, Nonce: formNonceA}, formInputs(nil))
	p.presses("Maya Okafor", cards.ButtonData{Verb: cards.VerbRaise, Card: cards.CardForm, Nonce: formNonceA}, formInputs(map[string]string{"concern": "Another one.", "ask": "More."}))
	p.submits("Sam Whitfield", cards.ButtonData{Verb: cards.VerbRaise, Card: cards.CardForm, Nonce: formNonceB}, formInputs(map[string]string{"start_at": "stage-2", "start_ground": "threshold-met", "start_reason": "At risk."}))
	p.inWindow("Maya Okafor", InvokeTaskFetch, button(cards.ButtonData{}, cards.VerbOpenDialog, cards.CardForm), formInputs(nil))
	p.inWindow("Maya Okafor", InvokeTaskSubmit, cards.ButtonData{Verb: cards.VerbRaise, Card: cards.CardForm, MessageID: "1775999999999"}, formInputs(map[string]string{"ask": ""}))
	p.inWindow("Maya Okafor", InvokeTaskSubmit, cards.ButtonData{Verb: cards.VerbRaise, Card: cards.CardForm, Nonce: "7b1d4c1e-0d52-4b6e-9a58-1c2d3e4f5a6d", MessageID: "1775999999999"}, formInputs(nil))
	p.finish("form")
}

func TestTranscriptOfAnAnswerAndAVerdict(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	d, ref := p.raise("Maya Okafor", formNonceA, nil)
	respond := button(d, cards.VerbRespond, challenge.CardRespond)
	p.types("Tom Reid", "/challenge "+ref)
	p.types("Maya Okafor", "challenge "+ref)
	p.types("Leah Morgan", "/challenge "+ref)
	p.types("Tom Reid", "/challenge CH-222222")
	p.types("Tom Reid", "/challenge CH-I0O1L")
	p.types("Tom Reid", "/respond")
	p.types("Tom Reid", "/respond "+ref)
	p.types("Tom Reid", "We visit on Friday and tell you.")
	p.types("Leah Morgan", "We visit on Friday and tell you.")
	p.types("Leah Morgan", "/respond "+ref+" We visit on Friday.")
	p.presses("Tom Reid", respond, map[string]string{"text": ""})
	p.presses("Leah Morgan", respond, planInputs)
	p.presses("Tom Reid", respond, planInputs)
	p.presses("Tom Reid", respond, planInputs)
	p.presses("Priya Shah", respond, map[string]string{"text": "I add to that.", "plan_1_what": "Call", "plan_1_who": "me", "plan_1_by": "soon"})
	p.types("Priya Shah", "/respond "+ref+" And one more thing. | Call; Priya; 2026-12-02")
	judge := button(d, cards.VerbJudge, challenge.CardJudge)
	judge.Verdict = challenge.Partly
	p.presses("Tom Reid", judge, map[string]string{"reason": "Yes."})
	p.presses("Maya Okafor", judge, map[string]string{"reason": ""})
	p.presses("Maya Okafor", judge, map[string]string{"reason": "The second child is missing."})
	p.types("Maya Okafor", "/satisfied "+ref)
	p.clock.Advance(10 * time.Minute)
	p.types("Tom Reid", "/respond "+ref+" Both children are in the plan. | Visit both; Tom; 2026-12-01")
	p.types("Maya Okafor", "/not-satisfied "+ref)
	p.types("Maya Okafor", "/partly "+ref+" Still not.")
	p.types("Maya Okafor", "/not-satisfied "+ref+" No date was kept.")
	p.presses("Maya Okafor", judge, map[string]string{"reason": "Too late."})
	p.types("Maya Okafor", "/withdraw "+ref)
	p.types("Maya Okafor", "/withdraw "+ref+" It is settled.")
	p.types("Maya Okafor", "/withdraw "+ref+" It is settled.")
	p.submits("Tom Reid", respond, planInputs)
	p.finish("answer-and-verdict")
}

func TestTranscriptOfButtonsThatFitNothing(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	d, _ := p.raise("Maya Okafor", formNonceA, nil)
	for _, verb := range []cards.Verb{"", "approve", cards.VerbOpenDialog, cards.VerbRefresh} {
		p.presses("Tom Reid", button(d, verb, challenge.CardRespond), nil)
		p.submits("Tom Reid", button(d, verb, challenge.CardRespond), map[string]string{"text": "Kept?"})
		p.inWindow("Tom Reid", InvokeTaskSubmit, button(d, verb, challenge.CardRespond), map[string]string{"text": "Kept?"})
		p.inWindow("Tom Reid", InvokeTaskFetch, button(d, verb, challenge.CardRespond), nil)
	}
	unknown := d
	unknown.ChallengeID = "01937d5e-8b6a-7c3e-9f10-0123456789ff"
	p.presses("Tom Reid", button(unknown, cards.VerbRespond, challenge.CardRespond), planInputs)
	p.presses("Tom Reid", button(unknown, cards.VerbRefresh, challenge.CardRespond), nil)
	unknown.ChallengeID = "none"
	p.presses("Tom Reid", button(unknown, cards.VerbRefresh, challenge.CardRespond), nil)
	for _, card := range append(challenge.Cards(), "", "made up", cards.CardStatus) {
		p.presses("Tom Reid", button(d, cards.VerbRefresh, card), nil)
	}
	p.presses("Leah Morgan", button(d, cards.VerbRefresh, challenge.CardRespond), nil)
	for _, opening := range []int{-1, 0, 2, 99} {
		d.Opening = opening
		p.presses("Tom Reid", button(d, cards.VerbRespond, "made up"), map[string]string{"text": "x"})
		p.presses("Tom Reid", button(d, cards.VerbRefresh, challenge.CardRespond), nil)
	}
	d.Opening = 1
	for _, value := range []any{nil, "text", []any{1}, 7, map[string]any{}, map[string]any{"action": nil}, map[string]any{"action": map[string]any{"data": "text"}},
		map[string]any{"action": map[string]any{"verb": "refresh"}}, map[string]any{"action": map[string]any{}, "trigger": "automatic"}} {
		p.does("Tom Reid presses something unreadable", p.activity("Tom Reid", TypeInvoke, map[string]any{"name": InvokeCardAction, "value": value}))
		p.does("Tom Reid opens something unreadable", p.activity("Tom Reid", TypeInvoke, map[string]any{"name": InvokeTaskFetch, "value": value}))
		p.does("Tom Reid sends something unreadable", p.activity("Tom Reid", TypeInvoke, map[string]any{"name": InvokeTaskSubmit, "value": value}))
	}
	p.does("Tom Reid sends an invoke that nobody knows", p.activity("Tom Reid", TypeInvoke, map[string]any{"name": "composeExtension/query"}))
	p.does("somebody unknown presses", p.activity("somebody", TypeInvoke, map[string]any{"name": InvokeCardAction, "value": map[string]any{"action": map[string]any{"data": p.withData(button(d, cards.VerbRefresh, "respond"), nil)}}}))
	for _, name := range []string{InvokeCardAction, InvokeTaskFetch, InvokeTaskSubmit, "other"} {
		p.does("somebody without an id: "+name, p.activity("Tom Reid", TypeInvoke, map[string]any{"name": name, "from": map[string]any{"aadObjectId": nil}}))
	}
	p.does("somebody without an id writes", p.activity("Tom Reid", TypeMessage, map[string]any{"text": "/mine", "from": map[string]any{"aadObjectId": "no id"}}))
	p.does("Tom Reid presses without an account of Teams' own", p.activity("Tom Reid", TypeInvoke, map[string]any{"name": InvokeCardAction, "from": map[string]any{"id": ""},
		"value": map[string]any{"action": map[string]any{"data": p.withData(button(d, cards.VerbRefresh, "respond"), nil)}}}))
	p.finish("odd-buttons")
}

func TestTranscriptOfWindows(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	d, _ := p.raise("Maya Okafor", formNonceA, nil)
	open := button(d, cards.VerbOpenDialog, challenge.CardRespond)
	respond := button(d, cards.VerbRespond, challenge.CardRespond)
	respond.MessageID = "1775999999999"
	p.inWindow("Tom Reid", InvokeTaskFetch, open, nil)
	p.inWindow("Leah Morgan", InvokeTaskFetch, open, nil)
	p.inWindow("Tom Reid", InvokeTaskSubmit, respond, map[string]string{"text": "", "plan_1_what": "Visit"})
	p.inWindow("Leah Morgan", InvokeTaskSubmit, respond, planInputs)
	p.inWindow("Leah Morgan", InvokeTaskSubmit, respond, nil)
	p.inWindow("Tom Reid", InvokeTaskSubmit, respond, planInputs)
	p.inWindow("Priya Shah", InvokeTaskSubmit, respond, planInputs)
	judge := button(d, cards.VerbJudge, challenge.CardJudge)
	judge.Verdict = challenge.Satisfied
	p.inWindow("Maya Okafor", InvokeTaskFetch, button(d, cards.VerbOpenDialog, challenge.CardJudge), nil)
	p.inWindow("Maya Okafor", InvokeTaskSubmit, judge, map[string]string{"reason": "Good."})
	p.inWindow("Maya Okafor", InvokeTaskSubmit, judge, map[string]string{"reason": "Good."})
	p.finish("windows")
}

func TestTranscriptOfGatesSkipsAndEndings(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	d, ref := p.raise("Maya Okafor", formNonceA, nil)
	p.types("Maya Okafor", "/skip "+ref)
	p.types("Maya Okafor", "/skip "+ref+" nowhere threshold-met Because.")
	p.types("Tom Reid", "/skip "+ref+" stage-2 threshold-met Because.")
	p.presses("Maya Okafor", button(d, cards.VerbSkip, challenge.CardChallenge), map[string]string{"to": "stage-2", "ground": "threshold-met", "evidence": "At risk."})
	gate := button(d, cards.VerbGate, challenge.CardGate)
	gate.Rung, gate.Gate, gate.Status = "stage-2", "own-service-manager", challenge.GateNotAgreed
	p.types("Grace Lloyd", "/gate "+ref)
	p.types("Grace Lloyd", "/gate "+ref+" refused")
	p.presses("Tom Reid", gate, map[string]string{"note": "No."})
	p.presses("Grace Lloyd", gate, map[string]string{"note": "Not yet.", "on": "20 November"})
	p.types("Maya Okafor", "/gate "+ref+" override The risk is too high.")
	p.types("Daniel Hughes", "/respond "+ref+" A plan is made. | Meet; Daniel; 2026-12-01")
	p.types("Maya Okafor", "/gate "+ref+" agreed Ahead of the next stage.")
	p.types("Maya Okafor", "/gate "+ref+" own-service-manager agreed Again.")
	p.types("Owen Price", "/withdraw "+ref+" It should end.")
	p.presses("Owen Price", button(d, cards.VerbHandOff, challenge.CardChallenge), map[string]string{"to": "complaints", "reason": "Elsewhere."})
	p.types("Maya Okafor", "/hand-off "+ref)
	p.types("Maya Okafor", "/hand-off "+ref+" nowhere Because.")
	p.types("Maya Okafor", "/refer "+ref+" I called.")
	p.types("Maya Okafor", "/asked "+ref+" phone 2026-11-20 I rang.")
	p.presses("Maya Okafor", button(d, cards.VerbAskedOutside, challenge.CardRespond), map[string]string{"how": "telephone", "on": "2026-11-20", "note": "I rang."})
	p.presses("Maya Okafor", button(d, cards.VerbWithdraw, challenge.CardChallenge), map[string]string{"reason": "Settled."})

	later, looked := p.raise("Sam Whitfield", formNonceB, map[string]string{"conference": "lac-review", "looked_after": cards.AnswerYes, "categories": "risk", "start_at": "stage-3", "start_ground": "threshold-met", "start_reason": "At risk."})
	p.types("Sam Whitfield", "/refer "+looked+" I called CAFCASS on 23 November. | Grace Lloyd, today | the child's solicitor | A note.")
	p.presses("Sam Whitfield", button(later, cards.VerbRefer, challenge.CardChallenge), map[string]string{"contact": "Called.", "on": "2026-11-23", "informed_nominated-officer": "Grace, today", "consulted_nominated-officer": "x", "note": "n"})
	p.types("Grace Lloyd", "/challenge "+looked)
	p.types("Grace Lloyd", "/gate "+looked+" done It was agreed.")
	p.finish("gates-and-endings")
}

func TestTranscriptOfListsAndHelp(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	p.types("Tom Reid", "/mine")
	p.types("Owen Price", "/waiting")
	p.types("Tom Reid", "/waiting")
	p.presses("Owen Price", cards.ButtonData{Verb: cards.VerbWaiting}, nil)
	p.presses("Tom Reid", cards.ButtonData{Verb: cards.VerbWaiting}, nil)
	_, first := p.raise("Maya Okafor", formNonceA, nil)
	p.raise("Maya Okafor", formNonceB, map[string]string{"team": "south-locality", "start_at": "stage-2", "start_ground": "threshold-met", "start_reason": "At risk."})
	p.types("Tom Reid", "/mine")
	p.types("Maya Okafor", "mine")
	p.types("Ben Carter", "What waits for me today then?")
	p.clock.Advance(4 * 24 * time.Hour)
	p.types("Owen Price", "/waiting")
	p.presses("Owen Price", cards.ButtonData{Verb: cards.VerbWaiting}, nil)
	p.typesIn("north", "Owen Price", "/waiting", true)
	p.typesIn("north", "Tom Reid", "/mine", true)
	p.typesIn("north", "Tom Reid", "/mine", false)
	p.typesIn("north", "Tom Reid", "/challenge "+first, false)
	p.typesIn("north", "Tom Reid", "/help", true)
	p.typesIn("north", "Tom Reid", "good morning everybody, how are we", false)
	p.typesIn("north", "Leah Morgan", "/respond "+first+" x", true)
	p.typesIn("north", "Tom Reid", "/respond "+first, false)
	p.does("Tom Reid writes in a channel without an account of Teams' own", p.activity("Tom Reid", TypeMessage, inChannel("north", map[string]any{"text": "/mine", "from": map[string]any{"id": ""}})))
	p.does("Tom Reid writes in a group", p.activity("Tom Reid", TypeMessage, map[string]any{"text": "/mine", "conversation": map[string]any{"id": "19:group@unq", "conversationType": "groupChat"}, "recipient": map[string]any{"isTargeted": true}}))
	p.types("Tom Reid", "/help")
	p.types("Tom Reid", "")
	p.types("Tom Reid", "/nonsense")
	p.does("Tom Reid sends a file", p.activity("Tom Reid", TypeMessage, map[string]any{"text": "/mine", "attachments": []any{map[string]any{"contentType": "application/vnd.microsoft.teams.file.download.info", "name": "a.pdf"}}}))
	p.does("somebody who is in no directory", p.activity("Nora Nobody", TypeMessage, map[string]any{"text": "/mine"}))
	p.finish("lists-and-help")
}

func TestTranscriptOfCover(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	_, ref := p.raise("Maya Okafor", formNonceA, map[string]string{"start_at": "stage-1", "start_ground": "threshold-met", "start_reason": "At risk."})
	p.types("Priya Shah", "/cover")
	p.types("Priya Shah", "/cover Ben Carter")
	p.types("Priya Shah", "/cover Nobody Known 2026-12-01 to 2026-12-04")
	p.types("Priya Shah", "/cover Priya Shah 2026-12-01")
	p.types("Priya Shah", "/cover Ben Carter 2026-11-01 to 2026-11-04")
	p.types("Priya Shah", "/cover Ben Carter 2026-12-04 to 2026-12-01")
	p.types("Priya Shah", "/cover Ben Carter 2026-12-01 to 2028-12-01")
	p.types("Priya Shah", "/cover Ben Carter 2026-12-01 to 2026-12-04")
	p.types("Priya Shah", "/cover Ben Carter 2026-12-01 to 2026-12-04")
	p.types("Priya Shah", "/cover for Tom Reid by Ben Carter 2026-12-01")
	p.types("Nora Nobody", "/cover Ben Carter 2026-12-01")
	p.types("Owen Price", "/cover for Tom Reid by Leah Morgan today")
	p.types("Owen Price", "/cover")
	p.types("Leah Morgan", "/cover")
	p.types("Sam Whitfield", "/cover")
	p.types("Priya Shah", "/cover Ben Carter today")
	p.types("Ben Carter", "/challenge "+ref)
	p.types("Ben Carter", "/cover Priya Shah today")
	p.types("Sam Whitfield", "/cover end 1")
	p.types("Priya Shah", "/cover end 99")
	p.types("Priya Shah", "/cover end x")
	p.types("Priya Shah", "/cover end 1")
	p.types("Priya Shah", "/cover end 1")
	p.types("Owen Price", "/cover end 2")
	p.typesIn("north", "Priya Shah", "/cover Leah Morgan tomorrow", true)
	// Others set it, and who stands in is away as well.
	p.types("Owen Price", "/cover for Maya Okafor by Owen Price 2026-12-01")
	p.types("Owen Price", "/cover for Tom Reid by Owen Price 2026-12-01")
	p.types("Maya Okafor", "/cover Sam Whitfield 2026-12-08 to 2026-12-11")
	p.types("Sam Whitfield", "/cover Owen Price 2026-12-11 to 2026-12-12")
	p.types("Maya Okafor", "/cover Sam Whitfield 2026-12-09 to 2026-12-11")
	p.types("Maya Okafor", "/cover Sam Whitfield 2026-12-14 to 2026-12-18")
	mention := func(who string) map[string]any {
		return map[string]any{"type": "mention", "text": "<at>" + who + "</at>", "mentioned": map[string]any{"id": "29:" + who, "name": who, "aadObjectId": p.entra(who)}}
	}
	p.does("Owen mentions both", p.activity("Owen Price", TypeMessage, map[string]any{"text": "/cover for <at>Tom Reid</at> by <at>Leah Morgan</at> from 2026-12-01 \u2013 2026-12-02",
		"entities": []any{mention("Tom Reid"), mention("Leah Morgan")}}))
	p.does("Tom mentions one", p.activity("Tom Reid", TypeMessage, map[string]any{"text": "/cover <at>Leah Morgan</at> 3\u20134 December", "entities": []any{mention("Leah Morgan")}}))
	for _, day := range []string{"01", "02", "03", "04", "05", "06"} {
		p.types("Ben Carter", "/cover Leah Morgan 2027-02-"+day)
	}
	p.types("Ben Carter", "/cover end 10.")
	p.types("Ben Carter", "/cover end -1")
	p.finish("cover")
}

func TestTranscriptOfNoticeChannels(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	p.types("Tom Reid", "/notices")
	p.types("Owen Price", "/notices")
	p.types("Owen Price", "/notices there North Locality")
	p.types("Owen Price", "/notices here North Locality")
	p.typesIn("north", "Owen Price", "/notices here", true)
	p.typesIn("north", "Owen Price", "/notices here Nowhere", true)
	p.typesIn("north", "Owen Price", "/notices here north-locality", true)
	p.typesIn("south", "Owen Price", "/notices here service Locality Service", true)
	p.typesIn("south", "Owen Price", "/notices here team locality", true)
	p.types("Owen Price", "/notices")
	shared := func(more map[string]any) {
		p.does("Owen Price types /notices here in an odd channel", p.activity("Owen Price", TypeMessage, inChannel("south", mergePatch(map[string]any{"text": "/notices here South Locality", "recipient": map[string]any{"isTargeted": true}}, more))))
	}
	shared(map[string]any{"channelData": map[string]any{"channel": map[string]any{"type": "shared"}}})
	shared(map[string]any{"channelData": map[string]any{"sharedWithTeams": []any{map[string]any{"id": "x"}}}})
	shared(map[string]any{"channelData": map[string]any{"team": map[string]any{"tenantId": otherTenant}}})
	shared(map[string]any{"channelData": map[string]any{"channel": map[string]any{"name": nil}}})
	p.types("Owen Price", "/notices")
	shared(map[string]any{"channelData": map[string]any{"team": map[string]any{"name": nil}}})
	shared(map[string]any{"conversation": map[string]any{"conversationType": "groupChat"}})
	shared(map[string]any{"conversation": map[string]any{"tenantId": nil}, "channelData": map[string]any{"team": map[string]any{"tenantId": testTenant}}})
	shared(map[string]any{"conversation": map[string]any{"id": "x:1"}, "channelData": map[string]any{"channel": map[string]any{"id": nil}}})
	p.types("Owen Price", "/notices")
	p.types("Owen Price", "/notices off South Locality")
	p.types("Owen Price", "/notices off South Locality")
	p.types("Owen Price", "/notices off Nowhere")
	p.types("Owen Price", "/notices off")
	p.types("Owen Price", "Notices are what I wanted to ask you about today")
	p.finish("notice-channels")
}

func TestTranscriptOfWhatTeamsTells(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	event := func(title, who, kind string, fields map[string]any) { p.does(title, p.activity(who, kind, fields)) }
	personal := func(action string) map[string]any { return map[string]any{"action": action} }
	event("Tom installs the app", "Tom Reid", TypeInstallationUpdate, personal("add"))
	event("Tom installs it again", "Tom Reid", TypeInstallationUpdate, personal("add"))
	event("Tom's app is upgraded", "Tom Reid", TypeInstallationUpdate, personal("add-upgrade"))
	event("Tom removes it", "Tom Reid", TypeInstallationUpdate, personal("remove"))
	event("what an upgrade removes", "Tom Reid", TypeInstallationUpdate, personal("remove-upgrade"))
	p.clock.Advance(time.Minute)
	p.types("Tom Reid", "/mine")
	event("Priya removes it", "Priya Shah", TypeInstallationUpdate, personal("remove"))
	event("Priya installs it", "Priya Shah", TypeInstallationUpdate, personal("add"))
	event("the app in a team", "Maya Okafor", TypeInstallationUpdate, inChannel("north", map[string]any{"action": "add", "channelData": map[string]any{"settings": map[string]any{"selectedChannel": map[string]any{"id": "19:picked@thread.tacv2"}}}}))
	bot := []any{map[string]any{"id": "28:" + testApp}}
	came := inChannel("north", map[string]any{"membersAdded": bot})
	event("the bot comes into a team", "Maya Okafor", TypeConversationUpdate, came)
	event("the bot comes again", "Maya Okafor", TypeConversationUpdate, came)
	event("somebody else comes", "Maya Okafor", TypeConversationUpdate, inChannel("north", map[string]any{"membersAdded": []any{map[string]any{"id": "29:x"}, map[string]any{"id": ""}}}))
	for _, kind := range []string{"channelCreated", "channelRenamed", "channelDeleted", "channelRestored", "teamDeleted", "teamRestored", "teamHardDeleted", "teamRestored", "unheardOf"} {
		event(kind, "Maya Okafor", TypeConversationUpdate, inChannel("south", map[string]any{"channelData": map[string]any{"eventType": kind}}))
	}
	event("the bot leaves", "Maya Okafor", TypeConversationUpdate, inChannel("north", map[string]any{"membersRemoved": bot}))
	event("the app leaves a team", "Maya Okafor", TypeInstallationUpdate, inChannel("south", map[string]any{"action": "remove"}))
	event("a member leaves", "Maya Okafor", TypeConversationUpdate, inChannel("north", map[string]any{"membersRemoved": []any{map[string]any{"id": "29:x"}}}))
	event("a team event without a person", "", TypeConversationUpdate, inChannel("north", map[string]any{"membersAdded": bot, "from": nil}))
	event("a personal chat with a team's data", "Maya Okafor", TypeConversationUpdate, map[string]any{"membersAdded": bot, "channelData": map[string]any{"team": map[string]any{"id": "19:team@thread.tacv2"}}})
	for _, kind := range []string{"typing", "messageReaction", "event", "handoff", "unheardOf"} {
		event(kind, "Maya Okafor", kind, map[string]any{"text": "/challenge", "value": map[string]any{"verb": "raise"}})
	}
	p.finish("what-teams-tells")
}

func TestTranscriptOfMessagesThatChange(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	_, ref := p.raise("Maya Okafor", formNonceA, nil)
	answer := p.activity("Tom Reid", TypeMessage, map[string]any{"text": "/respond " + ref + " It is done. | Visit; Tom; 2026-12-01"})
	p.does("Tom answers", answer)
	change := func(title, who, kind, what string, more map[string]any) {
		p.clock.Advance(time.Minute)
		a := p.activity(who, kind, mergePatch(map[string]any{"id": answer["id"], "text": "/respond " + ref + " Nothing.", "channelData": map[string]any{"eventType": what}}, more))
		p.does(title, a)
	}
	change("he edits it", "Tom Reid", TypeMessageUpdate, "editMessage", nil)
	change("he edits it again", "Tom Reid", TypeMessageUpdate, "editMessage", nil)
	change("the edit of that minute comes twice", "Tom Reid", TypeMessageUpdate, "editMessage", map[string]any{"timestamp": "2026-11-23T09:02:00Z"})
	change("he deletes it", "Tom Reid", TypeMessageDelete, "softDeleteMessage", nil)
	change("he brings it back", "Tom Reid", TypeMessageUpdate, "undeleteMessage", nil)
	change("somebody else deletes it", "Maya Okafor", TypeMessageDelete, "softDeleteMessage", map[string]any{"conversation": map[string]any{"id": "a:Tom Reid", "conversationType": "groupChat"}})
	change("a change of a kind that nobody knows", "Tom Reid", TypeMessageUpdate, "paintMessage", nil)
	change("a delete that says it is an edit", "Tom Reid", TypeMessageDelete, "editMessage", nil)
	shown := p.activity("Tom Reid", TypeMessage, map[string]any{"text": "/challenge " + ref})
	p.does("Tom asks for the card", shown)
	change("he edits what only brought a card", "Tom Reid", TypeMessageUpdate, "editMessage", map[string]any{"id": shown["id"]})
	change("he edits something else", "Tom Reid", TypeMessageUpdate, "editMessage", map[string]any{"id": "1775111111111"})
	verdict := p.activity("Maya Okafor", TypeMessage, map[string]any{"text": "/not-satisfied " + ref + " No date was kept."})
	p.does("Maya goes on", verdict)
	change("she edits it, after what followed by itself", "Maya Okafor", TypeMessageUpdate, "editMessage", map[string]any{"id": verdict["id"]})
	p.finish("messages-that-change")
}

func TestTranscriptOfWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	d, damaged := p.raise("Maya Okafor", formNonceA, map[string]string{"start_at": "stage-1", "start_ground": "threshold-met", "start_reason": "At risk."})
	p.raise("Maya Okafor", formNonceB, map[string]string{"start_at": "stage-1", "start_ground": "threshold-met", "start_reason": "At risk."})
	p.store.Corrupt(p.order[0])
	p.damaged, p.order = true, p.order[1:] // its trail is not told any more
	p.types("Priya Shah", "/mine")
	p.types("Maya Okafor", "/mine")
	p.types("Priya Shah", "We visit on Friday and tell you.")
	p.types("Priya Shah", "/challenge "+damaged)
	p.types("Priya Shah", "/respond "+damaged+" It is done.")
	respond := button(d, cards.VerbRespond, challenge.CardRespond)
	p.presses("Priya Shah", respond, planInputs)
	p.submits("Priya Shah", respond, planInputs)
	p.inWindow("Priya Shah", InvokeTaskFetch, button(d, cards.VerbOpenDialog, challenge.CardRespond), nil)
	p.inWindow("Priya Shah", InvokeTaskSubmit, respond, planInputs)
	p.inWindow("Priya Shah", InvokeTaskSubmit, respond, nil)
	p.does("Priya's client asks by itself", p.activity("Priya Shah", TypeInvoke, map[string]any{"name": InvokeCardAction,
		"value": map[string]any{"trigger": "automatic", "action": map[string]any{"data": p.withData(respond, nil)}}}))
	p.types("Owen Price", "/waiting")
	p.types("Priya Shah", "/cover Ben Carter today")
	p.finish("what-cannot-be-read")
}

func TestTranscriptOfAnOutage(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	d, _ := p.raise("Maya Okafor", formNonceA, nil)
	refresh := p.activity("Tom Reid", TypeInvoke, map[string]any{"name": InvokeCardAction,
		"value": map[string]any{"trigger": "automatic", "action": map[string]any{"data": p.withData(button(d, cards.VerbRespond, challenge.CardRespond), nil)}}})
	for _, failure := range []error{storage.ErrUnavailable, errors.New("broken")} {
		p.store.Intercept(func(context.Context, string) error { return failure })
		p.does("a client asks by itself", refresh)
		p.presses("Tom Reid", button(d, cards.VerbRespond, challenge.CardRespond), planInputs)
		p.inWindow("Tom Reid", InvokeTaskSubmit, button(d, cards.VerbRespond, challenge.CardRespond), planInputs)
		p.types("Tom Reid", "/mine")
		p.store.Intercept(nil)
		p.directoryFails = failure
		p.types("Owen Price", "/notices")
		p.typesIn("north", "Owen Price", "/notices here North Locality", true)
		p.types("Priya Shah", "/cover Ben Carter 2026-12-01")
		p.types("Priya Shah", "/cover end 1")
		p.directoryFails = nil
	}
	p.types("Owen Price", "/notices")
	p.types("Priya Shah", "/cover")
	p.finish("outage")
}

func TestTranscriptOfOversightOfOneTeam(t *testing.T) {
	t.Parallel()
	p := newPlay(t, "  oversight: owen\n", "", "social-worker: tom, team-manager: priya}\nservices", "x",
		"roles: {social-worker: tom, team-manager: priya}", "roles: {social-worker: tom, team-manager: priya, oversight: owen}",
		"roles: {service-manager: daniel,", "roles: {oversight: quinn, service-manager: daniel,")
	p.raise("Maya Okafor", formNonceA, map[string]string{"start_at": "stage-2", "start_ground": "threshold-met", "start_reason": "At risk."})
	p.raise("Sam Whitfield", formNonceB, map[string]string{"team": "south-locality", "start_at": "stage-2", "start_ground": "threshold-met", "start_reason": "At risk."})
	p.clock.Advance(3 * 24 * time.Hour)
	for _, who := range []string{"Owen Price", "Quinn Baxter", "Aisha Rahman"} {
		p.types(who, "/waiting")
		p.types(who, "/notices")
		p.typesIn("north", who, "/notices here", true)
		p.typesIn("north", who, "/notices here South Locality", true)
		p.types(who, "/cover for Tom Reid by Priya Shah 2026-12-01")
		p.types(who, "/cover for Leah Morgan by Ben Carter 2026-12-01")
		p.types(who, "/cover")
		p.types(who, "/cover end 1")
	}
	p.finish("oversight-of-one-team")
}

func TestTranscriptOfPlainWords(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	_, ref := p.raise("Maya Okafor", formNonceA, nil)
	for _, text := range []string{"help me please", "help me with this child please", "/help me with this child please", "mine", "mine is the next visit on Friday", "/mine is the next visit on Friday",
		"waiting", "waiting for the health visitor to call", "challenge", "challenge is not the word that I would use here", "/challenge is not the word that I would use here",
		"cover", "cover Ben Carter 2026-12-01", "cover will be found by Friday I hope", "/cover will be found by Friday I hope", "cover end 1",
		"notices", "notices were sent to the parents last week", "notices here North Locality please do", "notices off North Locality please do", "notices here",
		"respond", "respond " + ref, "ok", "visit is booked for " + ref, ref, ref + " the visit is booked", "satisfied with that I am", "it is done for CH-1", "?", "thanks", "yes we will", "/unknown " + ref} {
		p.types("Tom Reid", text)
	}
	p.typesIn("north", "Tom Reid", "we visit the family on Friday then", true)
	p.types("Owen Price", "waiting for the health visitor to call")
	p.types("Owen Price", "notices here North Locality please do")
	p.finish("plain-words")
}

func TestTranscriptOfPeopleWhoAreMeant(t *testing.T) {
	t.Parallel()
	p := newPlay(t, "name: Ines Moreau", "name: Ben Carter")
	pending := cards.ButtonData{Verb: cards.VerbCover, Card: "cover", Typed: `{"by":"Ben Carter","from":"2026-12-01","to":"2026-12-04"}`}
	p.types("Tom Reid", "/cover Ben Carter 2026-12-01 to 2026-12-04")
	p.presses("Tom Reid", pending, nil)
	p.presses("Tom Reid", pending, map[string]string{fieldWhoStandIn: p.entra("Daniel Hughes")})
	p.presses("Tom Reid", pending, map[string]string{fieldWhoStandIn: "0a000000-0000-4000-8000-000000000012"})
	p.submits("Priya Shah", pending, map[string]string{fieldWhoStandIn: "0a000000-0000-4000-8000-000000000011"})
	p.types("Owen Price", "/cover for Ben Carter by Leah Morgan 2026-12-01")
	p.types("Owen Price", "/cover for Ben Carter by Ben Carter 2026-12-01")
	p.finish("people-who-are-meant")
}

func TestTranscriptOfHowCoverIsWritten(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	for _, text := range []string{"Ben Carter 1 December", "Ben Carter 1 December to 4 December", "Ben Carter 1 to 4 December", "Ben Carter from 1 December until 4 December", "Ben Carter 1-4 December",
		"Ben Carter 1 \u2013 4 December", "Ben Carter 1 December\u20144 December", "Ben Carter today to 4 December", "Ben Carter today until tomorrow", "Ben Carter tomorrow", "Ben Carter Monday to Friday",
		"Ben Carter 01/12/2026 to 04/12/2026", "Ben Carter 2026-12-01 2026-12-04", "Ben Carter 28 December to 3 January", "Ben Carter from 1 December", "Ben Carter on 1 December", "Ben Carter to 4 December",
		"from 1 December", "1 December to 4 December", "Ben Carter 31 November", "Ben Carter 4 to 1 December", "Ben Carter 1 December to", "Ben Carter 99/99/2026", "Carter, Ben 1 December", "ben carter 1 december",
		"@Ben Carter 1 December", "Ben Carter: 1 December", "Ben Carter, 1 December", "Ben Carter for 3 days", "Ben 1 December", "", "end", "end 1 2", "end #1", "END 2", "Ben Carter 1 December 2025", "Ben Carter 23 November",
		"Ben Carter 24 November 2027", "Ben Carter 23 November 2026 to 24 November 2027", "Ben Carter 23 November 2026 to 25 November 2027"} {
		p.types("Priya Shah", "/cover "+text)
	}
	for _, text := range []string{"for Tom Reid by Ben Carter 1 December", "for Tom Reid by Ben Carter", "for Tom Reid 1 December", "for by 1 December", "by Ben Carter for Tom Reid 1 December", "Tom Reid by Ben Carter 1 December",
		"for Owen Price by Ben Carter 1 December", "for Nobody Known by Ben Carter 1 December", "for Tom Reid by Nobody Known 1 December", "for Tom Reid by Tom Reid 1 December", "for Tom Reid by Ben Carter from 1 to 4 December"} {
		p.types("Owen Price", "/cover "+text)
	}
	p.finish("how-cover-is-written")
}

func TestTranscriptOfHowAReferenceIsWritten(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	_, ref := p.raise("Maya Okafor", formNonceA, nil)
	bare := ref[len("CH-"):]
	for _, written := range []string{ref, "ch-" + bare, bare, "CH " + bare, "CH\u2013" + bare, "CH- " + bare, "CH" + bare, "(" + ref + ")", ref + ",", ref + ":", ref + " -", "\"" + ref + "\"", "<" + ref + ">", "#" + ref, ref[:5] + " " + ref[5:],
		ref + ".", ref + " ...", "*" + ref + "*", ref + "/", "CH", "CH-", "CH-" + bare[:5], ref + "X", "CHX" + bare, "nothing"} {
		p.types("Maya Okafor", "/partly "+written+" The second child is missing.")
		p.types("Maya Okafor", "/challenge "+written)
	}
	p.finish("how-a-reference-is-written")
}
