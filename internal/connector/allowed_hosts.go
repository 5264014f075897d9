package connector

import (
	"net"
	"net/url"
	"slices"
	"strings"
)

// AllowedHosts makes an allow-list of exact host names. A service URL passes when
// it is https, names one of the hosts, uses the standard port and carries no user
// name, query or fragment. Names are compared by their bytes, the letters A to Z apart: no
// letter of another alphabet counts as one of these.
func AllowedHosts(hosts ...string) func(serviceURL string) bool {
	allowed := make([]string, 0, len(hosts))
	for _, host := range hosts {
		allowed = append(allowed, lowerASCII(host))
	}
	return func(serviceURL string) bool {
		u, ok := parsePlainURL(serviceURL)
		if !ok || u.Scheme != "https" {
			return false
		}
		if port := u.Port(); port != "" && port != "443" {
			return false
		}
		return slices.Contains(allowed, lowerASCII(u.Hostname()))
	}
}

// lowerASCII is s with A to Z as small letters and every other byte as it is.
func lowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + ('a' - 'A')
		}
		return r
	}, s)
}

// LoopbackOnly allows one base address and what lies below it, and only if it is
// an address of this machine. It is for the practice Teams.
func LoopbackOnly(base string) func(serviceURL string) bool {
	own, ok := parsePlainURL(base)
	if !ok || !net.ParseIP(own.Hostname()).IsLoopback() {
		return func(string) bool { return false }
	}
	return func(serviceURL string) bool {
		u, ok := parsePlainURL(serviceURL)
		return ok && u.Scheme == own.Scheme && u.Host == own.Host
	}
}

// parsePlainURL parses an address that has a host and nothing that could mislead.
func parsePlainURL(address string) (*url.URL, bool) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Hostname() == "" || u.User != nil || u.Opaque != "" {
		return nil, false
	}
	if u.RawQuery != "" || u.ForceQuery || strings.Contains(address, "#") {
		return nil, false
	}
	if strings.HasSuffix(u.Host, ":") || strings.Contains(u.Path, "..") || strings.ContainsAny(address, "\\ ") {
		return nil, false
	}
	return u, true
}
