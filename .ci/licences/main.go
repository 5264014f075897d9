// Command licences lists the modules that the bot is built of, each with its version and its
// licence, as a table to keep beside an installation. A module whose licence it cannot tell ends it
// with an error. The licence of the bot itself is its owner's to choose.
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// licences are known by words that only they have, the more special first.
var licences = []struct{ name, words string }{
	{"MPL-2.0", "mozilla public license"}, {"Apache-2.0", "apache license"}, {"BSD-3-Clause", "neither the name"},
	{"BSD-2-Clause", "redistributions in binary form"}, {"ISC", "permission to use, copy, modify, and/or distribute"},
	{"MIT", "permission is hereby granted, free of charge"},
}

func main() {
	list := exec.Command("go", "list", "-deps", "-tags", "serving", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}", "./cmd/challengebot")
	list.Stderr = os.Stderr
	text, err := list.Output()
	if err != nil {
		fmt.Fprintln(os.Stderr, "licences: the modules cannot be listed:", err)
		os.Exit(1)
	}
	var lines []string
	for scanner := bufio.NewScanner(bytes.NewReader(text)); scanner.Scan(); {
		lines = append(lines, scanner.Text())
	}
	slices.Sort(lines)
	unknown := 0
	fmt.Printf("| module | version | licence |\n|---|---|---|\n")
	for _, line := range slices.Compact(lines) {
		part := strings.Fields(line)
		if len(part) != 3 {
			continue
		}
		name := findLicence(part[2])
		if name == "" {
			name, unknown = "UNKNOWN", unknown+1
		}
		fmt.Printf("| %s | %s | %s |\n", part[0], part[1], name)
	}
	if unknown > 0 {
		fmt.Fprintf(os.Stderr, "licences: %d modules have a licence that this command does not know\n", unknown)
		os.Exit(1)
	}
}

// findLicence reads a module's licence file; "" if it has none that is known.
func findLicence(dir string) string {
	files, err := filepath.Glob(filepath.Join(dir, "[LlCc][IiOo][CcPp][EeYy]*"))
	if err != nil {
		return ""
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		folded := strings.ToLower(strings.Join(strings.Fields(string(text)), " "))
		for _, one := range licences {
			if strings.Contains(folded, one.words) {
				return one.name
			}
		}
	}
	return ""
}
