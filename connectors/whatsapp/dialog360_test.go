package whatsapp

import (
	"testing"

	"causeway/connectors/connectortest"
	"causeway/core"
)

const dialogSettings = `{"phone_number":"+1 555 010-2030","api_key":"SECRETKEY","secret":"SECRETHEADER"}`

// dialogFolder holds the testdata of this kind: a folder is one kind's.
const dialogFolder = "testdata/dialog360"

func dialogSubject() connectortest.Subject {
	return connectortest.Subject{
		Kind: Dialog360, Settings: dialogSettings, To: "+4915112345678", Quote: "wamid.QUOTED",
		Secrets: []string{"secret"},
		Prove: func(r *core.Request, set map[string]any) {
			r.Header[secretHeader], _ = set["secret"].(string)
		},
		Spec: "../../../../shared/specs/" + subject().Spec, Validator: validator,
	}
}

func TestDialog360(t *testing.T) {
	t.Chdir(dialogFolder)
	connectortest.Run(t, dialogSubject())
}

func TestDialog360Events(t *testing.T) {
	t.Chdir(dialogFolder)
	events(t, dialogSubject(), "testdata/events")
}

// The format is the same, and so are the seeds.
func FuzzDialog360Receive(f *testing.F) {
	connectortest.FuzzReceive(f, dialogSubject())
}
