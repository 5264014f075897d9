//go:build serving

package main

import "fmt"

// practiceCommands tells whoever asks this program for try where it is: see try.go.
type practiceCommands struct {
	Try tryCommand `cmd:"" hidden:"" help:"Not in this program, which was built to serve."`
}

type tryCommand struct {
	Args []string `arg:"" optional:"" passthrough:""`
}

// Run refuses: nothing that practises is linked.
func (*tryCommand) Run(*program) error {
	return fmt.Errorf("try is not in this program, which was built to serve; in the source run go run ./cmd/challengebot try (%w)", errUsage)
}
