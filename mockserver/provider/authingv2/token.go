package authingv2

import (
	"context"
	"strconv"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/realm/authing"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// tokenLifetime is long because SDKs subtract up to three days from it before
// they trust what is left.
const tokenLifetime = 14 * 24 * time.Hour

// accessToken is the REST way to a token. The vendor's page shows it without an
// envelope, and its times as texts.
func accessToken(_ context.Context, call *provider.Call) (provider.Reply, error) {
	body := call.Object()
	token, err := authing.IssueManagementToken(call, wire.Text(body, "userPoolId"), wire.Text(body, "secret"), tokenLifetime)
	if err != nil {
		return provider.Reply{}, err
	}
	return provider.OK(wire.Object{
		"accessToken": token.Text,
		"iat":         strconv.FormatInt(token.IssuedAt.Unix(), 10),
		"exp":         strconv.FormatInt(token.Expires.Unix(), 10),
	}), nil
}

// graphQL answers the one query that the SDKs send, in any spelling GraphQL
// allows: with variables or literals, an alias, and a choice of members.
func graphQL(_ context.Context, call *provider.Call) (provider.Reply, error) {
	body := call.Object()
	query, err := parser.ParseQuery(&ast.Source{Input: wire.Text(body, "query")})
	if err != nil {
		return provider.Reply{}, client.Errorf(client.Invalid, "the text is no GraphQL query").At("/query")
	}
	operation := query.Operations.ForName(wire.Text(body, "operationName"))
	if operation == nil {
		return provider.Reply{}, client.Errorf(client.Invalid, "the query has no operation of this name").At("/operationName")
	}
	variables, _ := body["variables"].(wire.Object)
	data := wire.Object{}
	for _, selection := range operation.SelectionSet {
		field, ok := selection.(*ast.Field)
		if !ok || field.Name != "accessToken" || operation.Operation != ast.Query {
			return provider.Reply{}, client.Errorf(client.Invalid, "the only query answered here is accessToken(userPoolId, secret)").At("/query")
		}
		if data[field.Alias], err = queryToken(call, field, variables); err != nil {
			return provider.Reply{}, err
		}
	}
	return provider.OK(wire.Object{"data": data}), nil
}

func queryToken(call *provider.Call, field *ast.Field, variables wire.Object) (wire.Object, error) {
	token, err := authing.IssueManagementToken(call, argument(field, "userPoolId", variables), argument(field, "secret", variables), tokenLifetime)
	if err != nil {
		return nil, err
	}
	answers := wire.Object{"accessToken": token.Text, "iat": token.IssuedAt.Unix(), "exp": token.Expires.Unix()}
	chosen := wire.Object{}
	for _, selection := range field.SelectionSet {
		member, ok := selection.(*ast.Field)
		if !ok {
			return nil, client.Errorf(client.Invalid, "fragments are not supported").At("/query")
		}
		answer, known := answers[member.Name]
		if !known {
			return nil, client.Errorf(client.Invalid, "accessToken has the members accessToken, exp and iat").At("/query")
		}
		chosen[member.Alias] = answer
	}
	return chosen, nil
}

func argument(field *ast.Field, name string, variables wire.Object) string {
	given := field.Arguments.ForName(name)
	switch {
	case given == nil || given.Value == nil:
		return ""
	case given.Value.Kind == ast.Variable:
		return wire.Text(variables, given.Value.Raw)
	default:
		return given.Value.Raw
	}
}

// refuseGraphQL answers as both official SDKs of this door expect: the message of
// an error is an object.
func refuseGraphQL(call *provider.Call, err *client.Error) provider.Reply {
	outcome := authing.OutcomeOf(err)
	code := outcome.APICode
	if code == 0 {
		code = outcome.Status
	}
	return provider.Reply{
		Status: authing.HTTPStatus(call, outcome),
		Body: wire.Object{
			"data":   nil,
			"errors": wire.Array{wire.Object{"message": wire.Object{"code": code, "message": err.Located(), "data": nil}}},
		},
	}
}
