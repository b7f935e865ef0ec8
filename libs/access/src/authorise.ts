import { Denied, type Actor, type Scope } from '#kernel';

/** Every action there is, and the scope it needs. Unknown means no: an action that is not here does not compile. */
const rules = {
  read: 'read',
  'report:publish': 'reports:write',
  'report:withdraw': 'reports:write',
  'case:publish': 'cases:write',
  'case:withdraw': 'cases:write',
  'case:link': 'cases:write',
  'webhook:manage': 'webhooks:manage',
} as const satisfies Record<string, Scope>;

export type Action = keyof typeof rules;

/** Throws {@link Denied} unless the credential carries the scope that the action needs. */
export function authorise(actor: Actor, action: Action): void {
  const scope = rules[action];
  if (!actor.scopes.has(scope)) throw new Denied('FORBIDDEN', 'scope.missing', `This key lacks the scope ${scope}.`);
}
