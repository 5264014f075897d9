package cards

import (
	"fmt"
	"strings"
	"time"

	"challengebot/internal/digest"
	"challengebot/internal/words"
	"challengebot/internal/workday"
)

// TasksView is what waits for one person on a day.
type TasksView struct {
	digest.TaskList
	TeamNames map[string]string // names by id
	Notes     int               // case notes of theirs that are still to be pasted
	Now       time.Time
	Zone      *time.Location
	// Words are the reader's language; nil is English.
	Words *words.Catalogue
}

// RenderTasks is the morning's digest of somebody for whom challenges wait: what to do about each,
// the longest waiting first, with a button that posts its card below. It holds nothing about a
// child and nothing that anybody wrote.
func RenderTasks(v TasksView) Card {
	return renderWithinLimit(func(size sizeBudget) *builder {
		b := newBuilder(CardTasks, 0, View{Now: v.Now, Zone: v.Zone}, Options{Words: v.Words}, size)
		b.noRefresh, b.final = true, true
		all := len(v.Tasks) + v.More
		count := fmt.Sprintf(b.words.Tasks.Waiting, all)
		switch all {
		case 0:
			count = b.words.Tasks.WaitingNone
		case 1:
			count = b.words.Tasks.WaitingOne
		}
		day := b.words.FormatDate(workday.DateOf(v.Now.In(b.Zone)))
		b.summary = day + ": " + count
		b.addHeading(count)
		b.addSmallPrint(strings.Join([]string{b.words.Tasks.Title, day}, " · "))
		for _, task := range v.Tasks {
			b.addTask(v, task)
		}
		if v.More > 0 {
			b.add(TextBlock{Text: fmt.Sprintf(b.words.Tasks.More, v.More), Bold: true})
		}
		b.addMovedOn(v)
		switch v.Notes {
		case 0:
		case 1:
			b.add(TextBlock{Text: b.words.Notes.WaitingOne})
		default:
			b.add(TextBlock{Text: fmt.Sprintf(b.words.Notes.Waiting, v.Notes)})
		}
		return b
	})
}

// maxMovedOn is how many challenges that went on are listed.
const maxMovedOn = 20

// addMovedOn lists the challenges that went on to another rung in silence.
func (b *builder) addMovedOn(v TasksView) {
	if len(v.MovedOn) == 0 {
		return
	}
	title := TextBlock{Text: b.words.Tasks.MovedOn, Bold: true, Heading: true}
	var facts []Fact
	for _, t := range v.MovedOn[:min(len(v.MovedOn), maxMovedOn)] {
		c := &t.Challenge
		one := newBuilder(CardTasks, len(c.Openings), View{Challenge: *c, Ladder: t.Ladder, Now: v.Now, Zone: v.Zone}, Options{Words: b.words}, b.budget)
		facts = append(facts, Fact{c.Ref, strings.Join(nonEmpty(v.TeamNames[c.Details.Team], one.rungLabel(c.Rung)), " · ") + ": " + one.describeState()})
	}
	b.add(Container{Separator: true, Items: []Element{title, FactSet{Facts: facts}}})
	if more := len(v.MovedOn) - maxMovedOn; more > 0 {
		b.addSmallPrint(fmt.Sprintf(b.words.Tasks.More, more))
	}
}

func (b *builder) addTask(v TasksView, t digest.Task) {
	c := &t.Challenge
	one := newBuilder(CardTasks, len(c.Openings), View{Challenge: *c, Ladder: t.Ladder, Now: v.Now, Zone: v.Zone}, Options{Words: b.words}, b.budget)
	place := strings.Join(nonEmpty(c.Ref, v.TeamNames[c.Details.Team], one.rungLabel(c.Rung)), " · ")
	if one.isUrgent() {
		place = b.words.Common.Urgent + ": " + place
	}
	items := []Element{TextBlock{Text: one.describeTask(t.Kind), Bold: true, Heading: true}, TextBlock{Text: place, Spacing: "Small"}}
	when := ""
	switch {
	case t.Kind == digest.TaskEndsToday:
		when = one.describeState()
	case !t.Since.IsZero():
		when = fmt.Sprintf(b.words.Tasks.Since, one.formatDateTime(t.Since))
	}
	if t.Kind == digest.TaskGate && !c.Hold.OpensAt.IsZero() {
		when += ". " + one.describeGoingOn()
	}
	if when != "" {
		items = append(items, TextBlock{Text: when, Size: "Small", Subtle: true, Spacing: "Small"})
	}
	if t.LimitNear {
		items = append(items, TextBlock{Text: one.describeOverallLimit(), Size: "Small", Spacing: "Small"})
	}
	if text := one.describeStatutoryTime(); t.StatutoryNear && text != "" {
		items = append(items, TextBlock{Text: text, Size: "Small", Spacing: "Small"})
	}
	b.add(Container{Separator: true, Items: items})
	b.addButtons(ExecuteButton{Title: fmt.Sprintf(b.words.MyChallenges.Open, c.Ref), Data: openBelowData(c)})
}

// describeTask is what to do, in a few words.
func (b *builder) describeTask(kind digest.TaskKind) string {
	switch kind {
	case digest.TaskJudge:
		return fmt.Sprintf(b.words.Tasks.Judge, b.Challenge.CurrentOpening().AnsweredBy.Name)
	case digest.TaskGate:
		return fmt.Sprintf(b.words.Tasks.Gate, b.rungLabel(b.Challenge.Rung), b.gateLabels(b.Challenge.Hold.Gates))
	case digest.TaskEnd:
		return fmt.Sprintf(b.words.Tasks.End, b.Challenge.EndRequest.By.Name)
	case digest.TaskQuestion:
		return fmt.Sprintf(b.words.Tasks.Question, b.Challenge.CurrentOpening().QuestionBy.Name)
	case digest.TaskStill:
		return b.words.Tasks.StandsStill
	case digest.TaskEndsToday:
		return b.words.Tasks.EndsToday
	}
	return b.words.Tasks.Decide
}
