import { createHash } from 'node:crypto';
import pg from 'pg';
import type { Secret } from '#config';
import { paddedKey } from './context-seal.js';

/** The processes that serve; each logs in as a role that owns nothing and bypasses nothing. */
export type RuntimeRole = 'api' | 'worker';

/** Roles belong to the whole server, so each database has login roles of its own: two installations never meet. */
const loginName = (database: string, role: RuntimeRole): string =>
  `crossline_${role}_${createHash('sha256').update(database).digest('hex').slice(0, 12)}`;

/** Where a runtime process logs in: the database of `url`, its own role, a password derived from the secret. */
export function runtimeUrl(url: string, role: RuntimeRole, secret: Secret): string {
  const own = new URL(url);
  own.username = loginName(decodeURIComponent(own.pathname.slice(1)), role);
  own.password = secret.key(`${role}-login`).toString('base64url');
  return own.href;
}

/**
 * Makes the login roles and gives the database the key of signed contexts. Run by the owner after each migration.
 * Throws when the database was set up with another secret: its indicator ids and cursors would no longer match.
 */
export async function prepareRuntimeRoles(url: string, secret: Secret): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query('begin');
    await client.query(`select pg_advisory_xact_lock(hashtext('crossline.roles'))`);
    await storeContextKey(client, secret);
    for (const role of ['api', 'worker'] as const) {
      const login = new URL(runtimeUrl(url, role, secret));
      const [name, password] = [login.username, login.password].map(decodeURIComponent);
      const { rowCount } = await client.query('select 1 from pg_roles where rolname = $1', [name]);
      const verb = rowCount === 0 ? 'create' : 'alter';
      const attributes = 'login nosuperuser nocreatedb nocreaterole noreplication nobypassrls';
      await client.query(`${verb} role ${name} ${attributes} password ${client.escapeLiteral(password ?? '')}`);
      await client.query(`grant crossline_${role} to ${name}`);
    }
    // The operator's commands act under this role, also where the owner is not a superuser.
    await client.query('grant crossline_operator to current_user');
    await client.query('commit');
  } finally {
    await client.end();
  }
}

async function storeContextKey(client: pg.Client, secret: Secret): Promise<void> {
  const { inner, outer } = paddedKey(secret.key('context'));
  const check = secret.key('check');
  await client.query(
    `insert into app_private.context_key (inner_pad, outer_pad, secret_check) values ($1, $2, $3) on conflict (one) do nothing`,
    [inner, outer, check],
  );
  const { rows } = await client.query<{ secret_check: Buffer }>('select secret_check from app_private.context_key');
  if (rows[0] && !rows[0].secret_check.equals(check)) {
    throw new Error('This database was set up with another CROSSLINE_SECRET. Start with that one.');
  }
}
