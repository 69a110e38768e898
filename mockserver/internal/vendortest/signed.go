package vendortest

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"github.com/keyturn/keyturn/mockserver/internal/apitest"
)

const refreshPath = "/api/v3/refresh-application-secret"

// SignedCode sends the rotation of GenAuthV3 as its official client signs it, and returns
// the vendor's code for what became of it: 200 when it was taken, 1305 for its date and
// 1306 for one that was sent before.
func SignedCode(api apitest.API, date time.Time, nonce string) float64 {
	text := strings.Join([]string{
		http.MethodPost, "date:" + date.UTC().Format(http.TimeFormat), "x-authing-signature-method:HMAC-SHA1",
		"x-authing-signature-nonce:" + nonce, "x-authing-signature-version:1.0", refreshPath + "?appId=" + AuthingApp,
	}, "\n")
	mac := hmac.New(sha1.New, []byte(AuthingPoolSecret))
	mac.Write([]byte(text))
	got := GenAuthV3.Rotation.Send(api.With("Date", date.UTC().Format(http.TimeFormat)).With("X-Authing-Signature-Method", "HMAC-SHA1").
		With("X-Authing-Signature-Nonce", nonce).With("X-Authing-Signature-Version", "1.0").
		With("Authorization", "authing "+AuthingPool+":"+base64.StdEncoding.EncodeToString(mac.Sum(nil))))
	if code, is := got.At("apiCode").(float64); is {
		return code
	}
	code, _ := got.At("statusCode").(float64)
	return code
}
