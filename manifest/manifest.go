package manifest

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
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
	// Website, Privacy and Terms are public https pages; people open them from Teams.
	Website, Privacy, Terms string
	// Name and NameWelsh are what people see and look for, up to 30 characters.
	// "Challenge" and "Herio" if empty; a name without a Welsh one is kept in Welsh.
	Name, NameWelsh string
	// ColourIcon and OutlineIcon are PNG files; the product's own if empty.
	ColourIcon, OutlineIcon []byte
}

// The release of the schema that the package follows. Slash commands need 1.29.
const (
	schemaVersion      = "1.30"
	schemaHost         = "https://developer.microsoft.com/json-schemas/teams/v" + schemaVersion
	schemaAddress      = schemaHost + "/MicrosoftTeams.schema.json"
	localSchemaAddress = schemaHost + "/MicrosoftTeams.Localization.schema.json"
)

// The files of the package. All lie at its root.
const (
	fileManifest = "manifest.json"
	fileColour   = "color.png"
	fileOutline  = "outline.png"
	fileWelsh    = "cy.json"
)

// app is manifest.json, as far as this product uses it.
type app struct {
	Schema          string       `json:"$schema"`
	ManifestVersion string       `json:"manifestVersion"`
	Version         string       `json:"version"`
	ID              string       `json:"id"`
	Localisation    localisation `json:"localizationInfo"`
	Developer       developer    `json:"developer"`
	Name            name         `json:"name"`
	Description     description  `json:"description"`
	Icons           icons        `json:"icons"`
	AccentColour    string       `json:"accentColor"`
	Bots            []teamsBot   `json:"bots"`
	// Install is the button that people are offered first. The private chat is where
	// a manager is asked: without a personal installation Teams refuses the card.
	Install         string            `json:"defaultInstallScope"`
	Capability      map[string]string `json:"defaultGroupCapability"`
	ChannelFeatures string            `json:"supportsChannelFeatures"`
}

type localisation struct {
	Default    string     `json:"defaultLanguageTag"`
	Additional []language `json:"additionalLanguages"`
}

type language struct {
	Tag  string `json:"languageTag"`
	File string `json:"file"`
}

type developer struct {
	Name    string `json:"name"`
	Website string `json:"websiteUrl"`
	Privacy string `json:"privacyUrl"`
	Terms   string `json:"termsOfUseUrl"`
}

type name struct {
	Short string `json:"short"`
	Full  string `json:"full"`
}

type description struct {
	Short string `json:"short"`
	Full  string `json:"full"`
}

type icons struct {
	Colour  string `json:"color"`
	Outline string `json:"outline"`
}

type teamsBot struct {
	ID       string        `json:"botId"`
	Scopes   []string      `json:"scopes"`
	Targeted bool          `json:"supportsTargetedMessages"`
	Commands []commandList `json:"commandLists"`
}

type commandList struct {
	Scopes   []string  `json:"scopes"`
	Triggers []string  `json:"triggers"`
	Commands []command `json:"commands"`
}

type command struct {
	Title       string `json:"title"`
	Description string `json:"description"`
	titleWelsh  string
	welsh       string
}

// Build writes the app package.
func Build(w io.Writer, o Options) error {
	o = o.withDefaults()
	if err := o.check(); err != nil {
		return err
	}
	manifest, err := encode(o.app())
	if err != nil {
		return err
	}
	welsh, err := encode(o.welsh())
	if err != nil {
		return err
	}
	var whole bytes.Buffer
	err = pack(&whole, []file{
		{fileManifest, manifest}, {fileColour, o.ColourIcon}, {fileOutline, o.OutlineIcon}, {fileWelsh, welsh},
	})
	if err != nil {
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
	if o.Name != "" {
		set(&o.NameWelsh, o.Name)
	}
	set(&o.Name, english.short)
	set(&o.NameWelsh, welsh.short)
	if o.BaseURL != "" {
		base := strings.TrimRight(o.BaseURL, "/")
		set(&o.Website, base)
		set(&o.Privacy, base+"/privacy")
		set(&o.Terms, base+"/terms")
	}
	if len(o.ColourIcon) == 0 {
		o.ColourIcon = ownColour
	}
	if len(o.OutlineIcon) == 0 {
		o.OutlineIcon = ownOutline
	}
	return o
}

func (o Options) app() app {
	return app{
		Schema: schemaAddress, ManifestVersion: schemaVersion, Version: o.Version, ID: strings.ToLower(o.AppID),
		Localisation: localisation{Default: "en-gb", Additional: []language{{"cy", fileWelsh}}},
		Developer:    developer{Name: o.Developer, Website: o.Website, Privacy: o.Privacy, Terms: o.Terms},
		Name:         name{Short: o.Name, Full: english.full},
		Description:  description{Short: english.summary, Full: english.about},
		Icons:        icons{Colour: fileColour, Outline: fileOutline},
		AccentColour: accent,
		Bots: []teamsBot{{
			ID: strings.ToLower(o.AppID), Scopes: []string{"personal", "team"}, Targeted: true, Commands: commandLists,
		}},
		Install: "personal", Capability: map[string]string{"team": "bot"}, ChannelFeatures: "tier1",
	}
}

// welsh is cy.json: each text under the path it has in the manifest. Teams writes the
// title of a command into the message as the user's own words, so the bot knows the
// Welsh ones too.
func (o Options) welsh() map[string]string {
	texts := map[string]string{
		"$schema":    localSchemaAddress,
		"name.short": o.NameWelsh, "name.full": welsh.full,
		"description.short": welsh.summary, "description.full": welsh.about,
	}
	for i, list := range commandLists {
		for j, c := range list.Commands {
			path := fmt.Sprintf("bots[0].commandLists[%d].commands[%d].", i, j)
			texts[path+"title"], texts[path+"description"] = c.titleWelsh, c.welsh
		}
	}
	return texts
}

func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(v)
	return b.Bytes(), err
}

type file struct {
	name string
	data []byte
}

// packed is the time that every file of the package carries: the earliest a zip can.
var packed = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

func pack(w io.Writer, files []file) error {
	z := zip.NewWriter(w)
	for _, f := range files {
		entry, err := z.CreateHeader(&zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: packed})
		if err != nil {
			return err
		}
		if _, err := entry.Write(f.data); err != nil {
			return err
		}
	}
	return z.Close()
}
