package manifest

import (
	"bytes"
	"challengebot/internal/words"
	"challengebot/internal/words/languages"
	"errors"
	"fmt"
	"image/color"
	"image/png"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf16"
)

// OptionError is one option that Teams would refuse.
type OptionError struct {
	Option       string // in words
	Reason, Hint string
}

// Error says which option, what is wrong with it, and what to do.
func (p *OptionError) Error() string {
	return fmt.Sprintf("app package: %s %s; %s", p.Option, p.Reason, p.Hint)
}

// What the schema and the rules for apps allow. Lengths are in characters as
// Teams counts them, in UTF-16.
const (
	maxShortName     = 30
	maxDeveloperName = 32
	maxURL           = 2048
	colourSize       = 192 // pixels, each way
	outlineSize      = 32
	maxIconBytes     = 1 << 20 // bytes; ours are under 10 KB
)

var (
	guidPattern    = regexp.MustCompile(`^[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$`)
	zeroGUID       = "00000000-0000-0000-0000-000000000000"
	versionPattern = regexp.MustCompile(`^(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})$`)
)

// validate gives every Problem at once, joined, or nil.
func (o Options) validate() error {
	var all []error
	add := func(option, what, mend string) { all = append(all, &OptionError{option, what, mend}) }

	if !guidPattern.MatchString(o.AppID) || o.AppID == zeroGUID {
		add("the app id", "is no GUID", "copy the application (client) id of the bot's registration in Entra")
	}
	if !versionPattern.MatchString(o.Version) {
		add("the version", "is not three numbers", "write for example 1.0.1, and let it grow with each package that you upload")
	}
	type text struct {
		option, value string
		most          int
	}
	texts := []text{{"the developer's name", o.Developer, maxDeveloperName}, {"the app's name", o.Name, maxShortName}}
	for _, language := range words.Languages()[1:] {
		texts = append(texts, text{"the app's " + languages.NameOf(language.Language()) + " name", o.NamesIn[language.Language()], maxShortName})
	}
	for language := range o.NamesIn {
		if !languages.IsKnown(language) {
			add("the app's name in "+language, "is in a language that the app does not have", "write "+languages.Choices())
		}
	}
	for _, t := range texts {
		if what, mend := checkPlainText(t.value, t.most); what != "" {
			add(t.option, what, mend)
		}
	}
	for _, u := range []struct{ option, value string }{
		{"the website", o.WebsiteURL}, {"the privacy page", o.PrivacyURL}, {"the page with the terms of use", o.TermsURL},
	} {
		if what := checkPublicPage(u.value); what != "" {
			add(u.option, what, "give the https address of a public page that opens without signing in")
		}
	}
	if what, mend := checkColourIcon(o.ColourIcon); what != "" {
		add("the colour icon", what, mend)
	}
	if what, mend := checkOutlineIcon(o.OutlineIcon); what != "" {
		add("the outline icon", what, mend)
	}
	return errors.Join(all...)
}

func checkPlainText(s string, most int) (what, mend string) {
	length := len(utf16.Encode([]rune(s)))
	switch {
	case strings.TrimSpace(s) == "":
		return "is missing", "write it"
	case strings.EqualFold(s, "null"): // refused by the schema of translations
		return "is a word that Teams takes for nothing", "write another"
	case length > most:
		return fmt.Sprintf("has %d characters, and Teams takes %d", length, most), "shorten it"
	case s != strings.TrimSpace(s), strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }):
		return "has blanks around it or signs that cannot be seen", "write it as plain text on one line"
	}
	return "", ""
}

func checkPublicPage(s string) (what string) {
	u, err := url.Parse(s)
	switch {
	case s == "":
		return "has no address"
	case err != nil || u.Host == "" || u.Opaque != "":
		return "is no web address"
	case u.Scheme != "https":
		return "is not https"
	case u.User != nil:
		return "has a user name in its address"
	case !strings.Contains(u.Hostname(), ".") || strings.ContainsFunc(s, unicode.IsSpace):
		return "is no public address"
	case len(s) > maxURL:
		return fmt.Sprintf("has an address of more than %d characters", maxURL)
	}
	return ""
}

func checkIconSize(icon []byte, size int) (what, mend string) {
	mend = fmt.Sprintf("give a PNG file of %d × %d pixels", size, size)
	if len(icon) > maxIconBytes {
		return fmt.Sprintf("has more than %d bytes", maxIconBytes), mend
	}
	config, err := png.DecodeConfig(bytes.NewReader(icon))
	if err != nil {
		return "is no PNG file", mend
	}
	if config.Width != size || config.Height != size {
		return fmt.Sprintf("is %d × %d pixels", config.Width, config.Height), mend
	}
	return "", ""
}

func checkColourIcon(icon []byte) (what, mend string) {
	if what, mend = checkIconSize(icon, colourSize); what != "" {
		return what, mend
	}
	if _, err := png.Decode(bytes.NewReader(icon)); err != nil {
		return "is a damaged PNG file", "make it anew"
	}
	return "", ""
}

// checkOutlineIcon wants white on transparent, and something of both.
func checkOutlineIcon(icon []byte) (what, mend string) {
	if what, mend = checkIconSize(icon, outlineSize); what != "" {
		return what, mend
	}
	picture, err := png.Decode(bytes.NewReader(icon))
	if err != nil {
		return "is a damaged PNG file", "make it anew"
	}
	var seen, clear bool
	for i := range outlineSize * outlineSize {
		c := color.NRGBAModel.Convert(picture.At(i%outlineSize, i/outlineSize)).(color.NRGBA)
		if c.A == 0 {
			clear = true
			continue
		}
		seen = true
		if c.R != 255 || c.G != 255 || c.B != 255 {
			return "has a colour", "draw it in white on a transparent ground"
		}
	}
	if !seen || !clear {
		return "shows nothing", "draw it in white on a transparent ground"
	}
	return "", ""
}
