package memory

import "github.com/keyturn/keyturn/mockserver/client"

// add takes ownership of c and gives it the next serial.
func (d *content) add(c *client.Client) error {
	if _, taken := d.clients[c.Key]; taken {
		return client.Errorf(client.Conflict, "the id %q is taken", c.ID).At("id")
	}
	if err := d.checkNames(c); err != nil {
		return err
	}
	d.serial++
	c.Serial = d.serial
	d.put(nil, c)
	return nil
}

// checkNames refuses a client whose names belong to another.
func (d *content) checkNames(c *client.Client) error {
	if key, taken := d.byClient[clientName(c)]; taken && key != c.Key {
		return client.Errorf(client.Conflict, "the client id %q is taken", c.ClientID).At("clientId")
	}
	if c.Alias == "" {
		return nil
	}
	if key, taken := d.byAlias[aliasName(c)]; taken && key != c.Key {
		return client.Errorf(client.Conflict, "the identifier %q is taken", c.Alias).At("alias")
	}
	return nil
}

// put makes after visible in place of before, which is nil for a new client.
func (d *content) put(before, after *client.Client) {
	d.clients[after.Key] = after
	if before != nil {
		if clientName(before) == clientName(after) && aliasName(before) == aliasName(after) {
			return
		}
		d.unlink(before)
	}
	d.byClient[clientName(after)] = after.Key
	if after.Alias != "" {
		d.byAlias[aliasName(after)] = after.Key
	}
	ordered(d.realms, after.Realm).Set(after.Serial, after.Key)
	ordered(d.tenants, tenantName(after)).Set(after.Serial, after.Key)
}

func (d *content) remove(c *client.Client) {
	delete(d.clients, c.Key)
	d.unlink(c)
}

// unlink takes the client out of every index but the one by key.
func (d *content) unlink(c *client.Client) {
	delete(d.byClient, clientName(c))
	delete(d.byAlias, aliasName(c))
	d.realms[c.Realm].Delete(c.Serial)
	d.tenants[tenantName(c)].Delete(c.Serial)
}

func ordered[K comparable](indexes map[K]*order, key K) *order {
	index, ok := indexes[key]
	if !ok {
		index = new(order)
		indexes[key] = index
	}
	return index
}
