import { Injectable } from '@nestjs/common';
import { authorise } from '#access';
import { Db, type Tx } from '#database';
import { Denied, isUuid, type Actor } from '#kernel';
import type { Organisation, SharingGroup } from './organisations.types.js';

/** Whom the asking organisation may know. No statement here says so: the policies of the tables decide. */
@Injectable()
export class Directory {
  constructor(private readonly db: Db) {}

  /** The asker itself. Needs no scope: whoever holds a key may know whose it is. */
  async self(actor: Actor): Promise<Organisation> {
    const own = await this.db.as(actor, (tx) => organisationById(tx, actor.organisationId));
    // Suspended since the key was checked.
    if (!own) throw new Denied('FORBIDDEN', 'organisation.suspended', 'This organisation is suspended.');
    return own;
  }

  /** Itself, those it shares a group with, and those that shared something with it. */
  organisations(actor: Actor): Promise<Organisation[]> {
    authorise(actor, 'read');
    return this.db.as(actor, (tx) =>
      tx.query('select id, name, kind, country from organisation order by lower(name), id'),
    );
  }

  /** One of them; absent when it does not exist or may not be known. */
  async organisation(actor: Actor, id: string): Promise<Organisation | undefined> {
    authorise(actor, 'read');
    return isUuid(id) ? this.db.as(actor, (tx) => organisationById(tx, id)) : undefined;
  }

  /** The asker's own groups with their members. */
  groups(actor: Actor): Promise<SharingGroup[]> {
    authorise(actor, 'read');
    return this.db.as(actor, (tx) => tx.query(groupsSql));
  }
}

async function organisationById(tx: Tx, id: string): Promise<Organisation | undefined> {
  const [row] = await tx.query<Organisation[]>('select id, name, kind, country from organisation where id = $1', [id]);
  return row;
}

const groupsSql = `
  select g.id, g.name,
         json_agg(json_build_object('id', o.id, 'name', o.name, 'kind', o.kind, 'country', o.country)
                  order by lower(o.name), o.id) as members
    from sharing_group g
    join membership m on m.group_id = g.id
    join organisation o on o.id = m.organisation_id
   group by g.id, g.name
   order by lower(g.name), g.id`;
