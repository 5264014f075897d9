package practice

import (
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"
)

// Text is the card as a person reads it: headings, facts, fields with what they
// hold, buttons. What is hidden is left out. Markdown escapes are taken off, other
// markup is left as it stands. The narrow spaces that keep clients from making links of
// addresses are read over.
func (c *Card) Text() string {
	targets := map[string]bool{}
	foldedTargets(c.object, targets)
	card, _ := unfolded(c.object, targets).(map[string]any)
	return strings.ReplaceAll(strings.Join(cardLines(card), "\n"), narrowSpace, "")
}

// unfolded is a copy of a part of a card with all of it in sight that a button shows.
func unfolded(value any, targets map[string]bool) any {
	switch v := value.(type) {
	case []any:
		out := make([]any, len(v))
		for i, one := range v {
			out[i] = unfolded(one, targets)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, one := range v {
			out[name] = unfolded(one, targets)
		}
		if targets[valueText(v["id"])] {
			delete(out, "isVisible")
		}
		return out
	}
	return value
}

// foldedTargets are the ids of what a button of the card shows and hides: whoever reads the card
// can open it.
func foldedTargets(value any, found map[string]bool) {
	switch v := value.(type) {
	case []any:
		for _, one := range v {
			foldedTargets(one, found)
		}
	case map[string]any:
		if valueText(v["type"]) == "Action.ToggleVisibility" {
			targets, _ := v["targetElements"].([]any)
			for _, target := range targets {
				if object, ok := target.(map[string]any); ok {
					target = object["elementId"]
				}
				found[valueText(target)] = true
			}
		}
		for _, one := range v {
			foldedTargets(one, found)
		}
	}
}

// narrowSpace is U+202F, which a reader hardly sees.
const narrowSpace = "\u202f"

func cardLines(card map[string]any) []string {
	return append(listLines(card["body"]), actionLines(card["actions"])...)
}

// listLines renders a list of elements.
func listLines(value any) []string {
	var out []string
	list, _ := value.([]any)
	for _, item := range list {
		if element, ok := item.(map[string]any); ok && element["isVisible"] != false {
			out = append(out, elementLines(element)...)
		}
	}
	return out
}

func elementLines(element map[string]any) []string {
	switch kind := valueText(element["type"]); kind {
	case "TextBlock":
		if strings.EqualFold(valueText(element["style"]), "heading") {
			return []string{"# " + plainText(element["text"])}
		}
		return []string{plainText(element["text"])}
	case "RichTextBlock":
		return []string{richTextLine(element["inlines"])}
	case "FactSet":
		return factLines(element["facts"])
	case "Image", "Media":
		return []string{"[image: " + plainText(element["altText"]) + "]"}
	case "ImageSet":
		return listLines(element["images"])
	case "Container", "Column", "TableCell":
		return listLines(element["items"])
	case "ColumnSet":
		return columnLines(element["columns"])
	case "Table":
		var out []string
		rows, _ := element["rows"].([]any)
		for _, item := range rows {
			row, _ := item.(map[string]any)
			out = append(out, columnLines(row["cells"])...)
		}
		return out
	case "ActionSet":
		return actionLines(element["actions"])
	default:
		if strings.HasPrefix(kind, "Input.") {
			return inputLines(newInput(element, nil, false))
		}
		return []string{"[" + kind + "]"}
	}
}

// columnLines puts columns of one line each on one line, others below one another.
func columnLines(value any) []string {
	columns, _ := value.([]any)
	var all, single []string
	for _, item := range columns {
		column, ok := item.(map[string]any)
		if !ok || column["isVisible"] == false {
			continue
		}
		part := listLines(column["items"])
		all = append(all, part...)
		if len(part) == 1 {
			single = append(single, part[0])
		}
	}
	if len(all) > 0 && len(single) == len(all) {
		return []string{strings.Join(single, " | ")}
	}
	return all
}

func richTextLine(value any) string {
	var b strings.Builder
	runs, _ := value.([]any)
	for _, item := range runs {
		if run, ok := item.(map[string]any); ok {
			b.WriteString(plainText(run["text"]))
			continue
		}
		b.WriteString(plainText(item))
	}
	return b.String()
}

func factLines(value any) []string {
	var out []string
	facts, _ := value.([]any)
	for _, item := range facts {
		fact, _ := item.(map[string]any)
		out = append(out, strings.TrimSuffix(plainText(fact["title"]), ":")+": "+plainText(fact["value"]))
	}
	return out
}

func inputLines(in Input) []string {
	label := in.Label
	if in.Required {
		label += " (required)"
	}
	switch in.Type {
	case "Input.Toggle":
		mark := " "
		if in.Value == in.onValue() {
			mark = "x"
		}
		return []string{fmt.Sprintf("%s: [%s] %s", label, mark, plainText(in.properties["title"]))}
	case "Input.ChoiceSet":
		chosen := strings.Split(in.Value, ",")
		options := make([]string, 0, len(in.Choices)+1)
		for _, choice := range in.Choices {
			mark := "( ) "
			if choice.Value == in.Value || in.MultiSelect && slices.Contains(chosen, choice.Value) {
				mark = "(x) "
			}
			options = append(options, mark+choice.Title)
		}
		if in.Dataset != "" {
			options = append(options, "( ) … from "+in.Dataset)
		}
		return []string{label + ": " + strings.Join(options, " ")}
	default:
		return []string{fmt.Sprintf("%s: [%s]", label, in.Value)}
	}
}

func actionLines(value any) []string {
	var out []string
	actions, _ := value.([]any)
	for _, item := range actions {
		object, ok := item.(map[string]any)
		if !ok {
			continue
		}
		action := newButton(object, nil)
		line := "<" + action.Title + ">"
		if action.URL != "" {
			line += " " + action.URL
		}
		out = append(out, line)
		if inner, ok := object["card"].(map[string]any); ok {
			for _, within := range cardLines(inner) {
				out = append(out, "  "+within)
			}
		}
	}
	return out
}

var markdownEscape = regexp.MustCompile("\\\\([\\\\`*_{}\\[\\]()#+\\-.!<>|~&@:])")

// plainText is text after the client took off escapes and entities.
func plainText(value any) string {
	return html.UnescapeString(markdownEscape.ReplaceAllString(valueText(value), "$1"))
}
