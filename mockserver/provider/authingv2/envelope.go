package authingv2

import (
	"strconv"

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
	return envelope(success, wire.Object{"code": success, "message": text.in(call), "data": data})
}

// envelope puts the code before the data: one official client gives up on data that
// it cannot read and goes by the code it has seen until then.
func envelope(status int, body wire.Object) provider.Reply {
	return provider.Reply{Status: status, Body: body, Last: "data"}
}

// refuse answers with a superset of the two shapes the vendor has used, so that
// SDKs of either age find their code: "code" for the older, "statusCode" and
// "apiCode" for the newer.
func refuse(call *provider.Call, err *client.Error) provider.Reply {
	outcome := authing.OutcomeOf(err)
	body := wire.Object{
		"code": outcome.Status, "statusCode": outcome.Status,
		"message": err.Located(), "data": nil, "uniqueId": call.NewID(),
	}
	if outcome.APICode != 0 {
		body["code"] = outcome.APICode
		body["apiCode"] = strconv.Itoa(outcome.APICode)
	}
	return envelope(authing.HTTPStatus(call, outcome), body)
}
