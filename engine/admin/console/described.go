package console

import (
	"cmp"
	"net/http"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// Described is a route that other parts of the node serve, for the description of the whole API.
type Described struct {
	Pattern string            // as the mux has it: "PUT /v1/rooms/{room}/mode"
	Act     string            // that it needs, as the table of access names it
	Summary string            // what it is for
	Query   map[string]string // parameters of the query, with what they are for
	Body    any               // a value of the type that its body is read into, nil for none; a string names a media type
	Answer  any               // of that which it answers, nil for nothing but that it was done; a string names a media type
	Status  int               // when it was done; 0 for 200, or 204 without an answer
	Errors  []int             // what it answers beside 401 and 403, which every route does that is not for anyone
}

// Refusal is why something was not done.
type Refusal struct {
	Error    string `json:"error"`
	Problems []any  `json:"problems,omitempty" doc:"what is wrong in a file, line by line"`
}

// schemaName tells types of different parts apart that have one name; those of the console go by theirs alone.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	switch of := path.Base(t.PkgPath()); of {
	case "console", "v2", ".":
		return name
	default:
		return strings.ToUpper(of[:1]) + of[1:] + name
	}
}

var placeholder = regexp.MustCompile(`\{(\w+)\}`)

// describe puts a route of others into the description.
func describe(api huma.API, d Described) {
	method, route, _ := strings.Cut(d.Pattern, " ")
	schemas := api.OpenAPI().Components.Schemas
	content := func(of any) map[string]*huma.MediaType {
		if media, ok := of.(string); ok {
			return map[string]*huma.MediaType{media: {Schema: &huma.Schema{Type: "string"}}}
		}
		return map[string]*huma.MediaType{"application/json": {Schema: schemas.Schema(reflect.TypeOf(of), true, opID(method, route))}}
	}
	op := &huma.Operation{
		OperationID: opID(method, route), Method: method, Path: route, Summary: d.Summary, Description: "Needs " + d.Act + ".",
		Extensions: map[string]any{"x-act": d.Act}, Responses: make(map[string]*huma.Response),
	}
	for _, name := range placeholder.FindAllStringSubmatch(route, -1) {
		op.Parameters = append(op.Parameters, &huma.Param{Name: name[1], In: "path", Required: true, Schema: &huma.Schema{Type: "string"}})
	}
	for name, what := range d.Query {
		op.Parameters = append(op.Parameters, &huma.Param{Name: name, In: "query", Description: what, Schema: &huma.Schema{Type: "string"}})
	}
	slices.SortStableFunc(op.Parameters, func(a, b *huma.Param) int { return strings.Compare(a.In+a.Name, b.In+b.Name) })
	if d.Body != nil {
		op.RequestBody = &huma.RequestBody{Required: true, Content: content(d.Body)}
	}
	done := &huma.Response{}
	if d.Answer != nil {
		done.Content = content(d.Answer)
		d.Status = cmp.Or(d.Status, http.StatusOK)
	}
	d.Status = cmp.Or(d.Status, http.StatusNoContent)
	done.Description = http.StatusText(d.Status)
	op.Responses[strconv.Itoa(d.Status)] = done
	for _, code := range d.Errors {
		op.Responses[strconv.Itoa(code)] = &huma.Response{Description: http.StatusText(code), Content: content(Refusal{})}
	}
	refusals(api, op, d.Act)
	api.OpenAPI().AddOperation(op)
}

// refusals says what the guard answers to who is nobody, and to who may not.
func refusals(api huma.API, op *huma.Operation, act string) {
	if act == Anyone {
		return
	}
	refusal := &huma.MediaType{Schema: api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Refusal](), true, "Refusal")}
	for code, why := range map[int]string{
		http.StatusUnauthorized: "Nobody is signed in, or the token does not hold.",
		http.StatusForbidden:    "Who asks may not do " + act + " there, or a change came without its X-CSRF-Token.",
	} {
		at := strconv.Itoa(code)
		if op.Responses[at] == nil {
			op.Responses[at] = &huma.Response{Content: map[string]*huma.MediaType{}}
		}
		op.Responses[at].Description = why
		op.Responses[at].Content["application/json"] = refusal
	}
}

// errorsOf are what an operation of the console may answer when it is not done, beside 422 and 500.
func errorsOf(method, route string) []int {
	codes := []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusServiceUnavailable}
	if strings.Contains(route, "{") {
		codes = append(codes, http.StatusNotFound)
	}
	if method != http.MethodGet {
		codes = append(codes, http.StatusConflict)
	}
	return codes
}
