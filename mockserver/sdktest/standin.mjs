// The running stand-in, and what the default world holds.
export const baseURL = process.env.STANDIN_URL;
if (!baseURL) throw new Error("STANDIN_URL must be the base URL of a running stand-in");

export const world = {
  pool: "61b95d6c96d42670da568408",
  poolSecret: "5f1d9c3be47a40c2a6d80e95b71c2f34",
  app: "61df925846bed781f5757166",
};

// admitted tells whether the token endpoint takes the secret. Any failure but the
// one that is meant is thrown.
export async function admitted(client, accessKey, accessSecret) {
  try {
    const token = await client.getAccessTokenByClientCredentials("openid", { accessKey, accessSecret });
    if (!token.access_token) throw new Error(`no token in ${JSON.stringify(token)}`);
    return true;
  } catch (error) {
    const refusal = error.response?.data ?? error.data ?? error;
    if (refusal.error === "invalid_client") return false;
    throw error;
  }
}
