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

// BotbuilderClient is this client in the shape that msbotbuilder-go's adapter wants, so
// that what the library sends keeps to the same allow-list, timeout, token and
// sorting of errors.
func (c *Client) BotbuilderClient() client.Client { return botbuilderClient{c} }

type botbuilderClient struct{ client *Client }

// Post sends an activity. The library's interface has no place for the new id.
func (l botbuilderClient) Post(ctx context.Context, target url.URL, a schema.Activity) error {
	return l.doCall(ctx, CallSend, http.MethodPost, target, a, nil)
}

// Put replaces an activity.
func (l botbuilderClient) Put(ctx context.Context, target url.URL, a schema.Activity) error {
	return l.doCall(ctx, CallUpdate, http.MethodPut, target, a, nil)
}

// Delete withdraws an activity.
func (l botbuilderClient) Delete(ctx context.Context, target url.URL) error {
	return l.doCall(ctx, CallDelete, http.MethodDelete, target, nil, nil)
}

// Get reads whatever the address names.
func (l botbuilderClient) Get(ctx context.Context, target url.URL) (json.RawMessage, error) {
	var raw json.RawMessage
	err := l.doCall(ctx, "get", http.MethodGet, target, nil, &raw)
	return raw, err
}

func (l botbuilderClient) doCall(ctx context.Context, name, method string, target url.URL, body, out any) error {
	base, path, ok := splitTarget(target)
	if !ok {
		return &Error{Kind: BadRequest, Call: name, Code: "unusable address"}
	}
	query := target.Query()
	if a, is := body.(schema.Activity); is {
		update := method == http.MethodPut
		pruned, err := pruneActivity(a, update)
		if err != nil {
			return &Error{Kind: BadRequest, Call: name, Code: "not JSON"}
		}
		body = pruned
	}
	return l.client.doCall(ctx, apiCall{
		name: name, method: method, serviceURL: base, path: path, query: query, body: body,
		createsMessage: method == http.MethodPost,
	}, out)
}

// splitTarget parts an address of the library into the service URL and the segments
// below it. The library writes ids into the path as they are, so a conversation
// id is what stands between two known words.
func splitTarget(target url.URL) (base string, path []string, ok bool) {
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

// pruneActivity writes the library's activity without the zero dates and empty objects
// that its omitempty tags fail to leave out. Our own id and times are Teams' to
// give. The recipient is kept on a new message only: an update must not have one.
func pruneActivity(a schema.Activity, update bool) (map[string]json.RawMessage, error) {
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
		if isEmptyObject(fields[name]) {
			delete(fields, name)
		}
	}
	if update {
		delete(fields, "recipient")
	}
	return fields, nil
}

// isEmptyObject reports whether a value holds nothing but empty objects.
func isEmptyObject(raw json.RawMessage) bool {
	var object map[string]json.RawMessage
	if json.Unmarshal(raw, &object) != nil {
		return false
	}
	for _, value := range object {
		if string(value) != "null" && string(value) != `""` && !isEmptyObject(value) {
			return false
		}
	}
	return true
}
