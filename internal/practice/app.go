package practice

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// app is what Teams keeps of an app package.
type app struct {
	version string
	bot     manifestBot
}

type manifestBot struct {
	ID       string   `json:"botId"`
	Scopes   []string `json:"scopes"`
	Targeted bool     `json:"supportsTargetedMessages"`
	Lists    []struct {
		Scopes   []string `json:"scopes"`
		Triggers []string `json:"triggers"`
		Commands []struct {
			Title string `json:"title"`
		} `json:"commands"`
	} `json:"commandLists"`
}

// ErrPackage means that Teams would not take an app package.
var ErrPackage = errors.New("practice: Teams does not take this app package")

// Upload gives Teams an app package, as an administrator does. From then on the app is
// what its manifest says: it can be installed in the scopes that it names only, and takes
// what is typed to the bot alone only if it says so. A later package must have a higher
// version; whoever has the app has the new one then.
func (t *Teams) Upload(ctx context.Context, data []byte) error {
	given, err := readPackage(data)
	if err != nil {
		return err
	}
	if given.bot.ID != t.options.AppID {
		return fmt.Errorf("%w: botId is not the id of the bot's registration", ErrPackage)
	}
	t.mu.Lock()
	before := t.app
	if before != nil && !newer(given.version, before.version) {
		t.mu.Unlock()
		return fmt.Errorf("%w: version %s does not follow %s", ErrPackage, given.version, before.version)
	}
	t.app = given
	t.mu.Unlock()
	if before == nil {
		return nil
	}
	for _, p := range t.people {
		if !p.barred() {
			if a := p.installation(ctx, "add-upgrade"); a.Err != nil {
				return a.Err
			}
		}
	}
	return nil
}

func readPackage(data []byte) (*app, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("%w: it is no zip", ErrPackage)
	}
	file, err := z.Open("manifest.json")
	if err != nil {
		return nil, fmt.Errorf("%w: no manifest.json at its root", ErrPackage)
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, bodyLimit))
	if err != nil {
		return nil, fmt.Errorf("%w: its manifest cannot be read", ErrPackage)
	}
	var manifest struct {
		Version string            `json:"version"`
		Icons   map[string]string `json:"icons"`
		Bots    []manifestBot     `json:"bots"`
	}
	if json.Unmarshal(text, &manifest) != nil || len(manifest.Bots) != 1 || manifest.Version == "" {
		return nil, fmt.Errorf("%w: the manifest names no version or not one bot", ErrPackage)
	}
	for _, icon := range manifest.Icons {
		if !slices.ContainsFunc(z.File, func(f *zip.File) bool { return f.Name == icon }) {
			return nil, fmt.Errorf("%w: the icon %s is missing", ErrPackage, icon)
		}
	}
	return &app{version: manifest.Version, bot: manifest.Bots[0]}, nil
}

// newer compares two versions of three numbers.
func newer(a, b string) bool {
	var x, y [3]int
	_, errA := fmt.Sscanf(a, "%d.%d.%d", &x[0], &x[1], &x[2])
	_, errB := fmt.Sscanf(b, "%d.%d.%d", &y[0], &y[1], &y[2])
	return errA == nil && errB == nil && slices.Compare(x[:], y[:]) > 0
}

// Commands are what Teams lists while somebody types "/" (slash) or "@" and the bot's
// name (mention) in a scope (personal, team).
func (t *Teams) Commands(scope, trigger string) []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var titles []string
	if t.app == nil {
		return nil
	}
	for _, list := range t.app.bot.Lists {
		if !slices.Contains(list.Scopes, scope) || !slices.Contains(list.Triggers, trigger) {
			continue
		}
		for _, c := range list.Commands {
			titles = append(titles, c.Title)
		}
	}
	return titles
}

// offers says why the app cannot be used so, if it cannot: before it is uploaded, where
// the tenant knows no app, nor in a scope that its manifest does not name.
func (t *Teams) offers(scope string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.app == nil && t.options.NoApp:
		return fmt.Errorf("%w: nobody has uploaded the app", ErrNotDelivered)
	case t.app != nil && !slices.Contains(t.app.bot.Scopes, scope):
		return fmt.Errorf("%w: the manifest does not name the scope %s", ErrNotDelivered, scope)
	}
	return nil
}

// takesTargeted reports whether something can be said to the bot alone.
func (t *Teams) takesTargeted() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.app == nil || t.app.bot.Targeted
}

// Offers reports whether Teams offers a text's first word as a slash command.
func (t *Teams) Offers(scope, text string) bool {
	word, _, _ := strings.Cut(strings.TrimPrefix(text, "/"), " ")
	return slices.Contains(t.Commands(scope, "slash"), word)
}
