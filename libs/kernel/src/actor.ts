import type { KeyId, OrganisationId } from './ids.js';

/** What a credential may do. The operator chooses them when the key is made. */
export const scopes = ['reports:write', 'cases:write', 'read', 'webhooks:manage'] as const;
export type Scope = (typeof scopes)[number];

/** Who is asking. Built once by the credential guard, then passed by hand to everything that acts. */
export interface Actor {
  readonly organisationId: OrganisationId;
  readonly keyId: KeyId;
  readonly scopes: ReadonlySet<Scope>;
  readonly requestId: string;
}
