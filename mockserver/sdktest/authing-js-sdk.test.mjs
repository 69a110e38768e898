// authing-js-sdk 4 speaks V2: a token over GraphQL, then REST with a bearer.
import assert from "node:assert/strict";
import test from "node:test";
import sdk from "authing-js-sdk";
import { admitted, baseURL, world } from "./standin.mjs";

const { AuthenticationClient, ManagementClient } = sdk;

const management = new ManagementClient({ userPoolId: world.pool, secret: world.poolSecret, host: baseURL });

const authentication = (appId, secret) =>
  new AuthenticationClient({ appId, secret, appHost: baseURL, protocol: "oidc" });

test("create, rotate, read back, and the old secret is dead", async () => {
  const created = await management.applications.create({
    name: "Rehearsal with the JavaScript client",
    identifier: `js-${process.pid}`,
    redirectUris: ["https://example.com/callback"],
  });
  const appId = created.id;
  const old = created.secret;
  assert.ok(await admitted(authentication(appId, old), appId, old), "the first secret works");

  const refreshed = await management.applications.refreshApplicationSecret(appId);
  assert.equal(refreshed.id, appId);
  assert.equal(refreshed.secret, undefined, "the documented reply does not show the new secret");

  const { secret } = await management.applications.findById(appId);
  assert.notEqual(secret, old);
  assert.ok(!(await admitted(authentication(appId, old), appId, old)), "the old secret is refused");
  assert.ok(await admitted(authentication(appId, secret), appId, secret), "the new secret works");
});

test("list, change the type, and delete", async () => {
  const { id } = await management.applications.create({
    name: "Short-lived",
    identifier: `js-short-${process.pid}`,
    redirectUris: [],
  });
  const { list, totalCount } = await management.applications.list({ page: 1, limit: 200 });
  assert.ok(list.some((app) => app.id === id));
  assert.ok(totalCount >= list.length);
  const changed = await management.applications.changeApplicationType(id, "INTEGRATE");
  assert.equal(changed.appType, "INTEGRATE");
  assert.equal(await management.applications.delete(id), true);
  await assert.rejects(management.applications.findById(id), (error) => error.code === 2011);
});

test("a wrong pool secret is refused with its code", async () => {
  const stranger = new ManagementClient({ userPoolId: world.pool, secret: "wrong", host: baseURL });
  await assert.rejects(stranger.applications.list(), (error) => error.code === 2020);
});
