package cards

import "cmp"

// addDanger says before anything else what to do for a child in danger now. line is what the authority says after
// the emergency services; nothing that a ladder says takes its place.
func (b *builder) addDanger(line string) {
	b.add(Container{Style: "attention", Items: []Element{
		TextBlock{Text: b.words.Form.DangerNow, Bold: true},
		TextBlock{Text: cmp.Or(line, b.words.Form.DangerThen), Spacing: "Small"},
	}})
}
