package practice

import "strings"

// shape is what Adaptive Cards 1.5 (and Teams, where marked) let a type carry.
type shape struct {
	properties map[string]bool
	required   []string
}

func words(s string) map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(s) {
		set[word] = true
	}
	return set
}

const (
	// targetWidth is an extension of Teams.
	ofElement = " type id isVisible separator spacing height fallback requires targetWidth "
	ofInput   = ofElement + " label isRequired errorMessage "
	// msteams holds Teams' own settings of an action.
	ofAction = " type id title iconUrl style fallback tooltip isEnabled mode requires msteams "
)

// elements are the types that may stand in a body.
var elements = map[string]shape{
	"TextBlock":       {words(ofElement + "text color fontType horizontalAlignment isSubtle maxLines size weight wrap style"), []string{"text"}},
	"RichTextBlock":   {words(ofElement + "inlines horizontalAlignment"), []string{"inlines"}},
	"Image":           {words(ofElement + "url altText horizontalAlignment selectAction size style width"), []string{"url", "altText"}},
	"ImageSet":        {words(ofElement + "images imageSize"), []string{"images"}},
	"Media":           {words(ofElement + "sources poster altText"), []string{"sources", "altText"}},
	"Container":       {words(ofElement + "items selectAction style verticalContentAlignment bleed minHeight rtl"), []string{"items"}},
	"ColumnSet":       {words(ofElement + "columns selectAction style bleed minHeight horizontalAlignment"), []string{"columns"}},
	"FactSet":         {words(ofElement + "facts"), []string{"facts"}},
	"ActionSet":       {words(ofElement + "actions"), []string{"actions"}},
	"Table":           {words(ofElement + "columns rows firstRowAsHeader showGridLines gridStyle horizontalCellContentAlignment verticalCellContentAlignment"), nil},
	"Input.Text":      {words(ofInput + "isMultiline maxLength placeholder regex style inlineAction value"), []string{"id", "label"}},
	"Input.Number":    {words(ofInput + "max min placeholder value"), []string{"id", "label"}},
	"Input.Date":      {words(ofInput + "max min placeholder value"), []string{"id", "label"}},
	"Input.Time":      {words(ofInput + "max min placeholder value"), []string{"id", "label"}},
	"Input.Toggle":    {words(ofInput + "title value valueOff valueOn wrap"), []string{"id", "label", "title"}},
	"Input.ChoiceSet": {words(ofInput + "choices choices.data isMultiSelect style value placeholder wrap"), []string{"id", "label"}},
}

// parts are the types that stand inside one element only.
var parts = map[string]shape{
	"AdaptiveCard": {words("type version $schema refresh authentication body actions selectAction fallbackText minHeight rtl speak lang verticalContentAlignment msteams"), nil},
	"Column":       {words(ofElement + "items bleed minHeight rtl selectAction style verticalContentAlignment width"), nil},
	"TableRow":     {words(ofElement + "cells style horizontalCellContentAlignment verticalCellContentAlignment"), nil},
	"TableCell":    {words(ofElement + "items bleed minHeight rtl selectAction style verticalContentAlignment"), []string{"items"}},
	"TextRun":      {words("type text color fontType highlight isSubtle italic selectAction size strikethrough underline weight"), []string{"text"}},
	"Fact":         {words("type title value"), []string{"title", "value"}},
	"Choice":       {words("type title value"), []string{"title", "value"}},
	"Refresh":      {words("type action userIds"), []string{"action", "userIds"}},
}

// actionShapes are the actions of 1.5.
var actionShapes = map[string]shape{
	"Action.Execute":          {words(ofAction + "verb data associatedInputs"), []string{"title", "verb", "data"}},
	"Action.Submit":           {words(ofAction + "data associatedInputs"), []string{"title", "data"}},
	"Action.OpenUrl":          {words(ofAction + "url"), []string{"title", "url"}},
	"Action.ShowCard":         {words(ofAction + "card"), []string{"title", "card"}},
	"Action.ToggleVisibility": {words(ofAction + "targetElements"), []string{"title", "targetElements"}},
}

const (
	colours    = "default dark light accent good warning attention"
	sizes      = "default small medium large extralarge"
	containers = "default emphasis good attention warning accent"
)

// choicesOf are the values a property may have, by "Type.property" or, for every
// type, ".property". Compared without regard to case, as clients do.
var choicesOf = map[string]map[string]bool{
	".color":                words(colours),
	".weight":               words("default lighter bolder"),
	".fontType":             words("default monospace"),
	".horizontalAlignment":  words("left center right"),
	".spacing":              words("default none small medium large extralarge padding"),
	".mode":                 words("primary secondary"),
	".associatedInputs":     words("auto none"),
	"TextBlock.size":        words(sizes),
	"TextRun.size":          words(sizes),
	"TextBlock.style":       words("default heading"),
	"Image.size":            words("auto stretch small medium large"),
	"Image.style":           words("default person"),
	"Container.style":       words(containers),
	"ColumnSet.style":       words(containers),
	"Column.style":          words(containers),
	"TableCell.style":       words(containers),
	"TableRow.style":        words(containers),
	"Input.Text.style":      words("text tel url email password"),
	"Input.ChoiceSet.style": words("compact expanded filtered"),
	"Action.Execute.style":  words("default positive destructive"),
	"Action.Submit.style":   words("default positive destructive"),
}
