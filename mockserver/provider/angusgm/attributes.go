package angusgm

import "github.com/keyturn/keyturn/mockserver/realm"

// attributes are what a world may say of a client. An enumeration may be written as
// loosely as a caller writes it.
func attributes() realm.Attributes {
	text, object, texts := realm.Text.OrNull(), realm.Object.OrNull(), realm.Texts.OrNull()
	enumeration := realm.AnyOf(realm.Text, realm.Object).OrNull()
	known := realm.Attributes{
		"clientName": text, "description": text, "bizTag": text, "tenantName": text,
		"createdBy": text, "createdByName": text, "lastModifiedBy": text, "lastModifiedByName": text,
		"clientSettings": object, "tokenSettings": object,
		"platform": enumeration, "source": enumeration,
		expiryMember: realm.NewShape("a date of the form yyyy-MM-dd HH:mm:ss, not before 1970,", isDate).OrNull(),
	}
	for _, name := range setMembers {
		known[name] = texts
	}
	return known
}

func isDate(v any) bool {
	text, _ := v.(string)
	_, err := parseDate(text)
	return err == nil
}
