package directory

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"challengebot/internal/yamlfile"
)

// The shape of the file.
type (
	fileShape struct {
		Authority string              `yaml:"authority"`
		Language  string              `yaml:"language"`
		People    []personEntry       `yaml:"people"`
		Teams     []unitEntry         `yaml:"teams"`
		Services  []serviceEntry      `yaml:"services"`
		Agencies  []agencyEntry       `yaml:"agencies"`
		Roles     map[string][]string `yaml:"roles"`
		Cover     []coverEntry        `yaml:"cover"`
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
	unitEntry struct {
		ID      string              `yaml:"id"`
		Name    string              `yaml:"name"`
		Service string              `yaml:"service"`
		Channel string              `yaml:"channel"`
		Roles   map[string][]string `yaml:"roles"`
	}
	serviceEntry struct {
		ID      string              `yaml:"id"`
		Name    string              `yaml:"name"`
		Channel string              `yaml:"channel"`
		Roles   map[string][]string `yaml:"roles"`
	}
	agencyEntry struct {
		ID    string              `yaml:"id"`
		Name  string              `yaml:"name"`
		Roles map[string][]string `yaml:"roles"`
	}
	// coverEntry is somebody standing in, from and to both included, as civil
	// days (2006-01-02), which sort as text.
	coverEntry struct {
		For  string `yaml:"for"`
		By   string `yaml:"by"`
		From string `yaml:"from"`
		To   string `yaml:"to"`
		id   int64  // of cover set while the bot runs
	}
)

var (
	keyShape     = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	entraShape   = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	channelShape = regexp.MustCompile(`^19:[^\s@]+@thread\.[a-z0-9]+$`)
)

// English is the language where a file names none.
const English = "en"

// Languages are those that a file may name.
var Languages = []string{English, "cy"}

// Read reads a directory from its file. The error is yamlfile.Problems and lists
// everything that is wrong.
func Read(name string, data []byte) (*Directory, error) {
	var shape fileShape
	file, err := yamlfile.Read(name, data, &shape)
	if err != nil {
		return nil, err
	}
	r := &reading{file: file, d: &Directory{
		authority: strings.TrimSpace(shape.Authority), file: file,
		byID: map[string]int{}, byEntra: map[string]int{}, byName: map[string]int{},
		roles: map[level]map[string][]string{},
	}}
	if r.d.authority == "" {
		r.refuse("$.authority", "the authority has no name", "Write authority: and its name")
	}
	r.d.language = cmp.Or(shape.Language, English)
	r.language("$.language", shape.Language)
	r.people(shape.People)
	r.services(shape.Services)
	r.teams(shape.Teams)
	r.agencies(shape.Agencies)
	r.roles("$.roles", level{authorityLevel, ""}, shape.Roles)
	r.cover(shape.Cover)
	r.d.warnings.Sort()
	if len(r.problems) > 0 {
		r.problems.Sort()
		return nil, r.problems
	}
	return r.d, nil
}

// reading is a directory being built and what is wrong with it so far.
type reading struct {
	file     *yamlfile.File
	d        *Directory
	problems yamlfile.Problems
}

func (r *reading) refuse(path, what, mend string) {
	r.problems = append(r.problems, r.file.Problem(path, what, mend))
}

func (r *reading) warn(path, what, mend string) {
	p := r.file.Problem(path, what, mend)
	p.Severity = yamlfile.Warning
	r.d.warnings = append(r.d.warnings, p)
}

// identity checks the id and the name that everything has.
func (r *reading) identity(path, thing, id, name string, seen map[string]bool) {
	switch {
	case id == "":
		r.refuse(path, "a "+thing+" has no id", "Give it one: a short key in small letters, digits and hyphens")
	case !keyShape.MatchString(id):
		r.refuse(path+".id", fmt.Sprintf("the id %q is not a key", id), "Use small letters, digits and single hyphens")
	case seen[id]:
		r.refuse(path+".id", fmt.Sprintf("the id %q belongs to another %s too", id, thing), "Give each its own")
	}
	seen[id] = true
	if strings.TrimSpace(name) == "" {
		r.refuse(path, "a "+thing+" has no name", "Write the name that people are to read")
	}
}

func (r *reading) people(entries []personEntry) {
	if len(entries) == 0 {
		r.refuse("$.people", "there are no people", "List at least one person under people:")
	}
	seen := map[string]bool{}
	for i, e := range entries {
		path := fmt.Sprintf("$.people[%d]", i)
		r.identity(path, "person", e.ID, e.Name, seen)
		p := Person{ID: e.ID, Name: strings.Join(strings.Fields(e.Name), " "), Entra: strings.ToLower(e.Entra), Language: e.Language}
		r.language(path+".language", e.Language)
		r.d.people = append(r.d.people, p)
		r.d.byID[p.ID] = i
		r.entra(path, p, i, e.NoAccount)
		if name := foldName(p.Name); name != "" {
			if _, taken := r.d.byName[name]; taken {
				r.d.byName[name] = -1
				r.warn(path+".name", "another person bears the same name, so neither is found by name", "Tell them apart, for example by a middle initial or the team")
			} else {
				r.d.byName[name] = i
			}
		}
	}
}

// language refuses a language that nobody has put the cards into.
func (r *reading) language(path, tag string) {
	if tag != "" && !slices.Contains(Languages, tag) {
		r.refuse(path, fmt.Sprintf("the language %q is not known", tag), "Write en for English or cy for Welsh")
	}
}

func (r *reading) entra(path string, p Person, i int, noAccount bool) {
	const mend = "Copy the Object ID from the person's page in Entra"
	other, taken := r.d.byEntra[p.Entra]
	switch {
	case noAccount && p.Entra != "":
		r.refuse(path+".entra", fmt.Sprintf("%q is said to have no account, and has an Entra object id", p.ID), "Remove one of the two")
	case noAccount:
	case p.Entra == "":
		r.refuse(path, fmt.Sprintf("%q has no Entra object id, so Teams could not tell us who they are", p.ID), "Add entra:. "+mend+". For somebody of a partner agency without an account, write no_account: true")
	case !entraShape.MatchString(p.Entra) || strings.Trim(p.Entra, "0-") == "":
		r.refuse(path+".entra", fmt.Sprintf("the Entra object id of %q is not one", p.ID), mend+": 32 hexadecimal digits in five groups")
	case taken:
		r.refuse(path+".entra", fmt.Sprintf("%q has the same Entra object id as %q", p.ID, r.d.people[other].ID), mend)
	default:
		r.d.byEntra[p.Entra] = i
	}
}

func (r *reading) services(entries []serviceEntry) {
	seen := map[string]bool{}
	for i, e := range entries {
		path := fmt.Sprintf("$.services[%d]", i)
		r.identity(path, "service", e.ID, e.Name, seen)
		r.channel(path, e.Channel)
		r.roles(path+".roles", level{serviceLevel, e.ID}, e.Roles)
		r.d.services = append(r.d.services, Service{ID: e.ID, Name: e.Name, Channel: e.Channel})
	}
}

func (r *reading) teams(entries []unitEntry) {
	if len(entries) == 0 {
		r.refuse("$.teams", "there are no teams", "List at least one team under teams:")
	}
	seen := map[string]bool{}
	for i, e := range entries {
		path := fmt.Sprintf("$.teams[%d]", i)
		r.identity(path, "team", e.ID, e.Name, seen)
		r.channel(path, e.Channel)
		r.roles(path+".roles", level{teamLevel, e.ID}, e.Roles)
		service, known := findIn(r.d.services, func(s Service) bool { return s.ID == e.Service })
		if e.Service != "" && !known {
			r.refuse(path+".service", fmt.Sprintf("there is no service %q", e.Service), didYouMean(e.Service, r.d.services, func(s Service) string { return s.ID }))
		}
		if e.Channel == "" && service.Channel == "" {
			r.warn(path, fmt.Sprintf("the team %q has no channel, nor has its service: its notices go to people only", e.ID), "Add channel: with the id of its Teams channel, or have the oversight role type /notices here in it")
		}
		r.d.teams = append(r.d.teams, Team{ID: e.ID, Name: e.Name, Service: e.Service, Channel: e.Channel})
	}
}

func (r *reading) agencies(entries []agencyEntry) {
	seen := map[string]bool{}
	for i, e := range entries {
		path := fmt.Sprintf("$.agencies[%d]", i)
		r.identity(path, "agency", e.ID, e.Name, seen)
		r.roles(path+".roles", level{agencyLevel, e.ID}, e.Roles)
		r.d.agencies = append(r.d.agencies, Agency{ID: e.ID, Name: e.Name})
	}
}

func (r *reading) channel(path, channel string) {
	if channel != "" && !channelShape.MatchString(channel) {
		r.refuse(path+".channel", "this is not the id of a Teams channel", `Take it from "Get link to channel": it reads 19:…@thread.tacv2`)
	}
}

// roles takes in who holds what at one level.
func (r *reading) roles(path string, at level, roles map[string][]string) {
	r.d.roles[at] = roles
	for _, role := range slices.Sorted(maps.Keys(roles)) {
		where := path + "." + role
		if !keyShape.MatchString(role) {
			r.refuse(where, fmt.Sprintf("the role %q is not a key", role), "Use small letters, digits and single hyphens, as in team-manager")
		}
		if len(roles[role]) == 0 {
			r.refuse(where, fmt.Sprintf("the role %q names nobody", role), "Name somebody, or remove the line so that the level above decides")
		}
		for i, id := range roles[role] {
			item := fmt.Sprintf("%s[%d]", where, i)
			r.known(item, id)
			if slices.Index(roles[role], id) < i {
				r.refuse(item, fmt.Sprintf("%q stands twice in the role %q", id, role), "Remove one of them")
			}
		}
	}
}

// known refuses a person who is not in the file.
func (r *reading) known(path, id string) {
	if _, ok := r.d.byID[id]; !ok {
		mend := didYouMean(id, r.d.people, func(p Person) string { return p.ID })
		if mend == "" {
			mend = "Add them under people:"
		}
		r.refuse(path, fmt.Sprintf("there is no person %q", id), mend)
	}
}

func didYouMean[T any](word string, all []T, id func(T) string) string {
	var ids []string
	for _, one := range all {
		ids = append(ids, id(one))
	}
	if c := yamlfile.Closest(word, ids); c != "" {
		return fmt.Sprintf("Did you mean %q?", c)
	}
	return ""
}

func (r *reading) cover(entries []coverEntry) {
	for i, e := range entries {
		path := fmt.Sprintf("$.cover[%d]", i)
		r.known(path+".for", e.For)
		r.known(path+".by", e.By)
		from, to := r.day(path+".from", "from", e.From), r.day(path+".to", "to", e.To)
		if e.For == e.By && e.For != "" {
			r.refuse(path+".by", fmt.Sprintf("%q cannot stand in for themselves", e.For), "Name somebody else after by:")
		}
		if from && to && e.To < e.From {
			r.refuse(path+".to", fmt.Sprintf("the cover ends on %s, before it begins on %s", e.To, e.From), "Swap the days or mend the year")
		}
		for _, earlier := range entries[:i] {
			if earlier.For == e.For && earlier.From <= e.To && e.From <= earlier.To {
				r.refuse(path, fmt.Sprintf("%q is covered twice on the same days", e.For), "Let one cover end before the next begins")
			}
		}
	}
	r.d.cover = slices.Clone(entries)
}

func (r *reading) day(path, key, day string) bool {
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		r.refuse(path, fmt.Sprintf("%s: must be a day such as 2026-04-01", key), "Write year, month and day with hyphens")
		return false
	}
	return true
}
