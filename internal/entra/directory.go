package entra

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"challengebot/internal/directory"
)

// Reader reads people and members and remembers where the last reading ended. It is not safe for
// concurrent use.
type Reader struct {
	client client
	state  *state
}

// NewReader makes a reader that has read nothing.
func NewReader(c Config) *Reader {
	if c.HTTP == nil {
		c.HTTP = &http.Client{Timeout: callTimeout}
	}
	c.BaseURL = strings.TrimSuffix(c.BaseURL, "/")
	return &Reader{client: client{c}}
}

// state is Entra as it was at the end of a whole reading.
type state struct {
	groups    []string // that were asked for
	userLink  string
	groupLink []string // one for each batch of groups
	users     map[string]user
	members   map[string]map[string]bool // people by group
	nested    map[string]bool            // groups in groups, as "outer/inner"
}

func (s *state) clone() *state {
	next := *s
	next.users, next.groupLink, next.nested = maps.Clone(s.users), slices.Clone(s.groupLink), maps.Clone(s.nested)
	next.members = make(map[string]map[string]bool, len(s.members))
	for id, members := range s.members {
		next.members[id] = maps.Clone(members)
	}
	return &next
}

func (s *state) hasNested(id string) bool {
	for pair := range s.nested {
		if strings.HasPrefix(pair, id+"/") {
			return true
		}
	}
	return false
}

type user struct {
	ID         string `json:"id"`
	Name       string `json:"displayName"`
	Login      string `json:"userPrincipalName"`
	Department string `json:"department"`
	Enabled    *bool  `json:"accountEnabled"`
}

// maxGroupsInFilter is how many groups one delta query may name.
const maxGroupsInFilter = 50

// Read brings what is known up to date and gives the members of these groups. With an error
// nothing has changed, and the next reading goes on from the last whole one.
func (r *Reader) Read(ctx context.Context, groups []string) (directory.Groups, error) {
	groups = slices.Clone(groups)
	slices.Sort(groups)
	groups = slices.Compact(groups)
	if r.state != nil && slices.Equal(r.state.groups, groups) {
		next := r.state.clone()
		switch err := r.update(ctx, next); {
		case err == nil:
			r.state = next
			return next.result(), nil
		case !errors.Is(err, errForgotten):
			return nil, err
		}
	}
	first := &state{groups: groups, users: map[string]user{}, members: map[string]map[string]bool{}, nested: map[string]bool{},
		userLink: r.client.BaseURL + "/users/delta?$select=" + url.QueryEscape("id,displayName,userPrincipalName,department,accountEnabled")}
	for batch := range slices.Chunk(groups, maxGroupsInFilter) {
		var named []string
		for _, id := range batch {
			named = append(named, fmt.Sprintf("id eq '%s'", id))
		}
		first.groupLink = append(first.groupLink, r.client.BaseURL+"/groups/delta?$select="+url.QueryEscape("id,members")+"&$filter="+url.QueryEscape(strings.Join(named, " or ")))
	}
	if err := r.update(ctx, first); err != nil {
		return nil, err
	}
	r.state = first
	return first.result(), nil
}

// update follows every link to its end.
func (r *Reader) update(ctx context.Context, s *state) error {
	end, err := r.follow(ctx, s.userLink, s.takeUser)
	if err != nil {
		return fmt.Errorf("people: %w", err)
	}
	s.userLink = end
	for i, link := range s.groupLink {
		if s.groupLink[i], err = r.follow(ctx, link, s.takeGroup); err != nil {
			return fmt.Errorf("groups: %w", err)
		}
	}
	for _, id := range s.groups {
		if s.members[id] == nil {
			return fmt.Errorf("there is no group %s in Entra, or it was deleted: mend the directory, or restore it", id)
		}
		if s.hasNested(id) {
			return fmt.Errorf("the group %s holds another group, whose members the bot does not see: put the people themselves into it", id)
		}
	}
	return nil
}

// maxPages is how many pages a reading may have: more is a circle.
const maxPages = 10_000

// follow reads page after page and gives the link from which the next reading goes on.
func (r *Reader) follow(ctx context.Context, link string, take func(json.RawMessage) error) (string, error) {
	for range maxPages {
		got, err := r.client.getPage(ctx, link)
		if err != nil {
			return "", err
		}
		for _, one := range got.Value {
			if err := take(one); err != nil {
				return "", err
			}
		}
		if got.DeltaLink != "" {
			return got.DeltaLink, nil
		}
		link = got.NextLink
	}
	return "", errors.New("the pages of Microsoft Graph come to no end")
}

// removed marks what is no longer there.
type removed struct {
	Removed *struct{} `json:"@removed"`
}

var errShape = errors.New("what Microsoft Graph sends is not understood")

// takeUser takes in somebody as Graph tells of them: whole at first, later what has changed alone.
func (s *state) takeUser(data json.RawMessage) error {
	var gone removed
	var id struct {
		ID string `json:"id"`
	}
	if json.Unmarshal(data, &gone) != nil || json.Unmarshal(data, &id) != nil || id.ID == "" {
		return errShape
	}
	key := strings.ToLower(id.ID)
	if gone.Removed != nil {
		delete(s.users, key)
		return nil
	}
	known := s.users[key]
	if json.Unmarshal(data, &known) != nil { // what is not named stays
		return errShape
	}
	known.ID = key
	s.users[key] = known
	return nil
}

// takeGroup takes in members. Those of one group may come in several pages.
func (s *state) takeGroup(data json.RawMessage) error {
	var group struct {
		removed
		ID      string `json:"id"`
		Members []struct {
			removed
			Type string `json:"@odata.type"`
			ID   string `json:"id"`
		} `json:"members@delta"`
	}
	if json.Unmarshal(data, &group) != nil || group.ID == "" {
		return errShape
	}
	id := strings.ToLower(group.ID)
	if group.Removed != nil { // what was in it is told again if it is restored
		delete(s.members, id)
		return nil
	}
	if s.members[id] == nil {
		s.members[id] = map[string]bool{}
	}
	for _, m := range group.Members {
		key := strings.ToLower(m.ID)
		switch {
		case key == "":
			return errShape
		case m.Removed != nil: // the first reading may name those who left before it
			delete(s.members[id], key)
			delete(s.nested, id+"/"+key)
		case strings.HasSuffix(m.Type, ".group"):
			s.nested[id+"/"+key] = true
		case m.Type == "" || strings.HasSuffix(m.Type, ".user"):
			s.members[id][key] = true
		}
	}
	return nil
}

// result is who is in each group now: people whose account is there and enabled.
func (s *state) result() directory.Groups {
	all := directory.Groups{}
	for id, members := range s.members {
		all[id] = []directory.GroupMember{}
		for key := range members {
			u, known := s.users[key]
			if !known || u.Enabled != nil && !*u.Enabled {
				continue
			}
			all[id] = append(all[id], directory.GroupMember{Entra: key, Name: u.Name, Login: u.Login, Department: u.Department})
		}
		slices.SortFunc(all[id], func(a, b directory.GroupMember) int {
			return cmp.Or(cmp.Compare(a.Login, b.Login), cmp.Compare(a.Entra, b.Entra))
		})
	}
	return all
}
