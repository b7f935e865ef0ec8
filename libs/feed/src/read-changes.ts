import { Injectable } from '@nestjs/common';
import { authorise } from '#access';
import { Db, type Tx } from '#database';
import { BadInput, Denied, isUuid, Rejected, type Actor } from '#kernel';
import { CursorSeal, type FeedPosition } from './cursor-seal.js';
import { parseEventFilter, type EventFilter, type EventFilterInput } from './event-filter.js';

/** One change as its reader gets it. */
interface ChangeRow {
  readonly id: string;
  readonly type: string;
  readonly subjectId: string;
  readonly at: Date;
  readonly payload: string;
  readonly cursor: string;
}

export interface ChangesPage {
  readonly events: readonly ChangeRow[];
  readonly cursor: string;
  readonly hasMore: boolean;
}

export interface ChangesRequest {
  readonly after?: string | null | undefined;
  readonly first: number;
  readonly filter?: EventFilterInput | null | undefined;
  readonly group?: string | null | undefined;
}

/** Why a cursor cannot be read; the same for one that is damaged, foreign or older than the feed. */
export const unreadableCursor = Symbol('unreadable cursor');

interface ScannedRow {
  readonly epoch: number;
  readonly head: string;
  readonly joined: string;
  readonly seq: string | null;
  readonly event_id: string;
  readonly type: string;
  readonly subject_id: string;
  readonly sequenced_at: Date;
  readonly body: string | null;
}

const MAX_PAGE = 1_000;
/** Events looked through for one page of a filtered reading; what did not match is not looked at again. */
const MAX_SCAN = 5_000;

/**
 * The next events after a position, oldest first. One statement, so head, memberships and events share a snapshot.
 * Only seq passes through the merge; what is shown is read under the policies, bodies last. $2 is where the reader stands,
 * $3 its newest membership when the reading began. A withdrawn subject's events come as their tombstones; an event that
 * the filter holds back, or that is more than the page holds ($9), comes without a body, so that the position can pass it.
 */
const changesSql = `
with place as materialized (select epoch, head, joined from app.feed_position()),
scan as materialized (select seq from app.next_seqs($2, $3, $4, $1) n (seq)),
passed as (
  select f.*, x.matches, count(*) filter (where x.matches) over (order by f.seq) as nth
    from scan join feed f using (seq)
    cross join lateral (select
      ($5::text[] is null or f.type = any ($5)) and (f.type like 'access.%' or (
        ($6::text[] is null or f.indicator_type = any ($6)) and ($7::text[] is null or f.scam_type = any ($7))
        and ($8::text[] is null or f.brands && $8))) as matches) x)
select place.epoch, place.head, place.joined, f.seq, f.event_id, f.type, f.subject_id, f.sequenced_at,
       case when b.closed_at is null then b.body else app.tombstone(f.type, f.subject_id) end as body
  from place
  left join (passed f left join event_body b on b.event_id = case when f.matches and f.nth <= $9 then f.event_id end) on true
 order by f.seq`;

/** `changes`: everything the asker may see, in order, from any point; never skips, never repeats. */
@Injectable()
export class ReadChanges {
  constructor(
    private readonly db: Db,
    private readonly seal: CursorSeal,
  ) {}

  async run(actor: Actor, request: ChangesRequest): Promise<ChangesPage | typeof unreadableCursor> {
    authorise(actor, 'read');
    const { first, after, group } = request;
    const filter = parseEventFilter(request.filter);
    if (filter instanceof Rejected) throw new BadInput(filter.fault);
    if (first < 1 || first > MAX_PAGE) {
      throw new BadInput({ field: 'first', rule: 'page.size', message: `Must be 1 to ${MAX_PAGE}.` });
    }
    if (typeof group === 'string' && !isUuid(group))
      throw new BadInput({ field: 'group', rule: 'id.form', message: 'Not a UUID.' });

    const from = typeof after === 'string' ? this.seal.openPosition(actor, after) : undefined;
    if (typeof after === 'string' && !from) return unreadableCursor;
    const filtered = Object.values(filter).some((list) => list !== null);
    const scanLimit = filtered ? MAX_SCAN : first + 1;
    const rows = await this.db.as(actor, (tx) => scan(tx, { first, from, group, filter, scanLimit }));
    return this.page(actor, rows, { first, from, scanLimit });
  }

  private page(
    actor: Actor,
    rows: readonly ScannedRow[],
    { first, from, scanLimit }: { first: number; from: FeedPosition | undefined; scanLimit: number },
  ): ChangesPage | typeof unreadableCursor {
    const [place] = rows;
    if (!place) throw new Denied('FORBIDDEN', 'organisation.suspended', 'This organisation is suspended.');
    // A cursor made before the exchange was restored from a backup could lie ahead of the feed and skip in silence.
    if (from && from.epoch !== place.epoch) return unreadableCursor;
    const joined = BigInt(place.joined);
    // A reading that has not caught up keeps its rule, or of an audience joined meanwhile it would get a part.
    const reading = from?.joined ?? joined;
    const at = (seq: string) =>
      this.seal.sealPosition(actor, { epoch: place.epoch, after: BigInt(seq), joined: reading });
    const atHead = () => this.seal.sealPosition(actor, { epoch: place.epoch, after: BigInt(place.head), joined });

    const scanned = rows.filter((row): row is ScannedRow & { seq: string } => row.seq !== null);
    const matched = scanned.filter((row): row is ScannedRow & { seq: string; body: string } => row.body !== null);
    const events = matched.slice(0, first).map((row) => ({
      id: row.event_id,
      type: row.type,
      subjectId: row.subject_id,
      at: row.sequenced_at,
      payload: row.body,
      cursor: at(row.seq),
    }));
    const full = matched.length > first;
    const last = full ? matched[first - 1] : scanned.length === scanLimit ? scanned.at(-1) : undefined;
    return { events, cursor: last ? at(last.seq) : atHead(), hasMore: last !== undefined };
  }
}

interface Scan {
  readonly first: number;
  readonly from: FeedPosition | undefined;
  readonly group: string | null | undefined;
  readonly filter: EventFilter;
  readonly scanLimit: number;
}

function scan(tx: Tx, { first, from, group, filter, scanLimit }: Scan): Promise<ScannedRow[]> {
  // Without a cursor nothing counts as joined since: the reading starts with all that can be seen now.
  const newest = from?.joined ?? 2n ** 62n;
  return tx.query<ScannedRow[]>(changesSql, [
    scanLimit,
    String(from?.after ?? 0n),
    String(newest),
    group ?? null,
    filter.eventTypes,
    filter.indicatorTypes,
    filter.scamTypes,
    filter.brands,
    first + 1,
  ]);
}
