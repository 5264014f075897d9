package cards

import "slices"

// maxInSight is how many buttons of a card stand in sight; the rest are behind the dots.
const maxInSight = 3

// These boxes only explain, or hold what is rarely done: their buttons go behind the dots first.
const (
	detailsBox    = "details"
	otherStepsBox = "other_steps"
)

// keepFewInSight puts the buttons for details and for other steps behind the dots of the card's main
// row, where more stand in sight than a reader takes in.
func keepFewInSight(body []Element) []Element {
	inSight, main := 0, -1
	for i, e := range body {
		row, isRow := e.(ActionSet)
		if !isRow {
			continue
		}
		for _, a := range row.Actions {
			if isRare(a) {
				continue
			}
			inSight++
			if _, opens := a.(ToggleButton); !opens {
				main = i // the last row that does something
			}
		}
	}
	if inSight <= maxInSight || main < 0 {
		return body
	}
	var behind []Button
	out := slices.DeleteFunc(slices.Clone(body), func(e Element) bool {
		row, isRow := e.(ActionSet)
		if !isRow || len(row.Actions) != 1 {
			return false
		}
		toggle, opens := row.Actions[0].(ToggleButton)
		if !opens || toggle.Target != detailsBox && toggle.Target != otherStepsBox {
			return false
		}
		toggle.Rare = true
		behind = append(behind, toggle)
		return true
	})
	if len(behind) == 0 {
		return body
	}
	row := body[main].(ActionSet)
	for i, e := range out {
		if set, ok := e.(ActionSet); ok && len(set.Actions) > 0 && len(row.Actions) > 0 && &set.Actions[0] == &row.Actions[0] {
			out[i] = ActionSet{Actions: append(slices.Clone(row.Actions), behind...)}
		}
	}
	return out
}
