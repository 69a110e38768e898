package authingv2

import (
	"strconv"

	"github.com/google/uuid"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/realm/authing"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// message is a text in the door's two languages; Chinese is the vendor's own.
type message struct{ zh, en string }

func (m message) in(call *provider.Call) string {
	if authing.Language(call, authing.Chinese) == authing.English {
		return m.en
	}
	return m.zh
}

const success = 200

func succeed(call *provider.Call, text message, data any) provider.Reply {
	return provider.OK(wire.Object{"code": success, "message": text.in(call), "data": data})
}

// refuse answers with a superset of the two shapes the vendor has used, so that
// SDKs of either age find their code: "code" for the older, "statusCode" and
// "apiCode" for the newer.
func refuse(call *provider.Call, err *client.Error) provider.Reply {
	outcome := authing.OutcomeOf(err)
	body := wire.Object{
		"code": outcome.Status, "statusCode": outcome.Status,
		"message": authing.MessageOf(err), "data": nil, "uniqueId": uniqueID(call),
	}
	if outcome.APICode != 0 {
		body["code"] = outcome.APICode
		body["apiCode"] = strconv.Itoa(outcome.APICode)
	}
	return provider.Reply{Status: authing.HTTPStatus(call, outcome), Body: body}
}

func uniqueID(call *provider.Call) string {
	id, err := uuid.NewRandomFromReader(call.Random)
	if err != nil {
		return uuid.Nil.String()
	}
	return id.String()
}
