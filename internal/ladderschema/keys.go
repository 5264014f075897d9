package ladderschema

import (
	"reflect"
	"strings"
	"sync"
	"time"

	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// Key is one key of the format.
type Key struct {
	// Path is where it stands, such as "rungs.respond.roles".
	Path string
	// Meaning is what it says.
	Meaning string
	// Takes is what can stand after it.
	Takes string
	// IsRequired: the ladder, or the part to which it belongs, is refused without it.
	IsRequired bool
	// Example is how it stands in a file.
	Example string
	// IsForThePage: the program prints it, and nothing acts on it.
	IsForThePage bool
	// Below are the keys of the part that it names.
	Below []string

	place string // its type and name, "Rung.window": the same wherever that type stands
}

// Keys are all keys of the format, each after the one to which it belongs. What stands in two
// places is explained in both as it is in the first.
var Keys = sync.OnceValue(func() []Key {
	keys := keysOf(reflect.TypeFor[ladder.Ladder](), "")
	template := readTemplate()
	explained := map[string]entry{}
	for _, k := range keys {
		found, known := template[k.Path], explained[k.place]
		if known.meaning == "" {
			known.meaning = found.meaning
		}
		if known.example == "" {
			known.example = found.example
		}
		explained[k.place] = known
	}
	for i, k := range keys {
		keys[i].Meaning, keys[i].Example = explained[k.place].meaning, explained[k.place].example
		if keys[i].Meaning == "" {
			keys[i].Meaning = meaningOf(k.place)
		}
	}
	return keys
})

// keysOf are the keys of a part of the model and of the parts below it.
func keysOf(t reflect.Type, path string) []Key {
	var keys []Key
	for i := range t.NumField() {
		name, rest, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
		if name == "" {
			continue
		}
		at, place := strings.TrimPrefix(path+"."+name, "."), t.Name()+"."+name
		keys = append(keys, Key{
			Path: at, place: place, Takes: describe(t.Field(i).Type, place),
			IsRequired: isRequired(t.Field(i).Type, rest, place), IsForThePage: ladder.IsKeptForPage(place),
		})
		if part := partOf(t.Field(i).Type); part != nil {
			mine := len(keys) - 1
			keys = append(keys, keysOf(part, at)...)
			for _, k := range keys[mine+1:] {
				if parent, name, _ := cutLast(k.Path); parent == at {
					keys[mine].Below = append(keys[mine].Below, name)
				}
			}
		}
	}
	return keys
}

// cutLast parts the last name of a path from where it stands.
func cutLast(path string) (parent, name string, nested bool) {
	i := strings.LastIndex(path, ".")
	if i < 0 {
		return "", path, false
	}
	return path[:i], path[i+1:], true
}

// mayBeLeftOut are keys that the model always has and a file need not. So is every source below that
// of the ladder; lint asks for it.
var mayBeLeftOut = map[string]bool{"OverallLimit.starts": true, "Report.measures": true}

func isRequired(t reflect.Type, options, place string) bool {
	if strings.HasSuffix(place, ".source") {
		return place == "Ladder.source"
	}
	return !strings.Contains(options, "omitempty") && t.Kind() != reflect.Bool && !mayBeLeftOut[place]
}

// partOf is the struct that a key names, or lists; nil where plain values stand after it.
func partOf(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t == reflect.TypeFor[workday.Window]() {
		return nil
	}
	return t
}

// describe says in words what can stand after a key.
func describe(t reflect.Type, place string) string {
	if t.Kind() == reflect.Pointer {
		return describe(t.Elem(), place)
	}
	values := ladder.KnownValues(t, place)
	switch {
	case t.Kind() == reflect.Slice && partOf(t) != nil:
		return "a list of parts"
	case t.Kind() == reflect.Slice && len(ladder.KnownValues(t.Elem(), place)) > 0:
		return "a list of " + strings.Join(ladder.KnownValues(t.Elem(), place), ", ")
	case t.Kind() == reflect.Slice:
		return "a list, or one alone, of " + describe(t.Elem(), place)
	case len(values) > 0:
		return "one of " + strings.Join(values, ", ")
	case t == reflect.TypeFor[workday.Window]():
		return "a time, such as 5 working days"
	case t == reflect.TypeFor[workday.Date]():
		return "a day, like 2026-03-30"
	case t == reflect.TypeFor[time.Duration]():
		return "a length of time, such as 36h or 90m"
	case t == reflect.TypeFor[directory.Role]():
		return "a role that stands under roles"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.Int:
		return "a whole number"
	case t.Kind() == reflect.Map:
		return "names, each with " + describe(t.Elem(), place)
	case t.Kind() == reflect.Struct:
		return "a part"
	}
	return "text"
}
