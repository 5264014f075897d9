package directory

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"challengebot/internal/yamlfile"
)

// Groups are the members of groups of Entra, by the object id of each group.
type Groups map[string][]GroupMember

// GroupMember is somebody in a group.
type GroupMember struct {
	Entra, Name, Login, Department string
}

// byDepartment is the part of a directory file that finds roles in teams by a person's
// department: whoever is in the group and whose department in Entra is the name of a team, or
// what the team says under department, holds the role in that team.
type byDepartment map[Role]string

// GroupsNeeded are the groups that a directory file names, sorted, each once. A file that names
// none is read without Entra.
func GroupsNeeded(name string, data []byte) ([]string, error) {
	var shape directoryEntry
	if _, err := yamlfile.Read(name, data, &shape); err != nil {
		return nil, err
	}
	var all []string
	for _, named := range shape.allGroups() {
		for _, id := range named.groups {
			all = append(all, strings.ToLower(id))
		}
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// namedGroups are the groups at one place of the file.
type namedGroups struct {
	path   string
	groups map[Role]string
	roles  *map[Role][]string // where who is in them goes
}

func (e *directoryEntry) allGroups() []namedGroups {
	all := []namedGroups{{"$.groups", e.Groups, &e.Roles}, {"$.department_groups", e.DepartmentGroups, nil}}
	for i := range e.Services {
		all = append(all, namedGroups{fmt.Sprintf("$.services[%d].groups", i), e.Services[i].Groups, &e.Services[i].Roles})
	}
	for i := range e.Teams {
		all = append(all, namedGroups{fmt.Sprintf("$.teams[%d].groups", i), e.Teams[i].Groups, &e.Teams[i].Roles})
	}
	for i := range e.Agencies {
		all = append(all, namedGroups{fmt.Sprintf("$.agencies[%d].groups", i), e.Agencies[i].Groups, &e.Agencies[i].Roles})
	}
	return all
}

// ReadWithGroups reads a directory from its file and from the groups that the file names. The error
// is yamlfile.Problems and lists everything that is wrong.
func ReadWithGroups(name string, data []byte, groups Groups) (*Directory, error) {
	var shape directoryEntry
	file, err := yamlfile.Read(name, data, &shape)
	if err != nil {
		return nil, err
	}
	g := &groupReader{file: file, shape: &shape, groups: groups, keyOf: map[string]string{}, taken: map[string]bool{}}
	for _, p := range shape.People {
		g.taken[p.ID] = true
		g.keyOf[strings.ToLower(p.Entra)] = p.ID
	}
	for _, named := range shape.allGroups() {
		g.take(named)
	}
	return build(file, shape, g.problems)
}

// groupReader puts the members of groups into what a file says.
type groupReader struct {
	file     *yamlfile.File
	shape    *directoryEntry
	groups   Groups
	problems yamlfile.Problems
	keyOf    map[string]string // of people by their Entra object id
	taken    map[string]bool
}

func (g *groupReader) take(named namedGroups) {
	for _, role := range slices.Sorted(maps.Keys(named.groups)) {
		id, path := strings.ToLower(named.groups[role]), named.path+"."+string(role)
		if !entraShape.MatchString(id) || IsPlaceholderID(id) {
			g.problems = append(g.problems, g.file.ProblemAt(path, fmt.Sprintf("the group for the role %q is no object id", role), "Copy the Object ID from the group's page in Entra"))
			continue
		}
		members, isRead := g.groups[id]
		if !isRead {
			g.problems = append(g.problems, g.file.ProblemAt(path, fmt.Sprintf("the group for the role %q could not be read from Entra", role), "See challengebot check"))
			continue
		}
		for _, m := range members {
			if named.roles != nil {
				g.give(named.roles, role, path, g.keyFor(m, path))
				continue
			}
			for i := range g.shape.Teams {
				if t := &g.shape.Teams[i]; m.Department != "" && strings.EqualFold(strings.TrimSpace(m.Department), cmp.Or(t.Department, t.Name)) {
					g.give(&t.Roles, role, path, g.keyFor(m, path))
				}
			}
		}
	}
}

// give lets somebody hold a role, once.
func (g *groupReader) give(roles *map[Role][]string, role Role, path, key string) {
	if *roles == nil {
		*roles = map[Role][]string{}
	}
	if !slices.Contains((*roles)[role], key) {
		(*roles)[role] = append((*roles)[role], key)
	}
}

// keyFor is the key of a member: the file's, where it knows them, or one made of their login.
func (g *groupReader) keyFor(m GroupMember, path string) string {
	if key, known := g.keyOf[m.Entra]; known {
		return key
	}
	key := uniqueKey(cmp.Or(loginName(m.Login), m.Name), g.taken)
	g.taken[key], g.keyOf[m.Entra] = true, key
	at := fmt.Sprintf("$.people[%d]", len(g.shape.People))
	line, column := g.file.PositionAt(path) // what is wrong with them stands where their group does
	g.file.Place(at, g.file.Name, line, column)
	g.shape.People = append(g.shape.People, personEntry{ID: key, Name: cmp.Or(m.Name, m.Login), Entra: m.Entra})
	return key
}
