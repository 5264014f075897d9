package practice

import (
	"fmt"
	"strings"
)

// checkInput checks one Input.*: a person must learn what is asked and what is wrong.
func (c *cardChecker) checkInput(place, kind, id string, input map[string]any) {
	if id != "" {
		c.inputs = append(c.inputs, id)
	}
	required, given := input["isRequired"]
	if _, isBool := required.(bool); given && !isBool {
		c.addFinding(place+".isRequired", "must be true or false")
	}
	if text, _ := input["errorMessage"].(string); required == true && strings.TrimSpace(text) == "" {
		c.addFinding(place+".errorMessage", "is missing on a required input")
	}
	if required == true && input["isVisible"] == false {
		c.addFinding(place, "is required but hidden, so nobody can submit")
	}
	if limit, ok := input["maxLength"]; ok {
		if n, isNumber := limit.(float64); !isNumber || n < 1 || n != float64(int(n)) {
			c.addFinding(place+".maxLength", "must be a positive whole number")
		}
	}
	if inline, ok := input["inlineAction"]; ok {
		c.checkInlineAction(place+".inlineAction", inline)
	}
	if _, isText := input["value"].(string); input["value"] != nil && !isText && kind != "Input.Number" {
		c.addFinding(place+".value", "must be text")
	}
	if kind == "Input.ChoiceSet" {
		c.checkChoiceSet(place, input)
	}
}

func (c *cardChecker) checkChoiceSet(place string, input map[string]any) {
	values := map[string]bool{}
	for i, choice := range c.objectsIn(place+".choices", input["choices"]) {
		at := fmt.Sprintf("%s.choices[%d]", place, i)
		c.checkShape(at, "Choice", choice, partShapes["Choice"])
		value, _ := choice["value"].(string)
		if values[value] {
			c.addFinding(at+".value", "is offered twice")
		}
		values[value] = true
	}
	query, dynamic := input["choices.data"].(map[string]any)
	if dynamic && (query["type"] != "Data.Query" || query["dataset"] == nil) {
		c.addFinding(place+".choices.data", "must be a Data.Query with a dataset")
	}
	if len(values) == 0 && !dynamic {
		c.addFinding(place+".choices", "offers nothing")
	}
	multi := input["isMultiSelect"] == true
	if style, _ := input["style"].(string); strings.EqualFold(style, "filtered") && multi {
		c.addFinding(place+".isMultiSelect", "must be false with style filtered")
	}
	preset, _ := input["value"].(string)
	if preset == "" || dynamic {
		return
	}
	chosen := []string{preset}
	if multi {
		chosen = strings.Split(preset, ",")
	}
	for _, value := range chosen {
		if !values[value] {
			c.addFinding(place+".value", "is not among the choices")
		}
	}
}

// checkActions checks a row of buttons: those of a card, or of one ActionSet.
func (c *cardChecker) checkActions(place string, value any) {
	primary := 0
	for i, action := range c.objectsIn(place, value) {
		at := fmt.Sprintf("%s[%d]", place, i)
		mode, _ := action["mode"].(string)
		switch secondary := strings.EqualFold(mode, "secondary"); {
		case !secondary:
			primary++
		case action["type"] == "Action.ShowCard":
			c.addFinding(at, "is an Action.ShowCard behind \"…\", from where Microsoft's renderer does not open it")
		}
		c.checkAction(at, action)
	}
	if primary > maxPrimaryActions {
		c.addFinding(place, "has %d primary actions, more than %d; set \"mode\":\"secondary\" on the rest", primary, maxPrimaryActions)
	}
}

func (c *cardChecker) checkAction(place string, action map[string]any) {
	kind, _ := action["type"].(string)
	s, known := actionShapes[kind]
	if !known {
		c.addFinding(place+".type", "%q is not an action of %s", kind, cardVersion)
		return
	}
	c.checkShape(place, kind, action, s)
	c.registerID(place, action)
	switch kind {
	case "Action.Execute":
		c.checkActionData(place, action)
		c.checkSubmitFallback(place, action)
	case "Action.Submit":
		c.checkActionData(place, action)
	case "Action.OpenUrl":
		c.checkURL(place+".url", action["url"])
	case "Action.ShowCard":
		inner, ok := action["card"].(map[string]any)
		if !ok {
			c.addFinding(place+".card", "is not a card")
			return
		}
		c.checkCard(place+".card", inner)
	case "Action.ToggleVisibility":
		c.checkToggle(place, action)
	}
}

// checkActionData checks data: as text it would make the client drop every input.
func (c *cardChecker) checkActionData(place string, action map[string]any) {
	data, ok := action["data"].(map[string]any)
	if !ok {
		c.addFinding(place+".data", "must be an object")
		return
	}
	if c.dataKeys == nil {
		c.dataKeys = map[string]string{}
	}
	for key := range data {
		c.dataKeys[key] = place + ".data." + key
	}
}

// checkSubmitFallback checks the fallback for clients without Action.Execute.
func (c *cardChecker) checkSubmitFallback(place string, action map[string]any) {
	submit, ok := action["fallback"].(map[string]any)
	if !ok || submit["type"] != "Action.Submit" {
		c.addFinding(place+".fallback", "must be an Action.Submit for older clients")
		return
	}
	c.checkShape(place+".fallback", "Action.Submit", submit, actionShapes["Action.Submit"])
	if _, ok := submit["data"].(map[string]any); !ok {
		c.addFinding(place+".fallback.data", "must be an object")
	}
	if submit["title"] != action["title"] {
		c.addFinding(place+".fallback.title", "differs from the title of its action")
	}
}

func (c *cardChecker) checkToggle(place string, action map[string]any) {
	targets, _ := action["targetElements"].([]any)
	if len(targets) == 0 {
		c.addFinding(place+".targetElements", "is empty")
	}
	if c.toggleTargets == nil {
		c.toggleTargets = map[string]string{}
	}
	for i, target := range targets {
		id, isText := target.(string)
		if object, ok := target.(map[string]any); ok && !isText {
			id, _ = object["elementId"].(string)
		}
		c.toggleTargets[id] = fmt.Sprintf("%s.targetElements[%d]", place, i)
	}
}

// checkToggleTargets checks that every element that an action toggles exists.
func (c *cardChecker) checkToggleTargets() {
	for id, place := range c.toggleTargets {
		if _, ok := c.ids[id]; !ok {
			c.addFinding(place, "names no element of this card")
		}
	}
}

// checkKeyCollisions checks that no input overwrites what an action carries.
func (c *cardChecker) checkKeyCollisions() {
	for _, id := range c.inputs {
		if place, ok := c.dataKeys[id]; ok {
			c.addFinding(place, "would be overwritten by the input of the same name")
		}
	}
}

func (c *cardChecker) checkSelectAction(place string, object map[string]any) {
	if action, ok := object["selectAction"]; ok {
		c.checkInlineAction(place+".selectAction", action)
	}
}

// checkInlineAction checks an action that is tapped without a button of its own.
func (c *cardChecker) checkInlineAction(place string, value any) {
	action, ok := value.(map[string]any)
	if !ok {
		c.addFinding(place, "is not an action")
		return
	}
	if action["type"] == "Action.ShowCard" {
		c.addFinding(place, "must not be an Action.ShowCard")
		return
	}
	c.checkAction(place, action)
}

// checkRefresh checks the block that gives a person their own view.
func (c *cardChecker) checkRefresh(card map[string]any) {
	value, ok := card["refresh"]
	if !ok {
		return
	}
	refresh, _ := value.(map[string]any)
	c.checkShape("$.refresh", "Refresh", refresh, partShapes["Refresh"])
	action, _ := refresh["action"].(map[string]any)
	if action["type"] != "Action.Execute" {
		c.addFinding("$.refresh.action.type", "must be \"Action.Execute\"")
	}
	if verb, _ := action["verb"].(string); verb == "" {
		c.addFinding("$.refresh.action.verb", "is missing")
	}
	if _, ok := action["data"].(map[string]any); !ok {
		c.addFinding("$.refresh.action.data", "must be an object")
	}
	people, _ := refresh["userIds"].([]any)
	if len(people) > maxRefreshUsers {
		c.addFinding("$.refresh.userIds", "names %d people, more than %d", len(people), maxRefreshUsers)
	}
	for i, person := range people {
		if id, _ := person.(string); !strings.HasPrefix(id, "29:") {
			c.addFinding(fmt.Sprintf("$.refresh.userIds[%d]", i), "is not a Teams id (29:…)")
		}
	}
}
