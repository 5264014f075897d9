package cards

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"challengebot/internal/workday"
)

// section is a group of inputs and the buttons that send them.
type section struct {
	b                 *builder
	data              ButtonData
	active            bool // what was typed and refused belongs here
	optionalForClient bool // other buttons send these inputs too, so the client insists on none
	items             []Element
	drawn             map[string]bool // ids of inputs
	// given stands in the inputs until something else is typed into them.
	given map[string]string
	// keepsPlaces: the elements are as many whatever is wrong, so that a client which redraws by
	// place shows each input as it is.
	keepsPlaces bool
}

// newSection begins inputs with those ids. When one of them is taken, or is the name
// of something that actions carry, all ids of the section get a beginning of their own.
func (b *builder) newSection(data ButtonData, ids ...string) *section {
	b.sectionCount++
	taken := slices.ContainsFunc(ids, func(id string) bool { return b.inputIDs[id] || slices.Contains(buttonDataKeys, id) })
	if taken {
		data.InputPrefix = "s" + strconv.Itoa(b.sectionCount) + "_"
	}
	for _, id := range ids {
		b.inputIDs[data.InputPrefix+id] = true
	}
	s := &section{b: b, data: data, active: data.InputPrefix == "", drawn: map[string]bool{}}
	if sent := b.opts.Submitted; sent.Verb != "" {
		s.active = sent.Verb == data.Verb && (data.Verb != VerbGate || sent.Gate == data.Gate)
	} else if b.typedRestored {
		s.active = false
	}
	if s.active && (len(b.opts.TypedValues) > 0 || b.opts.Refusal != nil) {
		b.typedRestored = true
	}
	return s
}

// prepareInput makes an input ready: its id, what was typed, what was wrong with it.
func (s *section) prepareInput(in Input) []Element {
	s.drawn[in.ID] = true
	if v := s.given[in.ID]; v != "" && utf8.RuneCountInString(v) <= s.b.budget.typedText {
		in.Value = v // whole or not at all: what is sent from here takes the place of what was sent
	}
	var out []Element
	var faults []string
	if s.active {
		if said := s.b.opts.Refusal; said != nil && said.Fields[in.ID] != "" {
			faults = append(faults, fmt.Sprintf(s.b.words.Common.PutRight, said.Fields[in.ID]))
		}
		if v, typed := s.b.opts.TypedValues[in.ID]; typed {
			fitting := s.b.fittingValue(in, v)
			if in.Kind == InputDate && fitting == "" && strings.TrimSpace(v) != "" {
				faults = append(faults, fmt.Sprintf(s.b.words.InputError.UnreadDate, s.b.shorten(cleanText(v), s.b.budget.typedText)))
			}
			s.b.noteRestored(in, v, fitting)
			in.Value = cmp.Or(fitting, keepNoChoice(in.Value))
		}
	}
	if len(faults) > 0 {
		out = append(out, newFaultBox(strings.Join(faults, " ")))
	} else if s.keepsPlaces {
		box := newFaultBox(s.b.words.InputError.NothingChosen)
		box.Hidden = true
		out = append(out, box)
	}
	if in.Required && s.optionalForClient {
		in.Required, in.RequiredByServer = false, true
	}
	if in.Error == "" {
		in.Error = map[InputKind]string{InputText: s.b.words.InputError.TooLong, InputDate: s.b.words.InputError.BadDate, InputChoice: s.b.words.InputError.NothingChosen}[in.Kind]
		if in.Required && in.Kind == InputText {
			in.Error = s.b.words.InputError.Missing
		}
	}
	if in.RequiredByServer {
		in.Label += s.b.words.Common.RequiredMark
	}
	in.ID = s.data.InputPrefix + in.ID
	return append(out, in)
}

// keepNoChoice keeps a preset that means no choice, and no other.
func keepNoChoice(preset string) string {
	if preset == NoChoice {
		return preset
	}
	return ""
}

// noteRestored remembers which of what was typed stands in an input again, or beside it. What a
// choice cannot show does not.
func (b *builder) noteRestored(in Input, v, fitting string) {
	if in.Kind != InputChoice || fitting == v {
		b.restored[in.ID] = true
	}
}

// fittingValue is a value that the input can show. What is no date of the calendar stands in no
// input for dates: clients show nothing, or today.
func (b *builder) fittingValue(in Input, v string) string {
	v = cleanInput(v)
	if in.Kind == InputDate {
		if _, err := workday.ParseDate(v); err != nil {
			return ""
		}
		return v
	}
	if in.Kind != InputChoice {
		if len([]rune(v)) > b.budget.typedText {
			return string([]rune(v)[:b.budget.typedText])
		}
		return v
	}
	known := func(v string) bool {
		return slices.ContainsFunc(in.Choices, func(c Choice) bool { return c.Value == v })
	}
	var kept []string
	for one := range strings.SplitSeq(v, ",") {
		if known(one) {
			kept = append(kept, one)
		}
	}
	return strings.Join(kept, ",")
}

func (s *section) addInput(in Input) { s.items = append(s.items, s.prepareInput(in)...) }

func (s *section) addElements(es ...Element) { s.items = append(s.items, es...) }

// addTypedCommand tells the command that does the same.
func (s *section) addTypedCommand(command string) {
	s.addElements(TextBlock{Text: fmt.Sprintf(s.b.words.Common.ByTyping, command), Size: "Small", Subtle: true})
}

// addTextInput is an input of several lines.
func (s *section) addTextInput(id, label string, required bool, most int) {
	s.addInput(Input{Kind: InputText, ID: id, Label: label, Required: required, Multiline: true, MaxLength: most})
}
