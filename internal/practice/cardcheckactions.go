package practice

import (
	"fmt"
	"strings"
)

// input checks one Input.*: a person must learn what is asked and what is wrong.
func (c *cardChecker) input(place, kind, id string, input map[string]any) {
	if id != "" {
		c.inputs = append(c.inputs, id)
	}
	required, given := input["isRequired"]
	if _, isBool := required.(bool); given && !isBool {
		c.say(place+".isRequired", "must be true or false")
	}
	if text, _ := input["errorMessage"].(string); required == true && strings.TrimSpace(text) == "" {
		c.say(place+".errorMessage", "is missing on a required input")
	}
	if required == true && input["isVisible"] == false {
		c.say(place, "is required but hidden, so nobody can submit")
	}
	if limit, ok := input["maxLength"]; ok {
		if n, isNumber := limit.(float64); !isNumber || n < 1 || n != float64(int(n)) {
			c.say(place+".maxLength", "must be a positive whole number")
		}
	}
	if inline, ok := input["inlineAction"]; ok {
		c.embedded(place+".inlineAction", inline)
	}
	if _, isText := input["value"].(string); input["value"] != nil && !isText && kind != "Input.Number" {
		c.say(place+".value", "must be text")
	}
	if kind == "Input.ChoiceSet" {
		c.choiceSet(place, input)
	}
}

func (c *cardChecker) choiceSet(place string, input map[string]any) {
	values := map[string]bool{}
	for i, choice := range c.list(place+".choices", input["choices"]) {
		at := fmt.Sprintf("%s.choices[%d]", place, i)
		c.shape(at, "Choice", choice, parts["Choice"])
		value, _ := choice["value"].(string)
		if values[value] {
			c.say(at+".value", "is offered twice")
		}
		values[value] = true
	}
	query, dynamic := input["choices.data"].(map[string]any)
	if dynamic && (query["type"] != "Data.Query" || query["dataset"] == nil) {
		c.say(place+".choices.data", "must be a Data.Query with a dataset")
	}
	if len(values) == 0 && !dynamic {
		c.say(place+".choices", "offers nothing")
	}
	multi := input["isMultiSelect"] == true
	if style, _ := input["style"].(string); strings.EqualFold(style, "filtered") && multi {
		c.say(place+".isMultiSelect", "must be false with style filtered")
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
			c.say(place+".value", "is not among the choices")
		}
	}
}

// actions checks a row of buttons: those of a card, or of one ActionSet.
func (c *cardChecker) actions(place string, value any) {
	primary := 0
	for i, action := range c.list(place, value) {
		at := fmt.Sprintf("%s[%d]", place, i)
		mode, _ := action["mode"].(string)
		switch secondary := strings.EqualFold(mode, "secondary"); {
		case !secondary:
			primary++
		case action["type"] == "Action.ShowCard":
			c.say(at, "is an Action.ShowCard behind \"…\", from where Microsoft's renderer does not open it")
		}
		c.action(at, action)
	}
	if primary > primaryLimit {
		c.say(place, "has %d primary actions, more than %d; set \"mode\":\"secondary\" on the rest", primary, primaryLimit)
	}
}

func (c *cardChecker) action(place string, action map[string]any) {
	kind, _ := action["type"].(string)
	s, known := actionShapes[kind]
	if !known {
		c.say(place+".type", "%q is not an action of %s", kind, cardVersion)
		return
	}
	c.shape(place, kind, action, s)
	c.id(place, action)
	switch kind {
	case "Action.Execute":
		c.actionData(place, action)
		c.submitInstead(place, action)
	case "Action.Submit":
		c.actionData(place, action)
	case "Action.OpenUrl":
		c.secureURL(place+".url", action["url"])
	case "Action.ShowCard":
		inner, ok := action["card"].(map[string]any)
		if !ok {
			c.say(place+".card", "is not a card")
			return
		}
		c.card(place+".card", inner)
	case "Action.ToggleVisibility":
		c.toggle(place, action)
	}
}

// actionData checks data: as text it would make the client drop every input.
func (c *cardChecker) actionData(place string, action map[string]any) {
	data, ok := action["data"].(map[string]any)
	if !ok {
		c.say(place+".data", "must be an object")
		return
	}
	if c.data == nil {
		c.data = map[string]string{}
	}
	for key := range data {
		c.data[key] = place + ".data." + key
	}
}

// submitInstead checks the fallback for clients without Action.Execute.
func (c *cardChecker) submitInstead(place string, action map[string]any) {
	submit, ok := action["fallback"].(map[string]any)
	if !ok || submit["type"] != "Action.Submit" {
		c.say(place+".fallback", "must be an Action.Submit for older clients")
		return
	}
	c.shape(place+".fallback", "Action.Submit", submit, actionShapes["Action.Submit"])
	if _, ok := submit["data"].(map[string]any); !ok {
		c.say(place+".fallback.data", "must be an object")
	}
	if submit["title"] != action["title"] {
		c.say(place+".fallback.title", "differs from the title of its action")
	}
}

func (c *cardChecker) toggle(place string, action map[string]any) {
	targets, _ := action["targetElements"].([]any)
	if len(targets) == 0 {
		c.say(place+".targetElements", "is empty")
	}
	if c.toggled == nil {
		c.toggled = map[string]string{}
	}
	for i, target := range targets {
		id, isText := target.(string)
		if object, ok := target.(map[string]any); ok && !isText {
			id, _ = object["elementId"].(string)
		}
		c.toggled[id] = fmt.Sprintf("%s.targetElements[%d]", place, i)
	}
}

// targets checks that every element that an action toggles exists.
func (c *cardChecker) targets() {
	for id, place := range c.toggled {
		if _, ok := c.ids[id]; !ok {
			c.say(place, "names no element of this card")
		}
	}
}

// collisions checks that no input overwrites what an action carries.
func (c *cardChecker) collisions() {
	for _, id := range c.inputs {
		if place, ok := c.data[id]; ok {
			c.say(place, "would be overwritten by the input of the same name")
		}
	}
}

func (c *cardChecker) selectAction(place string, object map[string]any) {
	if action, ok := object["selectAction"]; ok {
		c.embedded(place+".selectAction", action)
	}
}

// embedded checks an action that is tapped without a button of its own.
func (c *cardChecker) embedded(place string, value any) {
	action, ok := value.(map[string]any)
	if !ok {
		c.say(place, "is not an action")
		return
	}
	if action["type"] == "Action.ShowCard" {
		c.say(place, "must not be an Action.ShowCard")
		return
	}
	c.action(place, action)
}

// refresh checks the block that gives a person their own view.
func (c *cardChecker) refresh(card map[string]any) {
	value, ok := card["refresh"]
	if !ok {
		return
	}
	refresh, _ := value.(map[string]any)
	c.shape("$.refresh", "Refresh", refresh, parts["Refresh"])
	action, _ := refresh["action"].(map[string]any)
	if action["type"] != "Action.Execute" {
		c.say("$.refresh.action.type", "must be \"Action.Execute\"")
	}
	if verb, _ := action["verb"].(string); verb == "" {
		c.say("$.refresh.action.verb", "is missing")
	}
	if _, ok := action["data"].(map[string]any); !ok {
		c.say("$.refresh.action.data", "must be an object")
	}
	people, _ := refresh["userIds"].([]any)
	if len(people) > refreshLimit {
		c.say("$.refresh.userIds", "names %d people, more than %d", len(people), refreshLimit)
	}
	for i, person := range people {
		if id, _ := person.(string); !strings.HasPrefix(id, "29:") {
			c.say(fmt.Sprintf("$.refresh.userIds[%d]", i), "is not a Teams id (29:…)")
		}
	}
}
