package genauthv3

import (
	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/realm/authing"
	"github.com/keyturn/keyturn/mockserver/wire"
)

const success = 200

// succeed wraps the data. requestId is sent on success too: the vendor's table says
// it comes with failures, its example shows it on a success.
func succeed(call *provider.Call, data wire.Object) provider.Reply {
	message := "Operation successful"
	if authing.Language(call, authing.English) == authing.Chinese {
		message = "操作成功"
	}
	return provider.Reply{
		Status: success, Last: "data",
		Body: wire.Object{"statusCode": success, "message": message, "requestId": call.NewID(), "data": data},
	}
}

func refuse(call *provider.Call, err *client.Error) provider.Reply {
	outcome := authing.OutcomeOf(err)
	body := wire.Object{"statusCode": outcome.Status, "message": err.Located(), "requestId": call.NewID()}
	if outcome.APICode != 0 {
		body["apiCode"] = outcome.APICode
	}
	return provider.Reply{Status: authing.HTTPStatus(call, outcome), Body: body}
}
