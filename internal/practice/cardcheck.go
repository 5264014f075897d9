package practice

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

const (
	cardVersion = "1.5"
	cardSchema  = "http://adaptivecards.io/schemas/adaptive-card.json"
	// cardLimit is our own cap in bytes; Teams refuses the whole message later.
	cardLimit = 25 << 10
	// primaryLimit is how many actions Teams shows in a row before it hides the rest.
	primaryLimit = 6
	// refreshLimit is how many people a card may refresh itself for.
	refreshLimit = 60
)

// CheckCard says what is wrong with an Adaptive Card, each finding with its place;
// nil means that every client of Teams can show it and a screen reader can read it.
func CheckCard(raw []byte) []string {
	c := &cardChecker{ids: map[string]string{}}
	if len(raw) > cardLimit {
		c.say("$", "is %d bytes, more than %d", len(raw), cardLimit)
	}
	var card map[string]any
	if err := json.Unmarshal(raw, &card); err != nil || card == nil {
		c.say("$", "is not a JSON object")
		return c.findings
	}
	if card["version"] != cardVersion {
		c.say("$.version", "must be exactly %q", cardVersion)
	}
	if card["$schema"] != cardSchema {
		c.say("$.$schema", "must be %q", cardSchema)
	}
	if language, given := card["lang"].(string); given && !aLanguage.MatchString(language) {
		c.say("$.lang", "must be a language of two or three letters without its country, or clients leave it aside")
	}
	for _, name := range []string{"fallbackText", "speak"} {
		if text, _ := card[name].(string); strings.TrimSpace(text) == "" {
			c.say("$."+name, "is missing")
		}
	}
	c.card("$", card)
	c.refresh(card)
	c.mentions(card)
	c.targets()
	c.collisions()
	slices.Sort(c.findings)
	return c.findings
}

var aLanguage = regexp.MustCompile(`^[a-z]{2,3}$`)

type cardChecker struct {
	findings []string
	ids      map[string]string // id -> place
	inputs   []string
	toggled  map[string]string // target of a ToggleVisibility -> place
	data     map[string]string // key in an action's data -> place
	texts    []string
}

func (c *cardChecker) say(place, format string, args ...any) {
	c.findings = append(c.findings, place+" "+fmt.Sprintf(format, args...))
}

// card checks a whole card or the card inside an Action.ShowCard.
func (c *cardChecker) card(place string, card map[string]any) {
	if card["type"] != "AdaptiveCard" {
		c.say(place+".type", "must be \"AdaptiveCard\"")
	}
	c.shape(place, "AdaptiveCard", card, parts["AdaptiveCard"])
	c.elements(place+".body", card["body"])
	c.actions(place+".actions", card["actions"])
	c.selectAction(place, card)
	if card["body"] == nil && card["actions"] == nil {
		c.say(place, "is empty")
	}
}

// shape checks the properties of one object against what its type may carry.
func (c *cardChecker) shape(place, kind string, object map[string]any, s shape) {
	for name, value := range object {
		switch {
		case name == "backgroundImage" || name == "backgroundColor":
			c.say(place+"."+name, "is a fixed background; themes and high contrast need style instead")
		case !s.properties[name]:
			c.say(place+"."+name, "is not a property of %s in %s", kind, cardVersion)
		}
		allowed, ok := choicesOf[kind+"."+name]
		if !ok {
			allowed, ok = choicesOf["."+name]
		}
		text, isText := value.(string)
		if ok && (!isText || !allowed[strings.ToLower(text)]) {
			c.say(place+"."+name, "has a value that %s does not know", kind)
		}
	}
	for _, name := range s.required {
		if value, ok := object[name]; !ok || value == nil || value == "" {
			c.say(place+"."+name, "is missing")
		}
	}
}

// id notes the id of an element: no two may share one.
func (c *cardChecker) id(place string, object map[string]any) string {
	id, _ := object["id"].(string)
	if id == "" {
		return ""
	}
	if first, taken := c.ids[id]; taken {
		c.say(place+".id", "%q is already used at %s", id, first)
	}
	c.ids[id] = place
	return id
}

// list gives the objects of an array and complains of anything else.
func (c *cardChecker) list(place string, value any) []map[string]any {
	if value == nil {
		return nil
	}
	array, ok := value.([]any)
	if !ok {
		c.say(place, "is not a list")
		return nil
	}
	objects := make([]map[string]any, 0, len(array))
	for i, item := range array {
		object, ok := item.(map[string]any)
		if !ok {
			c.say(fmt.Sprintf("%s[%d]", place, i), "is not an object")
			object = map[string]any{}
		}
		objects = append(objects, object)
	}
	return objects
}

func (c *cardChecker) elements(place string, value any) {
	for i, element := range c.list(place, value) {
		c.element(fmt.Sprintf("%s[%d]", place, i), element)
	}
}

func (c *cardChecker) element(place string, element map[string]any) {
	kind, _ := element["type"].(string)
	s, known := elements[kind]
	if !known {
		c.say(place+".type", "%q is not an element of %s", kind, cardVersion)
		return
	}
	c.shape(place, kind, element, s)
	id := c.id(place, element)
	c.selectAction(place, element)
	if alternative, ok := element["fallback"]; ok && alternative != "drop" {
		c.fallback(place+".fallback", alternative)
	}
	switch kind {
	case "TextBlock":
		c.text(element["text"])
		if element["wrap"] != true {
			c.say(place+".wrap", "must be true, or phones cut the text")
		}
	case "RichTextBlock":
		for i, run := range c.list(place+".inlines", element["inlines"]) {
			c.shape(fmt.Sprintf("%s.inlines[%d]", place, i), "TextRun", run, parts["TextRun"])
		}
	case "FactSet":
		for i, fact := range c.list(place+".facts", element["facts"]) {
			c.shape(fmt.Sprintf("%s.facts[%d]", place, i), "Fact", fact, parts["Fact"])
			c.text(fact["title"])
			c.text(fact["value"])
		}
	case "Image":
		c.secureURL(place+".url", element["url"])
	case "ImageSet":
		c.elements(place+".images", element["images"])
	case "Container":
		c.elements(place+".items", element["items"])
	case "ColumnSet":
		for i, column := range c.list(place+".columns", element["columns"]) {
			c.box(fmt.Sprintf("%s.columns[%d]", place, i), "Column", column)
		}
	case "Table":
		c.table(place, element)
	case "ActionSet":
		c.actions(place+".actions", element["actions"])
	default:
		if strings.HasPrefix(kind, "Input.") {
			c.input(place, kind, id, element)
		}
	}
}

// box checks a column or a table cell.
func (c *cardChecker) box(place, kind string, box map[string]any) {
	if given, ok := box["type"]; ok && given != kind {
		c.say(place+".type", "must be %q", kind)
	}
	c.shape(place, kind, box, parts[kind])
	c.id(place, box)
	c.selectAction(place, box)
	c.elements(place+".items", box["items"])
}

func (c *cardChecker) table(place string, table map[string]any) {
	for i, row := range c.list(place+".rows", table["rows"]) {
		at := fmt.Sprintf("%s.rows[%d]", place, i)
		c.shape(at, "TableRow", row, parts["TableRow"])
		for j, cell := range c.list(at+".cells", row["cells"]) {
			c.box(fmt.Sprintf("%s.cells[%d]", at, j), "TableCell", cell)
		}
	}
}

// fallback checks what stands in for an element. Its ids repeat those of the
// element and are therefore not compared.
func (c *cardChecker) fallback(place string, value any) {
	object, ok := value.(map[string]any)
	if !ok {
		c.say(place, "must be an element or \"drop\"")
		return
	}
	kind, _ := object["type"].(string)
	if s, known := elements[kind]; known {
		c.shape(place, kind, object, s)
		return
	}
	c.say(place+".type", "%q is not an element of %s", kind, cardVersion)
}

func (c *cardChecker) text(value any) {
	if text, ok := value.(string); ok {
		c.texts = append(c.texts, text)
	}
}

func (c *cardChecker) secureURL(place string, value any) {
	if address, _ := value.(string); address != "" && !strings.HasPrefix(address, "https://") {
		c.say(place, "must be https")
	}
}

var atTag = regexp.MustCompile(`<at>.*?</at>`)

// mentions checks that each <at> tag has its entity with the same text, and each
// entity its tag: Teams shows the tag itself otherwise, or refuses the card.
func (c *cardChecker) mentions(card map[string]any) {
	named := map[string]bool{}
	settings, _ := card["msteams"].(map[string]any)
	for i, entity := range c.list("$.msteams.entities", settings["entities"]) {
		place := fmt.Sprintf("$.msteams.entities[%d]", i)
		text, _ := entity["text"].(string)
		mentioned, _ := entity["mentioned"].(map[string]any)
		id, _ := mentioned["id"].(string)
		if entity["type"] != "mention" || text == "" || id == "" {
			c.say(place, "is not a mention with text and mentioned.id")
		}
		if !strings.Contains(strings.Join(c.texts, "\n"), text) {
			c.say(place, "mentions somebody whom no text names")
		}
		named[text] = true
	}
	for _, text := range c.texts {
		for _, tag := range atTag.FindAllString(text, -1) {
			if !named[tag] {
				c.say("$.msteams.entities", "lacks the mention of an <at> tag in a text")
			}
		}
	}
}
