package story

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/postgres"
	"challengebot/internal/practice"
	"challengebot/internal/record"
	"challengebot/internal/storage"
	"challengebot/internal/workday"
)

// Step is one step of the demonstration: who did what, and what everybody then saw.
type Step struct {
	Number      int           `json:"step"`
	At          time.Time     `json:"at"`
	TimeText    string        `json:"when"` // At in words, where the authority is
	Description string        `json:"does"`
	Messages    []SeenMessage `json:"shown,omitempty"`
	// Reference is the challenge's, once it has one.
	Reference string `json:"reference,omitempty"`
	State     string `json:"state,omitempty"`
	// Audit is the whole trail in sentences, and Chain what its verification said:
	// of the last step only.
	Audit       string `json:"audit,omitempty"`
	ChainResult string `json:"chain,omitempty"`
}

// SeenMessage is a message as somebody saw it.
type SeenMessage struct {
	To        string `json:"to"`
	InChannel bool   `json:"channel,omitempty"`
	Change    string `json:"change"` // posted, updated, or answered: what came back at once
	Text      string `json:"text"`
}

// UnexpectedError is a step of the demonstration that did not go as it must.
type UnexpectedError struct {
	Step             int
	Description      string
	Expected, Actual string
}

// Error says what was expected and what came. The demonstration's people are made up.
func (u *UnexpectedError) Error() string {
	return fmt.Sprintf("step %d (%s): expected %s; %s", u.Step, u.Description, u.Expected, u.Actual)
}

// expectedMessage is a message that a step must bring, holding all of these words.
type expectedMessage struct {
	to        string
	immediate bool // the card that came back at once
	words     []string
}

func expectMessage(to string, words ...string) expectedMessage {
	return expectedMessage{to, false, words}
}
func expectAnswer(to string, words ...string) expectedMessage {
	return expectedMessage{to, true, words}
}

const changeAnswered = "answered"

// demo is the demonstration under way.
type demo struct {
	*World
	ctx        context.Context
	onStep     func(Step) error
	stepNumber int
	ref        string
}

// DemoLadder is the ladder under which the demonstration takes place.
const DemoLadder = "ne-lincolnshire"

// The people of the demonstration, by name as in the sample authority.
const (
	demoChair   = "Maya Okafor"
	demoWorker  = "Tom Reid"
	demoManager = "Priya Shah"
	demoService = "Daniel Hughes"
	demoConsult = "Grace Lloyd"
	demoChannel = "North Locality"
	demoRecord  = "LL-204817"
)

// PlayDemo plays one challenge under the ladder of North East Lincolnshire: raised,
// met with silence, reminded, lapsed, answered with a plan, not satisfying, held at
// the gate before Stage 2 until the chair's own manager agrees, answered again and
// satisfying. Every step is expected; the first that goes otherwise ends it with an
// *Unexpected. tell is given each step as soon as it has gone well.
func PlayDemo(ctx context.Context, w *World, onStep func(Step) error) error {
	d := &demo{World: w, ctx: ctx, onStep: onStep}
	for _, scene := range []func() error{d.playRaise, d.playSilence, d.playFirstAnswer, d.playGate, d.playSecondAnswer, d.playAuditTrail} {
		if err := scene(); err != nil {
			return err
		}
	}
	return nil
}

func (d *demo) playRaise() error {
	chair := d.Teams.Person(demoChair)
	err := d.playStep(demoChair, demoChair+" types /challenge in the chat with the bot.", func() *practice.Answer {
		return chair.Says(d.ctx, "/challenge")
	}, expectMessage(demoChair, "Raise a challenge"))
	if err != nil {
		return err
	}
	form := chair.LastMessage()
	if _, several := form.Card().Input("ladder"); several {
		err := d.playStep(demoChair, demoChair+" chooses the procedure.", func() *practice.Answer {
			return form.Click(d.ctx, chair, "preview", practice.Inputs{"ladder": DemoLadder})
		}, expectAnswer(demoChair, "Professional Challenge"))
		if err != nil {
			return err
		}
	}
	filled := practice.Inputs{
		"team": "north-locality", "conference": "review", "conference_date": "2026-03-27",
		"partner": "false", "looked_after": "false",
		"record": demoRecord, "categories": "drift-and-delay", "other_categories": "risk",
		"concern":  "The core group has not met since January, and the plan agreed then has not been started.",
		"evidence": "Core group minutes of 14 January; nothing since. The school says attendance has fallen to 61%.",
		"ask":      "A core group within two weeks, with health and school there, and a parenting assessment begun.",
		"ask_by":   "2026-04-17",
	}
	err = d.playStep(demoChair, demoChair+" fills in the form and sees who would be asked, and by when.", func() *practice.Answer {
		return form.Click(d.ctx, chair, "preview", filled)
	}, expectAnswer(demoChair, demoWorker, demoManager, "Tuesday 31 March 2026 at 17:00"))
	if err != nil {
		return err
	}
	return d.playStep(demoChair, demoChair+" sends the challenge.", func() *practice.Answer {
		return form.Click(d.ctx, chair, "raise", nil)
	},
		expectAnswer(demoChair, "CH-", "Sent:"),
		expectMessage(demoChair, "Waiting for an answer", demoRecord),
		expectMessage(demoWorker, "Informal Stage", "Tuesday 31 March 2026 at 17:00"),
		expectMessage(demoManager, "Informal Stage", "Tuesday 31 March 2026 at 17:00", "core group has not met"),
		expectMessage(demoChannel, "Informal Stage", "Tuesday 31 March 2026 at 17:00"))
}

func (d *demo) playSilence() error {
	err := d.passTime("Nobody answers. The clock moves on to the morning of the due day.", summerTime(2026, time.March, 31, 9, 0),
		expectMessage(demoWorker, "Reminder", "Tuesday 31 March 2026 at 17:00"),
		expectMessage(demoManager, "Reminder", "Tuesday 31 March 2026 at 17:00"),
		expectMessage(demoChair, "Waiting for an answer")) // the informal window is the chair's own
	if err != nil {
		return err
	}
	return d.passTime("Still nobody answers. The clock moves on to the end of the working day: the window lapses.", summerTime(2026, time.March, 31, 17, 0),
		expectMessage(demoManager, "Stage 1", "Thursday 9 April 2026 at 17:00"),
		expectMessage(demoChair, "Stage 1", "had come by Tuesday 31 March 2026 at 17:00"),
		expectMessage(demoChannel, "Stage 1", "Thursday 9 April 2026 at 17:00"))
}

func (d *demo) playFirstAnswer() error {
	if err := d.MoveClockTo(d.ctx, summerTime(2026, time.April, 2, 11, 0)); err != nil {
		return err
	}
	manager := d.Teams.Person(demoManager)
	err := d.playStep(demoManager, demoManager+" answers on the card, with a plan of two actions.", func() *practice.Answer {
		return d.newestWith(manager, "respond").Click(d.ctx, manager, "respond", practice.Inputs{
			"text":        "The core group was cancelled twice because of sickness. I am sorry that nobody told you.",
			"plan_1_what": "Hold the core group with health and school", "plan_1_who": "Social worker", "plan_1_by": "2026-04-28",
			"plan_2_what": "Refer for a parenting assessment", "plan_2_who": "Team Manager", "plan_2_by": "2026-05-08"})
	},
		expectAnswer(demoManager, "You answered"),
		expectMessage(demoChair, "Is the answer good enough for the child?", "Hold the core group with health and school", "Tuesday 28 April 2026"))
	if err != nil {
		return err
	}
	chair := d.Teams.Person(demoChair)
	return d.playStep(demoChair, demoChair+" is not satisfied: the plan comes too late for the child.", func() *practice.Answer {
		return d.newestWith(chair, "Not satisfied").Click(d.ctx, chair, "Not satisfied", practice.Inputs{
			"reason": "A core group at the end of April is three and a half months without one. It is needed within two weeks."})
	},
		expectMessage(demoConsult, "Before Stage 2 can begin", "Agreement is needed"),
		expectMessage(demoChair, "Before Stage 2 can begin", "Record"),
		expectMessage(demoChair, "Stage 2"),
		expectMessage(demoChannel, "Stage 2", "Held"))
}

func (d *demo) playGate() error {
	consulted := d.Teams.Person(demoConsult)
	return d.playStep(demoConsult, demoConsult+", the chair's own Service Manager, was consulted and agrees that it goes to Stage 2.", func() *practice.Answer {
		return d.newestWith(consulted, "Agreed").Click(d.ctx, consulted, "Agreed", practice.Inputs{
			"note": "Talked it through with Maya by telephone. Proportionate, and right for the child."})
	},
		expectMessage(demoService, "Stage 2", "Monday 13 April 2026 at 17:00", "not satisfied"),
		expectMessage(demoChair, "Stage 2", "Monday 13 April 2026 at 17:00"),
		expectMessage(demoChannel, "Stage 2", "Monday 13 April 2026 at 17:00"))
}

func (d *demo) playSecondAnswer() error {
	if err := d.MoveClockTo(d.ctx, summerTime(2026, time.April, 8, 14, 30)); err != nil {
		return err
	}
	service := d.Teams.Person(demoService)
	err := d.playStep(demoService, demoService+" answers, with an earlier date.", func() *practice.Answer {
		return d.newestWith(service, "respond").Click(d.ctx, service, "respond", practice.Inputs{
			"text":        "You are right. The core group takes place this week, and I will chair it myself.",
			"plan_1_what": "Core group with health and school, chaired by the Service Manager", "plan_1_who": "Service Manager", "plan_1_by": "2026-04-10"})
	},
		expectMessage(demoChair, "Is the answer good enough for the child?", "Friday 10 April 2026"))
	if err != nil {
		return err
	}
	chair := d.Teams.Person(demoChair)
	return d.playStep(demoChair, demoChair+" is satisfied.", func() *practice.Answer {
		return d.newestWith(chair, "Satisfied").Click(d.ctx, chair, "Satisfied", nil)
	},
		expectMessage(demoChair, "satisfied"))
}

// playAuditTrail ends the demonstration: the challenge is resolved, and its audit trail holds.
func (d *demo) playAuditTrail() error {
	d.stepNumber++
	c, err := d.App.Store.Load(d.ctx, storage.LookupKey{Ref: d.ref})
	if err != nil {
		return err
	}
	does := "The audit trail of " + d.ref + "."
	if c.Challenge.State != challenge.StateResolved {
		return &UnexpectedError{d.stepNumber, does, "the state resolved", "it is " + string(c.Challenge.State)}
	}
	replayed, err := challenge.Replay(c.Challenge.ID, c.History)
	if err != nil {
		return &UnexpectedError{d.stepNumber, does, "an unbroken chain", err.Error()}
	}
	if replayed.Head != c.Challenge.Head || replayed.State != c.Challenge.State {
		return &UnexpectedError{d.stepNumber, does, "a trail that leads to the current row", "it leads elsewhere"}
	}
	whole, err := d.App.Store.Verify(d.ctx, func(postgres.VerifyResult) {})
	if err != nil {
		return err
	}
	if !whole.IsIntact() || whole.Challenges != 1 || whole.Events != len(c.History) {
		return &UnexpectedError{d.stepNumber, does, fmt.Sprintf("1 chain with %d events, all as stored", len(c.History)),
			fmt.Sprintf("verify found %d chains, %d events, %d broken", whole.Challenges, whole.Events, whole.Broken)}
	}
	return d.onStep(Step{Number: d.stepNumber, At: d.Clock.Now(), TimeText: d.timeText(), Description: does, Reference: d.ref, State: string(c.Challenge.State),
		Audit:       record.FormatText(c, record.Timeline(c, d.RecordNames(), d.Calendar.Location())),
		ChainResult: fmt.Sprintf("chain verified: %d events, head %s", len(c.History), c.Challenge.Head)})
}

// summerTime is a moment in British Summer Time, in which the demonstration takes place.
func summerTime(year int, month time.Month, day, hour, minute int) time.Time {
	return workday.NewDate(year, month, day).Midnight(time.UTC).Add(time.Duration(hour-1)*time.Hour + time.Duration(minute)*time.Minute)
}

func (d *demo) timeText() string {
	return d.Clock.Now().In(d.Calendar.Location()).Format("Monday 2 January 2006, 15:04")
}

// newestWith is the person's newest message whose card has that button.
func (d *demo) newestWith(p *practice.Person, button string) *practice.Message {
	for _, m := range slices.Backward(p.CardMessages()) {
		if m.Card().HasButton(button) {
			return m
		}
	}
	return p.LastMessage() // and pressing the button on it tells what is missing
}

// playStep lets somebody act and the engine do what follows, and expects the messages.
func (d *demo) playStep(who, does string, act func() *practice.Answer, want ...expectedMessage) error {
	d.stepNumber++
	d.discardNews()
	answer := act()
	if answer.Err != nil {
		return &UnexpectedError{d.stepNumber, does, "the bot to take it", fmt.Sprintf("it failed: %v (HTTP status %d)", answer.Err, answer.Status)}
	}
	if err := d.Settle(d.ctx); err != nil {
		return err
	}
	return d.checkMessages(who, does, answer, want)
}

// passTime lets time pass up to a moment, and expects the messages.
func (d *demo) passTime(does string, to time.Time, want ...expectedMessage) error {
	d.stepNumber++
	d.discardNews()
	if err := d.MoveClockTo(d.ctx, to); err != nil {
		return err
	}
	return d.checkMessages("", does, nil, want)
}

// discardNews forgets what came while the clock was moved between steps.
func (d *demo) discardNews() { d.collectNews() }

// collectNews takes everything new, of each message its last state only.
func (d *demo) collectNews() []SeenMessage {
	var all []SeenMessage
	add := func(to string, channel bool, news []practice.News) {
		at := map[string]int{}
		for _, n := range news {
			if i, again := at[n.ID]; again {
				all[i].Text = n.String()
				continue
			}
			at[n.ID] = len(all)
			all = append(all, SeenMessage{To: to, InChannel: channel, Change: string(n.Change), Text: n.String()})
		}
	}
	for _, p := range d.Teams.People() {
		add(p.Name, false, p.TakeNew())
	}
	for _, ch := range d.Teams.Channels() {
		add(ch.Name, true, ch.TakeNew())
	}
	return all
}

// checkMessages compares what came with what must come: every expected message, no other
// new one, and nothing in a channel that belongs to a child.
func (d *demo) checkMessages(who, does string, answer *practice.Answer, want []expectedMessage) error {
	came := d.collectNews()
	if answer != nil && answer.Card != nil {
		// What came back at once stands first: it is what the person looks at.
		came = append([]SeenMessage{{To: who, Change: changeAnswered, Text: answer.Card.Text()}}, came...)
	}
	used := make([]bool, len(came))
	for _, w := range want {
		i := -1
		for j, s := range came {
			if i < 0 && !used[j] && s.To == w.to && (s.Change == changeAnswered) == w.immediate && containsAll(s.Text, w.words) {
				i = j
			}
		}
		if i < 0 {
			return &UnexpectedError{d.stepNumber, does, fmt.Sprintf("%s to see %q", w.to, w.words), "came: " + summarise(came)}
		}
		used[i] = true
	}
	step := Step{Number: d.stepNumber, At: d.Clock.Now(), TimeText: d.timeText(), Description: does}
	for i, s := range came {
		if s.InChannel && (strings.Contains(s.Text, demoRecord) || strings.Contains(s.Text, "core group") || strings.Contains(s.Text, demoChair)) {
			return &UnexpectedError{d.stepNumber, does, "a channel to hold a reference and a date only", "it held more"}
		}
		if s.Change == string(practice.ChangePosted) && !used[i] {
			return &UnexpectedError{d.stepNumber, does, "no other message", "came: " + summarise([]SeenMessage{s})}
		}
		if used[i] {
			step.Messages = append(step.Messages, s)
		}
	}
	if err := d.addState(&step); err != nil {
		return err
	}
	if vs := d.Teams.Violations(); len(vs) > 0 {
		return &UnexpectedError{d.stepNumber, does, "nothing that Teams would refuse", vs[0].String()}
	}
	return d.onStep(step)
}

// addState adds where the challenge stands.
func (d *demo) addState(s *Step) error {
	if d.ref == "" {
		for _, seen := range s.Messages {
			if seen.InChannel {
				d.ref = ReferencePattern.FindString(seen.Text)
			}
		}
	}
	if d.ref == "" {
		return nil
	}
	c, err := d.App.Store.Load(d.ctx, storage.LookupKey{Ref: d.ref})
	s.Reference, s.State = d.ref, string(c.Challenge.State)
	return err
}

func containsAll(text string, words []string) bool {
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
}

// summarise is what came, each message by its first line.
func summarise(came []SeenMessage) string {
	if len(came) == 0 {
		return "nothing"
	}
	parts := make([]string, len(came))
	for i, s := range came {
		first, _, _ := strings.Cut(s.Text, "\n")
		parts[i] = fmt.Sprintf("%s (%s): %s", s.To, s.Change, first)
	}
	return strings.Join(parts, "; ")
}
