package manifest

import (
	"archive/zip"
	"bytes"
	"challengebot/internal/words"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"strings"
	"time"
)

// Options are what differs between one authority and another.
type Options struct {
	// AppID is the GUID of the bot's registration. The app takes the same one.
	AppID string
	// Version is three numbers. Teams takes an update only if it grew. "1.0.0" if empty.
	Version string
	// Developer is who answers for the app, usually the authority: up to 32 characters.
	Developer string
	// BaseURL stands in for the three addresses below: itself, /privacy and /terms.
	BaseURL string
	// WebsiteURL, Privacy and Terms are public https pages; people open them from Teams.
	WebsiteURL, PrivacyURL, TermsURL string
	// Name is what people see and look for, up to 30 characters; each language's own if empty.
	Name string
	// NamesIn is the same by language ("cy"). A language without one keeps Name.
	NamesIn map[string]string
	// ColourIcon and OutlineIcon are PNG files; the product's own if empty.
	ColourIcon, OutlineIcon []byte
}

// The release of the schema that the package follows. Slash commands need 1.29.
const (
	schemaVersion         = "1.30"
	schemaBaseURL         = "https://developer.microsoft.com/json-schemas/teams/v" + schemaVersion
	schemaURL             = schemaBaseURL + "/MicrosoftTeams.schema.json"
	localisationSchemaURL = schemaBaseURL + "/MicrosoftTeams.Localization.schema.json"
)

// The files of the package. All lie at its root.
const (
	fileManifest = "manifest.json"
	fileColour   = "color.png"
	fileOutline  = "outline.png"
)

// languageFileName is the file of a language other than the first.
func languageFileName(w *words.Catalogue) string { return w.Language() + ".json" }

// appManifest is manifest.json, as far as this product uses it.
type appManifest struct {
	SchemaURL       string         `json:"$schema"`
	ManifestVersion string         `json:"manifestVersion"`
	Version         string         `json:"version"`
	ID              string         `json:"id"`
	Localisation    localisation   `json:"localizationInfo"`
	Developer       developerInfo  `json:"developer"`
	Name            appName        `json:"name"`
	Description     appDescription `json:"description"`
	Icons           iconFiles      `json:"icons"`
	AccentColour    string         `json:"accentColor"`
	Bots            []teamsBot     `json:"bots"`
	// DefaultInstallScope is the button that people are offered first. The private chat is where
	// a manager is asked: without a personal installation Teams refuses the card.
	DefaultInstallScope    string            `json:"defaultInstallScope"`
	DefaultGroupCapability map[string]string `json:"defaultGroupCapability"`
	ChannelFeatures        string            `json:"supportsChannelFeatures"`
}

type localisation struct {
	Default    string         `json:"defaultLanguageTag"`
	Additional []languageFile `json:"additionalLanguages"`
}

type languageFile struct {
	Tag  string `json:"languageTag"`
	File string `json:"file"`
}

type developerInfo struct {
	Name    string `json:"name"`
	Website string `json:"websiteUrl"`
	Privacy string `json:"privacyUrl"`
	Terms   string `json:"termsOfUseUrl"`
}

type appName struct {
	Short string `json:"short"`
	Full  string `json:"full"`
}

type appDescription struct {
	Short string `json:"short"`
	Full  string `json:"full"`
}

type iconFiles struct {
	Colour  string `json:"color"`
	Outline string `json:"outline"`
}

type teamsBot struct {
	ID               string        `json:"botId"`
	Scopes           []string      `json:"scopes"`
	TargetedMessages bool          `json:"supportsTargetedMessages"`
	CommandLists     []commandList `json:"commandLists"`
}

type commandList struct {
	Scopes   []string  `json:"scopes"`
	Triggers []string  `json:"triggers"`
	Commands []command `json:"commands"`
}

type command struct {
	Title       string `json:"title"`
	Description string `json:"description"`
}

// Build writes the app package.
func Build(w io.Writer, o Options) error {
	o = o.withDefaults()
	if err := o.validate(); err != nil {
		return err
	}
	manifest, err := encodeJSON(o.buildManifest())
	if err != nil {
		return err
	}
	files := []packageFile{{fileManifest, manifest}, {fileColour, o.ColourIcon}, {fileOutline, o.OutlineIcon}}
	for _, language := range words.Languages()[1:] {
		translated, err := encodeJSON(o.translations(language))
		if err != nil {
			return err
		}
		files = append(files, packageFile{languageFileName(language), translated})
	}
	var whole bytes.Buffer
	if err := writeZip(&whole, files); err != nil {
		return err
	}
	_, err = whole.WriteTo(w)
	return err
}

func (o Options) withDefaults() Options {
	set := func(into *string, value string) {
		if *into == "" {
			*into = value
		}
	}
	set(&o.Version, "1.0.0")
	own := o.Name
	names := maps.Clone(o.NamesIn)
	if names == nil {
		names = map[string]string{}
	}
	for _, language := range words.Languages() {
		names[language.Language()] = cmp.Or(o.NamesIn[language.Language()], own, language.Package.ShortName)
	}
	o.NamesIn, o.Name = names, cmp.Or(own, words.Languages()[0].Package.ShortName)
	if o.BaseURL != "" {
		base := strings.TrimRight(o.BaseURL, "/")
		set(&o.WebsiteURL, base)
		set(&o.PrivacyURL, base+"/privacy")
		set(&o.TermsURL, base+"/terms")
	}
	if len(o.ColourIcon) == 0 {
		o.ColourIcon = defaultColourIcon
	}
	if len(o.OutlineIcon) == 0 {
		o.OutlineIcon = defaultOutlineIcon
	}
	return o
}

func (o Options) buildManifest() appManifest {
	texts := words.Languages()[0]
	var others []languageFile
	for _, language := range words.Languages()[1:] {
		others = append(others, languageFile{language.Language(), languageFileName(language)})
	}
	return appManifest{
		SchemaURL: schemaURL, ManifestVersion: schemaVersion, Version: o.Version, ID: strings.ToLower(o.AppID),
		Localisation: localisation{Default: strings.ToLower(texts.LanguageTag), Additional: others},
		Developer:    developerInfo{Name: o.Developer, Website: o.WebsiteURL, Privacy: o.PrivacyURL, Terms: o.TermsURL},
		Name:         appName{Short: o.Name, Full: texts.Package.FullName},
		Description:  appDescription{Short: texts.Package.Summary, Full: texts.Package.Description},
		Icons:        iconFiles{Colour: fileColour, Outline: fileOutline},
		AccentColour: accentColour,
		Bots: []teamsBot{{
			ID: strings.ToLower(o.AppID), Scopes: []string{"personal", "team"}, TargetedMessages: true, CommandLists: commandLists(texts),
		}},
		DefaultInstallScope: "personal", DefaultGroupCapability: map[string]string{"team": "bot"}, ChannelFeatures: "tier1",
	}
}

// commandLists are what Teams offers while somebody types "/", or "@" and the name of the bot.
// Teams writes the title of a command into the message as the user's own words, and the bot
// understands those of every language.
func commandLists(w *words.Catalogue) []commandList {
	list := func(scope string, offered map[words.CommandName]words.Command) commandList {
		l := commandList{Scopes: []string{scope}, Triggers: []string{"slash", "mention"}}
		for _, name := range words.OfferedOrder {
			if c, ok := offered[name]; ok {
				l.Commands = append(l.Commands, command{Title: c.Syntax, Description: c.Description})
			}
		}
		return l
	}
	return []commandList{list("personal", w.Package.InChat), list("team", w.Package.InTeam)}
}

// translations are a language's file: each text under the path it has in the manifest.
func (o Options) translations(w *words.Catalogue) map[string]string {
	texts := map[string]string{
		"$schema":    localisationSchemaURL,
		"name.short": o.NamesIn[w.Language()], "name.full": w.Package.FullName,
		"description.short": w.Package.Summary, "description.full": w.Package.Description,
	}
	for i, list := range commandLists(w) {
		for j, c := range list.Commands {
			path := fmt.Sprintf("bots[0].commandLists[%d].commands[%d].", i, j)
			texts[path+"title"], texts[path+"description"] = c.Title, c.Description
		}
	}
	return texts
}

func encodeJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(v)
	return b.Bytes(), err
}

type packageFile struct {
	name string
	data []byte
}

// zipModTime is the time that every file of the package carries: the earliest a zip can.
var zipModTime = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

func writeZip(w io.Writer, files []packageFile) error {
	z := zip.NewWriter(w)
	for _, f := range files {
		entry, err := z.CreateHeader(&zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: zipModTime})
		if err != nil {
			return err
		}
		if _, err := entry.Write(f.data); err != nil {
			return err
		}
	}
	return z.Close()
}
