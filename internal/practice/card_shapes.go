package practice

import "strings"

// typeShape is what Adaptive Cards 1.5 (and Teams, where marked) let a type carry.
type typeShape struct {
	properties map[string]bool
	required   []string
}

func wordSet(s string) map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(s) {
		set[word] = true
	}
	return set
}

const (
	// targetWidth is an extension of Teams.
	elementProperties = " type id isVisible separator spacing height fallback requires targetWidth "
	inputProperties   = elementProperties + " label isRequired errorMessage "
	// msteams holds Teams' own settings of an action.
	actionProperties = " type id title iconUrl style fallback tooltip isEnabled mode requires msteams "
)

// elementShapes are the types that may stand in a body.
var elementShapes = map[string]typeShape{
	"TextBlock":       {wordSet(elementProperties + "text color fontType horizontalAlignment isSubtle maxLines size weight wrap style"), []string{"text"}},
	"RichTextBlock":   {wordSet(elementProperties + "inlines horizontalAlignment"), []string{"inlines"}},
	"Image":           {wordSet(elementProperties + "url altText horizontalAlignment selectAction size style width"), []string{"url", "altText"}},
	"ImageSet":        {wordSet(elementProperties + "images imageSize"), []string{"images"}},
	"Media":           {wordSet(elementProperties + "sources poster altText"), []string{"sources", "altText"}},
	"Container":       {wordSet(elementProperties + "items selectAction style verticalContentAlignment bleed minHeight rtl"), []string{"items"}},
	"ColumnSet":       {wordSet(elementProperties + "columns selectAction style bleed minHeight horizontalAlignment"), []string{"columns"}},
	"FactSet":         {wordSet(elementProperties + "facts"), []string{"facts"}},
	"ActionSet":       {wordSet(elementProperties + "actions"), []string{"actions"}},
	"Table":           {wordSet(elementProperties + "columns rows firstRowAsHeader showGridLines gridStyle horizontalCellContentAlignment verticalCellContentAlignment"), nil},
	"Input.Text":      {wordSet(inputProperties + "isMultiline maxLength placeholder regex style inlineAction value"), []string{"id", "label"}},
	"Input.Number":    {wordSet(inputProperties + "max min placeholder value"), []string{"id", "label"}},
	"Input.Date":      {wordSet(inputProperties + "max min placeholder value"), []string{"id", "label"}},
	"Input.Time":      {wordSet(inputProperties + "max min placeholder value"), []string{"id", "label"}},
	"Input.Toggle":    {wordSet(inputProperties + "title value valueOff valueOn wrap"), []string{"id", "label", "title"}},
	"Input.ChoiceSet": {wordSet(inputProperties + "choices choices.data isMultiSelect style value placeholder wrap"), []string{"id", "label"}},
}

// partShapes are the types that stand inside one element only.
var partShapes = map[string]typeShape{
	"AdaptiveCard": {wordSet("type version $schema refresh authentication body actions selectAction fallbackText minHeight rtl speak lang verticalContentAlignment msteams"), nil},
	"Column":       {wordSet(elementProperties + "items bleed minHeight rtl selectAction style verticalContentAlignment width"), nil},
	"TableRow":     {wordSet(elementProperties + "cells style horizontalCellContentAlignment verticalCellContentAlignment"), nil},
	"TableCell":    {wordSet(elementProperties + "items bleed minHeight rtl selectAction style verticalContentAlignment"), []string{"items"}},
	"TextRun":      {wordSet("type text color fontType highlight isSubtle italic selectAction size strikethrough underline weight"), []string{"text"}},
	"Fact":         {wordSet("type title value"), []string{"title", "value"}},
	"Choice":       {wordSet("type title value"), []string{"title", "value"}},
	"Refresh":      {wordSet("type action userIds"), []string{"action", "userIds"}},
}

// actionShapes are the actions of 1.5.
var actionShapes = map[string]typeShape{
	"Action.Execute":          {wordSet(actionProperties + "verb data associatedInputs"), []string{"title", "verb", "data"}},
	"Action.Submit":           {wordSet(actionProperties + "data associatedInputs"), []string{"title", "data"}},
	"Action.OpenUrl":          {wordSet(actionProperties + "url"), []string{"title", "url"}},
	"Action.ShowCard":         {wordSet(actionProperties + "card"), []string{"title", "card"}},
	"Action.ToggleVisibility": {wordSet(actionProperties + "targetElements"), []string{"title", "targetElements"}},
}

const (
	colourValues    = "default dark light accent good warning attention"
	sizeValues      = "default small medium large extralarge"
	containerStyles = "default emphasis good attention warning accent"
)

// allowedValues are the values a property may have, by "Type.property" or, for every
// type, ".property". Compared without regard to case, as clients do.
var allowedValues = map[string]map[string]bool{
	".color":                wordSet(colourValues),
	".weight":               wordSet("default lighter bolder"),
	".fontType":             wordSet("default monospace"),
	".horizontalAlignment":  wordSet("left center right"),
	".spacing":              wordSet("default none small medium large extralarge padding"),
	".mode":                 wordSet("primary secondary"),
	".associatedInputs":     wordSet("auto none"),
	"TextBlock.size":        wordSet(sizeValues),
	"TextRun.size":          wordSet(sizeValues),
	"TextBlock.style":       wordSet("default heading"),
	"Image.size":            wordSet("auto stretch small medium large"),
	"Image.style":           wordSet("default person"),
	"Container.style":       wordSet(containerStyles),
	"ColumnSet.style":       wordSet(containerStyles),
	"Column.style":          wordSet(containerStyles),
	"TableCell.style":       wordSet(containerStyles),
	"TableRow.style":        wordSet(containerStyles),
	"Input.Text.style":      wordSet("text tel url email password"),
	"Input.ChoiceSet.style": wordSet("compact expanded filtered"),
	"Action.Execute.style":  wordSet("default positive destructive"),
	"Action.Submit.style":   wordSet("default positive destructive"),
}
