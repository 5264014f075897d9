package directory

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"challengebot/internal/words/languages"
	"challengebot/internal/workday"
	"challengebot/internal/yamlfile"
)

// The shape of the file.
type (
	directoryEntry struct {
		Authority string            `yaml:"authority"`
		Language  string            `yaml:"language"`
		People    []personEntry     `yaml:"people"`
		Teams     []teamEntry       `yaml:"teams"`
		Services  []serviceEntry    `yaml:"services"`
		Agencies  []agencyEntry     `yaml:"agencies"`
		Roles     map[Role][]string `yaml:"roles"`
		Cover     []coverEntry      `yaml:"cover"`
		// Groups are the groups of Entra whose members hold a role; DepartmentGroups those whose
		// members hold it in the team of their department.
		Groups           map[Role]string `yaml:"groups"`
		DepartmentGroups byDepartment    `yaml:"department_groups"`
	}
	personEntry struct {
		ID    string `yaml:"id"`
		Name  string `yaml:"name"`
		Entra string `yaml:"entra"`
		// NoAccount: somebody of a partner agency whom this bot cannot reach; who
		// asks them records their answer.
		NoAccount bool `yaml:"no_account"`
		// Language is that of what the person is shown; without it, the authority's.
		Language string `yaml:"language"`
	}
	teamEntry struct {
		ID      string            `yaml:"id"`
		Name    string            `yaml:"name"`
		Service string            `yaml:"service"`
		Channel string            `yaml:"channel"`
		Roles   map[Role][]string `yaml:"roles"`
		Groups  map[Role]string   `yaml:"groups"`
		// Department is what Entra calls the team; its name if empty.
		Department string `yaml:"department"`
	}
	serviceEntry struct {
		ID      string            `yaml:"id"`
		Name    string            `yaml:"name"`
		Channel string            `yaml:"channel"`
		Roles   map[Role][]string `yaml:"roles"`
		Groups  map[Role]string   `yaml:"groups"`
	}
	agencyEntry struct {
		ID     string            `yaml:"id"`
		Name   string            `yaml:"name"`
		Roles  map[Role][]string `yaml:"roles"`
		Groups map[Role]string   `yaml:"groups"`
	}
	// coverEntry is somebody standing in, from and to both included. Its days are text, so that
	// one that cannot be read is refused with its own hint.
	coverEntry struct {
		For  string `yaml:"for"`
		By   string `yaml:"by"`
		From string `yaml:"from"`
		To   string `yaml:"to"`
	}
)

var (
	keyShape     = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	entraShape   = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	channelShape = regexp.MustCompile(`^19:[^\s@]+@thread\.[a-z0-9]+$`)
)

// Read reads a directory from its file, which names no groups of Entra. The error is yamlfile.Problems and lists
// everything that is wrong.
func Read(name string, data []byte) (*Directory, error) {
	return ReadWithGroups(name, data, nil)
}

// build makes a directory of what a file says. problems are what is wrong with it already.
func build(file *yamlfile.File, shape directoryEntry, problems yamlfile.Problems) (*Directory, error) {
	r := &builder{file: file, problems: problems, d: &Directory{
		authority: strings.TrimSpace(shape.Authority), file: file,
		byID: map[string]int{}, byEntra: map[string]int{},
		roles: map[level]map[Role][]string{},
	}}
	if r.d.authority == "" {
		r.addError("$.authority", "the authority has no name", "Write authority: and its name")
	}
	r.d.language = cmp.Or(shape.Language, languages.All()[0].Tag)
	r.checkLanguage("$.language", shape.Language)
	r.addPeople(shape.People)
	r.addServices(shape.Services)
	r.addTeams(shape.Teams)
	r.addAgencies(shape.Agencies)
	r.addRoles("$.roles", level{authorityLevel, ""}, shape.Roles)
	r.addCover(shape.Cover)
	r.d.warnings.Sort()
	if len(r.problems) > 0 {
		r.problems.Sort()
		return nil, r.problems
	}
	return r.d, nil
}

// builder is a directory being built and what is wrong with it so far.
type builder struct {
	file     *yamlfile.File
	d        *Directory
	problems yamlfile.Problems
}

func (b *builder) addError(path, what, hint string) {
	b.problems = append(b.problems, b.file.ProblemAt(path, what, hint))
}

func (b *builder) addWarning(path, what, hint string) {
	p := b.file.ProblemAt(path, what, hint)
	p.Severity = yamlfile.SeverityWarning
	b.d.warnings = append(b.d.warnings, p)
}

// checkIdentity checks the id and the name that everything has.
func (b *builder) checkIdentity(path, thing, id, name string, seen map[string]bool) {
	switch {
	case id == "":
		b.addError(path, "a "+thing+" has no id", "Give it one: a short key in small letters, digits and hyphens")
	case !keyShape.MatchString(id):
		b.addError(path+".id", fmt.Sprintf("the id %q is not a key", id), "Use small letters, digits and single hyphens")
	case seen[id]:
		b.addError(path+".id", fmt.Sprintf("the id %q belongs to another %s too", id, thing), "Give each its own")
	}
	seen[id] = true
	if strings.TrimSpace(name) == "" {
		b.addError(path, "a "+thing+" has no name", "Write the name that people are to read")
	}
}

func (b *builder) addPeople(entries []personEntry) {
	if len(entries) == 0 {
		b.addError("$.people", "there are no people", "List at least one person under people:")
	}
	seen, names := map[string]bool{}, map[string]bool{}
	for i, e := range entries {
		path := fmt.Sprintf("$.people[%d]", i)
		b.checkIdentity(path, "person", e.ID, e.Name, seen)
		p := Person{ID: e.ID, Name: strings.Join(strings.Fields(e.Name), " "), Entra: strings.ToLower(e.Entra), Language: e.Language}
		b.checkLanguage(path+".language", e.Language)
		b.d.people = append(b.d.people, p)
		b.d.byID[p.ID] = i
		b.addEntraID(path, p, i, e.NoAccount)
		readings := nameReadings(p.Name)
		if readings[0] != "" && names[readings[0]] {
			b.addWarning(path+".name", "another person bears the same name, so whoever types it is asked who is meant", "Tell them apart, for example by a middle initial or the team")
		}
		b.d.readings = append(b.d.readings, readings)
		names[readings[0]] = true
	}
}

// checkLanguage refuses a language that nobody has put the cards into.
func (b *builder) checkLanguage(path, tag string) {
	if tag != "" && !languages.IsKnown(tag) {
		b.addError(path, fmt.Sprintf("the language %q is not known", tag), "Write "+languages.Choices())
	}
}

func (b *builder) addEntraID(path string, p Person, i int, noAccount bool) {
	const mend = "Copy the Object ID from the person's page in Entra"
	other, taken := b.d.byEntra[p.Entra]
	switch {
	case noAccount && p.Entra != "":
		b.addError(path+".entra", fmt.Sprintf("%q is said to have no account, and has an Entra object id", p.ID), "Remove one of the two")
	case noAccount:
	case p.Entra == "":
		b.addError(path, fmt.Sprintf("%q has no Entra object id, so Teams could not tell us who they are", p.ID), "Add entra:. "+mend+". For somebody of a partner agency without an account, write no_account: true")
	case !entraShape.MatchString(p.Entra) || strings.Trim(p.Entra, "0-") == "":
		b.addError(path+".entra", fmt.Sprintf("the Entra object id of %q is not one", p.ID), mend+": 32 hexadecimal digits in five groups")
	case IsPlaceholderID(p.Entra):
		b.addError(path+".entra", fmt.Sprintf("the Entra object id of %q is a placeholder", p.ID), mend)
	case taken:
		b.addError(path+".entra", fmt.Sprintf("%q has the same Entra object id as %q", p.ID, b.d.people[other].ID), mend)
	default:
		b.d.byEntra[p.Entra] = i
	}
}

func (b *builder) addServices(entries []serviceEntry) {
	seen := map[string]bool{}
	for i, e := range entries {
		path := fmt.Sprintf("$.services[%d]", i)
		b.checkIdentity(path, "service", e.ID, e.Name, seen)
		b.checkChannel(path, e.Channel)
		b.addRoles(path+".roles", level{serviceLevel, e.ID}, e.Roles)
		b.d.services = append(b.d.services, Service{ID: e.ID, Name: e.Name, Channel: e.Channel})
	}
}

func (b *builder) addTeams(entries []teamEntry) {
	if len(entries) == 0 {
		b.addError("$.teams", "there are no teams", "List at least one team under teams:")
	}
	seen := map[string]bool{}
	for i, e := range entries {
		path := fmt.Sprintf("$.teams[%d]", i)
		b.checkIdentity(path, "team", e.ID, e.Name, seen)
		b.checkChannel(path, e.Channel)
		b.addRoles(path+".roles", level{teamLevel, e.ID}, e.Roles)
		service, known := findFirst(b.d.services, func(s Service) bool { return s.ID == e.Service })
		if e.Service != "" && !known {
			b.addError(path+".service", fmt.Sprintf("there is no service %q", e.Service), didYouMean(e.Service, b.d.services, func(s Service) string { return s.ID }))
		}
		if e.Channel == "" && service.Channel == "" {
			b.addWarning(path, fmt.Sprintf("the team %q has no channel, nor has its service: its notices go to people only", e.ID), "Add channel: with the id of its Teams channel, or have the oversight role type /notices here in it")
		}
		b.d.teams = append(b.d.teams, Team{ID: e.ID, Name: e.Name, Service: e.Service, Channel: e.Channel})
	}
}

func (b *builder) addAgencies(entries []agencyEntry) {
	seen := map[string]bool{}
	for i, e := range entries {
		path := fmt.Sprintf("$.agencies[%d]", i)
		b.checkIdentity(path, "agency", e.ID, e.Name, seen)
		b.addRoles(path+".roles", level{agencyLevel, e.ID}, e.Roles)
		b.d.agencies = append(b.d.agencies, Agency{ID: e.ID, Name: e.Name})
	}
}

func (b *builder) checkChannel(path, channel string) {
	if channel != "" && !channelShape.MatchString(channel) {
		b.addError(path+".channel", "this is not the id of a Teams channel", `Take it from "Get link to channel": it reads 19:…@thread.tacv2`)
	}
}

// addRoles takes in who holds what at one level.
func (b *builder) addRoles(path string, at level, roles map[Role][]string) {
	b.d.roles[at] = roles
	for _, role := range slices.Sorted(maps.Keys(roles)) {
		where := path + "." + string(role)
		if !keyShape.MatchString(string(role)) {
			b.addError(where, fmt.Sprintf("the role %q is not a key", role), "Use small letters, digits and single hyphens, as in team-manager")
		}
		if len(roles[role]) == 0 {
			b.addError(where, fmt.Sprintf("the role %q names nobody", role), "Name somebody, or remove the line so that the level above decides")
		}
		for i, id := range roles[role] {
			item := fmt.Sprintf("%s[%d]", where, i)
			b.requirePerson(item, id)
			if slices.Index(roles[role], id) < i {
				b.addError(item, fmt.Sprintf("%q stands twice in the role %q", id, role), "Remove one of them")
			}
		}
	}
}

// requirePerson refuses a person who is not in the file.
func (b *builder) requirePerson(path, id string) {
	if _, ok := b.d.byID[id]; !ok {
		hint := didYouMean(id, b.d.people, func(p Person) string { return p.ID })
		if hint == "" {
			hint = "Add them under people:"
		}
		b.addError(path, fmt.Sprintf("there is no person %q", id), hint)
	}
}

func didYouMean[T any](word string, all []T, id func(T) string) string {
	var ids []string
	for _, one := range all {
		ids = append(ids, id(one))
	}
	if c := yamlfile.ClosestWord(word, ids); c != "" {
		return fmt.Sprintf("Did you mean %q?", c)
	}
	return ""
}

func (b *builder) addCover(entries []coverEntry) {
	for i, e := range entries {
		path := fmt.Sprintf("$.cover[%d]", i)
		b.requirePerson(path+".for", e.For)
		b.requirePerson(path+".by", e.By)
		c := coverPeriod{forID: e.For, byID: e.By}
		var fromKnown, toKnown bool
		c.from, fromKnown = b.readDay(path+".from", "from", e.From)
		c.to, toKnown = b.readDay(path+".to", "to", e.To)
		if e.For == e.By && e.For != "" {
			b.addError(path+".by", fmt.Sprintf("%q cannot stand in for themselves", e.For), "Name somebody else after by:")
		}
		if !fromKnown || !toKnown {
			continue // nothing to compare, and the file is refused
		}
		if c.to < c.from {
			b.addError(path+".to", fmt.Sprintf("the cover ends on %s, before it begins on %s", c.to, c.from), "Swap the days or mend the year")
		}
		for _, earlier := range b.d.cover {
			if earlier.forID == c.forID && earlier.from <= c.to && c.from <= earlier.to {
				b.addError(path, fmt.Sprintf("%q is covered twice on the same days", e.For), "Let one cover end before the next begins")
			}
		}
		b.d.cover = append(b.d.cover, c)
	}
}

// IsPlaceholderID reports whether a GUID is one that stands in examples, and nothing real has.
func IsPlaceholderID(id string) bool {
	digits := strings.ToLower(strings.ReplaceAll(id, "-", ""))
	return digits != "" && (strings.Trim(digits, digits[:1]) == "" || strings.HasPrefix(digits, "123456781234") || strings.HasPrefix(digits, "0123456789ab"))
}

// readDay reads a civil day; false for one that it has refused.
func (b *builder) readDay(path, key, text string) (day workday.Date, ok bool) {
	day, err := workday.ParseDate(text)
	if err != nil {
		b.addError(path, fmt.Sprintf("%s: must be a day such as 2026-04-01", key), "Write year, month and day with hyphens; 24/12/2026 is 2026-12-24")
	}
	return day, err == nil
}
