import { createHash } from 'node:crypto';
import { parseAudience, type AudienceGrants, type AudienceInput, type ScamType, type Tlp } from '#access';
import { newId, Rejected } from '#kernel';
import { plainText } from './plain-text.js';
import type { CaseKind, CasePhase } from './vocabulary.js';

/** A case as its owner writes it. */
export interface CaseDraft {
  readonly externalId?: string | null;
  readonly kind: CaseKind;
  readonly scheme: ScamType;
  readonly phase: CasePhase;
  readonly contact: string;
  readonly tlp: Tlp;
  readonly audience: AudienceInput;
}

/** The checked stub of a case: all that its audience sees of it. */
export interface CaseStub {
  /** Its id if it is new; publishing again under the same external id keeps the first one. */
  readonly id: string;
  /** `x:` + external id; without one `n:` + id, which nothing else ever has. */
  readonly dedupeKey: string;
  readonly externalId: string | null;
  readonly kind: CaseKind;
  readonly scheme: ScamType;
  readonly phase: CasePhase;
  readonly contact: string;
  readonly tlp: Tlp;
  readonly grants: AudienceGrants;
  /** Of everything that the audience reads, the audience itself left out. */
  readonly contentHash: Buffer;
}

const MAX_EXTERNAL_ID = 200;
const MAX_CONTACT = 500;

/** Checks one case; the first fault is the answer. */
export function parseCase(draft: CaseDraft): CaseStub | Rejected {
  const { kind, scheme, phase, tlp } = draft;
  const external = draft.externalId == null ? null : plainText(draft.externalId, 'externalId', MAX_EXTERNAL_ID);
  if (external instanceof Rejected) return external;
  const contact = plainText(draft.contact, 'contact', MAX_CONTACT);
  if (contact instanceof Rejected) return contact;
  const grants = parseAudience(draft.audience, tlp, 'audience');
  if (grants instanceof Rejected) return grants;

  const id = newId();
  return {
    id,
    dedupeKey: external === null ? `n:${id}` : `x:${external}`,
    externalId: external,
    kind,
    scheme,
    phase,
    contact,
    tlp,
    grants,
    contentHash: createHash('sha256')
      .update(JSON.stringify([kind, scheme, phase, contact, tlp]))
      .digest(),
  };
}
