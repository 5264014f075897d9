package bot

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"challengebot/cards"
	"challengebot/internal/challenge"
	"challengebot/internal/storage"
)

// failureScenarios are activities that reach every operation of the store, each on a stage of its
// own.
var failureScenarios = map[string]func(p *play) map[string]any{
	"a typed answer": func(p *play) map[string]any {
		_, ref := p.raise("Maya Okafor", formNonceA, nil)
		return p.activity("Tom Reid", TypeMessage, map[string]any{"text": "/respond " + ref + " It is done. | Visit; Tom; 2026-12-01"})
	},
	"a typed answer in a channel": func(p *play) map[string]any {
		_, ref := p.raise("Maya Okafor", formNonceA, nil)
		return p.activity("Tom Reid", TypeMessage, inChannel("north", map[string]any{"text": "/respond " + ref + " It is done. | Visit; Tom; 2026-12-01", "recipient": map[string]any{"isTargeted": true}}))
	},
	"a refused answer": func(p *play) map[string]any {
		_, ref := p.raise("Maya Okafor", formNonceA, nil)
		return p.activity("Tom Reid", TypeMessage, map[string]any{"text": "/respond " + ref})
	},
	"a wrong reference": func(p *play) map[string]any {
		return p.activity("Tom Reid", TypeMessage, map[string]any{"text": "/challenge CH-222222"})
	},
	"a card asked for": func(p *play) map[string]any {
		_, ref := p.raise("Maya Okafor", formNonceA, nil)
		return p.activity("Tom Reid", TypeMessage, map[string]any{"text": "/challenge " + ref})
	},
	"plain words": func(p *play) map[string]any {
		p.raise("Maya Okafor", formNonceA, nil)
		return p.activity("Tom Reid", TypeMessage, map[string]any{"text": "We visit on Friday and tell you."})
	},
	"the list of one's own": func(p *play) map[string]any {
		p.raise("Maya Okafor", formNonceA, nil)
		return p.activity("Maya Okafor", TypeMessage, map[string]any{"text": "/mine"})
	},
	"what waits": func(p *play) map[string]any {
		return p.activity("Owen Price", TypeMessage, map[string]any{"text": "/waiting"})
	},
	"what waits, by a button": func(p *play) map[string]any {
		return p.press("Owen Price", cards.ButtonData{Verb: cards.VerbWaiting}, nil)
	},
	"the form": func(p *play) map[string]any {
		return p.activity("Maya Okafor", TypeMessage, map[string]any{"text": "/challenge"})
	},
	"a challenge": func(p *play) map[string]any {
		return p.press("Maya Okafor", cards.ButtonData{Verb: cards.VerbRaise, Card: cards.CardForm, Nonce: formNonceB}, formInputs(nil))
	},
	"an answer": func(p *play) map[string]any {
		d, _ := p.raise("Maya Okafor", formNonceA, nil)
		return p.press("Tom Reid", button(d, cards.VerbRespond, challenge.CardRespond), planInputs)
	},
	"an answer from an older client": func(p *play) map[string]any {
		d, _ := p.raise("Maya Okafor", formNonceA, nil)
		return p.activity("Tom Reid", TypeMessage, map[string]any{"value": p.withData(button(d, cards.VerbRespond, challenge.CardRespond), planInputs), "replyToId": "1775999999999"})
	},
	"an answer in a window": func(p *play) map[string]any {
		d, _ := p.raise("Maya Okafor", formNonceA, nil)
		return p.activity("Tom Reid", TypeInvoke, map[string]any{"name": InvokeTaskSubmit, "value": map[string]any{"data": p.withData(button(d, cards.VerbRespond, challenge.CardRespond), planInputs)}})
	},
	"a window": func(p *play) map[string]any {
		d, _ := p.raise("Maya Okafor", formNonceA, nil)
		return p.activity("Tom Reid", TypeInvoke, map[string]any{"name": InvokeTaskFetch, "value": map[string]any{"data": p.withData(button(d, cards.VerbOpenDialog, challenge.CardRespond), nil)}})
	},
	"a draft": func(p *play) map[string]any {
		d, _ := p.raise("Maya Okafor", formNonceA, nil)
		return p.press("Tom Reid", button(d, cards.VerbDraft, challenge.CardRespond), nil)
	},
	"cover from today": func(p *play) map[string]any {
		p.raise("Maya Okafor", formNonceA, map[string]string{"start_at": "stage-1", "start_ground": "threshold-met", "start_reason": "At risk."})
		return p.activity("Priya Shah", TypeMessage, map[string]any{"text": "/cover Ben Carter today"})
	},
	"the end of cover": func(p *play) map[string]any {
		p.types("Priya Shah", "/cover Ben Carter 2026-12-01")
		return p.activity("Priya Shah", TypeMessage, map[string]any{"text": "/cover end 1"})
	},
	"a channel for notices": func(p *play) map[string]any {
		return p.activity("Owen Price", TypeMessage, inChannel("north", map[string]any{"text": "/notices here North Locality", "recipient": map[string]any{"isTargeted": true}}))
	},
	"an edit": func(p *play) map[string]any {
		_, ref := p.raise("Maya Okafor", formNonceA, nil)
		answer := p.activity("Tom Reid", TypeMessage, map[string]any{"text": "/respond " + ref + " It is done. | Visit; Tom; 2026-12-01"})
		p.does("Tom answers", answer)
		return p.activity("Tom Reid", TypeMessageUpdate, map[string]any{"id": answer["id"], "channelData": map[string]any{"eventType": "editMessage"}})
	},
	"the app installed": func(p *play) map[string]any {
		p.does("Tom removes it", p.activity("Tom Reid", TypeInstallationUpdate, map[string]any{"action": "remove"}))
		return p.activity("Tom Reid", TypeInstallationUpdate, map[string]any{"action": "add"})
	},
	"the app removed": func(p *play) map[string]any {
		p.types("Tom Reid", "/help")
		return p.activity("Tom Reid", TypeInstallationUpdate, map[string]any{"action": "remove"})
	},
	"the bot in a team": func(p *play) map[string]any {
		return p.activity("Maya Okafor", TypeConversationUpdate, inChannel("north", map[string]any{"membersAdded": []any{map[string]any{"id": "28:" + testApp}}}))
	},
	"a flood": func(p *play) map[string]any {
		for range limitRules[limitCommands].most {
			p.handler.limits.take(limitCommands, p.entra("Tom Reid"), p.clock.Now())
		}
		return p.activity("Tom Reid", TypeMessage, map[string]any{"text": "/help"})
	},
}

// press is a button pressed, not handed over yet.
func (p *play) press(who string, data cards.ButtonData, inputs map[string]string) map[string]any {
	value := map[string]any{"trigger": "manual", "action": map[string]any{"verb": string(data.Verb), "data": p.withData(data, inputs)}}
	return p.activity(who, TypeInvoke, map[string]any{"name": InvokeCardAction, "value": value, "replyToId": "1775999999999"})
}

// told is how a delivery was answered, and in lines what is new since the last was told.
func (p *play) told(w *httptest.ResponseRecorder) (answer string, lines []string) {
	p.out.Reset()
	p.tell(w)
	answer, rest, _ := strings.Cut(p.out.String(), "\n")
	return answer, strings.Split(rest, "\n")
}

// The store fails at one operation, whichever: Teams is told to deliver again, and when it has,
// everything is as if nothing had failed. Nothing is told twice and nothing is left out.
func TestWhereverTheStoreFailsTheSecondDeliveryEndsAsIfItHadNot(t *testing.T) {
	t.Parallel()
	for name, build := range failureScenarios {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			whole := newPlay(t)
			activity := build(whole)
			var operations []string
			whole.store.Intercept(func(_ context.Context, operation string) error {
				operations = append(operations, operation)
				return nil
			})
			body := whole.deliver(activity)
			operations = slices.Clone(operations)
			whole.store.Intercept(nil)
			wantAnswer, want := whole.told(body)
			if len(operations) == 0 {
				t.Fatal("it reaches no operation of the store")
			}
			for i, operation := range operations {
				for _, failure := range []error{storage.ErrUnavailable, errors.New("broken")} {
					p := newPlay(t)
					activity := build(p)
					at := 0
					p.store.Intercept(func(context.Context, string) error {
						if at++; at == i+1 {
							return failure
						}
						return nil
					})
					first := p.deliver(activity)
					p.store.Intercept(nil)
					status := http.StatusServiceUnavailable
					if !errors.Is(failure, storage.ErrUnavailable) {
						status = http.StatusInternalServerError
						if name == "cover from today" && operation == "Apply" {
							continue // it is said which could not be handed over, and the others are
						}
					}
					if first.Code != status {
						t.Errorf("%s fails (%v): answered %d, not %d", operation, failure, first.Code, status)
					}
					p.clock.Advance(time.Second)
					second := p.deliver(activity)
					answer, got := p.told(second)
					sort := func(lines []string) []string { // the moment of the second is later
						var plain []string
						for _, line := range lines {
							before, _, _ := strings.Cut(line, ", seen ")
							before = strings.ReplaceAll(before, "09:00:01", "09:00:00")
							// The cover was kept the first time, and that is said.
							before = strings.NewReplacer("Bot.CoverNoted, ", "", ", StandIn.NotedBefore", "").Replace(before)
							// It ended the first time, and the list no longer has it.
							before = strings.Replace(before, "Bot.CoverNotFound", "Bot.CoverEnded", 1)
							plain = append(plain, before)
						}
						slices.Sort(plain)
						return plain
					}
					if fmt.Sprint(sort(got)) != fmt.Sprint(sort(want)) || answer != wantAnswer {
						t.Errorf("%s failed (%v); afterwards it is answered\n%s\nnot\n%s\nand there is\n%s\nnot\n%s", operation, failure, answer, wantAnswer,
							strings.Join(sort(got), "\n"), strings.Join(sort(want), "\n"))
					}
				}
			}
		})
	}
}
