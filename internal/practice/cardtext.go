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
// markup is left as it stands.
func (c *Card) Text() string {
	return strings.Join(cardLines(c.object), "\n")
}

func cardLines(card map[string]any) []string {
	return append(lines(card["body"]), actionLines(card["actions"])...)
}

// lines renders a list of elements.
func lines(value any) []string {
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
	switch kind := text(element["type"]); kind {
	case "TextBlock":
		if strings.EqualFold(text(element["style"]), "heading") {
			return []string{"# " + readable(element["text"])}
		}
		return []string{readable(element["text"])}
	case "RichTextBlock":
		return []string{richText(element["inlines"])}
	case "FactSet":
		return factLines(element["facts"])
	case "Image", "Media":
		return []string{"[image: " + readable(element["altText"]) + "]"}
	case "ImageSet":
		return lines(element["images"])
	case "Container", "Column", "TableCell":
		return lines(element["items"])
	case "ColumnSet":
		return sideBySide(element["columns"])
	case "Table":
		var out []string
		rows, _ := element["rows"].([]any)
		for _, item := range rows {
			row, _ := item.(map[string]any)
			out = append(out, sideBySide(row["cells"])...)
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

// sideBySide puts columns of one line each on one line, others below one another.
func sideBySide(value any) []string {
	columns, _ := value.([]any)
	var all, single []string
	for _, item := range columns {
		column, ok := item.(map[string]any)
		if !ok || column["isVisible"] == false {
			continue
		}
		part := lines(column["items"])
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

func richText(value any) string {
	var b strings.Builder
	runs, _ := value.([]any)
	for _, item := range runs {
		if run, ok := item.(map[string]any); ok {
			b.WriteString(readable(run["text"]))
			continue
		}
		b.WriteString(readable(item))
	}
	return b.String()
}

func factLines(value any) []string {
	var out []string
	facts, _ := value.([]any)
	for _, item := range facts {
		fact, _ := item.(map[string]any)
		out = append(out, strings.TrimSuffix(readable(fact["title"]), ":")+": "+readable(fact["value"]))
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
		if in.Value == in.on() {
			mark = "x"
		}
		return []string{fmt.Sprintf("%s: [%s] %s", label, mark, readable(in.property["title"]))}
	case "Input.ChoiceSet":
		chosen := strings.Split(in.Value, ",")
		options := make([]string, 0, len(in.Choices)+1)
		for _, choice := range in.Choices {
			mark := "( ) "
			if choice.Value == in.Value || in.Multi && slices.Contains(chosen, choice.Value) {
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
		action := newAction(object, nil)
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

// readable is text after the client took off escapes and entities.
func readable(value any) string {
	return html.UnescapeString(markdownEscape.ReplaceAllString(text(value), "$1"))
}
