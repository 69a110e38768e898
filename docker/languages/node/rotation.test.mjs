import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { GenericContainer, Wait } from "testcontainers";

const client = "6229ffaxxxxxxxxcade3e3d9"; // of the default world, with its secret
const seeded = "9c1e5b7d3f2a4680b4d6e8f01a3c5e7f";

let keyturn;
let base;

before(async () => {
  keyturn = await new GenericContainer("keyturn/keyturn:latest")
    .withExposedPorts(7070)
    .withWaitStrategy(Wait.forHttp("/__admin/ready", 7070))
    .start();
  base = `http://${keyturn.getHost()}:${keyturn.getMappedPort(7070)}`;
});

after(() => keyturn?.stop());

async function takes(secret) {
  const body = new URLSearchParams({ grant_type: "client_credentials", client_id: client, client_secret: secret });
  const response = await fetch(`${base}/oidc/token`, { method: "POST", body });
  return response.ok;
}

test("a rotated secret replaces the old one", async () => {
  assert.equal(await takes(seeded), true);
  const response = await fetch(`${base}/api/v3/refresh-application-secret`, {
    method: "POST",
    headers: { authorization: "Bearer token", "content-type": "application/json" },
    body: JSON.stringify({ appId: client }),
  });
  const { secret } = (await response.json()).data;
  assert.equal(await takes(secret), true);
  assert.equal(await takes(seeded), false);
});
