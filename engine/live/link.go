package live

// Role is what a link may do.
type Role uint8

// The roles.
const (
	Ingest Role = iota + 1
	Viewer
	Seat
	Admin
	roles // one past the last
)

var roleNames = [roles]string{Ingest: "ingest", Viewer: "viewer", Seat: "seat", Admin: "admin"}

// String returns the wire name.
func (r Role) String() string {
	if r < roles {
		return roleNames[r]
	}
	return ""
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
}
