export { scopes, type Actor, type Scope } from './actor.js';
export { BadInput, Denied, Rejected, type Fault } from './errors.js';
export { isPlain } from './plain.js';
export { isUuid, newId, type GroupId, type KeyId, type OrganisationId } from './ids.js';
