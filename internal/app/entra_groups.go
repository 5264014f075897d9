package app

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"time"

	"challengebot/internal/directory"
	"challengebot/internal/engine"
	"challengebot/internal/entra"
)

// SettingsReader reads a configuration and all that it names, again and again. Where the directory
// names groups of Entra it asks for them now and then, and goes on with the last whole reading
// while Entra cannot be asked.
type SettingsReader struct {
	path, secret string
	now          func() time.Time

	graph    *entra.Reader
	graphKey string // of what graph was made
	groups   directory.Groups
	named    []string // that groups are of
	askedAt  time.Time
	readAt   time.Time
	fault    error
}

// NewSettingsReader makes one for a configuration file. secret is as for BuildPlatform.
func NewSettingsReader(path, secret string, now func() time.Time) *SettingsReader {
	return &SettingsReader{path: path, secret: secret, now: now}
}

const (
	// entraInterval is how often Entra is asked what has changed, and entraRetryInterval how often
	// while it cannot be.
	entraInterval      = 15 * time.Minute
	entraRetryInterval = 2 * time.Minute
)

// Read reads everything. All that is wrong is said at once, with file, line, column and the mend
// where it has one.
func (r *SettingsReader) Read(ctx context.Context) (*Settings, error) {
	s, problems, err := r.readSettings(ctx, true)
	return settingsOrAll(s, problems, err)
}

// ReadToServe is Read for a program that may have a copy of the last whole directory: where that
// file alone is wrong, DirectoryError says in what. Entra is asked when its time has come, or at
// once. With an error the settings have their Fingerprint alone.
func (r *SettingsReader) ReadToServe(ctx context.Context, atOnce bool) (*Settings, error) {
	s, problems, err := r.readSettings(ctx, atOnce)
	return settingsToServe(s, problems, err)
}

// membersOf are the members of these groups: of the last whole reading, where Entra need not be
// or cannot be asked now. isStale says that it could not be.
func (r *SettingsReader) membersOf(ctx context.Context, c *Config, named []string, atOnce bool) (groups directory.Groups, isStale error, err error) {
	interval := entraInterval
	if r.fault != nil {
		interval = entraRetryInterval
	}
	isSame := r.groups != nil && slices.Equal(named, r.named)
	if !isSame || atOnce || r.now().Sub(r.askedAt) >= interval {
		r.askedAt = r.now()
		read, fault := r.askGraph(ctx, c, named)
		if r.fault = fault; fault == nil {
			r.groups, r.named, r.readAt, isSame = read, named, r.now(), true
		}
	}
	if !isSame {
		return nil, nil, r.fault
	}
	return r.groups, r.fault, nil
}

func (r *SettingsReader) askGraph(ctx context.Context, c *Config, named []string) (directory.Groups, error) {
	platform, err := c.BuildPlatform(r.secret)
	if err != nil {
		return nil, err
	}
	address := c.graphURL()
	at, err := url.Parse(address)
	if err != nil || address == "" {
		return nil, fmt.Errorf("nothing says where Microsoft Graph is in the cloud %q", c.Cloud)
	}
	if key := fmt.Sprintf("%s %s %s %v", address, c.AppID, c.Tenant, c.Credential); r.graph == nil || r.graphKey != key {
		r.graph = entra.NewReader(entra.Config{BaseURL: address, Scope: at.Scheme + "://" + at.Host + "/.default", Credential: platform.Credential, Sleep: engine.Sleep})
		r.graphKey = key
	}
	return r.graph.Read(ctx, named)
}

// graphURL is where Microsoft Graph is for this configuration.
func (c *Config) graphURL() string {
	if c.Practice != nil {
		return c.Practice.GraphURL
	}
	cloud, _ := c.findCloud()
	return cloud.GraphURL
}

// addTo puts what was read from Entra into the fingerprint.
func addGroups(files fileReader, groups directory.Groups, err error) {
	text, jsonErr := json.Marshal(groups)
	fmt.Fprintf(files.sum, "groups %s %t %v\n", text, err != nil, jsonErr)
}
