import type { SystemTx } from '#database';
import { isUuid } from '#kernel';
import type { ApiKey } from './api-key.js';
import type { CheckedKey } from './operator-input.js';
import {
  NotFoundError,
  type AuditRecord,
  type GroupRecord,
  type KeyRecord,
  type Named,
  type OrganisationRecord,
} from './operator-records.js';

/** Who did what to whom. `detail` holds ids only: the audit outlives names and must not become a second store of them. */
export interface AuditDraft {
  readonly actor: string;
  readonly action: string;
  readonly organisationId?: string | undefined;
  readonly detail?: Readonly<Record<string, string | boolean>> | undefined;
}

/** The changes of who sees what, each one function of the database. They answer whether anything changed. */
export type AccessChange = 'suspend_organisation' | 'reinstate_organisation' | 'join_group' | 'leave_group';

const organisationSql = `
  select o.id, o.name, o.kind, o.country, o.status, o.created_at as "createdAt",
         (select count(*)::int from api_key k
           where k.organisation_id = o.id and k.revoked_at is null
             and (k.expires_at is null or k.expires_at > clock_timestamp())) as keys
    from organisation o`;

/** The operator's statements, for a transaction under the operator's role. */
export const operatorSql = {
  /** The organisation or group of this id or exact name. Throws {@link NotFoundError}. */
  async find(tx: SystemTx, what: 'organisation' | 'group', idOrName: string): Promise<Named> {
    const table = what === 'group' ? 'sharing_group' : 'organisation';
    const column = isUuid(idOrName) ? 'id' : 'name';
    const wanted = idOrName.normalize('NFC').trim();
    const [row] = await tx.query<Named[]>(`select id, name from ${table} where ${column} = $1`, [wanted]);
    if (!row) throw new NotFoundError(what);
    return row;
  },

  async admitOrganisation(tx: SystemTx, name: string, kind: string, country: string | null): Promise<string> {
    return only(
      await tx.query<{ id: string }[]>('select app.admit_organisation($1, $2, $3) as id', [name, kind, country]),
    ).id;
  },

  organisations: (tx: SystemTx): Promise<OrganisationRecord[]> =>
    tx.query(`${organisationSql} order by lower(o.name), o.id`),

  async organisation(tx: SystemTx, id: string): Promise<OrganisationRecord> {
    return only(await tx.query<OrganisationRecord[]>(`${organisationSql} where o.id = $1`, [id]));
  },

  async change(tx: SystemTx, change: AccessChange, ...ids: string[]): Promise<boolean> {
    const arguments_ = ids.map((_, at) => `$${at + 1}`).join(', ');
    return only(await tx.query<{ changed: boolean }[]>(`select app.${change}(${arguments_}) as changed`, ids)).changed;
  },

  addKey: (
    tx: SystemTx,
    organisationId: string,
    key: ApiKey,
    { name, scopes, expiresAt }: CheckedKey,
  ): Promise<unknown> =>
    tx.query(
      `insert into api_key (id, organisation_id, name, secret_hash, scopes, expires_at) values ($1, $2, $3, $4, $5, $6)`,
      [key.id, organisationId, name, key.hash, scopes, expiresAt ?? null],
    ),

  keysOf: (tx: SystemTx, organisationId: string): Promise<KeyRecord[]> =>
    tx.query(
      `select id, name, scopes, created_at as "createdAt", expires_at as "expiresAt", revoked_at as "revokedAt",
              case when revoked_at is not null then 'REVOKED'
                   when expires_at <= clock_timestamp() then 'EXPIRED' else 'ACTIVE' end as status
         from api_key where organisation_id = $1 order by created_at, id`,
      [organisationId],
    ),

  /** Whose key it is; `changed` is false when it was revoked before. Throws {@link NotFoundError}. */
  async revokeKey(tx: SystemTx, id: string): Promise<{ organisationId: string; changed: boolean }> {
    const [row] = await tx.query<{ organisationId: string; changed: boolean }[]>(
      `with found as (select id, organisation_id, revoked_at is null as changed from api_key where id = $1 for update),
            revoked as (update api_key k set revoked_at = clock_timestamp() from found f where k.id = f.id and f.changed)
       select organisation_id as "organisationId", changed from found`,
      [id],
    );
    if (!row) throw new NotFoundError('key');
    return row;
  },

  async addGroup(tx: SystemTx, name: string): Promise<string> {
    return only(await tx.query<{ id: string }[]>('insert into sharing_group (name) values ($1) returning id', [name]))
      .id;
  },

  groups: (tx: SystemTx): Promise<GroupRecord[]> =>
    tx.query(
      `select g.id, g.name, g.created_at as "createdAt",
              coalesce(json_agg(json_build_object('id', o.id, 'name', o.name) order by lower(o.name), o.id)
                       filter (where o.id is not null), '[]') as members
         from sharing_group g
         left join membership m on m.group_id = g.id
         left join organisation o on o.id = m.organisation_id
        group by g.id order by lower(g.name), g.id`,
    ),

  audit: (tx: SystemTx, first: number): Promise<AuditRecord[]> =>
    tx.query(
      `select id, at, actor, action, organisation_id as "organisationId", detail
         from audit_entry order by id desc limit $1`,
      [first],
    ),

  record: (tx: SystemTx, { actor, action, organisationId, detail = {} }: AuditDraft): Promise<unknown> =>
    tx.query('insert into audit_entry (actor, action, organisation_id, detail) values ($1, $2, $3, $4)', [
      actor,
      action,
      organisationId ?? null,
      detail,
    ]),
};

function only<Row>(rows: readonly Row[]): Row {
  const [row] = rows;
  if (row === undefined) throw new Error('the database answered without a row');
  return row;
}
