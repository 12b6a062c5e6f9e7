// node-oidc-provider for the bench: node provider.mjs PORT memory|sqlite FILE WORKERS
// A line `LOAD COUNT FILE` on stdin has requests prepared; `prepared` on stdout answers it. The same process serves, because
// what is in memory can't be prepared from elsewhere.

import { createWriteStream } from 'node:fs';
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import { once } from 'node:events';
import cluster from 'node:cluster';
import Provider from 'oidc-provider';
import { memory, sqlite } from './adapters.mjs';

const [port, storage, file, workers] = process.argv.slice(2);
const CLIENTS = 4000;
const LIFETIME = 86400;
const REDIRECT_URI = 'https://app.example.com/callback';
const SCOPE = 'liveview read';
const FORM = 'application/x-www-form-urlencoded';

const secretOf = (id) => createHash('sha256').update(`secret of ${id}`).digest('base64url');
const basic = (id) => `Basic ${Buffer.from(`${id}:${secretOf(id)}`).toString('base64')}`;
const numbered = (kind) => `${kind}-${Math.floor(Math.random() * CLIENTS)}`;

// Registered in the configuration, which its documentation shows and which costs it no look-up in the database.
const clients = [];
for (let n = 0; n < CLIENTS; n += 1) {
  const known = (kind) => ({ client_id: `${kind}-${n}`, client_secret: secretOf(`${kind}-${n}`) });
  clients.push(
    { ...known('machine'), grant_types: ['client_credentials'], redirect_uris: [], response_types: [], scope: 'read' },
    { ...known('web'), grant_types: ['authorization_code', 'refresh_token'], redirect_uris: [REDIRECT_URI] },
    {
      client_id: `phone-${n}`,
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: [REDIRECT_URI],
    },
    { ...known('api'), grant_types: [], redirect_uris: [], response_types: [] },
  );
}

const Adapter = storage === 'memory' ? memory() : sqlite((await import('better-sqlite3')).default, file);
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const provider = new Provider(`http://127.0.0.1:${port}`, {
  adapter: Adapter,
  clients,
  scopes: ['read', 'liveview'],
  findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig', kid: 'bench' }] },
  cookies: { keys: [randomBytes(32).toString('hex')] },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true, allowedPolicy: () => true },
    revocation: { enabled: true },
  },
  pkce: { required: () => false },
  // Without "openid" there is no identity token to be signed, and a refresh token all the same: as with us.
  issueRefreshToken: () => true,
  expiresWithSession: () => false,
  ttl: { AccessToken: 3600, ClientCredentials: 3600, AuthorizationCode: 60, RefreshToken: 2592000, Grant: 2592000 },
});
provider.on('server_error', (ctx, error) => console.error(error));

async function token(Model, kind, extra = {}) {
  const clientId = numbered(kind);
  const client = await provider.Client.find(clientId);
  const accountId = `user-${Math.floor(Math.random() * 1000)}`;
  const grant = new provider.Grant({ accountId, clientId });
  grant.addOIDCScope(SCOPE);
  const grantId = await grant.save(LIFETIME);
  const made = new Model({
    accountId, client, grantId, gty: 'authorization_code', scope: SCOPE, expiresIn: LIFETIME,
    authTime: Math.floor(Date.now() / 1000), iiat: Math.floor(Date.now() / 1000), ...extra,
  });
  return [clientId, await made.save(LIFETIME)];
}

const make = {
  async client_credentials(number) {
    return ['/token', basic(`machine-${number % CLIENTS}`), 'grant_type=client_credentials&scope=read'];
  },
  async code() {
    const [id, text] = await token(provider.AuthorizationCode, 'web', { redirectUri: REDIRECT_URI });
    return ['/token', basic(id), `grant_type=authorization_code&code=${text}&redirect_uri=${REDIRECT_URI}`];
  },
  async refresh() {
    const [id, text] = await token(provider.RefreshToken, 'web');
    return ['/token', basic(id), `grant_type=refresh_token&refresh_token=${text}`];
  },
  async rotation() {
    const [id, text] = await token(provider.RefreshToken, 'phone');
    return ['/token', '', `grant_type=refresh_token&refresh_token=${text}&client_id=${id}`];
  },
  async introspection() {
    const [, text] = await token(provider.AccessToken, 'web');
    return ['/token/introspection', basic(numbered('api')), `token=${text}`];
  },
  async revocation() {
    const [id, text] = await token(provider.AccessToken, 'web');
    return ['/token/revocation', basic(id), `token=${text}`];
  },
};

async function prepare(load, count, target) {
  const out = createWriteStream(target);
  Adapter.begin?.();
  for (let number = 0; number < count; number += 1) {
    const [path, authorization, body] = await make[load](number);
    if (!out.write(`${[path, authorization, FORM, body].join('\t')}\n`)) await once(out, 'drain');
  }
  Adapter.commit?.();
  out.end();
  await once(out, 'finish');
}

if (Number(workers) > 1 && cluster.isPrimary) {
  for (let n = 0; n < Number(workers); n += 1) cluster.fork();
} else {
  provider.listen(Number(port), '127.0.0.1');
}
if (cluster.isPrimary) {
  for await (const line of createInterface({ input: process.stdin })) {
    const [load, count, target] = line.split(' ');
    await prepare(load, Number(count), target);
    console.log('prepared');
  }
}
