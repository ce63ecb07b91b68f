package access

import (
	"slices"
	"strings"

	"liveroom/engine/live"
)

// Act is something that not everybody may do. Its name is what refusals and the audit log call it.
type Act string

// The acts of links.
const (
	LinkIngest Act = "link.ingest"
	LinkViewer Act = "link.viewer"
	LinkSeat   Act = "link.seat"
)

// The acts of the admin side.
const (
	CatalogueRead  Act = "catalogue.read"
	CatalogueWrite Act = "catalogue.write"
	KnowledgeRead  Act = "knowledge.read"
	KnowledgeWrite Act = "knowledge.write"
	RoomRead       Act = "room.read"
	RoomWrite      Act = "room.write"
	RoomMute       Act = "room.mute"
	RoomSay        Act = "room.say" // speak to a whole room
	StockRead      Act = "stock.read"
	StockRelease   Act = "stock.release" // give back what is reserved for somebody
	StatusRead     Act = "status.read"
	MetricsRead    Act = "metrics.read"
	ProfileRead    Act = "profile.read"
	ModelSwap      Act = "model.swap"
	FaultInject    Act = "fault.inject"
	TokenRevoke    Act = "token.revoke"
	UserManage     Act = "user.manage"
	AuditRead      Act = "audit.read"
	AuditNote      Act = "audit.note"    // have the node write down what the command line does beside it
	PersonReveal   Act = "person.reveal" // see personal data that is masked
	PersonErase    Act = "person.erase"
	KeyManage      Act = "key.manage"
	DialogueRead   Act = "dialogue.read" // what people write, masked, and what they are answered
	DialogueTake   Act = "dialogue.take" // take a dialogue over, speak in it, give it back
	ActorManage    Act = "actor.manage"
	LinkKick       Act = "link.kick"
	ConfigRead     Act = "config.read"
	ScriptWrite    Act = "script.write"
	LabelWrite     Act = "label.write" // say what a message means, and take it back
	LabelRead      Act = "label.read"  // read and export what was said of messages, masked
)

// Acts that need no place in the table.
const (
	// Anyone may do it, without a proof of who that is.
	Anyone Act = "anyone"
	// Self is what everybody who proves to be somebody may do about himself.
	Self Act = "self"
	// Undeclared is what a route needs that is not in Routes: only an admin may use it.
	Undeclared Act = "undeclared"
)

// table is who may do what, and the only place that says so.
var table = map[live.Role][]Act{
	live.Ingest: {LinkIngest},
	live.Viewer: {LinkViewer},
	live.Seat:   {LinkSeat, CatalogueRead, KnowledgeRead, RoomRead, StockRead, DialogueRead, DialogueTake, LabelWrite},
	live.Supervisor: {
		LinkSeat, CatalogueRead, KnowledgeRead, KnowledgeWrite, RoomRead, RoomWrite, RoomMute, RoomSay, StockRead, StockRelease, StatusRead, PersonReveal,
		DialogueRead, DialogueTake, ScriptWrite, LabelWrite, LabelRead,
	},
	live.Operator: {
		CatalogueRead, CatalogueWrite, KnowledgeRead, KnowledgeWrite, RoomRead, RoomWrite, RoomMute, RoomSay, StockRead, StockRelease, StatusRead, MetricsRead,
		DialogueRead, ActorManage, LinkKick, ConfigRead, ScriptWrite, LabelWrite, LabelRead,
	},
	live.Auditor: {CatalogueRead, KnowledgeRead, RoomRead, StockRead, StatusRead, MetricsRead, AuditRead, ConfigRead},
	live.Admin: {
		CatalogueRead, CatalogueWrite, KnowledgeRead, KnowledgeWrite, RoomRead, RoomWrite, RoomMute, RoomSay, StockRead, StockRelease, StatusRead,
		MetricsRead, ProfileRead, ModelSwap, FaultInject, TokenRevoke, UserManage, AuditRead, AuditNote, PersonReveal, PersonErase, KeyManage,
		DialogueRead, DialogueTake, ActorManage, LinkKick, ConfigRead, ScriptWrite, LabelWrite, LabelRead, Undeclared,
	},
}

// May tells whether a role may do something.
func May(role live.Role, act Act) bool {
	return act == Anyone || act == Self && role.String() != "" || slices.Contains(table[role], act)
}

// Acts returns what a role may do.
func Acts(role live.Role) []Act { return slices.Clone(table[role]) }

// whoMay names the roles that may do something, for refusals.
func whoMay(act Act) string {
	var names []string
	for _, r := range live.Roles() {
		if May(r, act) {
			names = append(names, r.String())
		}
	}
	return strings.Join(names, ", ")
}

// LinkAct returns the act of opening a link in a role, Undeclared when there are no such links.
func LinkAct(role live.Role) Act {
	switch role {
	case live.Ingest:
		return LinkIngest
	case live.Viewer:
		return LinkViewer
	case live.Seat:
		return LinkSeat
	}
	return Undeclared
}

// Routes is what each route of the admin side needs. A route that is missing here is Undeclared.
var Routes = map[string]Act{
	"GET /v1/catalogue":                    CatalogueRead,
	"PUT /v1/catalogue":                    CatalogueWrite,
	"GET /v1/knowledge":                    KnowledgeRead,
	"GET /v1/knowledge/{id}":               KnowledgeRead,
	"PUT /v1/knowledge":                    KnowledgeWrite,
	"GET /v1/rooms/{room}":                 RoomRead,
	"GET /v1/rooms/{room}/mode":            RoomRead,
	"PUT /v1/rooms/{room}/mode":            RoomWrite,
	"PUT /v1/rooms/{room}/muted/{user}":    RoomMute,
	"DELETE /v1/rooms/{room}/muted/{user}": RoomMute,
	"GET /v1/stock/{sku}":                  StockRead,
	"GET /v1/reservations":                 StockRead,
	"GET /v1/reservations/{id}":            StockRead,
	"POST /v1/reservations/{id}/release":   StockRelease,
	"POST /v1/model/swap":                  ModelSwap,
	"POST /chaos/{fault}/{state}":          FaultInject,

	"POST /v1/keys/rotate": KeyManage,
	"POST /v1/keys/rewrap": KeyManage,

	"GET /v1/status":           StatusRead,
	"GET /metrics":             MetricsRead,
	"GET /readyz/parts":        MetricsRead,
	"GET /debug/pprof/":        ProfileRead,
	"GET /debug/pprof/cmdline": ProfileRead,
	"GET /debug/pprof/profile": ProfileRead,
	"GET /debug/pprof/symbol":  ProfileRead,
	"GET /debug/pprof/trace":   ProfileRead,

	"GET /{$}":                                        Anyone,
	"GET /console/{file...}":                          Anyone,
	"GET /v1/openapi.json":                            Self,
	"GET /v1/openapi.yaml":                            Self,
	"GET /v1/openapi-3.0.json":                        Self,
	"GET /v1/openapi-3.0.yaml":                        Self,
	"GET /v1/taxonomy":                                Self,
	"GET /v1/stream":                                  RoomRead,
	"GET /v1/overview":                                StatusRead,
	"GET /v1/rooms":                                   RoomRead,
	"GET /v1/rooms/{room}/now":                        RoomRead,
	"GET /v1/rooms/{room}/users/{user}":               DialogueRead,
	"GET /v1/rooms/{room}/users/{user}/earlier":       DialogueRead,
	"POST /v1/rooms/{room}/users/{user}/seat/{act}":   DialogueTake,
	"GET /v1/rooms/{room}/users/{user}/trace":         DialogueRead,
	"POST /v1/rooms/{room}/users/{user}/reveal":       PersonReveal,
	"POST /v1/rooms/{room}/users/{user}/erase":        PersonErase,
	"PUT /v1/rooms/{room}/users/{user}/label":         LabelWrite,
	"DELETE /v1/rooms/{room}/users/{user}/label":      LabelWrite,
	"GET /v1/labels":                                  LabelRead,
	"GET /v1/unsure":                                  LabelWrite,
	"POST /v1/unsure/{place}":                         LabelWrite,
	"GET /v1/labels/export":                           LabelRead,
	"POST /v1/read":                                   DialogueRead,
	"GET /v1/actors":                                  StatusRead,
	"GET /v1/actor":                                   StatusRead,
	"POST /v1/rooms/{room}/actor/{deed}":              ActorManage,
	"POST /v1/rooms/{room}/users/{user}/actor/{deed}": ActorManage,
	"GET /v1/tree":                                    StatusRead,
	"GET /v1/letters":                                 StatusRead,
	"POST /v1/letters/{id}/replay":                    ActorManage,
	"POST /v1/rooms/{room}/say":                       RoomSay,
	"GET /v1/links":                                   StatusRead,
	"POST /v1/links/{session}/kick":                   LinkKick,
	"GET /v1/inference":                               StatusRead,
	"GET /v1/inference/card":                          StatusRead,
	"GET /v1/scripts":                                 StatusRead,
	"GET /v1/scripts/files/{file}":                    StatusRead,
	"GET /v1/scripts/files/{file}/versions/{n}":       StatusRead,
	"GET /v1/entries":                                 KnowledgeRead,
	"GET /v1/entries/{id}":                            KnowledgeRead,
	"PUT /v1/entries/{id}":                            KnowledgeWrite,
	"DELETE /v1/entries/{id}":                         KnowledgeWrite,
	"POST /v1/entries/{id}/rollback":                  KnowledgeWrite,
	"GET /v1/heat":                                    KnowledgeRead,
	"GET /v1/scripts/bundle":                          StatusRead,
	"PUT /v1/scripts/bundle":                          ScriptWrite,
	"POST /v1/scripts/check":                          ScriptWrite,
	"POST /v1/entries/check":                          KnowledgeWrite,
	"PUT /v1/scripts/files/{file}":                    ScriptWrite,
	"DELETE /v1/scripts/files/{file}":                 ScriptWrite,
	"POST /v1/scripts/files/{file}/rollback":          ScriptWrite,
	"GET /v1/figures":                                 StatusRead,
	"GET /v1/figures/{key}/cases":                     DialogueRead,
	"GET /v1/settings":                                ConfigRead,
	"GET /v1/audit":                                   AuditRead,
	"POST /v1/audit/verify":                           AuditRead,
	"POST /v1/audit/records/{seq}/reveal":             PersonReveal,
	"POST /v1/audit/acts":                             AuditNote,
	"POST /v1/audit/acts/{seq}":                       AuditNote,

	"POST /v1/session":               Anyone,
	"DELETE /v1/session":             Self,
	"GET /v1/me":                     Self,
	"PUT /v1/me/password":            Self,
	"GET /v1/users":                  UserManage,
	"POST /v1/users":                 UserManage,
	"PUT /v1/users/{name}":           UserManage,
	"DELETE /v1/users/{name}":        UserManage,
	"POST /v1/users/{name}/password": UserManage,
	"GET /v1/tokens/revoked":         TokenRevoke,
	"POST /v1/tokens/revoked":        TokenRevoke,
}

// forOneRoom are the routes without a room in their path that a token for one room may ask for too. The first show rows of its
// own room alone; the others name no room and no person.
var forOneRoom = map[string]bool{
	"GET /v1/stream":              true,
	"GET /v1/overview":            true,
	"GET /v1/rooms":               true,
	"GET /v1/actors":              true,
	"GET /v1/actor":               true,
	"GET /v1/tree":                true,
	"GET /v1/letters":             true,
	"GET /v1/links":               true,
	"GET /v1/labels":              true,
	"GET /v1/labels/export":       true,
	"GET /v1/unsure":              true,
	"GET /v1/figures/{key}/cases": true,
	"GET /v1/reservations":        true,

	"POST /v1/reservations/{id}/release": true,

	"GET /v1/catalogue":                         true,
	"GET /v1/knowledge":                         true,
	"GET /v1/knowledge/{id}":                    true,
	"GET /v1/entries":                           true,
	"GET /v1/entries/{id}":                      true,
	"GET /v1/heat":                              true,
	"GET /v1/stock/{sku}":                       true,
	"GET /v1/reservations/{id}":                 true,
	"GET /v1/scripts":                           true,
	"GET /v1/scripts/files/{file}":              true,
	"GET /v1/scripts/files/{file}/versions/{n}": true,
	"GET /v1/inference":                         true,
	"GET /v1/inference/card":                    true,
	"GET /v1/figures":                           true,
	"GET /v1/settings":                          true,
	"GET /v1/status":                            true,
	"GET /metrics":                              true,
	"GET /readyz/parts":                         true,
}
