import type { ScamType, Tlp } from '#access';
import type { OrganisationKind } from '#organisations';
import type { CaseKind, CaseLinkStatus, CasePhase } from './vocabulary.js';

/** An organisation as those see it with whom it shared something. */
interface Owner {
  readonly id: string;
  readonly name: string;
  readonly kind: OrganisationKind;
  readonly country: string | null;
}

/** A case as its audience sees it. */
export interface CaseRecord {
  readonly id: string;
  readonly organisation: Owner;
  /** The owner's own reference: null for everybody else. */
  readonly externalId: string | null;
  readonly kind: CaseKind;
  readonly scheme: ScamType;
  readonly phase: CasePhase;
  readonly contact: string;
  readonly tlp: Tlp;
  readonly firstSharedAt: Date;
  readonly updatedAt: Date;
}

/** A tie between two cases as those see it who see both. */
export interface LinkRecord {
  readonly id: string;
  readonly caseIds: readonly string[];
  readonly author: Owner;
  readonly status: CaseLinkStatus;
  readonly evidence: string;
  readonly strength: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A tie as JSON from the database gives it: moments are texts there. */
export type LinkJson = Omit<LinkRecord, 'createdAt' | 'updatedAt'> & {
  readonly createdAt: string;
  readonly updatedAt: string;
};

/** From the database's JSON. */
export const readLink = (link: LinkJson): LinkRecord => ({
  ...link,
  createdAt: new Date(link.createdAt),
  updatedAt: new Date(link.updatedAt),
});

const ownerSql = (o: string) =>
  `json_build_object('id', ${o}.id, 'name', ${o}.name, 'kind', ${o}.kind, 'country', ${o}.country)`;

/** Columns of a {@link CaseRecord} from case_file c and organisation o. */
export const caseColumns = `
  c.id, ${ownerSql('o')} as organisation, case when c.organisation_id = app.organisation() then c.external_id end as "externalId",
  c.kind, c.scheme, c.phase, c.contact, c.tlp, c.created_at as "firstSharedAt", c.updated_at as "updatedAt"`;

/** A {@link LinkJson} from case_link l and organisation w. */
export const linkJson = `
  json_build_object('id', l.id, 'caseIds', json_build_array(l.case_a, l.case_b), 'author', ${ownerSql('w')}, 'status', l.status,
    'evidence', l.evidence, 'strength', l.strength, 'createdAt', l.created_at, 'updatedAt', l.updated_at)`;
