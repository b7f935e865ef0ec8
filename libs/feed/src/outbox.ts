import { Injectable } from '@nestjs/common';
import type { OrganisationId } from '#kernel';
import { Db, type Tx } from '#database';
import type { EventDraft } from './event.js';

/** Cannot stand in a brand: control characters are refused at the door. */
const SEPARATOR = '\u001f';

/** At most one notification in this time for each process: commits that notify are serialised over the whole server. */
const THROTTLE_MS = 5;

const appendSql = `
with e as materialized (
  select uuidv7() as event_id, gen_random_bytes(32) as nonce, d.*
    from unnest($2::int[], $3::text[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[],
                string_to_array($9, '${SEPARATOR}')) with ordinality
      as d (audience_id, type, order_key, subject_id, indicator_type, scam_type, brands, body, row)),
b as (
  insert into event_body (event_id, publisher_id, audience_id, nonce, body)
  select event_id, $1, audience_id, nonce, body from e)
insert into outbox (event_id, publisher_id, audience_id, type, order_key, subject_id, body_hash, indicator_type, scam_type, brands)
select event_id, $1, audience_id, type, order_key, subject_id, sha256(nonce || convert_to(body, 'UTF8')), indicator_type, scam_type,
       string_to_array(brands, '${SEPARATOR}')
  from e order by row`;

/** Events wait here, written in the business transaction, until the sequencer gives them their place in the feed. */
@Injectable()
export class Outbox {
  private ringing: NodeJS.Timeout | undefined;
  private again = false;

  constructor(private readonly db: Db) {}

  /** Call it after the subject's row is locked or inserted: events of one subject then keep their commit order. */
  async append(tx: Tx, publisher: OrganisationId, drafts: readonly EventDraft[]): Promise<void> {
    if (drafts.length === 0) return;
    const timestamp = new Date().toISOString();
    await tx.query(appendSql, [
      publisher,
      drafts.map((draft) => draft.audienceId),
      drafts.map((draft) => draft.type),
      drafts.map((draft) => draft.orderKey),
      drafts.map((draft) => draft.subjectId),
      drafts.map((draft) => draft.indicatorType ?? null),
      drafts.map((draft) => draft.scamType ?? null),
      drafts.map(({ brands }) => (brands && brands.length > 0 ? brands.join(SEPARATOR) : null)),
      // As one text: JSON holds no bare control character, and an array's quoting would escape each of its quotes.
      drafts.map(({ type, data }) => JSON.stringify({ type, timestamp, data })).join(SEPARATOR),
    ]);
  }

  /** Call it after the commit: wakes a sequencer. A hint only; sequencers also look by themselves. */
  committed(): void {
    if (this.ringing) {
      this.again = true;
      return;
    }
    this.ringing = setTimeout(() => {
      this.ringing = undefined;
      if (this.again) {
        this.again = false;
        this.committed();
      }
    }, THROTTLE_MS);
    this.db
      .asSystem('wakes the sequencer', (tx) => tx.query(`select pg_notify('crossline_outbox', '')`))
      .catch(() => undefined); // the sequencer's timer is the fallback
  }
}
