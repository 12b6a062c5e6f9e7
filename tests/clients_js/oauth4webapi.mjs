// oauth4webapi (https://github.com/panva/oauth4webapi): nothing hidden, each answer checked to the letter of its RFC.

import * as oauth from "oauth4webapi";
import { ask, CAMERAS, converse, JSON_BODY, signingKey } from "./conversation.mjs";

const HTTP = { [oauth.allowInsecureRequests]: true };

async function server(task) {
  const issuer = new URL(task.issuer);
  const options = { algorithm: task.algorithm ?? "oidc", ...HTTP };
  return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, options));
}

async function authentication(task) {
  switch (task.auth) {
    case "client_secret_basic":
      return oauth.ClientSecretBasic(task.secret);
    case "client_secret_jwt":
      return oauth.ClientSecretJwt(task.secret);
    case "private_key_jwt":
      return oauth.PrivateKeyJwt(await signingKey(task.key));
    case "none":
      return oauth.None();
    default:
      return oauth.ClientSecretPost(task.secret);
  }
}

async function proof(client, task) {
  return task.dpop ? { DPoP: oauth.DPoP(client, await oauth.generateKeyPair("ES256")) } : {};
}

async function again(call) {
  // RFC 9449 §8: a server may ask for a proof with its nonce, once.
  try {
    return await call();
  } catch (error) {
    if (oauth.isDPoPNonceError(error)) return call();
    throw error;
  }
}

async function cameras(tokens, task, dpop) {
  const graph = new URL("/api/graphql", task.issuer);
  const answer = await again(() =>
    oauth.protectedResourceRequest(tokens.access_token, "POST", graph, new Headers(JSON_BODY), CAMERAS, {
      ...dpop,
      ...HTTP,
    }),
  );
  return (await answer.json()).data.cameraList.map((camera) => camera.name);
}

async function status(tokens, task, dpop) {
  try {
    await cameras(tokens, task, dpop);
  } catch (error) {
    return error.status ?? String(error);
  }
  return 200;
}

const TASKS = {
  async code(task) {
    const as = await server(task);
    const client = { client_id: task.client_id, ...task.metadata };
    const auth = await authentication(task);
    const dpop = await proof(client, task);
    const verifier = oauth.generateRandomCodeVerifier();
    const state = oauth.generateRandomState();
    const openid = task.scope.split(" ").includes("openid");
    const nonce = openid ? oauth.generateRandomNonce() : undefined;
    let parameters = new URLSearchParams({
      client_id: task.client_id,
      response_type: "code",
      redirect_uri: task.redirect_uri,
      scope: task.scope,
      state,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      ...task.parameters,
    });
    if (nonce) parameters.set("nonce", nonce);
    if (task.jarm) parameters.set("response_mode", "jwt");
    if (task.jar) {
      const request = await oauth.issueRequestObject(as, client, parameters, await signingKey(task.key));
      parameters = new URLSearchParams({ client_id: task.client_id, request });
    }
    if (task.par) {
      const pushed = await again(async () =>
        oauth.processPushedAuthorizationResponse(
          as,
          client,
          await oauth.pushedAuthorizationRequest(as, client, auth, parameters, { ...dpop, ...HTTP }),
        ),
      );
      parameters = new URLSearchParams({ client_id: task.client_id, request_uri: pushed.request_uri });
    }
    const { back } = await ask({ open: `${as.authorization_endpoint}?${parameters}` });
    const answer = task.jarm
      ? await oauth.validateJwtAuthResponse(as, client, new URL(back), state, HTTP)
      : oauth.validateAuthResponse(as, client, new URL(back), state);
    const tokens = await again(async () =>
      oauth.processAuthorizationCodeResponse(
        as,
        client,
        await oauth.authorizationCodeGrantRequest(as, client, auth, answer, task.redirect_uri, verifier, {
          ...dpop,
          ...HTTP,
        }),
        { expectedNonce: nonce, requireIdToken: openid },
      ),
    );
    const found = {
      sent: [...parameters.keys()],
      token_type: tokens.token_type,
      scope: tokens.scope,
      names: await cameras(tokens, task, dpop),
    };
    if (openid) {
      found.claims = oauth.getValidatedIdTokenClaims(tokens);
    }
    if (openid && task.userinfo) {
      const response = await oauth.userInfoRequest(as, client, tokens.access_token, { ...dpop, ...HTTP });
      found.userinfo = await oauth.processUserInfoResponse(as, client, found.claims.sub, response);
    }
    let last = tokens;
    if (tokens.refresh_token) {
      last = await again(async () =>
        oauth.processRefreshTokenResponse(
          as,
          client,
          await oauth.refreshTokenGrantRequest(as, client, auth, tokens.refresh_token, { ...dpop, ...HTTP }),
        ),
      );
      found.refreshed = await cameras(last, task, dpop);
    }
    if (task.api) {
      const api = { client_id: task.api.client_id };
      const secret = oauth.ClientSecretBasic(task.api.secret);
      const plain = await oauth.introspectionRequest(as, api, secret, last.access_token, {
        requestJwtResponse: false,
        ...HTTP,
      });
      found.introspected = await oauth.processIntrospectionResponse(as, api, plain);
      if (task.api.signed) {
        const signed = await oauth.introspectionRequest(as, api, secret, last.access_token, {
          requestJwtResponse: true,
          ...HTTP,
        });
        found.type = signed.headers.get("content-type");
        found.signed = await oauth.processIntrospectionResponse(as, api, signed);
        await oauth.validateApplicationLevelSignature(as, signed, HTTP);
      }
    }
    await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, auth, last.access_token, HTTP));
    found.after = await status(last, task, dpop);
    return found;
  },

  async machine(task) {
    const as = await server(task);
    const client = { client_id: task.client_id };
    const dpop = await proof(client, task);
    const auth = await authentication(task);
    const parameters = new URLSearchParams({ scope: task.scope, ...task.parameters });
    const tokens = await again(async () =>
      oauth.processClientCredentialsResponse(
        as,
        client,
        await oauth.clientCredentialsGrantRequest(as, client, auth, parameters, { ...dpop, ...HTTP }),
      ),
    );
    return { token_type: tokens.token_type, names: await cameras(tokens, task, dpop) };
  },

  async resource(task) {
    // RFC 9728: from the API's address to its authorization server, with nothing else known.
    const graph = new URL("/api/graphql", task.issuer);
    const found = await oauth.processResourceDiscoveryResponse(
      graph,
      await oauth.resourceDiscoveryRequest(graph, HTTP),
    );
    const refused = await fetch(graph, { method: "POST", body: CAMERAS, headers: JSON_BODY });
    return { found, status: refused.status, challenge: refused.headers.get("www-authenticate") };
  },
};

await converse((task) => TASKS[task.what](task));
