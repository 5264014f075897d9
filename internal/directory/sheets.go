package directory

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"challengebot/internal/yamlfile"
)

// Sheets are the four sheets of a directory that is kept in a spreadsheet.
type Sheets struct {
	// People is Entra's own export of users, or a sheet with a few of its columns. Units are the
	// authority, its services, teams and partner agencies, Roles who holds which role where, and
	// Cover, which may be left out, who stands in.
	People, Units, Roles, Cover Sheet
}

// Sheet is a table: its first row names the columns.
type Sheet struct {
	Name string // as complaints name it: "roles.csv"
	Rows []SheetRow
	// Problem is why it could not be read.
	Problem *yamlfile.Problem
}

// SheetRow is one row and its number, as the spreadsheet counts.
type SheetRow struct {
	Number int
	Cells  []string
}

// column is a column that is read: its name, and other names that it has elsewhere.
type column struct {
	name     string
	aliases  []string
	required bool
}

var (
	// The aliases are what Entra's exports of users and of members of a group call them.
	peopleColumns = []column{
		{"name", []string{"displayname"}, true}, {"entra", []string{"objectid", "id"}, false},
		{"login", []string{"userprincipalname", "mail", "email"}, false}, {"key", nil, false},
		{"enabled", []string{"accountenabled"}, false}, {"language", nil, false}, {"noaccount", nil, false},
	}
	unitColumns  = []column{{"kind", nil, true}, {"id", nil, false}, {"name", nil, true}, {"service", nil, false}, {"channel", nil, false}, {"language", nil, false}}
	roleColumns  = []column{{"role", nil, true}, {"unit", nil, true}, {"person", nil, true}}
	coverColumns = []column{{"for", nil, true}, {"by", nil, true}, {"from", nil, true}, {"to", nil, true}}
)

// MaxSheetSize is the largest sheet that is read, in bytes.
const MaxSheetSize = 32 << 20

// ReadCSV reads one sheet from a file of values between commas, semicolons or tabulators.
func ReadCSV(name string, data []byte) Sheet {
	s := Sheet{Name: name}
	fail := func(line, column int, what, hint string) Sheet {
		s.Problem = &yamlfile.Problem{File: name, Line: line, Column: column, What: what, Hint: hint}
		return s
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	switch {
	case len(data) > MaxSheetSize:
		return fail(0, 0, fmt.Sprintf("the file has %d bytes; the most that is read is %d", len(data), MaxSheetSize), "Leave out the people whom the bot need not know")
	case !utf8.Valid(data):
		return fail(0, 0, "the file is not UTF-8 text", `Save it again as "CSV UTF-8"`)
	case len(bytes.TrimSpace(data)) == 0:
		return fail(1, 1, "the file is empty", "Write the names of the columns into its first row")
	}
	reader := csv.NewReader(bytes.NewReader(data))
	reader.Comma, reader.FieldsPerRecord = separatorOf(data), -1
	for {
		cells, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return s
		}
		if wrong := (*csv.ParseError)(nil); errors.As(err, &wrong) {
			return fail(wrong.Line, wrong.Column, "this is no row of a sheet: a quotation mark stands alone", `Put the whole value in quotation marks, and write "" for one inside`)
		}
		line, _ := reader.FieldPos(0)
		s.Rows = append(s.Rows, SheetRow{line, cells})
	}
}

// separatorOf is what stands between the names of the columns.
func separatorOf(data []byte) rune {
	first, _, _ := bytes.Cut(data, []byte("\n"))
	best := ','
	for _, other := range []rune{';', '\t'} {
		if bytes.Count(first, []byte(string(other))) > bytes.Count(first, []byte(string(best))) {
			best = other
		}
	}
	return best
}

// ReadSheets reads a directory from sheets. The error is yamlfile.Problems and lists everything
// that is wrong, with the row and the column.
func ReadSheets(name string, sheets Sheets) (*Directory, error) {
	r := &sheetReader{file: yamlfile.NewFile(name), keyOf: map[string][]string{}}
	r.file.Place("$", sheets.People.Name, 1, 1)
	r.readPeople(sheets.People)
	r.readUnits(sheets.Units)
	r.readRoles(sheets.Roles)
	r.readCover(sheets.Cover)
	if r.unread { // what would follow from a sheet that is not there is no news
		r.problems.Sort()
		return nil, r.problems
	}
	return build(r.file, r.shape, r.problems)
}

// sheetReader turns rows into what a directory file says, and remembers where each stood.
type sheetReader struct {
	file     *yamlfile.File
	shape    directoryEntry
	problems yamlfile.Problems
	unread   bool
	// keyOf are the keys of people by everything that they can be named by.
	keyOf map[string][]string
	// unitPath is where a unit's entry is, by its kind and id.
	units []sheetUnit
}

type sheetUnit struct {
	kind, id, path string
	roles          *map[Role][]string
}

// sheetValues are the values of one row by the names of its columns.
type sheetValues struct {
	sheet  string
	number int
	value  map[string]string
	column map[string]int
}

// place says where a value of this row stands.
func (v sheetValues) place(f *yamlfile.File, path, column string) {
	f.Place(path, v.sheet, v.number, max(1, v.column[column]))
}

func (r *sheetReader) add(sheet string, row, column int, what, hint string) {
	r.problems = append(r.problems, yamlfile.Problem{File: sheet, Line: row, Column: column, What: what, Hint: hint})
}

func (r *sheetReader) addAt(v sheetValues, column, what, hint string) {
	r.add(v.sheet, v.number, max(1, v.column[column]), what, hint)
}

// foldHeader is the name of a column without what makes no difference in it.
func foldHeader(s string) string {
	return strings.NewReplacer(" ", "", "_", "", "-", "").Replace(strings.ToLower(strings.TrimSpace(s)))
}

// rowsOf are the rows of a sheet that say something. Columns that nobody knows are passed over in
// an export, which has many, and refused elsewhere.
func (r *sheetReader) rowsOf(s Sheet, known []column, isExport bool) []sheetValues {
	if s.Problem != nil {
		r.problems, r.unread = append(r.problems, *s.Problem), true
		return nil
	}
	if len(s.Rows) == 0 {
		return nil
	}
	var names []string
	for _, c := range known {
		names = append(names, c.name)
	}
	at, header := map[string]int{}, s.Rows[0]
	for i, text := range header.Cells {
		folded := foldHeader(text)
		c := slices.IndexFunc(known, func(c column) bool { return c.name == folded || slices.Contains(c.aliases, folded) })
		switch {
		case c < 0 && !isExport && folded != "":
			r.add(s.Name, header.Number, i+1, fmt.Sprintf("the column %q is not known here", text), yamlfile.DidYouMean(folded, names))
		case c >= 0 && (at[names[c]] == 0 || folded == names[c]): // its own name before another's
			at[names[c]] = i + 1
		}
	}
	for _, c := range known {
		if c.required && at[c.name] == 0 {
			r.add(s.Name, header.Number, 1, fmt.Sprintf("there is no column %q", c.name), "Its first row names the columns: "+strings.Join(names, ", "))
			r.unread = true
		}
	}
	var rows []sheetValues
	for _, row := range s.Rows[1:] {
		v := sheetValues{s.Name, row.Number, map[string]string{}, at}
		for name, i := range at {
			if i <= len(row.Cells) {
				v.value[name] = strings.Join(strings.Fields(row.Cells[i-1]), " ")
			}
		}
		for i := len(header.Cells); i < len(row.Cells); i++ {
			if strings.TrimSpace(row.Cells[i]) != "" {
				r.add(s.Name, row.Number, i+1, "this value stands under no column", "See whether a value before it has a comma and no quotation marks")
				break
			}
		}
		if strings.Join(row.Cells, "") != "" {
			rows = append(rows, v)
		}
	}
	return rows
}

// readFlag reads yes and no.
func (r *sheetReader) readFlag(v sheetValues, column string, missing bool) bool {
	switch text := strings.ToLower(v.value[column]); text {
	case "":
		return missing
	case "true", "yes", "y", "1", "x":
		return true
	case "false", "no", "n", "0":
		return false
	default:
		r.addAt(v, column, fmt.Sprintf("%q is neither yes nor no", v.value[column]), "Write yes or no")
		return missing
	}
}

func (r *sheetReader) readPeople(s Sheet) {
	taken := map[string]bool{}
	for _, v := range r.rowsOf(s, peopleColumns, true) {
		if !r.readFlag(v, "enabled", true) {
			continue // a leaver, whom Entra keeps for a while
		}
		p := personEntry{Name: v.value["name"], Entra: strings.ToLower(v.value["entra"]), Language: v.value["language"], NoAccount: r.readFlag(v, "noaccount", false)}
		p.ID = cmp.Or(v.value["key"], uniqueKey(cmp.Or(loginName(v.value["login"]), p.Name), taken))
		taken[p.ID] = true
		path := fmt.Sprintf("$.people[%d]", len(r.shape.People))
		v.place(r.file, path, "name")
		v.place(r.file, path+".id", "key")
		v.place(r.file, path+".entra", "entra")
		v.place(r.file, path+".language", "language")
		r.shape.People = append(r.shape.People, p)
		for _, called := range []string{p.ID, p.Entra, v.value["login"], p.Name} {
			if called = foldName(called); called != "" && !slices.Contains(r.keyOf[called], p.ID) {
				r.keyOf[called] = append(r.keyOf[called], p.ID)
			}
		}
	}
}

func loginName(login string) string {
	before, _, _ := strings.Cut(login, "@")
	return before
}

func foldName(s string) string { return strings.ToLower(norm.NFC.String(s)) }

// uniqueKey is a key made from a name, with a number where somebody has it already.
func uniqueKey(name string, taken map[string]bool) string {
	var b strings.Builder
	for _, letter := range norm.NFD.String(strings.ToLower(name)) {
		switch {
		case letter >= 'a' && letter <= 'z', letter >= '0' && letter <= '9':
			b.WriteRune(letter)
		case letter < utf8.RuneSelf && b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	key := cmp.Or(strings.Trim(b.String(), "-"), "person")
	unique := key
	for n := 2; taken[unique]; n++ {
		unique = fmt.Sprintf("%s-%d", key, n)
	}
	return unique
}

func (r *sheetReader) readUnits(s Sheet) {
	rows := r.rowsOf(s, unitColumns, false)
	r.file.Place("$.authority", s.Name, 1, 1)
	r.file.Place("$.teams", s.Name, 1, 1)
	r.file.Place("$.agencies", s.Name, 1, 1)
	// A slice that grows would leave the roles of its earlier entries behind.
	r.shape.Teams, r.shape.Services, r.shape.Agencies = make([]teamEntry, 0, len(rows)), make([]serviceEntry, 0, len(rows)), make([]agencyEntry, 0, len(rows))
	r.units = append(r.units, sheetUnit{"authority", "", "$", &r.shape.Roles})
	for _, v := range rows {
		kind, id := strings.ToLower(v.value["kind"]), v.value["id"]
		var path string
		var roles *map[Role][]string
		switch kind {
		case "authority":
			r.shape.Authority, r.shape.Language = v.value["name"], v.value["language"]
			v.place(r.file, "$.authority", "name")
			v.place(r.file, "$.language", "language")
			continue
		case "team":
			path = fmt.Sprintf("$.teams[%d]", len(r.shape.Teams))
			r.shape.Teams = append(r.shape.Teams, teamEntry{ID: id, Name: v.value["name"], Service: v.value["service"], Channel: v.value["channel"]})
			roles = &r.shape.Teams[len(r.shape.Teams)-1].Roles
		case "service":
			path = fmt.Sprintf("$.services[%d]", len(r.shape.Services))
			r.shape.Services = append(r.shape.Services, serviceEntry{ID: id, Name: v.value["name"], Channel: v.value["channel"]})
			roles = &r.shape.Services[len(r.shape.Services)-1].Roles
		case "agency":
			path = fmt.Sprintf("$.agencies[%d]", len(r.shape.Agencies))
			r.shape.Agencies = append(r.shape.Agencies, agencyEntry{ID: id, Name: v.value["name"]})
			roles = &r.shape.Agencies[len(r.shape.Agencies)-1].Roles
		default:
			r.addAt(v, "kind", fmt.Sprintf("there is no unit of the kind %q", v.value["kind"]), yamlfile.DidYouMean(kind, []string{"authority", "service", "team", "agency"}))
			continue
		}
		v.place(r.file, path, "name")
		for _, column := range []string{"id", "service", "channel"} {
			v.place(r.file, path+"."+column, column)
		}
		r.units = append(r.units, sheetUnit{kind, id, path, roles})
	}
}

// findUnit finds a unit by its id, or by its kind and id as in service:locality.
func (r *sheetReader) findUnit(v sheetValues) (sheetUnit, bool) {
	text := v.value["unit"]
	kind, id, isExact := strings.Cut(text, ":")
	if !isExact {
		kind, id = "", text
	}
	if strings.EqualFold(text, "authority") || text == "" {
		return r.units[0], true
	}
	var found []sheetUnit
	var known []string
	for _, u := range r.units[1:] {
		known = append(known, u.id)
		isAnother := !slices.ContainsFunc(found, func(f sheetUnit) bool { return f.kind == u.kind }) // an id twice is a fault of the units
		if u.id == strings.TrimSpace(id) && (kind == "" || strings.EqualFold(kind, u.kind)) && isAnother {
			found = append(found, u)
		}
	}
	switch len(found) {
	case 1:
		return found[0], true
	case 0:
		hint := "Add it to the units"
		if near := yamlfile.ClosestWord(id, known); near != "" {
			hint = fmt.Sprintf("Did you mean %q?", near)
		}
		r.addAt(v, "unit", fmt.Sprintf("there is no unit %q", text), hint)
	default:
		r.addAt(v, "unit", fmt.Sprintf("%q is the id both of a unit of the kind %s and of one of the kind %s", text, found[0].kind, found[1].kind), fmt.Sprintf("Write %s:%s or %s:%s", found[0].kind, id, found[1].kind, id))
	}
	return sheetUnit{}, false
}

// findPerson is the key of somebody by their login, object id, key or name; what fits nobody is
// given back as it is.
func (r *sheetReader) findPerson(v sheetValues, column string) string {
	text := v.value[column]
	keys := r.keyOf[foldName(text)]
	if len(keys) > 1 {
		r.addAt(v, column, fmt.Sprintf("%q fits %d people", text, len(keys)), "Write the login or the object id")
	}
	return cmp.Or(append(slices.Clone(keys), text)...)
}

func (r *sheetReader) readRoles(s Sheet) {
	for _, v := range r.rowsOf(s, roleColumns, false) {
		unit, known := r.findUnit(v)
		role := Role(strings.ToLower(strings.ReplaceAll(v.value["role"], " ", "-")))
		switch {
		case !known:
			continue
		case role == "":
			r.addAt(v, "role", "there is no role in this row", "Write a key such as team-manager")
			continue
		case v.value["person"] == "":
			r.addAt(v, "person", fmt.Sprintf("the role %q names nobody", role), "Name somebody, or remove the row so that the level above decides")
			continue
		}
		if *unit.roles == nil {
			*unit.roles = map[Role][]string{}
		}
		path := unit.path + ".roles." + string(role)
		if len((*unit.roles)[role]) == 0 {
			v.place(r.file, path, "role")
		}
		v.place(r.file, fmt.Sprintf("%s[%d]", path, len((*unit.roles)[role])), "person")
		(*unit.roles)[role] = append((*unit.roles)[role], r.findPerson(v, "person"))
	}
	r.file.Place("$.roles", s.Name, 1, 1)
}

func (r *sheetReader) readCover(s Sheet) {
	for _, v := range r.rowsOf(s, coverColumns, false) {
		path := fmt.Sprintf("$.cover[%d]", len(r.shape.Cover))
		for _, column := range []string{"for", "by", "from", "to"} {
			v.place(r.file, path+"."+column, column)
		}
		v.place(r.file, path, "for")
		r.shape.Cover = append(r.shape.Cover, coverEntry{For: r.findPerson(v, "for"), By: r.findPerson(v, "by"), From: v.value["from"], To: v.value["to"]})
	}
}
