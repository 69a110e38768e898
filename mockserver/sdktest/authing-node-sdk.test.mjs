// authing-node-sdk 4 signs every request and reads failures from the envelope.
import assert from "node:assert/strict";
import test from "node:test";
import sdk from "authing-node-sdk";
import { admitted, baseURL, world } from "./standin.mjs";

const { AuthenticationClient, ManagementClient } = sdk;

const management = new ManagementClient({
  accessKeyId: world.pool,
  accessKeySecret: world.poolSecret,
  host: baseURL,
});

const authentication = (appId, appSecret) =>
  new AuthenticationClient({ appId, appSecret, appHost: baseURL, protocol: "oidc" });

test("create, rotate, read back, and the old secret is dead", async () => {
  const created = await management.createApplication({
    appName: "Rehearsal with the Node client",
    appIdentifier: `node-${process.pid}`,
    redirectUris: ["https://example.com/回调"],
  });
  assert.equal(created.statusCode, 200, JSON.stringify(created));
  const appId = created.data.appId;

  const read = await management.getApplicationSecret({ appId });
  const old = read.data.secret;
  assert.ok(await admitted(authentication(appId, old), appId, old), "the first secret works");

  const rotated = await management.refreshApplicationSecret({ appId });
  assert.equal(rotated.statusCode, 200, JSON.stringify(rotated));
  assert.notEqual(rotated.data.secret, old);
  assert.equal((await management.getApplicationSecret({ appId })).data.secret, rotated.data.secret);

  assert.ok(!(await admitted(authentication(appId, old), appId, old)), "the old secret is refused");
  assert.ok(await admitted(authentication(appId, rotated.data.secret), appId, rotated.data.secret), "the new secret works");

  const client = authentication(appId, rotated.data.secret);
  const token = await client.getAccessTokenByClientCredentials("openid", {
    accessKey: appId,
    accessSecret: rotated.data.secret,
  });
  assert.equal((await client.introspectToken(token.access_token)).active, true);
  assert.equal(await client.revokeToken(token.access_token), true);
  assert.equal((await client.introspectToken(token.access_token)).active, false);
});

test("list, change and delete", async () => {
  const { data } = await management.createApplication({
    appName: "Short-lived",
    appIdentifier: `node-short-${process.pid}`,
  });
  const listed = await management.listApplications({ page: 1, limit: 50 });
  assert.ok(listed.data.list.some((app) => app.appId === data.appId));
  const changed = await management.updateApplication({ appId: data.appId, appName: "Renamed" });
  assert.equal(changed.data.success, true);
  assert.equal((await management.getApplication({ appId: data.appId })).data.appName, "Renamed");
  assert.equal((await management.deleteApplication({ appId: data.appId })).data.success, true);
  const gone = await management.getApplication({ appId: data.appId });
  assert.equal(gone.statusCode, 404, "the promise resolves with the failure's envelope");
  assert.equal(gone.apiCode, 2011);
});

test("a wrong access key secret is refused with its API code", async () => {
  const stranger = new ManagementClient({ accessKeyId: world.pool, accessKeySecret: "wrong", host: baseURL });
  const refused = await stranger.refreshApplicationSecret({ appId: world.app });
  assert.equal(refused.statusCode, 401);
  assert.equal(refused.apiCode, 1300);
});

test("the program of the vendor's page", async () => {
  const managementClient = new ManagementClient({
    accessKeyId: "GEN_AUTH_ACCESS_KEY_ID",
    accessKeySecret: "GEN_AUTH_ACCESS_KEY_SECRET",
    host: baseURL,
  });
  const result = await managementClient.refreshApplicationSecret({ appId: "6229ffaxxxxxxxxcade3e3d9" });
  assert.equal(result.statusCode, 200);
  assert.match(result.data.secret, /^[0-9a-f]{32}$/);
});
