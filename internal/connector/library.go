package connector

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/infracloudio/msbotbuilder-go/connector/client"
	"github.com/infracloudio/msbotbuilder-go/schema"
)

// Library is this client in the shape that msbotbuilder-go's adapter wants, so
// that what the library sends keeps to the same allow-list, timeout, token and
// sorting of errors.
func (c *Client) Library() client.Client { return library{c} }

type library struct{ client *Client }

// Post sends an activity. The library's interface has no place for the new id.
func (l library) Post(ctx context.Context, target url.URL, a schema.Activity) error {
	return l.do(ctx, CallSend, http.MethodPost, target, a, nil)
}

// Put replaces an activity.
func (l library) Put(ctx context.Context, target url.URL, a schema.Activity) error {
	return l.do(ctx, CallUpdate, http.MethodPut, target, a, nil)
}

// Delete withdraws an activity.
func (l library) Delete(ctx context.Context, target url.URL) error {
	return l.do(ctx, CallDelete, http.MethodDelete, target, nil, nil)
}

// Get reads whatever the address names.
func (l library) Get(ctx context.Context, target url.URL) (json.RawMessage, error) {
	var raw json.RawMessage
	err := l.do(ctx, "get", http.MethodGet, target, nil, &raw)
	return raw, err
}

func (l library) do(ctx context.Context, name, method string, target url.URL, body, out any) error {
	base, path, ok := split(target)
	if !ok {
		return &Error{Kind: BadRequest, Call: name, Code: "unusable address"}
	}
	query := target.Query()
	if a, is := body.(schema.Activity); is {
		update := method == http.MethodPut
		pruned, err := prune(a, update)
		if err != nil {
			return &Error{Kind: BadRequest, Call: name, Code: "not JSON"}
		}
		body = pruned
	}
	return l.client.do(ctx, call{
		name: name, method: method, serviceURL: base, path: path, query: query, body: body,
		creates: method == http.MethodPost,
	}, out)
}

// split parts an address of the library into the service URL and the segments
// below it. The library writes ids into the path as they are, so a conversation
// id is what stands between two known words.
func split(target url.URL) (base string, path []string, ok bool) {
	before, after, found := strings.Cut(target.Path, "/v3/")
	if !found || target.Scheme == "" || target.Host == "" {
		return "", nil, false
	}
	root := url.URL{Scheme: target.Scheme, User: target.User, Host: target.Host, Path: before + "/"}
	path = []string{"v3"}
	if rest, is := strings.CutPrefix(after, "conversations/"); is {
		path = append(path, "conversations")
		for _, word := range []string{"activities", "members", "pagedmembers"} {
			id, tail, has := strings.Cut(rest, "/"+word)
			if !has {
				continue
			}
			path = append(path, id, word)
			if tail = strings.Trim(tail, "/"); tail != "" {
				path = append(path, tail)
			}
			return root.String(), path, true
		}
		return root.String(), append(path, rest), true
	}
	return root.String(), append(path, strings.Split(strings.Trim(after, "/"), "/")...), true
}

// prune writes the library's activity without the zero dates and empty objects
// that its omitempty tags fail to leave out. Our own id and times are Teams' to
// give. The recipient is kept on a new message only: an update must not have one.
func prune(a schema.Activity, update bool) (map[string]json.RawMessage, error) {
	whole, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(whole, &fields); err != nil {
		return nil, err
	}
	for _, name := range []string{"id", "timestamp", "localTimestamp", "expiration", "serviceUrl", "channelId"} {
		delete(fields, name)
	}
	for _, name := range []string{"from", "recipient", "conversation", "suggestedActions", "semanticAction", "relatesTo"} {
		if hollow(fields[name]) {
			delete(fields, name)
		}
	}
	if update {
		delete(fields, "recipient")
	}
	return fields, nil
}

// hollow reports whether a value holds nothing but empty objects.
func hollow(raw json.RawMessage) bool {
	var object map[string]json.RawMessage
	if json.Unmarshal(raw, &object) != nil {
		return false
	}
	for _, value := range object {
		if string(value) != "null" && string(value) != `""` && !hollow(value) {
			return false
		}
	}
	return true
}
