package cards

import (
	"cmp"
	"fmt"
	"strings"

	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/words"
)

const (
	// maxCoverLines is how many lines the list has.
	maxCoverLines = 40
)

// CoverView is the list, and what a command about it did.
type CoverView struct {
	Covers       []directory.Cover
	Confirmation string
	Refusal      *challenge.Refusal
	TypedText    string // what was typed and refused
	// Words are the reader's language; nil is English.
	Words *words.Catalogue
	// Question asks which of several people of one name is meant; Chosen is what was answered.
	Question *CoverQuestion
	Chosen   map[string]string
	// HandedOver are references; Kept says of others why they were not.
	HandedOver, NotHandedOver []string
	// Remarks are what whoever named a stand-in should know.
	Remarks []string
}

// CoverQuestion asks who is meant where a name fits several people.
type CoverQuestion struct {
	Names   []NameQuestion
	Pending string // the command, for the button that goes on with it
}

// NameQuestion is one such name.
type NameQuestion struct {
	InputID, Name string
	People        []TeamChoice
}

// addCoverQuestion asks which of several people is meant, and goes on with the command.
func (b *builder) addCoverQuestion(q *CoverQuestion) {
	d := b.buttonData(VerbCover)
	d.Typed = q.Pending
	s := b.newSection(d)
	for _, n := range q.Names {
		in := Input{Kind: InputChoice, ID: n.InputID, Label: fmt.Sprintf(b.words.Draft.ThisPerson, n.Name), Required: true, Expanded: true}
		for _, p := range n.People {
			in.Choices = append(in.Choices, Choice{p.Name, p.ID})
		}
		s.addInput(in)
	}
	b.add(s.items...)
	b.addButtons(ExecuteButton{Title: b.words.Draft.ContinueCover, Data: s.data})
	b.final = false
}

// RenderCover lists stand-ins. It holds names of staff and references, nothing about a child.
func RenderCover(v CoverView) Card {
	return renderWithinLimit(func(f sizeBudget) *builder {
		o := Options{Words: v.Words, Confirmation: v.Confirmation, Refusal: v.Refusal, TypedValues: v.Chosen}
		if v.TypedText != "" {
			o.TypedValues = map[string]string{"/cover": v.TypedText}
		}
		b := newBuilder("cover", 0, View{}, o, f)
		b.noRefresh, b.final, b.summary = true, true, b.words.Cover.Summary
		b.addHeading(b.words.Cover.Title)
		if v.Question != nil {
			b.addCoverQuestion(v.Question)
		}
		if len(v.HandedOver) > 0 {
			b.add(TextBlock{Text: fmt.Sprintf(b.words.Cover.HandedOver, strings.Join(v.HandedOver, ", "))})
		}
		for _, why := range v.NotHandedOver {
			b.add(TextBlock{Text: fmt.Sprintf(b.words.Cover.NotHandedOver, why)})
		}
		for _, remark := range v.Remarks {
			b.add(TextBlock{Text: remark})
		}
		var facts []Fact
		for _, c := range v.Covers[:min(len(v.Covers), maxCoverLines)] {
			line := fmt.Sprintf(b.words.Cover.Period, cmp.Or(c.By.Name, b.words.StandIn.HasLeft), b.words.FormatOnDate(c.From), b.words.FormatOnDate(c.To))
			if c.ID > 0 {
				line += fmt.Sprintf(b.words.Cover.HowToEnd, c.ID)
			} else {
				line += b.words.Cover.FromDirectory
			}
			facts = append(facts, Fact{fmt.Sprintf(b.words.Cover.ForPerson, c.For.Name), line})
		}
		if len(facts) == 0 {
			b.add(TextBlock{Text: b.words.Cover.Nobody})
		} else {
			b.add(FactSet{Facts: facts})
		}
		b.addSmallPrint(b.words.Cover.HowTo)
		return b
	})
}
