package manifest

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dlclark/regexp2"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

func validOptions() Options {
	return Options{
		AppID:     "ABCDEF01-1111-4111-8111-111111111111",
		Developer: "North East Lincolnshire Council", // 31 characters
		BaseURL:   "https://challenge.example.gov.uk/",
	}
}

// buildPackage is the unpacked app package.
func buildPackage(t *testing.T, o Options) map[string][]byte {
	t.Helper()
	var b bytes.Buffer
	if err := Build(&b, o); err != nil {
		t.Fatal(err)
	}
	return unzip(t, b.Bytes())
}

func unzip(t *testing.T, data []byte) map[string][]byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if files[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// schemaRegexp is a regular expression as the schemas write them.
type schemaRegexp struct{ *regexp2.Regexp }

func (l schemaRegexp) MatchString(s string) bool {
	ok, err := l.Regexp.MatchString(s)
	return ok && err == nil
}

func loadSchema(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	c.UseRegexpEngine(func(s string) (jsonschema.Regexp, error) {
		re, err := regexp2.Compile(s, regexp2.ECMAScript)
		return schemaRegexp{re}, err
	})
	if err := c.AddResource(name, document); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile(name)
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

func validateAgainstSchema(t *testing.T, s *jsonschema.Schema, data []byte) error {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(value)
}

func TestThePackageKeepsToTheOfficialSchemas(t *testing.T) {
	t.Parallel()
	app, local := loadSchema(t, "MicrosoftTeams.schema.json"), loadSchema(t, "MicrosoftTeams.Localization.schema.json")
	full := validOptions()
	full.Name, full.NamesIn = strings.Repeat("N", maxShortName), map[string]string{"cy": strings.Repeat("ŵ", maxShortName)}
	full.Developer, full.Version = strings.Repeat("D", maxDeveloperName), "10.20.300"
	for name, o := range map[string]Options{"as it comes": validOptions(), "everything as long as it may be": full} {
		files := buildPackage(t, o)
		if err := validateAgainstSchema(t, app, files[fileManifest]); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := validateAgainstSchema(t, local, files["cy.json"]); err != nil {
			t.Errorf("%s: Welsh: %v", name, err)
		}
	}
	// The schemas refuse what they should: they were compiled, not passed over.
	files := buildPackage(t, validOptions())
	for _, broken := range []struct {
		schema   *jsonschema.Schema
		data     []byte
		old, new string
	}{
		{app, files[fileManifest], `"manifestVersion": "1.30"`, `"manifestVersion": 1.30`},
		{app, files[fileManifest], `"slash"`, `"hash"`},
		{app, files[fileManifest], `supportsTargetedMessages`, `supportsAimedMessages`},
		{app, files[fileManifest], `"https://challenge`, `"ftp://challenge`},
		{local, files["cy.json"], `"Herio"`, `"null"`},
		{local, files["cy.json"], `commandLists[1]`, `commandLists[3]`},
	} {
		changed := bytes.Replace(broken.data, []byte(broken.old), []byte(broken.new), 1)
		if bytes.Equal(changed, broken.data) {
			t.Errorf("%s is not in the package", broken.old)
		}
		if validateAgainstSchema(t, broken.schema, changed) == nil {
			t.Errorf("%s was taken", broken.new)
		}
	}
}

// The schema says its release with a word that its own draft does not have, so that
// no validator looks.
func TestThePackageNamesTheReleaseOfTheSchemaItIsHeldTo(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/MicrosoftTeams.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var official struct {
		Properties struct {
			ManifestVersion struct{ Const string }
		}
	}
	if err := json.Unmarshal(data, &official); err != nil {
		t.Fatal(err)
	}
	if got := official.Properties.ManifestVersion.Const; got != schemaVersion {
		t.Errorf("the schema is %s, the package %s", got, schemaVersion)
	}
}

func TestThePackageIsTheSameEveryTimeAndLiesFlat(t *testing.T) {
	t.Parallel()
	var first, second bytes.Buffer
	if err := errors.Join(Build(&first, validOptions()), Build(&second, validOptions())); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("two packages from the same options differ")
	}
	z, err := zip.NewReader(bytes.NewReader(first.Bytes()), int64(first.Len()))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range z.File {
		names = append(names, f.Name)
	}
	if diff := cmp.Diff([]string{"manifest.json", "color.png", "outline.png", "cy.json"}, names); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func TestThePackageReadsAsItDid(t *testing.T) {
	files := buildPackage(t, validOptions())
	for _, name := range []string{fileManifest, "cy.json"} {
		golden := filepath.Join("testdata", "golden_"+name)
		if *update {
			if err := os.WriteFile(golden, files[name], 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(files[name])); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestThePackageAsksForNoPermission(t *testing.T) {
	t.Parallel()
	var app map[string]any
	if err := json.Unmarshal(buildPackage(t, validOptions())[fileManifest], &app); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"permissions", "devicePermissions", "authorization", "webApplicationInfo", "validDomains"} {
		if v, ok := app[key]; ok {
			t.Errorf("%s: %v", key, v)
		}
	}
}

func TestEveryTextHasItsWelshAtTheSamePath(t *testing.T) {
	t.Parallel()
	files := buildPackage(t, validOptions())
	var app struct {
		Name, Description map[string]string
		Bots              []struct {
			CommandLists []struct {
				Commands []struct{ Title, Description string }
			}
		}
	}
	var cy map[string]string
	if err := errors.Join(json.Unmarshal(files[fileManifest], &app), json.Unmarshal(files["cy.json"], &cy)); err != nil {
		t.Fatal(err)
	}
	english := map[string]string{}
	for key, text := range app.Name {
		english["name."+key] = text
	}
	for key, text := range app.Description {
		english["description."+key] = text
	}
	for i, list := range app.Bots[0].CommandLists {
		for j, c := range list.Commands {
			path := fmt.Sprintf("bots[0].commandLists[%d].commands[%d].", i, j)
			english[path+"title"], english[path+"description"] = c.Title, c.Description
		}
	}
	delete(cy, "$schema")
	if len(cy) != len(english) || len(english) != 4+2*12 {
		t.Errorf("%d texts, %d in Welsh", len(english), len(cy))
	}
	for path, text := range english {
		if cy[path] == "" || cy[path] == text {
			t.Errorf("%s: %q in Welsh is %q", path, text, cy[path])
		}
	}
}

func TestANameOfTheAuthoritysOwnIsKeptInWelshUnlessItHasOne(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, welsh, wantName, wantWelsh string }{
		{"", "", "Challenge", "Herio"},
		{"Escalate", "", "Escalate", "Escalate"},
		{"Escalate", "Uwchgyfeirio", "Escalate", "Uwchgyfeirio"},
		{"", "Uwchgyfeirio", "Challenge", "Uwchgyfeirio"},
	} {
		o := validOptions()
		o.Name = test.name
		if test.welsh != "" {
			o.NamesIn = map[string]string{"cy": test.welsh}
		}
		files := buildPackage(t, o)
		var cy map[string]string
		var app struct{ Name appName }
		if err := errors.Join(json.Unmarshal(files["cy.json"], &cy), json.Unmarshal(files[fileManifest], &app)); err != nil {
			t.Fatal(err)
		}
		if app.Name.Short != test.wantName || cy["name.short"] != test.wantWelsh {
			t.Errorf("%q, %q: got %q, %q", test.name, test.welsh, app.Name.Short, cy["name.short"])
		}
	}
}

// newIcon is a PNG of one colour, with one transparent corner if asked.
func newIcon(t *testing.T, size int, c color.NRGBA, corner bool) []byte {
	t.Helper()
	picture := image.NewNRGBA(image.Rect(0, 0, size, size))
	for i := range size * size {
		picture.SetNRGBA(i%size, i/size, c)
	}
	if corner {
		picture.SetNRGBA(0, 0, color.NRGBA{})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, picture); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWhatTeamsWouldRefuseIsSaidWithTheMend(t *testing.T) {
	t.Parallel()
	black := color.NRGBA{A: 255}
	tests := map[string]struct {
		change func(*Options)
		want   string
	}{
		"no app id":             {func(o *Options) { o.AppID = "" }, "the app id is no GUID; copy"},
		"a wrong app id":        {func(o *Options) { o.AppID = "challengebot" }, "the app id is no GUID; copy"},
		"a GUID in braces":      {func(o *Options) { o.AppID = "{" + o.AppID + "}" }, "the app id is no GUID"},
		"the GUID of nobody":    {func(o *Options) { o.AppID = zeroGUID }, "the app id is no GUID"},
		"two numbers":           {func(o *Options) { o.Version = "1.0" }, "three numbers; write for example 1.0.1"},
		"a leading zero":        {func(o *Options) { o.Version = "1.02.0" }, "three numbers"},
		"a pre-release":         {func(o *Options) { o.Version = "1.0.0-beta" }, "three numbers"},
		"no developer":          {func(o *Options) { o.Developer = " " }, "the developer's name is missing"},
		"a long developer":      {func(o *Options) { o.Developer += ", UK" }, "the developer's name has 35 characters, and Teams takes 32; shorten it"},
		"a long name":           {func(o *Options) { o.Name = strings.Repeat("n", 31) }, "the app's name has 31 characters, and Teams takes 30"},
		"a long Welsh name":     {func(o *Options) { o.NamesIn = map[string]string{"cy": strings.Repeat("ŵ", 31)} }, "the app's Welsh name has 31 characters"},
		"a name of wide signs":  {func(o *Options) { o.Name = strings.Repeat("😀", 16) }, "the app's name has 32 characters"},
		"a name of two lines":   {func(o *Options) { o.Name = "Chal\nlenge" }, "plain text on one line"},
		"a name turned about":   {func(o *Options) { o.Name = "\u202eegnellahC" }, "signs that cannot be seen"},
		"a name in no language": {func(o *Options) { o.NamesIn = map[string]string{"fr": "Défi"} }, "the app's name in fr is in a language that the app does not have; write en for English or cy for Welsh"},
		"the word for nothing":  {func(o *Options) { o.NamesIn = map[string]string{"cy": "Null"} }, "takes for nothing"},
		"no addresses":          {func(o *Options) { o.BaseURL = "" }, "the privacy page has no address; give the https address"},
		"http":                  {func(o *Options) { o.BaseURL = "http://challenge.example.gov.uk" }, "the website is not https"},
		"http for one":          {func(o *Options) { o.TermsURL = "http://example.gov.uk/terms" }, "the page with the terms of use is not https"},
		"no address at all":     {func(o *Options) { o.PrivacyURL = "example.gov.uk/privacy" }, "the privacy page is no web address"},
		"a password in it":      {func(o *Options) { o.PrivacyURL = "https://a:b@example.gov.uk/" }, "a user name in its address"},
		"this machine":          {func(o *Options) { o.PrivacyURL = "https://localhost/" }, "no public address"},
		"a blank in it":         {func(o *Options) { o.PrivacyURL = "https://example.gov.uk/a b" }, "no public address"},
		"a very long address":   {func(o *Options) { o.PrivacyURL = "https://example.gov.uk/" + strings.Repeat("a", 2048) }, "more than 2048"},
		"a small colour icon":   {func(o *Options) { o.ColourIcon = newIcon(t, 96, black, false) }, "the colour icon is 96 × 96 pixels; give a PNG file of 192 × 192 pixels"},
		"an icon of text":       {func(o *Options) { o.ColourIcon = []byte("<svg/>") }, "the colour icon is no PNG file"},
		"half a colour icon":    {func(o *Options) { o.ColourIcon = defaultColourIcon[:len(defaultColourIcon)/2] }, "the colour icon is a damaged PNG file"},
		"a huge colour icon":    {func(o *Options) { o.ColourIcon = make([]byte, maxIconBytes+1) }, "more than 1048576 bytes"},
		"a large outline icon":  {func(o *Options) { o.OutlineIcon = newIcon(t, 192, white, true) }, "the outline icon is 192 × 192 pixels; give a PNG file of 32 × 32 pixels"},
		"a black outline icon":  {func(o *Options) { o.OutlineIcon = newIcon(t, 32, black, true) }, "the outline icon has a colour; draw it in white"},
		"a full outline icon":   {func(o *Options) { o.OutlineIcon = newIcon(t, 32, white, false) }, "the outline icon shows nothing"},
		"an empty outline icon": {func(o *Options) { o.OutlineIcon = newIcon(t, 32, color.NRGBA{}, false) }, "the outline icon shows nothing"},
		"half an outline icon":  {func(o *Options) { o.OutlineIcon = defaultOutlineIcon[:len(defaultOutlineIcon)/2] }, "the outline icon is a damaged PNG file"},
	}
	for name, test := range tests {
		o := validOptions()
		test.change(&o)
		var b bytes.Buffer
		err := Build(&b, o)
		var problem *OptionError
		if !errors.As(err, &problem) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %q", name, err, test.want)
		}
		if b.Len() > 0 {
			t.Errorf("%s: something was written", name)
		}
	}
}

func TestAllThatIsWrongIsSaidAtOnce(t *testing.T) {
	t.Parallel()
	err := Build(io.Discard, Options{Version: "x", Name: strings.Repeat("n", 31)})
	if got := len(strings.Split(err.Error(), "\n")); got != 8 {
		t.Errorf("%d problems:\n%v", got, err)
	}
}

func TestIconsOfTheAuthoritysOwnArePacked(t *testing.T) {
	t.Parallel()
	o := validOptions()
	o.ColourIcon = newIcon(t, colourSize, color.NRGBA{1, 2, 3, 255}, false)
	o.OutlineIcon = newIcon(t, outlineSize, white, true)
	files := buildPackage(t, o)
	if !bytes.Equal(files[fileColour], o.ColourIcon) || !bytes.Equal(files[fileOutline], o.OutlineIcon) {
		t.Error("other icons are in the package")
	}
}

func TestAPackageThatCannotBeWrittenIsAnError(t *testing.T) {
	t.Parallel()
	if err := Build(fullDisk{}, validOptions()); !errors.Is(err, errDiskFull) {
		t.Errorf("got %v", err)
	}
}

var errDiskFull = errors.New("the disk is full")

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errDiskFull }
