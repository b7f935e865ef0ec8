import { isUuid, Rejected } from '#kernel';
import { plainText } from './plain-text.js';

/** A tie between two cases as its author writes it. */
export interface LinkDraft {
  readonly a: string;
  readonly b: string;
  readonly evidence: string;
  readonly strength: number;
}

/** A checked tie; undefined cases are ids that no case can have. */
export interface Link {
  /** The smaller id first: a tie has no direction. */
  readonly cases: readonly [string, string] | undefined;
  readonly evidence: string;
  readonly strength: number;
}

const MAX_EVIDENCE = 2_000;

/** Checks a tie. What is wrong with the text is said whether the cases can be seen or not. */
export function parseLink(draft: LinkDraft): Link | Rejected {
  const [first, second] = [draft.a.toLowerCase(), draft.b.toLowerCase()].sort() as [string, string];
  if (first === second) return Rejected.because('b', 'link.itself', 'A case cannot be tied to itself.');
  const { strength } = draft;
  if (strength < 0 || strength > 100) {
    return Rejected.because('strength', 'strength.range', 'Strength is a whole number from 0 to 100.');
  }
  const evidence = plainText(draft.evidence, 'evidence', MAX_EVIDENCE);
  if (evidence instanceof Rejected) return evidence;
  return { cases: isUuid(first) && isUuid(second) ? [first, second] : undefined, evidence, strength };
}
