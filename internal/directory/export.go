package directory

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Export writes a directory as the file that Read reads: what was read from a spreadsheet or is
// used while the bot runs, to be kept, compared or gone on with by hand. Cover and channels that
// were set in Teams stay there.
func Export(d *Directory) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "authority: %s\nlanguage: %s\npeople:\n", quote(d.authority), quote(d.language))
	for _, p := range d.people {
		fmt.Fprintf(&b, "  - {id: %s, name: %s", quote(p.ID), quote(p.Name))
		if p.Entra == "" {
			b.WriteString(", no_account: true")
		} else {
			fmt.Fprintf(&b, ", entra: %s", quote(p.Entra))
		}
		writeIfSet(&b, "language", p.Language)
		b.WriteString("}\n")
	}
	writeList(&b, "teams", d.teams, func(t Team) level {
		fmt.Fprintf(&b, "  - {id: %s, name: %s", quote(t.ID), quote(t.Name))
		writeIfSet(&b, "service", t.Service)
		writeIfSet(&b, "channel", t.Channel)
		return level{teamLevel, t.ID}
	}, d)
	writeList(&b, "services", d.services, func(s Service) level {
		fmt.Fprintf(&b, "  - {id: %s, name: %s", quote(s.ID), quote(s.Name))
		writeIfSet(&b, "channel", s.Channel)
		return level{serviceLevel, s.ID}
	}, d)
	writeList(&b, "agencies", d.agencies, func(a Agency) level {
		fmt.Fprintf(&b, "  - {id: %s, name: %s", quote(a.ID), quote(a.Name))
		return level{agencyLevel, a.ID}
	}, d)
	if roles := rolesText(d.roles[level{authorityLevel, ""}]); roles != "" {
		fmt.Fprintf(&b, "roles: %s\n", roles)
	}
	writeCover(&b, d)
	return []byte(b.String())
}

func writeCover(b *strings.Builder, d *Directory) {
	title := "cover:\n"
	for _, c := range d.cover {
		if c.id != 0 {
			continue
		}
		fmt.Fprintf(b, "%s  - {for: %s, by: %s, from: %q, to: %q}\n", title, quote(c.forID), quote(c.byID), c.from, c.to)
		title = ""
	}
}

// writeList writes the units of one kind, each with its roles.
func writeList[T any](b *strings.Builder, key string, all []T, begin func(T) level, d *Directory) {
	if len(all) > 0 {
		b.WriteString(key + ":\n")
	}
	for _, one := range all {
		if roles := rolesText(d.roles[begin(one)]); roles != "" {
			b.WriteString(", roles: " + roles)
		}
		b.WriteString("}\n")
	}
}

func writeIfSet(b *strings.Builder, key, value string) {
	if value != "" {
		fmt.Fprintf(b, ", %s: %s", key, quote(value))
	}
}

func rolesText(roles map[Role][]string) string {
	var all []string
	for _, role := range slices.Sorted(maps.Keys(roles)) {
		var ids []string
		for _, id := range roles[role] {
			ids = append(ids, quote(id))
		}
		all = append(all, fmt.Sprintf("%s: [%s]", quote(string(role)), strings.Join(ids, ", ")))
	}
	if len(all) == 0 {
		return ""
	}
	return "{" + strings.Join(all, ", ") + "}"
}

// quote writes a text so that YAML reads it as it is; what is plain stays plain.
func quote(s string) string {
	if keyShape.MatchString(s) && strings.ContainsAny(s, "abcdefghijklmnopqrstuvwxyz") && !slices.Contains([]string{"true", "false", "null", "yes", "no", "on", "off", "y", "n"}, s) && !strings.ContainsAny(s[:1], "0123456789") {
		return s
	}
	text, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string always is JSON
	}
	return cmp.Or(string(text), `""`)
}
