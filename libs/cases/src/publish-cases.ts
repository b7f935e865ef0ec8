import { Injectable } from '@nestjs/common';
import { audienceKey, Audiences, authorise } from '#access';
import { Secret } from '#config';
import { conflict, Db, once, type Tx } from '#database';
import { Outbox } from '#feed';
import { Rejected, type Actor, type Fault } from '#kernel';
import { parseCase, type CaseDraft, type CaseStub } from './case.js';
import { caseEvent } from './case-events.js';
import { CasesRepository, type CaseRow, type StandingCase } from './cases.repository.js';
import { parseInterest, type Interest, type InterestDraft } from './interest.js';
import type { CaseRowStatus } from './vocabulary.js';

/** What an organisation publishes in one call. */
export interface CasesDraft {
  readonly idempotencyKey?: string | null;
  readonly validateOnly: boolean;
  readonly cases: readonly (CaseDraft & { readonly interests?: readonly InterestDraft[] | null })[];
}

/** What became of one interest. */
interface InterestOutcome {
  readonly index: number;
  readonly status: CaseRowStatus;
  readonly indicatorId: string | null;
  readonly error: Fault | null;
}

/** What became of one case. */
export interface CaseOutcome {
  readonly index: number;
  readonly status: CaseRowStatus;
  readonly caseId: string | null;
  readonly version: number | null;
  readonly error: Fault | null;
  /** One for each interest given, in their order; none when the case was refused. */
  readonly interests: readonly InterestOutcome[];
}

/** A case that may be written, with its place in the call. */
interface Row extends CaseRow {
  readonly index: number;
  /** As given, row by row; undefined leaves the interests as they are. */
  readonly interests: readonly (Interest | Rejected)[] | undefined;
}

const MAX_CASES = 100;
const MAX_INTERESTS = 10_000;
const MAX_KEY = 200;

/** Publishes cases row by row: one bad case never spoils the others, one bad interest never spoils its case. */
@Injectable()
export class PublishCases {
  private readonly idKey: Buffer;

  constructor(
    private readonly db: Db,
    private readonly audiences: Audiences,
    private readonly cases: CasesRepository,
    private readonly outbox: Outbox,
    secret: Secret,
  ) {
    this.idKey = secret.key('indicator-id');
  }

  async run(actor: Actor, input: CasesDraft): Promise<readonly CaseOutcome[] | Rejected | typeof conflict> {
    authorise(actor, 'case:publish');
    const fault = checkCall(input);
    if (fault) return fault;
    const { cases, idempotencyKey, validateOnly } = input;
    const parsed = cases.map(parseCase);

    const outcomes = await this.db.as(actor, (tx) => {
      const publish = () => this.publish(tx, actor, cases, parsed);
      if (validateOnly) return rehearse(tx, publish);
      return once(tx, { actor, operation: 'publishCases', key: idempotencyKey, content: cases }, publish);
    });
    if (!validateOnly) this.outbox.committed();
    return outcomes;
  }

  private async publish(
    tx: Tx,
    actor: Actor,
    drafts: CasesDraft['cases'],
    parsed: readonly (CaseStub | Rejected)[],
  ): Promise<readonly CaseOutcome[]> {
    const { rows, refused } = await this.admit(tx, drafts, parsed);
    const written = rows.length === 0 ? [] : await this.write(tx, actor, rows);
    return [...refused, ...written].sort((a, b) => a.index - b.index);
  }

  /** Cases that may be written; the others with the reason why not. */
  private async admit(
    tx: Tx,
    drafts: CasesDraft['cases'],
    parsed: readonly (CaseStub | Rejected)[],
  ): Promise<{ rows: Row[]; refused: CaseOutcome[] }> {
    const rows = new Map<string, Row>();
    const refused: CaseOutcome[] = [];
    const audienceIds = new Map<string, number | undefined>();
    for (const [index, stub] of parsed.entries()) {
      if (stub instanceof Rejected) {
        refused.push(rejected(index, stub));
        continue;
      }
      const key = audienceKey(stub.grants);
      if (!audienceIds.has(key)) audienceIds.set(key, await this.audiences.resolve(tx, stub.grants));
      const audienceId = audienceIds.get(key);
      if (audienceId === undefined) refused.push(rejected(index, unknownAudience));
      else if (rows.has(stub.dedupeKey)) refused.push(rejected(index, repeated));
      else {
        const interests = drafts[index]?.interests?.map((draft) => parseInterest(this.idKey, draft));
        rows.set(stub.dedupeKey, { index, stub, audienceId, interests });
      }
    }
    return { rows: [...rows.values()], refused };
  }

  private async write(tx: Tx, actor: Actor, rows: readonly Row[]): Promise<CaseOutcome[]> {
    const saved = await this.cases.save(tx, actor.organisationId, rows);
    const each = rows.flatMap((row) => {
      const was = saved.get(row.stub.dedupeKey);
      return was ? [{ ...row, was }] : [];
    });
    const added = await this.cases.replaceInterests(tx, actor.organisationId, setsOf(each));

    const judged = each.map((row) => {
      const revived = row.was.status !== 'ACTIVE';
      const raised = !row.was.isNew && !row.was.changed && (revived || added.has(row.was.id));
      const saysNew = row.was.isNew || row.was.changed || raised;
      return { ...row, raised, saysNew, moved: row.was.audienceId !== row.audienceId, isNew: row.was.isNew || revived };
    });
    // Before a withdrawn case is revived: those who saw it were told that it is gone, and learn nothing of its return.
    await this.cases.readdress(
      tx,
      judged.filter(({ moved }) => moved).map(({ was, audienceId, saysNew }) => ({ id: was.id, audienceId, saysNew })),
    );
    // A mere change of audience was announced to those who lose or gain; to the others nothing has changed.
    const telling = judged.filter(({ saysNew }) => saysNew);
    const idsOf = (some: readonly { was: StandingCase }[]) => some.map(({ was }) => was.id);
    const settled = await this.cases.settle(tx, idsOf(telling), idsOf(telling.filter(({ raised }) => raised)));

    const owner = await this.cases.publisher(tx, actor.organisationId);
    const events = telling.flatMap(({ stub, audienceId, was, isNew }) => {
      const now = settled.get(was.id);
      return now ? [caseEvent({ ...now, id: was.id, isNew, audienceId, stub }, owner)] : [];
    });
    await this.outbox.append(tx, actor.organisationId, events);

    return judged.map(({ index, was, interests, saysNew, moved }) => ({
      index,
      status: saysNew || moved ? 'ACCEPTED' : 'UNCHANGED',
      caseId: was.id,
      version: settled.get(was.id)?.version ?? was.version,
      error: null,
      interests: interestOutcomes(interests ?? [], new Set(added.get(was.id))),
    }));
  }
}

function checkCall({ cases, idempotencyKey }: CasesDraft): Rejected | undefined {
  if (cases.length < 1 || cases.length > MAX_CASES) {
    return Rejected.because('cases', 'batch.size', `A call takes 1 to ${MAX_CASES} cases.`);
  }
  const interests = cases.reduce((sum, one) => sum + (one.interests?.length ?? 0), 0);
  if (interests > MAX_INTERESTS) {
    return Rejected.because('cases.interests', 'batch.size', `A call takes at most ${MAX_INTERESTS} interests in all.`);
  }
  if (idempotencyKey === '' || (idempotencyKey?.length ?? 0) > MAX_KEY) {
    return Rejected.because('idempotencyKey', 'text.length', `Must have 1 to ${MAX_KEY} characters.`);
  }
  return undefined;
}

/** Does the work and undoes it: the answer is the true one, but ids of what would be new mean nothing. */
async function rehearse(tx: Tx, work: () => Promise<readonly CaseOutcome[]>): Promise<readonly CaseOutcome[]> {
  await tx.query('savepoint rehearsal');
  const outcomes = await work();
  await tx.query('rollback to savepoint rehearsal');
  return outcomes.map((one) => (one.status === 'ACCEPTED' ? { ...one, caseId: null, version: null } : one));
}

/** The interests that cases are to have, each once; cases whose interests stay are left out. */
function setsOf(rows: readonly (Row & { was: StandingCase })[]): Map<string, Interest[]> {
  const sets = new Map<string, Interest[]>();
  for (const { was, interests } of rows) {
    if (!interests) continue;
    const each = new Map<string, Interest>();
    for (const one of interests) if (!(one instanceof Rejected)) each.set(one.indicatorId, one);
    sets.set(was.id, [...each.values()]);
  }
  return sets;
}

/** The first to bring a new indicator is accepted; whoever repeats it changes nothing. */
function interestOutcomes(given: readonly (Interest | Rejected)[], fresh: Set<string>): InterestOutcome[] {
  return given.map((one, index) => {
    if (one instanceof Rejected) return { index, status: 'REJECTED', indicatorId: null, error: one.fault };
    const status = fresh.delete(one.indicatorId) ? 'ACCEPTED' : 'UNCHANGED';
    return { index, status, indicatorId: one.indicatorId, error: null };
  });
}

const unknownAudience = Rejected.because(
  'audience',
  'audience.unknown',
  'Names an organisation or group that you cannot see.',
);
const repeated = Rejected.because('externalId', 'row.repeated', 'An earlier case of this call has this externalId.');

const rejected = (index: number, { fault }: Rejected): CaseOutcome => ({
  index,
  status: 'REJECTED',
  caseId: null,
  version: null,
  error: fault,
  interests: [],
});
