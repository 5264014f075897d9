package bot

import (
	"net/url"
	"slices"
)

// SmbaHosts are the hosts of the Teams service in the public cloud, GCC, GCC
// High and DoD. A bot needs the one or two of its own cloud.
func SmbaHosts() []string {
	return []string{
		"smba.trafficmanager.net",
		"smba.infra.gcc.teams.microsoft.com",
		"smba.infra.gov.teams.microsoft.us",
		"smba.infra.dod.teams.microsoft.us",
	}
}

// ServiceURLHosts builds the allow-list of service URLs: https, one of the
// hosts exactly, port 443 or none, no user, query or fragment. Our bearer token
// goes to the service URL, so anything else is a way to steal it.
func ServiceURLHosts(hosts ...string) func(string) bool {
	hosts = slices.Clone(hosts)
	return func(raw string) bool {
		u, err := url.Parse(raw)
		if err != nil || u.Scheme != "https" || u.Opaque != "" || u.User != nil {
			return false
		}
		if u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || raw[len(raw)-1] == '#' {
			return false
		}
		host := u.Hostname()
		if u.Host != host && u.Host != host+":443" {
			return false
		}
		return slices.Contains(hosts, host)
	}
}
