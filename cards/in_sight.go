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
	main := findMainRow(body)
	if countInSight(body) <= maxInSight || main < 0 {
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
	if length := lengthInSight(row); length > maxBesideDots {
		return append(out, ActionSet{Actions: behind})
	}
	for i, e := range out {
		if set, ok := e.(ActionSet); ok && len(set.Actions) > 0 && len(row.Actions) > 0 && &set.Actions[0] == &row.Actions[0] {
			out[i] = ActionSet{Actions: append(slices.Clone(row.Actions), behind...)}
		}
	}
	return out
}

// findMainRow finds the row that has room for the dots beside a button that does something: the
// shortest; -1 for none.
func findMainRow(body []Element) int {
	main, shortest := -1, 0
	for i, e := range body {
		row, isRow := e.(ActionSet)
		if !isRow {
			continue
		}
		if length := lengthInSight(row); length > 0 && (main < 0 || length < shortest) {
			main, shortest = i, length
		}
	}
	return main
}

// maxBesideDots is how many letters of titles leave room for the dots beside them.
const maxBesideDots = 24

// lengthInSight counts the letters of a row's titles that do something; 0 for a row that only opens.
func lengthInSight(row ActionSet) int {
	n := 0
	for _, a := range row.Actions {
		switch a := a.(type) {
		case ExecuteButton:
			if !a.Rare {
				n += len([]rune(a.Title))
			}
		case ShowCardButton:
			n += len([]rune(a.Title))
		}
	}
	return n
}

// countInSight counts the buttons that a reader sees before anything is opened.
func countInSight(es []Element) int {
	n := 0
	for _, e := range es {
		switch e := e.(type) {
		case ActionSet:
			for _, a := range e.Actions {
				if !isRare(a) {
					n++
				}
			}
		case Container:
			if !e.Hidden {
				n += countInSight(e.Items)
			}
		}
	}
	return n
}
