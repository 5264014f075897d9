package connector

import "slices"

// Cloud is one of Microsoft's separate Teams clouds: where its tokens come from,
// who signs what it sends us, and where its Bot Connector is. A bot lives in one.
type Cloud struct {
	// Name is what the configuration calls it.
	Name string
	// LoginURL is the Entra authority that gives our tokens, and Scope what we ask for.
	LoginURL, Scope string
	// ExchangeAudience is the audience of a managed identity's token when that is shown to
	// Entra in place of a secret.
	ExchangeAudience string
	// Issuer and MetadataURL are of the tokens that Teams shows us.
	Issuer, MetadataURL string
	// ServiceURL is the base for a first message to somebody who never wrote. It is
	// empty where Microsoft documents none: the operator must name it.
	ServiceURL string
	// GraphURL is Microsoft Graph's address.
	GraphURL string
	// Hosts are the hosts that service URLs of this cloud may name.
	Hosts []string
}

// PublicCloud is the name of the cloud that nearly every bot lives in.
const PublicCloud = "public"

// clouds is the table. Logins, scopes, issuers, metadata and the hosts of service
// URLs are the presets of Microsoft's Teams SDKs (microsoft/teams.ts 515, teams.py
// 370, 2026), the service URLs those of its page on proactive messages, and the
// exchange audiences those of its page on trusting a managed identity. The presets
// count GCC as public; its messages have a host of their own.
var clouds = []Cloud{
	{
		Name:     PublicCloud,
		LoginURL: "https://login.microsoftonline.com/", Scope: PublicScope, ExchangeAudience: "api://AzureADTokenExchange",
		Issuer: "https://api.botframework.com", MetadataURL: "https://login.botframework.com/v1/.well-known/openidconfiguration",
		ServiceURL: PublicServiceURL,
		GraphURL:   "https://graph.microsoft.com/v1.0",
		Hosts:      []string{"smba.trafficmanager.net", "smba.onyx.prod.teams.trafficmanager.net"},
	},
	{
		Name:     "gcc",
		LoginURL: "https://login.microsoftonline.com/", Scope: PublicScope, ExchangeAudience: "api://AzureADTokenExchange",
		Issuer: "https://api.botframework.com", MetadataURL: "https://login.botframework.com/v1/.well-known/openidconfiguration",
		ServiceURL: "https://smba.infra.gcc.teams.microsoft.com/teams/",
		GraphURL:   "https://graph.microsoft.com/v1.0",
		Hosts:      []string{"smba.infra.gcc.teams.microsoft.com", "smba.trafficmanager.net", "smba.onyx.prod.teams.trafficmanager.net"},
	},
	{
		Name:     "gcc-high",
		LoginURL: "https://login.microsoftonline.us/", Scope: "https://api.botframework.us/.default", ExchangeAudience: "api://AzureADTokenExchangeUSGov",
		Issuer: "https://api.botframework.us", MetadataURL: "https://login.botframework.azure.us/v1/.well-known/openidconfiguration",
		ServiceURL: "https://smba.infra.gov.teams.microsoft.us/teams/",
		GraphURL:   "https://graph.microsoft.us/v1.0",
		Hosts:      []string{"smba.infra.gov.teams.microsoft.us"},
	},
	{
		Name:     "dod",
		LoginURL: "https://login.microsoftonline.us/", Scope: "https://api.botframework.us/.default", ExchangeAudience: "api://AzureADTokenExchangeUSGov",
		Issuer: "https://api.botframework.us", MetadataURL: "https://login.botframework.azure.us/v1/.well-known/openidconfiguration",
		ServiceURL: "https://smba.infra.dod.teams.microsoft.us/teams/",
		GraphURL:   "https://dod-graph.microsoft.us/v1.0",
		Hosts:      []string{"smba.infra.dod.teams.microsoft.us"},
	},
	{
		Name:     "china",
		LoginURL: "https://login.partner.microsoftonline.cn/", Scope: "https://api.botframework.azure.cn/.default", ExchangeAudience: "api://AzureADTokenExchangeChina",
		Issuer: "https://api.botframework.azure.cn", MetadataURL: "https://login.botframework.azure.cn/v1/.well-known/openidconfiguration",
		GraphURL: "https://microsoftgraph.chinacloudapi.cn/v1.0",
		Hosts:    []string{"frontend.botapi.msg.infra.teams.microsoftonline.cn"},
	},
}

// Clouds lists the clouds that this program knows. The caller may change the list.
func Clouds() []Cloud {
	all := slices.Clone(clouds)
	for i := range all {
		all[i].Hosts = slices.Clone(all[i].Hosts)
	}
	return all
}

// FindCloud finds a cloud by its name.
func FindCloud(name string) (Cloud, bool) {
	for _, c := range Clouds() {
		if c.Name == name {
			return c, true
		}
	}
	return Cloud{}, false
}

// AllowList is the allow-list of this cloud's service URLs.
func (c Cloud) AllowList() func(serviceURL string) bool { return AllowedHosts(c.Hosts...) }
