package manifest

import (
	"bytes"
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

// Problem is one option that Teams would refuse.
type Problem struct {
	Option     string // in words
	What, Mend string
}

// Error says which option, what is wrong with it, and what to do.
func (p *Problem) Error() string {
	return fmt.Sprintf("app package: %s %s; %s", p.Option, p.What, p.Mend)
}

// What the schema and the rules for apps allow. Lengths are in characters as
// Teams counts them, in UTF-16.
const (
	mostShortName = 30
	mostDeveloper = 32
	mostURL       = 2048
	colourSize    = 192 // pixels, each way
	outlineSize   = 32
	mostIcon      = 1 << 20 // bytes; ours are under 10 KB
)

var (
	guidForm    = regexp.MustCompile(`^[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$`)
	guidZero    = "00000000-0000-0000-0000-000000000000"
	versionForm = regexp.MustCompile(`^(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})$`)
)

// check gives every Problem at once, joined, or nil.
func (o Options) check() error {
	var all []error
	add := func(option, what, mend string) { all = append(all, &Problem{option, what, mend}) }

	if !guidForm.MatchString(o.AppID) || o.AppID == guidZero {
		add("the app id", "is no GUID", "copy the application (client) id of the bot's registration in Entra")
	}
	if !versionForm.MatchString(o.Version) {
		add("the version", "is not three numbers", "write for example 1.0.1, and let it grow with each package that you upload")
	}
	for _, t := range []struct {
		option, value string
		most          int
	}{
		{"the developer's name", o.Developer, mostDeveloper},
		{"the app's name", o.Name, mostShortName},
		{"the app's Welsh name", o.NameWelsh, mostShortName},
	} {
		if what, mend := plainText(t.value, t.most); what != "" {
			add(t.option, what, mend)
		}
	}
	for _, u := range []struct{ option, value string }{
		{"the website", o.Website}, {"the privacy page", o.Privacy}, {"the page with the terms of use", o.Terms},
	} {
		if what := publicPage(u.value); what != "" {
			add(u.option, what, "give the https address of a public page that opens without signing in")
		}
	}
	if what, mend := colourIcon(o.ColourIcon); what != "" {
		add("the colour icon", what, mend)
	}
	if what, mend := outlineIcon(o.OutlineIcon); what != "" {
		add("the outline icon", what, mend)
	}
	return errors.Join(all...)
}

func plainText(s string, most int) (what, mend string) {
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

func publicPage(s string) (what string) {
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
	case len(s) > mostURL:
		return fmt.Sprintf("has an address of more than %d characters", mostURL)
	}
	return ""
}

func sized(icon []byte, size int) (what, mend string) {
	mend = fmt.Sprintf("give a PNG file of %d × %d pixels", size, size)
	if len(icon) > mostIcon {
		return fmt.Sprintf("has more than %d bytes", mostIcon), mend
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

func colourIcon(icon []byte) (what, mend string) {
	if what, mend = sized(icon, colourSize); what != "" {
		return what, mend
	}
	if _, err := png.Decode(bytes.NewReader(icon)); err != nil {
		return "is a damaged PNG file", "make it anew"
	}
	return "", ""
}

// outlineIcon wants white on transparent, and something of both.
func outlineIcon(icon []byte) (what, mend string) {
	if what, mend = sized(icon, outlineSize); what != "" {
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
