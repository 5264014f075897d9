package cards

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// section is a group of inputs and the buttons that send them.
type section struct {
	b      *builder
	data   ActionData
	active bool // what was typed and refused belongs here
	lax    bool // other buttons send these inputs too, so the client insists on none
	items  []Element
}

// section begins inputs with those ids. When one of them is taken, or is the name
// of something that actions carry, all ids of the section get a beginning of their own.
func (b *builder) section(data ActionData, ids ...string) *section {
	b.sections++
	taken := slices.ContainsFunc(ids, func(id string) bool { return b.ids[id] || slices.Contains(dataKeys, id) })
	if taken {
		data.Inputs = "s" + strconv.Itoa(b.sections) + "_"
	}
	for _, id := range ids {
		b.ids[data.Inputs+id] = true
	}
	s := &section{b: b, data: data, active: data.Inputs == ""}
	if sent := b.o.Sent; sent.Verb != "" {
		s.active = sent.Verb == data.Verb && (data.Verb != VerbGate || sent.Gate == data.Gate)
	} else if b.used {
		s.active = false
	}
	if s.active && (len(b.o.Typed) > 0 || b.o.Said != nil) {
		b.used = true
	}
	return s
}

// input makes an input ready: its id, what was typed, what was wrong with it.
func (s *section) input(in Input) []Element {
	var out []Element
	if s.active {
		if v, ok := s.b.o.Typed[in.ID]; ok {
			in.Value = cmp.Or(s.b.fitting(in, v), none(in.Value))
		}
		if said := s.b.o.Said; said != nil && said.Fields[in.ID] != "" {
			out = append(out, TextBlock{Text: fmt.Sprintf(s.b.w.Common.PutRight, said.Fields[in.ID]), Color: "Attention", Bold: true})
		}
	}
	if in.Required && s.lax {
		in.Required, in.Needed = false, true
	}
	if in.Error == "" {
		in.Error = map[InputKind]string{InputText: s.b.w.Fault.Long, InputDate: s.b.w.Fault.Date, InputChoice: s.b.w.Fault.Choose}[in.Kind]
		if in.Required && in.Kind == InputText {
			in.Error = s.b.w.Fault.Required
		}
	}
	if in.Needed {
		in.Label += s.b.w.Common.Required
	}
	in.ID = s.data.Inputs + in.ID
	return append(out, in)
}

// none keeps a preset that means no choice, and no other.
func none(preset string) string {
	if preset == NoChoice {
		return preset
	}
	return ""
}

// fitting is a value that the input can show.
func (b *builder) fitting(in Input, v string) string {
	v = clean(v)
	if in.Kind != InputChoice {
		if len([]rune(v)) > b.fit.typed {
			return string([]rune(v)[:b.fit.typed])
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

func (s *section) add(in Input) { s.items = append(s.items, s.input(in)...) }

func (s *section) say(es ...Element) { s.items = append(s.items, es...) }

// typing tells the command that does the same.
func (s *section) typing(command string) {
	s.say(TextBlock{Text: fmt.Sprintf(s.b.w.Common.Typing, command), Size: "Small", Subtle: true})
}

// text is an input of several lines.
func (s *section) text(id, label string, required bool, most int) {
	s.add(Input{Kind: InputText, ID: id, Label: label, Required: required, Multiline: true, MaxLength: most})
}
