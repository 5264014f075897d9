package bot

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/google/uuid"

	"challengebot/cards"
	"challengebot/internal/challenge"
	"challengebot/internal/command"
	"challengebot/internal/directory"
	"challengebot/internal/words"
	"challengebot/internal/workday"
)

// coverText is "NAME 1 April to 17 April" or "for NAME by NAME 1 April to 17 April", taken apart.
type coverText struct {
	text          typedText
	away, standIn string // with marks; away is empty for who typed it
	from, to      workday.Date
}

// maxRangeWords is of how many words a first and a last day are.
const maxRangeWords = 2*command.MaxDateWords + 2

// parseCoverText takes the words of a command apart. The days are the longest end of it that can
// be read as days; a name can hold anything.
func (rq request) parseCoverText(t typedCommand) (coverText, bool) {
	days := rq.days()
	for _, rest := range []string{t.rest, strings.NewReplacer("\u2013", " - ", "\u2014", " - ").Replace(t.rest)} {
		tokens := strings.Fields(rest)
		for i := max(1, len(tokens)-maxRangeWords); i < len(tokens); i++ {
			from, to, ok := readDays(tokens[i:], days)
			if !ok {
				continue
			}
			c := coverText{text: t.text, from: from, to: to}
			c.away, c.standIn = splitCoverNames(tokens[:i])
			return c, c.standIn != ""
		}
	}
	return coverText{}, false
}

// hasUnreadDays reports whether days stand in the words that cannot be read: figures, or what
// joins two days, where only a name is left.
func (rq request) hasUnreadDays(t typedCommand) bool {
	name := strings.Fields(t.words())
	if c, ok := rq.parseCoverText(t); ok {
		name = strings.Fields(c.text.plain(c.away + " " + c.standIn))
	}
	return len(name) > 0 && (words.IsRangeEnd(name[len(name)-1]) || slices.ContainsFunc(name, func(w string) bool { return w[0] >= '0' && w[0] <= '9' }))
}

// looksLikeCover reports whether a sentence that begins with "cover" is the command.
func (rq request) looksLikeCover(t typedCommand) bool {
	word, _ := words.CutWord(t.words())
	_, ok := rq.parseCoverText(t)
	return ok || words.IsCoverEnd(word)
}

// splitCoverNames takes "for NAME by NAME" apart; otherwise all of it is who stands in.
func splitCoverNames(tokens []string) (away, standIn string) {
	if last := len(tokens) - 1; last > 0 && words.IsRangeStart(tokens[last]) {
		tokens = tokens[:last]
	}
	if words.IsCoverFor(tokens[0]) {
		for i := len(tokens) - 2; i > 1; i-- {
			if words.IsCoverBy(tokens[i]) {
				return strings.Join(tokens[1:i], " "), strings.Join(tokens[i+1:], " ")
			}
		}
	}
	return "", strings.Join(tokens, " ")
}

// readDays reads a first and a last day; one alone is both.
func readDays(tokens []string, days words.Days) (from, to workday.Date, ok bool) {
	if len(tokens) > 1 && words.IsRangeStart(tokens[0]) {
		tokens = tokens[1:]
	}
	if day, ok := words.ReadDate(strings.Join(tokens, " "), days); ok {
		return day, day, true
	}
	for i := 1; i < len(tokens); i++ {
		last := tokens[i:]
		if words.IsRangeEnd(tokens[i]) {
			last = tokens[i+1:]
		}
		if from, to, ok := readFirstAndLast(tokens[:i], last, days); ok {
			return from, to, true
		}
	}
	return 0, 0, false
}

// readFirstAndLast reads both days. The first may leave out what the last says too: "1 to 17
// April".
func readFirstAndLast(first, last []string, days words.Days) (from, to workday.Date, ok bool) {
	for _, written := range [][]string{first, append(slices.Clone(first), last[min(1, len(last)):]...)} {
		if from, ok = words.ReadDate(strings.Join(written, " "), days); !ok {
			continue
		}
		later := days
		later.Today = from
		if to, ok = words.ReadDate(strings.Join(last, " "), later); ok {
			return from, to, true
		}
		if to, ok = words.ReadDate(strings.Join(last, " "), days); ok { // "today" is today
			return from, to, true
		}
	}
	return 0, 0, false
}

// Ids of the inputs that ask which of several people is meant.
const (
	fieldWhoIsAway  = "who_is_away"
	fieldWhoStandIn = "who_stands_in"
)

// resolveCover finds the people. The error is a *challenge.Refusal or one of the store's; with a
// question it must be asked who is meant.
func (rq request) resolveCover(ctx context.Context, c coverText) (directory.CoverSetting, *cards.CoverQuestion, error) {
	refuseWith := func(sentence string) (directory.CoverSetting, *cards.CoverQuestion, error) {
		return directory.CoverSetting{}, nil, newRefusal(challenge.CodeBadInput, sentence)
	}
	if today := rq.Calendar.DateOf(rq.now); c.to < c.from || c.to < today || c.to > c.from.AddDays(maxCoverDays) {
		return refuseWith(rq.words.Bot.CoverBadDates)
	}
	self, known := rq.Directory().PersonByEntra(rq.person.ID)
	if !known {
		return refuseWith(rq.words.Bot.CoverUnknownPerson)
	}
	away, err := []directory.Person{self}, error(nil)
	if c.away != "" {
		if !rq.overseesAny() {
			return refuseWith(rq.words.Bot.CoverOverseersOnly)
		}
		if away, err = rq.findPeople(ctx, c.text, c.away); err != nil {
			return directory.CoverSetting{}, nil, err
		}
	}
	standIns, err := rq.findPeople(ctx, c.text, c.standIn)
	switch {
	case err != nil:
		return directory.CoverSetting{}, nil, err
	case len(away) == 0 || len(standIns) == 0:
		return refuseWith(rq.words.Bot.CoverUnknownPerson)
	case len(away) > 1 || len(standIns) > 1:
		return directory.CoverSetting{}, rq.askWhoIsMeant(c, away, standIns), newRefusal(challenge.CodeBadInput, rq.words.Draft.WhoIsMeant)
	case away[0].Entra != rq.person.ID && !rq.overseesAllOf(away[0]):
		return refuseWith(rq.words.Bot.CoverOverseersOnly)
	case standIns[0].Entra == away[0].Entra:
		return refuseWith(rq.words.Bot.CoverNotOneself)
	}
	setting := directory.CoverSetting{Person: away[0].Entra, StandIn: standIns[0].Entra, From: c.from, To: c.to, SetBy: rq.person.ID}
	if setting.Person != setting.SetBy {
		setting.Reach = rq.Directory().OverseenUnits(rq.person.ID, rq.today())
	}
	return setting, nil, nil
}

// pendingCover is a command of which a name had to be asked, as the button that goes on with it
// carries it. Who is known already stands in it by Entra object id.
type pendingCover struct {
	Away    string       `json:"for,omitempty"`
	StandIn string       `json:"by"`
	From    workday.Date `json:"from"`
	To      workday.Date `json:"to"`
}

func (rq request) askWhoIsMeant(c coverText, away, standIns []directory.Person) *cards.CoverQuestion {
	pending := pendingCover{From: c.from, To: c.to, Away: c.text.plain(c.away), StandIn: c.text.plain(c.standIn)}
	q := &cards.CoverQuestion{}
	if len(away) > 1 {
		q.Names = append(q.Names, cards.NameQuestion{InputID: fieldWhoIsAway, Name: pending.Away, People: rq.describePeople(away)})
	} else if c.away != "" {
		pending.Away = away[0].Entra
	}
	if len(standIns) > 1 {
		q.Names = append(q.Names, cards.NameQuestion{InputID: fieldWhoStandIn, Name: pending.StandIn, People: rq.describePeople(standIns)})
	} else {
		pending.StandIn = standIns[0].Entra
	}
	typed, _ := json.Marshal(pending) // texts and days only
	q.Pending = string(typed)
	return q
}

// continueCover goes on with a command once it was chosen who is meant.
func (rq request) continueCover(ctx context.Context, data cards.ButtonData, in map[string]string) (cardResult, error) {
	var pending pendingCover
	if json.Unmarshal([]byte(data.Typed), &pending) != nil {
		return cardResult{}, textReply(rq.words.Bot.UnreadableCard)
	}
	c := coverText{from: pending.From, to: pending.To,
		away:    rq.chosenPerson(pending.Away, in[fieldWhoIsAway]),
		standIn: rq.chosenPerson(pending.StandIn, in[fieldWhoStandIn])}
	view, err := rq.applyCoverText(ctx, c)
	if err != nil {
		return cardResult{}, err
	}
	if view.Question != nil {
		view.Chosen = in
	}
	return cardResult{Card: rq.renderCovers(view)}, nil
}

// chosenPerson is who was chosen among those of a name; anybody else leaves the name as it was,
// to be asked again.
func (rq request) chosenPerson(name, chosen string) string {
	if slices.ContainsFunc(rq.peopleCalled(name), func(p directory.Person) bool { return chosen != "" && strings.EqualFold(p.Entra, chosen) }) {
		return chosen
	}
	return name
}

// findPeople finds whom a piece of a text means: somebody mentioned, or all of a name. nil is
// nobody here.
func (rq request) findPeople(ctx context.Context, text typedText, piece string) ([]directory.Person, error) {
	marks := markPattern.FindAllString(piece, -1)
	if len(marks) == 0 {
		return rq.peopleCalled(strings.TrimPrefix(strings.TrimSpace(piece), "@")), nil
	}
	first := text.mentionAt(marks[0])
	for _, mark := range marks[1:] {
		if m := text.mentionAt(mark); m == nil || first == nil || m.who != first.who {
			return nil, nil // two people in one place
		}
	}
	if first == nil || first.isBot {
		return nil, nil
	}
	typed := directory.FoldName(markPattern.ReplaceAllString(piece, " "))
	if typed != "" && !containsWords(directory.FoldName(first.who.Name), typed) && !containsWords(directory.FoldName(first.name), typed) {
		return nil, nil // words beside the mention that are no part of the name
	}
	return rq.peopleMentioned(ctx, *first, text.plain(piece))
}

// peopleMentioned is who is meant by a mention: its Entra object id decides, then Teams' own id,
// then the name that Teams gives, then the letters in the text. An id that is nobody here is
// nobody, whatever name stands beside it.
func (rq request) peopleMentioned(ctx context.Context, m mention, shown string) ([]directory.Person, error) {
	if id := m.who.objectID(); id != "" {
		return rq.personWithAccount(id), nil
	}
	if id := m.who.ID; id != "" {
		person, known, err := rq.Contacts.FindPersonByTeamsID(ctx, id)
		if err != nil || known {
			return rq.personWithAccount(person), err
		}
	}
	if found := rq.peopleCalled(m.who.Name); len(found) > 0 {
		return found, nil
	}
	return rq.peopleCalled(shown), nil
}

func (rq request) personWithAccount(entra string) []directory.Person {
	if p, ok := rq.Directory().PersonByEntra(entra); ok && p.Entra != "" {
		return []directory.Person{p}
	}
	return nil
}

// peopleCalled are all who have an account here and whom a name, or an Entra object id, can mean.
func (rq request) peopleCalled(name string) []directory.Person {
	if id, err := uuid.Parse(strings.TrimSpace(name)); err == nil {
		return rq.personWithAccount(id.String())
	}
	return slices.DeleteFunc(rq.Directory().PeopleNamed(name), func(p directory.Person) bool { return p.Entra == "" })
}

// describePeople tells people of one name apart: by their roles and teams, else by their key in
// the directory.
func (rq request) describePeople(people []directory.Person) []cards.TeamChoice {
	d := rq.Directory()
	var out []cards.TeamChoice
	for _, p := range people {
		var parts []string
		for _, role := range d.RolesOf(p.ID) {
			label := string(role)
			for _, l := range slices.Backward(rq.Ladders) {
				if l.RoleLabel(role) != "" {
					label = l.RoleLabel(role)
				}
			}
			parts = append(parts, label)
		}
		everywhere := d.RolesIn(p.ID, directory.Scope{})
		for _, t := range d.Teams() {
			if len(d.RolesIn(p.ID, directory.Scope{Team: t.ID})) > len(everywhere) {
				parts = append(parts, t.Name)
			}
		}
		if len(parts) == 0 {
			parts = []string{p.ID}
		}
		out = append(out, cards.TeamChoice{ID: p.Entra, Name: p.Name + ": " + strings.Join(parts, ", ")})
	}
	return out
}
