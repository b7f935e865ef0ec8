import type { EventDraft } from '#feed';
import type { CaseStub } from './case.js';

interface Named {
  readonly id: string;
  readonly name: string;
}

/** A case about to be announced, as it now stands in the database. */
export interface WrittenCase {
  readonly id: string;
  readonly version: number;
  readonly isNew: boolean;
  readonly audienceId: number;
  readonly firstSharedAt: Date;
  readonly stub: CaseStub;
}

/**
 * The event that tells of a case: its stub. Interests stay out of it, and so do their ids and their number: what a case
 * looks for is its owner's business until somebody asks with the same indicator.
 */
export function caseEvent(
  { id, version, isNew, audienceId, firstSharedAt, stub }: WrittenCase,
  owner: Named,
): EventDraft {
  const { kind, scheme, phase, contact, tlp } = stub;
  return {
    type: isNew ? 'case.published' : 'case.updated',
    audienceId,
    orderKey: id,
    subjectId: id,
    scamType: scheme,
    data: { id, version, organisation: owner, kind, scheme, phase, contact, tlp, firstSharedAt },
  };
}

/** A tie about to be announced. */
export interface WrittenLink {
  readonly id: string;
  readonly version: number;
  readonly caseA: string;
  readonly caseB: string;
  readonly evidence: string;
  readonly strength: number;
  readonly scheme: string | null;
  readonly audienceId: number;
}

/** The event that tells of a tie to those who see both cases. */
export function linkEvent(link: WrittenLink, author: Named): EventDraft {
  const { id, version, caseA, caseB, evidence, strength, scheme, audienceId } = link;
  return {
    type: 'case.linked',
    audienceId,
    orderKey: id,
    subjectId: id,
    ...(scheme === null ? {} : { scamType: scheme }),
    data: { id, version, organisation: author, caseIds: [caseA, caseB], evidence, strength },
  };
}
