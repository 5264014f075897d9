package practice

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// Graph stands in for the calls of Microsoft Graph by which people and the members of groups are
// read: the delta queries over users and groups. It is as strict as Graph about what is asked,
// and fails as Graph does when it is told to. All methods may be used concurrently.
type Graph struct {
	// PageSize is how many people, or members, a page has.
	PageSize int

	mu      sync.Mutex
	server  *http.Server
	baseURL string
	version int
	users   map[string]*graphUser
	groups  map[string]*graphGroup
	order   []string // of users, as they came
	faults  []GraphFault
	forgets int // readings that began at this version or before are forgotten
	calls   int
	errorf  func(string, ...any)
}

// GraphFault is what the next call is answered with.
type GraphFault struct {
	Status     int    // 200 with Half: the page breaks off
	Code       string // Graph's own word
	RetryAfter int    // seconds
	Half       bool
	// OnFurtherPage: not before a call for a further page.
	OnFurtherPage bool
	// OnGroups: not before a question about groups.
	OnGroups bool
	// Elsewhere: the page is whole and names its next one on another host.
	Elsewhere bool
}

type graphUser struct {
	ID, Name, Login, Department string
	Enabled                     bool
	isGone                      bool
	changed                     int
}

type graphGroup struct {
	id      string
	isGone  bool
	changed int
	members map[string]*graphMember
	order   []string
}

type graphMember struct {
	isGroup, isGone bool
	changed         int
}

// GraphUser is somebody in Entra.
type GraphUser struct{ ID, Name, Login, Department string }

// StartGraph starts it on loopback. errorf is told of each question that Graph would not
// understand.
func StartGraph(errorf func(string, ...any)) (*Graph, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	g := &Graph{PageSize: 100, baseURL: "http://" + listener.Addr().String() + "/v1.0", users: map[string]*graphUser{}, groups: map[string]*graphGroup{}, forgets: -1, errorf: errorf}
	g.server = &http.Server{Handler: g}
	go func() { _ = g.server.Serve(listener) }() // it ends with Close
	return g, nil
}

// URL is its address with the version.
func (g *Graph) URL() string { return g.baseURL }

// Close ends it.
func (g *Graph) Close() { _ = g.server.Close() }

// Calls is how many calls it was asked since the last time, and begins anew.
func (g *Graph) Calls() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := g.calls
	g.calls = 0
	return n
}

// Fail lets the next calls fail, one after the other.
func (g *Graph) Fail(faults ...GraphFault) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.faults = append(g.faults, faults...)
}

// Forget lets every reading so far be forgotten, as Graph does after some days.
func (g *Graph) Forget() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.forgets = g.version
}

// SetUser adds somebody or changes them.
func (g *Graph) SetUser(u GraphUser) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.version++
	if g.users[u.ID] == nil {
		g.order = append(g.order, u.ID)
	}
	g.users[u.ID] = &graphUser{u.ID, u.Name, u.Login, u.Department, true, false, g.version}
}

// DisableUser blocks somebody's account, DeleteUser deletes them, as first into the recycle bin. The
// groups that they are in say nothing of either.
func (g *Graph) DisableUser(id string) { g.changeUser(id, func(u *graphUser) { u.Enabled = false }) }

// DeleteUser deletes somebody.
func (g *Graph) DeleteUser(id string) { g.changeUser(id, func(u *graphUser) { u.isGone = true }) }

func (g *Graph) changeUser(id string, change func(*graphUser)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.version++
	change(g.users[id])
	g.users[id].changed = g.version
}

// AddMember puts somebody, or a group, into a group, which is made if there is none.
func (g *Graph) AddMember(group, member string, isGroup bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.version++
	at := g.groups[group]
	if at == nil {
		at = &graphGroup{id: group, members: map[string]*graphMember{}}
		g.groups[group] = at
	}
	at.changed = g.version
	if at.members[member] == nil {
		at.order = append(at.order, member)
	}
	at.members[member] = &graphMember{isGroup: isGroup, changed: g.version}
}

// RemoveMember takes somebody out of a group.
func (g *Graph) RemoveMember(group, member string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.version++
	g.groups[group].changed = g.version
	g.groups[group].members[member].isGone, g.groups[group].members[member].changed = true, g.version
}

// DeleteGroup deletes a group.
func (g *Graph) DeleteGroup(group string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.version++
	g.groups[group].isGone, g.groups[group].changed = true, g.version
}

const (
	usersSelect  = "id,displayName,userPrincipalName,department,accountEnabled"
	groupsSelect = "id,members"
	maxFilterIDs = 50
)

var filterShape = regexp.MustCompile(`^id eq '[0-9a-f-]{36}'( or id eq '[0-9a-f-]{36}')*$`)

// ServeHTTP answers one question.
func (g *Graph) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.calls++
	refuse := func(status int, code string) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, `{"error":{"code":%q,"message":"practice"}}`, code)
	}
	query := r.URL.Query()
	token := query.Get("$skiptoken") + query.Get("$deltatoken")
	var fault GraphFault
	if len(g.faults) > 0 && (!g.faults[0].OnFurtherPage || query.Has("$skiptoken")) && (!g.faults[0].OnGroups || strings.HasSuffix(r.URL.Path, "/groups/delta")) {
		fault, g.faults = g.faults[0], g.faults[1:]
	}
	switch {
	case !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ") || r.Method != http.MethodGet:
		refuse(http.StatusUnauthorized, "InvalidAuthenticationToken")
		return
	case fault.Status >= 400:
		if fault.RetryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(fault.RetryAfter))
		}
		refuse(fault.Status, fault.Code)
		return
	}
	var answer map[string]any
	switch kind := strings.TrimPrefix(r.URL.Path, "/v1.0/"); {
	case kind == "users/delta" && (token != "" || query.Get("$select") == usersSelect && len(query) == 1):
		answer = g.deltaPage("users", token, nil)
	case kind == "groups/delta" && (token != "" || query.Get("$select") == groupsSelect && filterShape.MatchString(query.Get("$filter")) && len(query) == 2):
		var ids []string
		for _, part := range strings.Split(query.Get("$filter"), " or ") {
			ids = append(ids, strings.Trim(strings.TrimPrefix(part, "id eq "), "'"))
		}
		if token == "" && len(ids) > maxFilterIDs {
			g.errorf("practice: %d groups in one filter", len(ids))
			refuse(http.StatusBadRequest, "Request_UnsupportedQuery")
			return
		}
		answer = g.deltaPage("groups", token, ids)
	default:
		g.errorf("practice: Graph understands no %s?%s", r.URL.Path, r.URL.RawQuery)
		refuse(http.StatusBadRequest, "BadRequest")
		return
	}
	if answer == nil {
		refuse(http.StatusGone, "syncStateNotFound")
		return
	}
	if fault.Elsewhere {
		delete(answer, "@odata.deltaLink")
		answer["@odata.nextLink"] = "https://graph.example.com/v1.0/users/delta?$skiptoken=x"
	}
	body, err := json.Marshal(answer)
	if err != nil {
		g.errorf("practice: %v", err)
	}
	if fault.Half {
		body = body[:len(body)/2]
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(body)
}

// graphToken is where a reading stands: since which version, up to which, how many were told, and
// about which groups.
type graphToken struct {
	Since, Until, Told int
	Groups             []string
}

// deltaPage is the next page of a reading; nil for one that is forgotten.
func (g *Graph) deltaPage(kind, token string, groups []string) map[string]any {
	at := graphToken{Since: -1, Until: g.version, Groups: groups}
	if token != "" {
		if json.Unmarshal([]byte(token), &at) != nil || at.Since >= 0 && at.Since <= g.forgets {
			return nil
		}
	}
	if at.Until < 0 { // a new reading from a delta link
		at.Until = g.version
	}
	var told []any
	if kind == "users" {
		told = g.tellUsers(at)
	} else {
		told = g.tellMembers(at)
	}
	page := told[min(at.Told, len(told)):min(at.Told+g.PageSize, len(told))]
	answer := map[string]any{"@odata.context": g.baseURL + "/$metadata#" + kind, "value": append([]any{}, page...)}
	if at.Told += g.PageSize; at.Told < len(told) {
		answer["@odata.nextLink"] = g.link(kind, "skiptoken", at)
	} else {
		answer["@odata.deltaLink"] = g.link(kind, "deltatoken", graphToken{Since: at.Until, Until: -1, Groups: at.Groups})
	}
	return answer
}

func (g *Graph) link(kind, name string, at graphToken) string {
	text, err := json.Marshal(at)
	if err != nil {
		g.errorf("practice: %v", err)
	}
	return g.baseURL + "/" + kind + "/delta?$" + name + "=" + url.QueryEscape(string(text))
}

func (g *Graph) tellUsers(at graphToken) []any {
	var told []any
	for _, id := range g.order {
		u := g.users[id]
		if u.changed <= at.Since {
			continue
		}
		if u.isGone {
			if at.Since >= 0 {
				told = append(told, map[string]any{"id": u.ID, "@removed": map[string]any{"reason": "changed"}})
			}
			continue
		}
		told = append(told, map[string]any{"id": u.ID, "displayName": u.Name, "userPrincipalName": u.Login, "department": u.Department, "accountEnabled": u.Enabled})
	}
	return told
}

// tellMembers tells of members one by one, so that those of one group come in several pages. The
// first reading also names those who were members before.
func (g *Graph) tellMembers(at graphToken) []any {
	var told []any
	for _, id := range at.Groups {
		group := g.groups[id]
		switch {
		case group == nil || group.changed <= at.Since:
			continue
		case group.isGone:
			if at.Since >= 0 {
				told = append(told, map[string]any{"id": id, "@removed": map[string]any{"reason": "changed"}})
			}
			continue
		}
		if at.Since < 0 {
			told = append(told, map[string]any{"id": id})
		}
		for _, key := range group.order {
			m := group.members[key]
			if m.changed <= at.Since {
				continue
			}
			kind := "#microsoft.graph.user"
			if m.isGroup {
				kind = "#microsoft.graph.group"
			}
			one := map[string]any{"@odata.type": kind, "id": key}
			if m.isGone {
				one["@removed"] = map[string]any{"reason": "deleted"}
			}
			told = append(told, map[string]any{"id": id, "members@delta": []any{one}})
		}
	}
	return told
}
