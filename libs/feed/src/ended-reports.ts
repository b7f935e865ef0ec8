import { Injectable } from '@nestjs/common';
import { authorise } from '#access';
import { Db } from '#database';
import { BadInput, isUuid, type Actor } from '#kernel';
import { CursorSeal } from './cursor-seal.js';

export interface IdPage {
  readonly ids: readonly string[];
  readonly cursor: string | null;
}

const PAGE = 1_000;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** Which reports left the asker's sight with one `access.ended` event. Ids only; somebody else's event has none. */
@Injectable()
export class EndedReports {
  constructor(
    private readonly db: Db,
    private readonly seal: CursorSeal,
  ) {}

  async run(actor: Actor, event: string, after: string | null | undefined): Promise<IdPage> {
    authorise(actor, 'read');
    if (!isUuid(event)) throw new BadInput({ field: 'event', rule: 'id.form', message: 'Not a UUID.' });
    const list = `ended|${event.toLowerCase()}`;
    const from = typeof after === 'string' ? this.seal.openKey(actor, list, after) : FIRST_ID;
    if (from === undefined)
      throw new BadInput({ field: 'after', rule: 'cursor.unreadable', message: 'Start again without it.' });

    const rows = await this.db.as(actor, (tx) =>
      tx.query<{ id: string }[]>('select id from app.ended_reports($1, $2, $3)', [event, from, PAGE]),
    );
    const last = rows.length === PAGE ? rows.at(-1) : undefined;
    return { ids: rows.map(({ id }) => id), cursor: last ? this.seal.sealKey(actor, list, last.id) : null };
  }
}
