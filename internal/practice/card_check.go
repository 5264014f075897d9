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
	// maxCardSize is our own cap in bytes; Teams refuses the whole message later.
	maxCardSize = 25 << 10
	// maxPrimaryActions is how many actions Teams shows in a row before it hides the rest.
	maxPrimaryActions = 6
	// maxRefreshUsers is how many people a card may refresh itself for.
	maxRefreshUsers = 60
)

// CheckCard says what is wrong with an Adaptive Card, each finding with its place;
// nil means that every client of Teams can show it and a screen reader can read it.
func CheckCard(raw []byte) []string {
	c := &cardChecker{ids: map[string]string{}}
	if len(raw) > maxCardSize {
		c.addFinding("$", "is %d bytes, more than %d", len(raw), maxCardSize)
	}
	var card map[string]any
	if err := json.Unmarshal(raw, &card); err != nil || card == nil {
		c.addFinding("$", "is not a JSON object")
		return c.findings
	}
	if card["version"] != cardVersion {
		c.addFinding("$.version", "must be exactly %q", cardVersion)
	}
	if card["$schema"] != cardSchema {
		c.addFinding("$.$schema", "must be %q", cardSchema)
	}
	if language, given := card["lang"].(string); given && !languagePattern.MatchString(language) {
		c.addFinding("$.lang", "must be a language of two or three letters without its country, or clients leave it aside")
	}
	for _, name := range []string{"fallbackText", "speak"} {
		if text, _ := card[name].(string); strings.TrimSpace(text) == "" {
			c.addFinding("$."+name, "is missing")
		}
	}
	c.checkCard("$", card)
	c.checkRefresh(card)
	c.checkMentions(card)
	c.checkToggleTargets()
	c.checkKeyCollisions()
	slices.Sort(c.findings)
	return c.findings
}

var languagePattern = regexp.MustCompile(`^[a-z]{2,3}$`)

type cardChecker struct {
	findings      []string
	ids           map[string]string // id -> place
	inputs        []string
	toggleTargets map[string]string // target of a ToggleVisibility -> place
	dataKeys      map[string]string // key in an action's data -> place
	texts         []string
}

func (c *cardChecker) addFinding(place, format string, args ...any) {
	c.findings = append(c.findings, place+" "+fmt.Sprintf(format, args...))
}

// checkCard checks a whole card or the card inside an Action.ShowCardButton.
func (c *cardChecker) checkCard(place string, card map[string]any) {
	if card["type"] != "AdaptiveCard" {
		c.addFinding(place+".type", "must be \"AdaptiveCard\"")
	}
	c.checkShape(place, "AdaptiveCard", card, partShapes["AdaptiveCard"])
	c.checkElements(place+".body", card["body"])
	c.checkActions(place+".actions", card["actions"])
	c.checkSelectAction(place, card)
	if card["body"] == nil && card["actions"] == nil {
		c.addFinding(place, "is empty")
	}
}

// checkShape checks the properties of one object against what its type may carry.
func (c *cardChecker) checkShape(place, kind string, object map[string]any, s typeShape) {
	for name, value := range object {
		switch {
		case name == "backgroundImage" || name == "backgroundColor":
			c.addFinding(place+"."+name, "is a fixed background; themes and high contrast need style instead")
		case !s.properties[name]:
			c.addFinding(place+"."+name, "is not a property of %s in %s", kind, cardVersion)
		}
		allowed, ok := allowedValues[kind+"."+name]
		if !ok {
			allowed, ok = allowedValues["."+name]
		}
		text, isText := value.(string)
		if ok && (!isText || !allowed[strings.ToLower(text)]) {
			c.addFinding(place+"."+name, "has a value that %s does not know", kind)
		}
	}
	for _, name := range s.required {
		if value, ok := object[name]; !ok || value == nil || value == "" {
			c.addFinding(place+"."+name, "is missing")
		}
	}
}

// registerID notes the id of an element: no two may share one.
func (c *cardChecker) registerID(place string, object map[string]any) string {
	id, _ := object["id"].(string)
	if id == "" {
		return ""
	}
	if first, taken := c.ids[id]; taken {
		c.addFinding(place+".id", "%q is already used at %s", id, first)
	}
	c.ids[id] = place
	return id
}

// objectsIn gives the objects of an array and complains of anything else.
func (c *cardChecker) objectsIn(place string, value any) []map[string]any {
	if value == nil {
		return nil
	}
	array, ok := value.([]any)
	if !ok {
		c.addFinding(place, "is not a list")
		return nil
	}
	objects := make([]map[string]any, 0, len(array))
	for i, item := range array {
		object, ok := item.(map[string]any)
		if !ok {
			c.addFinding(fmt.Sprintf("%s[%d]", place, i), "is not an object")
			object = map[string]any{}
		}
		objects = append(objects, object)
	}
	return objects
}

func (c *cardChecker) checkElements(place string, value any) {
	for i, element := range c.objectsIn(place, value) {
		c.checkElement(fmt.Sprintf("%s[%d]", place, i), element)
	}
}

func (c *cardChecker) checkElement(place string, element map[string]any) {
	kind, _ := element["type"].(string)
	s, known := elementShapes[kind]
	if !known {
		c.addFinding(place+".type", "%q is not an element of %s", kind, cardVersion)
		return
	}
	c.checkShape(place, kind, element, s)
	id := c.registerID(place, element)
	c.checkSelectAction(place, element)
	if alternative, ok := element["fallback"]; ok && alternative != "drop" {
		c.checkFallback(place+".fallback", alternative)
	}
	switch kind {
	case "TextBlock":
		c.collectText(element["text"])
		if element["wrap"] != true {
			c.addFinding(place+".wrap", "must be true, or phones cut the text")
		}
	case "RichTextBlock":
		for i, run := range c.objectsIn(place+".inlines", element["inlines"]) {
			c.checkShape(fmt.Sprintf("%s.inlines[%d]", place, i), "TextRun", run, partShapes["TextRun"])
		}
	case "FactSet":
		for i, fact := range c.objectsIn(place+".facts", element["facts"]) {
			c.checkShape(fmt.Sprintf("%s.facts[%d]", place, i), "Fact", fact, partShapes["Fact"])
			c.collectText(fact["title"])
			c.collectText(fact["value"])
		}
	case "Image":
		c.checkURL(place+".url", element["url"])
	case "ImageSet":
		c.checkElements(place+".images", element["images"])
	case "Container":
		c.checkElements(place+".items", element["items"])
	case "ColumnSet":
		for i, column := range c.objectsIn(place+".columns", element["columns"]) {
			c.checkBox(fmt.Sprintf("%s.columns[%d]", place, i), "Column", column)
		}
	case "Table":
		c.checkTable(place, element)
	case "ActionSet":
		c.checkActions(place+".actions", element["actions"])
	default:
		if strings.HasPrefix(kind, "Input.") {
			c.checkInput(place, kind, id, element)
		}
	}
}

// checkBox checks a column or a table cell.
func (c *cardChecker) checkBox(place, kind string, box map[string]any) {
	if given, ok := box["type"]; ok && given != kind {
		c.addFinding(place+".type", "must be %q", kind)
	}
	c.checkShape(place, kind, box, partShapes[kind])
	c.registerID(place, box)
	c.checkSelectAction(place, box)
	c.checkElements(place+".items", box["items"])
}

func (c *cardChecker) checkTable(place string, table map[string]any) {
	for i, row := range c.objectsIn(place+".rows", table["rows"]) {
		at := fmt.Sprintf("%s.rows[%d]", place, i)
		c.checkShape(at, "TableRow", row, partShapes["TableRow"])
		for j, cell := range c.objectsIn(at+".cells", row["cells"]) {
			c.checkBox(fmt.Sprintf("%s.cells[%d]", at, j), "TableCell", cell)
		}
	}
}

// checkFallback checks what stands in for an element. Its ids repeat those of the
// element and are therefore not compared.
func (c *cardChecker) checkFallback(place string, value any) {
	object, ok := value.(map[string]any)
	if !ok {
		c.addFinding(place, "must be an element or \"drop\"")
		return
	}
	kind, _ := object["type"].(string)
	if s, known := elementShapes[kind]; known {
		c.checkShape(place, kind, object, s)
		return
	}
	c.addFinding(place+".type", "%q is not an element of %s", kind, cardVersion)
}

func (c *cardChecker) collectText(value any) {
	if text, ok := value.(string); ok {
		c.texts = append(c.texts, text)
	}
}

func (c *cardChecker) checkURL(place string, value any) {
	if address, _ := value.(string); address != "" && !strings.HasPrefix(address, "https://") {
		c.addFinding(place, "must be https")
	}
}

var mentionTag = regexp.MustCompile(`<at>.*?</at>`)

// checkMentions checks that each <at> tag has its entity with the same text, and each
// entity its tag: Teams shows the tag itself otherwise, or refuses the card.
func (c *cardChecker) checkMentions(card map[string]any) {
	named := map[string]bool{}
	settings, _ := card["msteams"].(map[string]any)
	for i, entity := range c.objectsIn("$.msteams.entities", settings["entities"]) {
		place := fmt.Sprintf("$.msteams.entities[%d]", i)
		text, _ := entity["text"].(string)
		mentioned, _ := entity["mentioned"].(map[string]any)
		id, _ := mentioned["id"].(string)
		if entity["type"] != "mention" || text == "" || id == "" {
			c.addFinding(place, "is not a mention with text and mentioned.id")
		}
		if !strings.Contains(strings.Join(c.texts, "\n"), text) {
			c.addFinding(place, "mentions somebody whom no text names")
		}
		named[text] = true
	}
	for _, text := range c.texts {
		for _, tag := range mentionTag.FindAllString(text, -1) {
			if !named[tag] {
				c.addFinding("$.msteams.entities", "lacks the mention of an <at> tag in a text")
			}
		}
	}
}
