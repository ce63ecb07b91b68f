package live

// Role is what someone may do: over a link, or on the admin side.
type Role uint8

// The roles.
const (
	Ingest Role = iota + 1
	Viewer
	Seat
	Admin
	Operator   // runs rooms: catalogue, knowledge, modes
	Supervisor // leads the seats
	Auditor    // reads what was done, and changes nothing
	roles      // one past the last
)

var roleNames = [roles]string{Ingest: "ingest", Viewer: "viewer", Seat: "seat", Admin: "admin", Operator: "operator", Supervisor: "supervisor", Auditor: "auditor"}

// String returns the wire name.
func (r Role) String() string {
	if r < roles {
		return roleNames[r]
	}
	return ""
}

// Roles returns every role, in order.
func Roles() []Role {
	all := make([]Role, 0, roles-1)
	for r := Ingest; r < roles; r++ {
		all = append(all, r)
	}
	return all
}

// ParseRole returns the role with the given wire name, or 0.
func ParseRole(name string) Role {
	for r := Ingest; r < roles; r++ {
		if roleNames[r] == name {
			return r
		}
	}
	return 0
}

// Link is who stands behind a session. It is immutable after hello.
type Link struct {
	Session  SessionID
	Role     Role
	Shop     ShopID // "" when the token names none
	Room     RoomID // a viewer's own room; a limit for ingest and seat when not ""
	User     UserID // a viewer's own user
	Outcomes bool   // whether it asked for outcome frames
	Token    string // the id of the token it came with
	Expires  int64  // when that token does, Unix seconds; 0 for never
	From     string // the address a seat is at, for the audit log; "" for other roles
}
