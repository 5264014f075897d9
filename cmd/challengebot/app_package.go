package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"challengebot/manifest"
)

type appCommand struct {
	Package appPackage `cmd:"" help:"Write the Teams app package: the zip that an administrator uploads in the Teams admin centre."`
}

type appPackage struct {
	AppID       string            `required:"" name:"app-id" placeholder:"GUID" help:"The application id of the bot's registration."`
	Developer   string            `required:"" placeholder:"NAME" help:"Who answers for the app, usually the authority: up to 32 characters."`
	BaseURL     string            `name:"base-url" placeholder:"URL" help:"The public pages about the app: this address, and /privacy and /terms below it."`
	Website     string            `placeholder:"URL" help:"The public page about the app, if it is elsewhere."`
	Privacy     string            `placeholder:"URL" help:"The public privacy notice, if it is elsewhere."`
	Terms       string            `placeholder:"URL" help:"The public terms of use, if they are elsewhere."`
	Name        string            `placeholder:"NAME" help:"What people see in Teams, in place of Challenge."`
	NameIn      map[string]string `placeholder:"LANGUAGE=NAME" help:"The same in another language, as in cy=Herio. Several with ; between."`
	NameWelsh   string            `hidden:""` // as --name-in was called for the one language that there was
	AppVersion  string            `placeholder:"1.0.0" help:"Three numbers. Teams takes an update only if it grew."`
	ColourIcon  string            `placeholder:"FILE" help:"A PNG of 192 × 192 pixels, in place of the product's own."`
	OutlineIcon string            `placeholder:"FILE" help:"A PNG of 32 × 32 pixels, white on transparent, in place of the product's own."`
	Out         string            `required:"" short:"o" placeholder:"FILE" help:"The zip file to write."`
}

// Run writes the package, or says everything that Teams would refuse.
func (c *appPackage) Run(p *program) error {
	o := manifest.Options{
		AppID: c.AppID, Version: c.AppVersion, Developer: c.Developer, Name: c.Name, NamesIn: c.NameIn,
		BaseURL: c.BaseURL, WebsiteURL: c.Website, PrivacyURL: c.Privacy, TermsURL: c.Terms,
	}
	if c.NameWelsh != "" {
		o.NamesIn = map[string]string{"cy": c.NameWelsh}
		maps.Copy(o.NamesIn, c.NameIn)
	}
	var err error
	if o.ColourIcon, err = readIcon(c.ColourIcon); err != nil {
		return err
	}
	if o.OutlineIcon, err = readIcon(c.OutlineIcon); err != nil {
		return err
	}
	var b bytes.Buffer
	if err := manifest.Build(&b, o); err != nil {
		for line := range strings.Lines(err.Error()) {
			p.printError("challengebot: %s", strings.TrimSpace(line))
		}
		return reportedError{exitWrong}
	}
	if err := replaceFile(c.Out, b.Bytes()); err != nil {
		return fmt.Errorf("the app package cannot be written: %w; name another file with --out", err)
	}
	p.printf("%s: upload it in the Teams admin centre under Manage apps; people need it in their private chat, teams in their channels\n", c.Out)
	return nil
}

func readIcon(name string) ([]byte, error) {
	if name == "" {
		return nil, nil
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("the icon cannot be read: %w; give the path of a PNG file", err)
	}
	if len(data) == 0 {
		return nil, fmt.Errorf("the icon %s is empty; give a PNG file", name)
	}
	return data, nil
}

// replaceFile writes a whole file or leaves the one that was there.
func replaceFile(name string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".app-*.zip")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Chmod(0o644) // it holds no secret
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}
