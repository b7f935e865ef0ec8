import { Injectable } from '@nestjs/common';
import { Db } from '#database';
import { Denied, scopes, type Actor, type OrganisationId } from '#kernel';
import { parseApiKey } from './api-key.js';

interface KeyRow {
  readonly organisation_id: OrganisationId;
  readonly scopes: string[];
  readonly expired: boolean;
  readonly revoked: boolean;
  readonly organisation_status: string;
}

/** A bearer token of RFC 6750; the scheme's name may be written in any case. */
const BEARER = /^bearer +(\S.*)$/i;

/** Turns the credential of a request into who is asking. Nothing is cached: a revocation holds from the next request. */
@Injectable()
export class KeyRing {
  constructor(private readonly db: Db) {}

  /** Throws {@link Denied} for every request that cannot be answered for an organisation. */
  async actorFor(authorization: string | undefined, requestId: string): Promise<Actor> {
    const token = BEARER.exec(authorization?.trim() ?? '')?.[1];
    if (token === undefined) {
      throw new Denied('UNAUTHENTICATED', 'key.missing', 'Send an API key: "Authorization: Bearer xl_…".');
    }
    const key = parseApiKey(token);
    if (!key) throw unknownKey();
    const [row] = await this.db.asSystem('nobody is known yet', (tx) =>
      tx.query<KeyRow[]>('select * from app.authenticate($1, $2)', [key.id, key.hash]),
    );

    if (!row) throw unknownKey();
    if (row.revoked) throw new Denied('UNAUTHENTICATED', 'key.revoked', 'This API key was revoked.');
    if (row.expired) throw new Denied('UNAUTHENTICATED', 'key.expired', 'This API key has expired.');
    if (row.organisation_status !== 'ACTIVE') {
      throw new Denied('FORBIDDEN', 'organisation.suspended', 'This organisation is suspended.');
    }
    return {
      organisationId: row.organisation_id,
      keyId: key.id,
      // A scope this version does not know gives nothing.
      scopes: new Set(scopes.filter((scope) => row.scopes.includes(scope))),
      requestId,
    };
  }
}

/** One answer for text that is no key, an id that does not exist and a wrong secret: ids cannot be probed. */
const unknownKey = () => new Denied('UNAUTHENTICATED', 'key.unknown', 'This API key is not known.');
