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

// appPackage is what Teams keeps of an app package.
type appPackage struct {
	version string
	bot     manifestBot
}

type manifestBot struct {
	ID           string   `json:"botId"`
	Scopes       []string `json:"scopes"`
	Targeted     bool     `json:"supportsTargetedMessages"`
	CommandLists []struct {
		Scopes   []string `json:"scopes"`
		Triggers []string `json:"triggers"`
		Commands []struct {
			Title string `json:"title"`
		} `json:"commands"`
	} `json:"commandLists"`
}

// ErrPackageRejected means that Teams would not take an app package.
var ErrPackageRejected = errors.New("practice: Teams does not take this app package")

// UploadApp gives Teams an app package, as an administrator does. From then on the app is
// what its manifest says: it can be installed in the scopes that it names only, and takes
// what is typed to the bot alone only if it says so. A later package must have a higher
// version; whoever has the app has the new one then.
func (t *Teams) UploadApp(ctx context.Context, data []byte) error {
	given, err := readPackage(data)
	if err != nil {
		return err
	}
	if given.bot.ID != t.options.AppID {
		return fmt.Errorf("%w: botId is not the id of the bot's registration", ErrPackageRejected)
	}
	t.mu.Lock()
	before := t.app
	if before != nil && !isNewerVersion(given.version, before.version) {
		t.mu.Unlock()
		return fmt.Errorf("%w: version %s does not follow %s", ErrPackageRejected, given.version, before.version)
	}
	t.app = given
	t.mu.Unlock()
	if before == nil {
		return nil
	}
	for _, p := range t.people {
		if !p.isUnreachable() {
			if a := p.deliverInstallation(ctx, "add-upgrade"); a.Err != nil {
				return a.Err
			}
		}
	}
	return nil
}

func readPackage(data []byte) (*appPackage, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("%w: it is no zip", ErrPackageRejected)
	}
	file, err := z.Open("manifest.json")
	if err != nil {
		return nil, fmt.Errorf("%w: no manifest.json at its root", ErrPackageRejected)
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxBodySize))
	if err != nil {
		return nil, fmt.Errorf("%w: its manifest cannot be read", ErrPackageRejected)
	}
	var manifest struct {
		Version string            `json:"version"`
		Icons   map[string]string `json:"icons"`
		Bots    []manifestBot     `json:"bots"`
	}
	if json.Unmarshal(text, &manifest) != nil || len(manifest.Bots) != 1 || manifest.Version == "" {
		return nil, fmt.Errorf("%w: the manifest names no version or not one bot", ErrPackageRejected)
	}
	for _, icon := range manifest.Icons {
		if !slices.ContainsFunc(z.File, func(f *zip.File) bool { return f.Name == icon }) {
			return nil, fmt.Errorf("%w: the icon %s is missing", ErrPackageRejected, icon)
		}
	}
	return &appPackage{version: manifest.Version, bot: manifest.Bots[0]}, nil
}

// isNewerVersion compares two versions of three numbers.
func isNewerVersion(a, b string) bool {
	var x, y [3]int
	_, errA := fmt.Sscanf(a, "%d.%d.%d", &x[0], &x[1], &x[2])
	_, errB := fmt.Sscanf(b, "%d.%d.%d", &y[0], &y[1], &y[2])
	return errA == nil && errB == nil && slices.Compare(x[:], y[:]) > 0
}

// OfferedCommands are what Teams lists while somebody types "/" (slash) or "@" and the bot's
// name (mention) in a scope (personal, team).
func (t *Teams) OfferedCommands(scope, trigger string) []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var titles []string
	if t.app == nil {
		return nil
	}
	for _, list := range t.app.bot.CommandLists {
		if !slices.Contains(list.Scopes, scope) || !slices.Contains(list.Triggers, trigger) {
			continue
		}
		for _, c := range list.Commands {
			titles = append(titles, c.Title)
		}
	}
	return titles
}

// checkScope says why the app cannot be used so, if it cannot: before it is uploaded, where
// the tenant knows no app, nor in a scope that its manifest does not name.
func (t *Teams) checkScope(scope string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.app == nil && t.options.AppNotUploaded:
		return fmt.Errorf("%w: nobody has uploaded the app", ErrNotDelivered)
	case t.app != nil && !slices.Contains(t.app.bot.Scopes, scope):
		return fmt.Errorf("%w: the manifest does not name the scope %s", ErrNotDelivered, scope)
	}
	return nil
}

// supportsTargeted reports whether something can be said to the bot alone.
func (t *Teams) supportsTargeted() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.app == nil || t.app.bot.Targeted
}

// OffersCommand reports whether Teams offers a text's first word as a slash command.
func (t *Teams) OffersCommand(scope, text string) bool {
	word, _, _ := strings.Cut(strings.TrimPrefix(text, "/"), " ")
	return slices.Contains(t.OfferedCommands(scope, "slash"), word)
}
