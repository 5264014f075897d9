package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
)

type healthCommand struct {
	Address string `default:"http://127.0.0.1:3978" help:"Where the bot serves."`
	Ready   bool   `help:"Ask whether it can work, with its database and its clock, and not only whether it runs."`
}

// healthTimeout is how long the bot has to answer.
const healthTimeout = 4 * time.Second

// Run asks a bot that serves. The exit code is what a container's health check goes by.
func (c *healthCommand) Run(p *program) error {
	path := "/healthz"
	if c.Ready {
		path = "/readyz"
	}
	ctx, cancel := context.WithTimeout(p.ctx, healthTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(c.Address, "/")+path, nil)
	if err != nil {
		return fmt.Errorf("%w: --address: write it as http://127.0.0.1:3978", errUsage)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("the bot does not answer: %w", err)
	}
	defer func() { _ = response.Body.Close() }() // nothing of it is read
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the bot answers %s", response.Status)
	}
	p.printf("well\n")
	return nil
}
