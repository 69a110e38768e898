package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Read takes a report in its canonical form, as JSON writes it. Another schema is an
// error that names both; members that this version does not know are passed over,
// because a schema may gain members under one number.
func Read(from io.Reader) (*Report, error) {
	text, err := io.ReadAll(from)
	if err != nil {
		return nil, fmt.Errorf("read the report: %w", err)
	}
	var head struct {
		Schema *string `json:"schema"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return nil, fmt.Errorf("the report is not one JSON object: %w", plainly(err))
	}
	if head.Schema == nil {
		return nil, errors.New("not a report: the member schema is missing, expected " + Schema)
	}
	if *head.Schema != Schema {
		return nil, fmt.Errorf("the report's schema is %q, expected %q", *head.Schema, Schema)
	}
	var r Report
	if err := json.Unmarshal(text, &r); err != nil {
		return nil, fmt.Errorf("the report does not have the form of %s: %w", Schema, plainly(err))
	}
	return &r, nil
}

// plainly says where a value of another kind stands, without the names that our code
// has for it.
func plainly(err error) error {
	wrong, is := errors.AsType[*json.UnmarshalTypeError](err)
	switch {
	case !is:
		return err
	case wrong.Field == "":
		return fmt.Errorf("it is of the kind %s", wrong.Value)
	}
	return fmt.Errorf("%s is of the kind %s", wrong.Field, wrong.Value)
}
