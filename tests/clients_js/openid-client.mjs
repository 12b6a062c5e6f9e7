// openid-client (https://github.com/panva/openid-client), told the issuer and who it is, and nothing else.

import * as client from "openid-client";
import { ask, CAMERAS, converse, JSON_BODY, signingKey } from "./conversation.mjs";

async function authentication(task) {
  switch (task.auth) {
    case "client_secret_basic":
      return client.ClientSecretBasic(task.secret);
    case "client_secret_jwt":
      return client.ClientSecretJwt(task.secret);
    case "private_key_jwt":
      return client.PrivateKeyJwt(await signingKey(task.key));
    case "none":
      return client.None();
    default:
      return client.ClientSecretPost(task.secret);
  }
}

async function configure(task) {
  const options = { execute: [client.allowInsecureRequests], algorithm: task.algorithm ?? "oidc" };
  const config = await client.discovery(
    new URL(task.issuer),
    task.client_id,
    task.metadata,
    await authentication(task),
    options,
  );
  if (task.jarm) client.useJwtResponseMode(config);
  return config;
}

async function cameras(config, tokens, task, dpop) {
  const answer = await client.fetchProtectedResource(
    config,
    tokens.access_token,
    new URL("/api/graphql", task.issuer),
    "POST",
    CAMERAS,
    new Headers(JSON_BODY),
    dpop,
  );
  return (await answer.json()).data.cameraList.map((camera) => camera.name);
}

async function status(config, tokens, task, dpop) {
  try {
    await cameras(config, tokens, task, dpop);
  } catch (error) {
    return error.status ?? error.cause?.status ?? String(error);
  }
  return 200;
}

// Each task is one of these.
const TASKS = {
  async code(task) {
    const config = await configure(task);
    const dpop = task.dpop ? { DPoP: client.getDPoPHandle(config, await client.randomDPoPKeyPair()) } : undefined;
    const verifier = client.randomPKCECodeVerifier();
    const openid = task.scope.split(" ").includes("openid");
    const expected = { expectedState: client.randomState(), pkceCodeVerifier: verifier };
    const parameters = {
      redirect_uri: task.redirect_uri,
      scope: task.scope,
      state: expected.expectedState,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      ...task.parameters,
    };
    if (openid) {
      expected.expectedNonce = parameters.nonce = client.randomNonce();
      expected.idTokenExpected = true;
      if (parameters.max_age) expected.maxAge = Number(parameters.max_age);
    }
    let url = client.buildAuthorizationUrl(config, parameters);
    if (task.jar) url = await client.buildAuthorizationUrlWithJAR(config, parameters, await signingKey(task.key));
    if (task.par) url = await client.buildAuthorizationUrlWithPAR(config, url.searchParams, dpop);
    const sent = Object.fromEntries(url.searchParams);
    const { back } = await ask({ open: url.href });
    const tokens = await client.authorizationCodeGrant(config, new URL(back), expected, undefined, dpop);
    const found = {
      sent: Object.keys(sent),
      token_type: tokens.token_type,
      scope: tokens.scope,
      names: await cameras(config, tokens, task, dpop),
    };
    if (openid) {
      found.claims = tokens.claims();
      if (task.userinfo) found.userinfo = await client.fetchUserInfo(config, tokens.access_token, found.claims.sub, dpop);
    }
    let last = tokens;
    if (tokens.refresh_token) {
      last = await client.refreshTokenGrant(config, tokens.refresh_token, undefined, dpop);
      found.refreshed = await cameras(config, last, task, dpop);
    }
    if (task.api) {
      const api = await client.discovery(new URL(task.issuer), task.api.client_id, undefined,
        client.ClientSecretBasic(task.api.secret), { execute: [client.allowInsecureRequests] });
      found.introspected = await client.tokenIntrospection(api, last.access_token);
    }
    if (task.keep) return found;
    await client.tokenRevocation(config, last.access_token);
    found.after = await status(config, last, task, dpop);
    if (task.logout) {
      const end = client.buildEndSessionUrl(config, {
        post_logout_redirect_uri: task.logout,
        id_token_hint: tokens.id_token,
        state: "bye",
      });
      found.logout = (await ask({ leave: end.href })).back;
    }
    return found;
  },

  async machine(task) {
    const config = await configure(task);
    const dpop = task.dpop ? { DPoP: client.getDPoPHandle(config, await client.randomDPoPKeyPair()) } : undefined;
    const tokens = await client.clientCredentialsGrant(config, { scope: task.scope, ...task.parameters }, dpop);
    return { token_type: tokens.token_type, names: await cameras(config, tokens, task, dpop) };
  },

  async device(task) {
    const config = await configure(task);
    const begun = await client.initiateDeviceAuthorization(config, { scope: task.scope });
    await ask({ type: begun });
    const tokens = await client.pollDeviceAuthorizationGrant(config, { ...begun, interval: 1 });
    return { names: await cameras(config, tokens, task) };
  },

  async register(task) {
    const config = await client.dynamicClientRegistration(
      new URL(task.issuer),
      { redirect_uris: [task.redirect_uri], client_name: "Came by itself", ...task.metadata },
      client.ClientSecretBasic(),
      { execute: [client.allowInsecureRequests], initialAccessToken: task.initial },
    );
    const made = config.clientMetadata();
    const found = await TASKS.code({ ...task, client_id: made.client_id, secret: made.client_secret, metadata: {},
      auth: "client_secret_basic" });
    return { ...found, registered: Object.keys(made) };
  },
};

await converse((task) => TASKS[task.what](task));
