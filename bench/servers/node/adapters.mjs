// Where node-oidc-provider keeps what it issues: the two adapters that are measured, after the examples in its
// repository (example/adapters and example/my_adapter.js).

const GRANTABLE = new Set(['AccessToken', 'AuthorizationCode', 'RefreshToken']);

// In memory, and gone with the process. Its own adapter for development forgets everything but the latest 1000 entries,
// which thousands of tokens would not survive; this one keeps them all, in a Map.
export function memory() {
  const entries = new Map();
  const grants = new Map();
  return class MemoryAdapter {
    constructor(model) { this.model = model; }

    key(id) { return `${this.model}:${id}`; }

    async upsert(id, payload) {
      const key = this.key(id);
      entries.set(key, payload);
      if (payload.grantId && GRANTABLE.has(this.model)) {
        const known = grants.get(payload.grantId);
        if (known) known.push(key); else grants.set(payload.grantId, [key]);
      }
    }

    async find(id) { return entries.get(this.key(id)); }

    async findByUid() { return undefined; }

    async findByUserCode() { return undefined; }

    async consume(id) { entries.get(this.key(id)).consumed = Math.floor(Date.now() / 1000); }

    async destroy(id) { entries.delete(this.key(id)); }

    async revokeByGrantId(grantId) {
      for (const key of grants.get(grantId) ?? []) entries.delete(key);
      grants.delete(grantId);
    }
  };
}

// In SQLite as durable as ours: write-ahead log, synchronous=FULL, so that no answer leaves before its commit.
export function sqlite(Database, file) {
  const database = new Database(file, { timeout: 5000 });
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.exec(`
    CREATE TABLE IF NOT EXISTS entries (
      key TEXT PRIMARY KEY, payload TEXT NOT NULL, grant_id TEXT, expires_at INTEGER, consumed_at INTEGER
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS entries_of_grant ON entries (grant_id) WHERE grant_id IS NOT NULL;
  `);
  const upsert = database.prepare(`
    INSERT INTO entries (key, payload, grant_id, expires_at) VALUES (?, ?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET payload = excluded.payload, expires_at = excluded.expires_at`);
  const find = database.prepare('SELECT payload, consumed_at FROM entries WHERE key = ?');
  const consume = database.prepare('UPDATE entries SET consumed_at = ? WHERE key = ?');
  const destroy = database.prepare('DELETE FROM entries WHERE key = ?');
  const revoke = database.prepare('DELETE FROM entries WHERE grant_id = ?');
  const now = () => Math.floor(Date.now() / 1000);

  class SqliteAdapter {
    constructor(model) { this.model = model; }

    key(id) { return `${this.model}:${id}`; }

    async upsert(id, payload, expiresIn) {
      const grant = GRANTABLE.has(this.model) ? payload.grantId ?? null : null;
      upsert.run(this.key(id), JSON.stringify(payload), grant, expiresIn ? now() + expiresIn : null);
    }

    async find(id) {
      const row = find.get(this.key(id));
      if (!row) return undefined;
      const payload = JSON.parse(row.payload);
      return row.consumed_at ? { ...payload, consumed: row.consumed_at } : payload;
    }

    async findByUid() { return undefined; }

    async findByUserCode() { return undefined; }

    async consume(id) { consume.run(now(), this.key(id)); }

    async destroy(id) { destroy.run(this.key(id)); }

    async revokeByGrantId(grantId) { revoke.run(grantId); }
  }
  // Preparing thousands of tokens as one transaction.
  SqliteAdapter.begin = () => database.exec('BEGIN IMMEDIATE');
  SqliteAdapter.commit = () => { database.exec('COMMIT'); database.pragma('wal_checkpoint(TRUNCATE)'); };
  return SqliteAdapter;
}
