package ladder

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"challengebot/internal/workday"
)

func TestDiffSaysWhatChangedInTheWordsOfTheProcedure(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, old, new string
		want           []string // with " | " before a warning
	}{
		{"nothing", "version: 1", "version: 1 # the same", nil},
		{"a rung with another id", "  - id: three\n", "  - id: third\n",
			[]string{`Stage 3: was renamed: its id was "three" and is now "third". Keep the id, so that the figures of both versions meet`}},
		{"a rung with another id and label", "  - id: three\n    label: Stage 3", "  - id: third\n    label: Third stage", []string{
			"The ladder: the stage “Stage 3” (three) was removed", "The ladder: the stage “Third stage” (third) was added, after “Stage 2” (two)"}},
		{"a rung with another id and window", "  - id: two\n    label: Stage 2\n    kind: meeting", "  - id: second-stage\n    label: Stage 2\n    kind: formal", []string{
			`Stage 2: was renamed: its id was "two" and is now "second-stage". Keep the id, so that the figures of both versions meet`,
			"Stage 2: the kind was meeting and is now formal"}},
		{"shorter window", "window: 5 working days\n    within: 12", "window: 3 working days\n    within: 12",
			[]string{"Stage 2: the window was 5 working days and is now 3 working days"}},
		{"longer window", "window: 5 working days\n    within: 12", "window: 8 working days\n    within: 12",
			[]string{"Stage 2: the window was 5 working days and is now 8 working days | Stage 2 may now take longer"}},
		{"window in other days", "window: 3 working days", "window: 3 calendar days",
			[]string{"Direct: the window was 3 working days and is now 3 calendar days"}},
		{"window in longer days", "window: 3 working days", "window: 30 calendar days",
			[]string{"Direct: the window was 3 working days and is now 30 calendar days | Direct may now take longer"}},
		{"remainder to a window", "    remainder: true", "    window: 5 working days",
			[]string{"Stage 3: the window was what is left of the case and is now 5 working days"}},
		{"remainder to a longer window", "    remainder: true", "    window: 25 working days",
			[]string{"Stage 3: the window was what is left of the case and is now 25 working days | Stage 3 may now take longer"}},
		{"window to the remainder", "    window: 3 working days", "    remainder: true",
			[]string{"Direct: the window was 3 working days and is now what is left of the case | Direct may now take longer"}},
		{"cumulative limit removed", "    within: 12 working days\n", "",
			[]string{"Stage 2: the limit from the start of the case was 12 working days and is now none | Stage 2 may now take longer: nothing limits it here"}},
		{"limit of the case", "limit: 20 working days", "limit: 25 working days",
			[]string{"The case: its limit was 20 working days and is now 25 working days | The whole case may now take longer"}},
		{"limit becomes a target", ", hard: true", "",
			[]string{"The case: its limit is now a target; it bound every due date | Due dates may now lie past the limit of the case"}},
		{"silence only asks", "    form: decision", "    form: decision\n    on_lapse: prompt",
			[]string{"Stage 3: what silence does was to move the challenge on and is now to ask the judge, with nothing moving by itself | Silence on Stage 3 no longer moves a challenge on"}},
		{"respondents", "{roles: [worker, manager], replier: manager,", "{roles: [manager, director], replier: manager,",
			[]string{"Stage 1: the respondents were Worker, Manager and are now Manager, Director"}},
		{"agency", "by_agency: {health: [nurse]}, replier_by_agency: {health: nurse}", "by_agency: {police: [nurse]}, replier_by_agency: {police: nurse}",
			[]string{"Stage 1: the respondents for the agency health were Nurse, and now there are none",
				"Stage 1: the respondents for the agency police: there were none, and now there are Nurse",
				"Stage 1: the one who replies for the agency health was Nurse and is no longer said",
				"Stage 1: the one who replies for the agency police was not said and is now Nurse"}},
		{"judge", "    remainder: true", "    remainder: true\n    judge: manager", []string{"Stage 3: the judge was Chair and is now Manager"}},
		{"rung removed", smallLadderYAML[strings.Index(smallLadderYAML, "  - id: three"):strings.Index(smallLadderYAML, "  - id: direct")], "",
			[]string{"The ladder: the stage “Stage 3” (three) was removed"}},
		{"rung added", "  - id: direct\n", "  - {id: four, label: Stage 4, kind: formal, source: x, respond: {roles: [director]}, window: 1 working day, form: reply}\n  - id: direct\n",
			[]string{"The ladder: the stage “Stage 4” (four) was added, after “Stage 3” (three)"}},
		{"gate removed", "      - {id: second, label: Second view, kind: threshold, with: director, only_if_refused: view, source: part 3}\n", "",
			[]string{"Stage 2: the gate “Second view, with Director, must be held, need not be agreed; only if the view before was against” (second) was removed"}},
		{"gate opened by another", "with: manager, source: part 3", "with: manager, by: worker, source: part 3",
			[]string{"Stage 2, gate “Ask for a view”: who opens it was Chair and is now Worker"}},
		{"skip", "grounds: [{id: grave, label: Grave}]", "grounds: [{id: grave, label: Grave}, {id: urgent, label: Urgent}]",
			[]string{"Direct entry to Direct (direct): the ground “Urgent” (urgent) was added, after “Grave” (grave)"}},
		{"external", "records:", "external: {to: CAFCASS, by: chair, only_looked_after: true, any_time: true, source: x}\nrecords:",
			[]string{"The ladder: an external referral was added: CAFCASS"}},
		{"category", "label: Drift}", "label: Drift and delay}", []string{"Category “Drift and delay”: the label was “Drift” and is now “Drift and delay”"}},
		{"name of a role, told once", "nurse: Nurse", "nurse: Named nurse", []string{"The ladder: the name of the role nurse was “Nurse” and is now “Named nurse”"}},
		{"roles of one name", "manager: Manager, director: Director", "manager: Boss, director: Boss", []string{
			"The ladder: the name of the role director was “Director” and is now “Boss”",
			"The ladder: the name of the role manager was “Manager” and is now “Boss”"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			old, err := Read("small.yaml", []byte(smallLadderYAML))
			if err != nil {
				t.Fatal(err)
			}
			new, err := Read("small.yaml", replaceInSmall(t, test.old, test.new))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, differenceTexts(Diff(old, new))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestDiffTellsTheNewOrderOfRungs(t *testing.T) {
	t.Parallel()
	old, new := smallLadder(t), smallLadder(t)
	new.Rungs[1], new.Rungs[2] = new.Rungs[2], new.Rungs[1]
	want := []string{"The ladder: the stages moved; their order is now “Stage 1” (one), “Stage 3” (three), “Stage 2” (two), “Direct” (direct)"}
	if diff := cmp.Diff(want, differenceTexts(Diff(old, new))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDiffTellsRolesOfOneNameApartByTheirIDs(t *testing.T) {
	t.Parallel()
	old, new := smallLadder(t), smallLadder(t)
	for _, l := range []*Ladder{old, new} {
		l.Roles["worker"] = "Manager"
	}
	new.Rungs[2].Judge, old.Rungs[2].Judge = "worker", "manager"
	want := []string{"Stage 3: the judge was Manager (manager) and is now Manager (worker)"}
	if diff := cmp.Diff(want, differenceTexts(Diff(old, new))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func differenceTexts(differences []Difference) []string {
	var all []string
	for _, d := range differences {
		text := d.String()
		if d.Warning != "" {
			text += " | " + d.Warning
		}
		all = append(all, text)
	}
	return all
}

func smallLadder(t *testing.T) *Ladder {
	t.Helper()
	l, err := Read("small.yaml", []byte(smallLadderYAML))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestDiffMissesNoFieldOfTheModel changes every field of a ladder in which nothing is
// left empty, one by one: each change yields a difference both ways, and the texts
// before and after stand in it.
func TestDiffMissesNoFieldOfTheModel(t *testing.T) {
	t.Parallel()
	full := fullLadder()
	if same := Diff(full, cloneLadder(t, full)); len(same) > 0 {
		t.Fatalf("a ladder differs from itself: %v", same)
	}
	edits := editsOf(full)
	if len(edits) < 300 {
		t.Fatalf("only %d changes were found: the walk over the model is broken", len(edits))
	}
	for _, e := range edits {
		changed := cloneLadder(t, full)
		e.apply(reflect.ValueOf(changed).Elem())
		there, back := Diff(full, changed), Diff(changed, full)
		if len(there) == 0 || len(back) == 0 {
			t.Errorf("%s changed: %d differences there, %d back", e.path, len(there), len(back))
			continue
		}
		for _, text := range e.texts {
			if all := strings.Join(differenceTexts(there), "\n"); !strings.Contains(all, text) {
				t.Errorf("%s changed: %q is not in\n%s", e.path, text, all)
			}
		}
	}
}

// TestDiffIsSilentOnlyWhenTheDigestIsTheSame makes some changes at once to a ladder
// that is shipped.
func TestDiffIsSilentOnlyWhenTheDigestIsTheSame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		old, err := LoadShipped(rapid.SampledFrom(ShippedIDs()).Draw(t, "ladder"))
		if err != nil {
			t.Fatal(err)
		}
		new := cloneLadder(t, old)
		for range rapid.IntRange(0, 3).Draw(t, "changes") {
			e := rapid.SampledFrom(editsOf(new)).Draw(t, "change")
			e.apply(reflect.ValueOf(new).Elem())
		}
		found := Diff(old, new)
		if same := old.Hash() == new.Hash(); same != (len(found) == 0) {
			t.Fatalf("same text: %v, differences: %v", same, differenceTexts(found))
		}
		for _, d := range found {
			if d.Where == "" || d.What == "" {
				t.Errorf("an empty difference: %+v", d)
			}
		}
	})
}

// cloneLadder is the same ladder in other memory.
func cloneLadder(t rapid.TB, l *Ladder) *Ladder {
	text, err := l.JSON()
	if err != nil {
		t.Fatal(err)
	}
	same, err := FromJSON(text)
	if err != nil {
		t.Fatal(err)
	}
	same.Tests = l.Tests // which JSON leaves out
	return same
}

// fullLadder has something in every field, each thing unlike every other.
func fullLadder() *Ladder {
	var l Ladder
	n := 0
	fillValue(reflect.ValueOf(&l).Elem(), &n)
	l.Tests = nil // told in one line, see package simulation
	return &l
}

func fillValue(v reflect.Value, n *int) {
	*n++
	switch {
	case v.Type() == reflect.TypeFor[workday.Window]():
		v.Set(reflect.ValueOf(workday.Window{N: *n%300 + 1}))
	case v.Kind() == reflect.String:
		v.SetString(fmt.Sprintf("text%d", *n))
	case v.Kind() == reflect.Bool:
		v.SetBool(true)
	case v.CanInt():
		v.SetInt(int64(*n))
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fillValue(v.Elem(), n)
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fillValue(v.Index(0), n)
		fillValue(v.Index(1), n)
	case v.Kind() == reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range 2 {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			fillValue(key, n)
			fillValue(value, n)
			v.SetMapIndex(key, value)
		}
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			fillValue(v.Field(i), n)
		}
	default:
		panic("the model has a field of kind " + v.Kind().String())
	}
}

// edit is one change that can be made to a ladder.
type edit struct {
	path  string
	apply func(root reflect.Value)
	texts []string // that a person must see
}

type locator func(root reflect.Value) reflect.Value

func editsOf(l *Ladder) []edit {
	var all []edit
	collectEdits(&all, "ladder", reflect.ValueOf(l).Elem(), func(root reflect.Value) reflect.Value { return root })
	return all
}

func collectEdits(all *[]edit, path string, v reflect.Value, at locator) {
	add := func(what string, apply func(v reflect.Value), texts ...string) {
		*all = append(*all, edit{path + " " + what, func(root reflect.Value) { apply(at(root)) }, texts})
	}
	zero := func(v reflect.Value) { v.SetZero() }
	if v.Type() == reflect.TypeFor[[]Test]() {
		return
	}
	switch {
	case v.Type() == reflect.TypeFor[*workday.Window]():
		if v.IsNil() {
			add("set", func(v reflect.Value) { v.Set(reflect.ValueOf(&workday.Window{N: 399})) }, "399 working days")
			return
		}
		w := *v.Interface().(*workday.Window)
		longer, other := workday.Window{N: w.N + 1, Unit: w.Unit}, workday.Window{N: w.N%50 + 1, Unit: (w.Unit + 1) % 3}
		add("longer", func(v reflect.Value) { v.Set(reflect.ValueOf(&longer)) }, w.String(), longer.String())
		add("in other days", func(v reflect.Value) { v.Set(reflect.ValueOf(&other)) }, w.String(), other.String())
		add("removed", zero, w.String())
	case v.Kind() == reflect.String:
		add("changed", func(v reflect.Value) { v.SetString("another") }, "another")
		if v.String() != "" && path != "ladder.ID" { // a ladder without an id is none
			add("emptied", zero)
		}
	case v.Kind() == reflect.Bool:
		add("turned", func(v reflect.Value) { v.SetBool(!v.Bool()) })
	case v.Kind() == reflect.Int:
		add("raised", func(v reflect.Value) { v.SetInt(v.Int() + 1) }, fmt.Sprint(v.Int()), fmt.Sprint(v.Int()+1))
	case v.Kind() == reflect.Pointer && v.IsNil():
		add("set", func(v reflect.Value) { n := 5000; fillValue(v, &n) })
	case v.Kind() == reflect.Pointer:
		add("removed", zero)
		collectEdits(all, path, v.Elem(), func(root reflect.Value) reflect.Value { return at(root).Elem() })
	case v.Kind() == reflect.Slice:
		collectSliceEdits(all, path, v, at, add)
	case v.Kind() == reflect.Map:
		collectMapEdits(v, add)
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			collectEdits(all, path+"."+v.Type().Field(i).Name, v.Field(i), func(root reflect.Value) reflect.Value { return at(root).Field(i) })
		}
	}
}

func collectSliceEdits(all *[]edit, path string, v reflect.Value, at locator, add func(string, func(reflect.Value), ...string)) {
	add("grown", func(v reflect.Value) {
		n := 6000
		one := reflect.New(v.Type().Elem()).Elem()
		fillValue(one, &n)
		v.Set(reflect.Append(v, one))
	}, "60")
	if v.Len() > 0 && path != "ladder.Rungs" {
		add("emptied", func(v reflect.Value) { v.SetZero() })
	}
	if v.Len() > 1 {
		add("without the first", func(v reflect.Value) { v.Set(v.Slice(1, v.Len())) })
		add("doubled", func(v reflect.Value) { v.Set(reflect.Append(v, v.Index(0))) })
		if !reflect.DeepEqual(v.Index(0).Interface(), v.Index(1).Interface()) {
			add("swapped", func(v reflect.Value) {
				first := reflect.ValueOf(v.Index(0).Interface())
				v.Index(0).Set(v.Index(1))
				v.Index(1).Set(first)
			})
		}
	}
	if v.Len() > 0 { // what holds for the last holds for each
		i := v.Len() - 1
		collectEdits(all, fmt.Sprintf("%s[%d]", path, i), v.Index(i), func(root reflect.Value) reflect.Value { return at(root).Index(i) })
	}
}

func collectMapEdits(v reflect.Value, add func(string, func(reflect.Value), ...string)) {
	for _, key := range v.MapKeys() {
		add("without "+key.String(), func(v reflect.Value) { v.SetMapIndex(key, reflect.Value{}) }, key.String())
		add("other "+key.String(), func(v reflect.Value) {
			n := 7000
			value := reflect.New(v.Type().Elem()).Elem()
			fillValue(value, &n)
			v.SetMapIndex(key, value)
		}, key.String(), "700")
	}
	add("with more", func(v reflect.Value) {
		if v.IsNil() {
			v.Set(reflect.MakeMap(v.Type()))
		}
		n := 8000
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fillValue(key, &n)
		fillValue(value, &n)
		v.SetMapIndex(key, value)
	}, "text8001")
}
