import type { Scope } from '#kernel';
import type { OrganisationKind } from './organisations.types.js';

/** Thrown when the operator names something that does not exist. The operator sees all, so nothing is hidden by it. */
export class NotFoundError extends Error {
  constructor(readonly field: 'organisation' | 'group' | 'key') {
    super(`${field}: there is none with this ${field === 'key' ? 'id' : 'id or exact name'}.`);
  }
}

/** Something with an id and a name: an organisation or a group. */
export interface Named {
  readonly id: string;
  readonly name: string;
}

/** An organisation as the operator sees it. */
export interface OrganisationRecord extends Named {
  readonly kind: OrganisationKind;
  readonly country: string | null;
  readonly status: 'ACTIVE' | 'SUSPENDED';
  readonly createdAt: Date;
  /** Keys that work now. None means that nobody can act for it yet. */
  readonly keys: number;
}

/** A key as the operator sees it: everything but the secret, which nobody has but its holder. */
export interface KeyRecord {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly status: 'ACTIVE' | 'EXPIRED' | 'REVOKED';
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
}

/** A fresh key with the only copy of its text. Show it once; never log or keep it. */
export interface NewKey {
  readonly id: string;
  readonly key: string;
  readonly organisation: Named;
  readonly scopes: readonly Scope[];
  readonly expiresAt: Date | null;
}

/** A sharing group with its members, by name. */
export interface GroupRecord extends Named {
  readonly createdAt: Date;
  readonly members: readonly Named[];
}

/** One thing the operator did. */
export interface AuditRecord {
  readonly id: string;
  readonly at: Date;
  readonly actor: string;
  readonly action: string;
  readonly organisationId: string | null;
  /** Ids only. */
  readonly detail: Readonly<Record<string, unknown>>;
}
