export { KeyRing } from './key-ring.js';
export { Operator, type Membership } from './operator.js';
export {
  NotFoundError,
  type AuditRecord,
  type GroupRecord,
  type KeyRecord,
  type Named,
  type NewKey,
  type OrganisationRecord,
} from './operator-records.js';
export { OrganisationsModule } from './organisations.module.js';
export { Organisation, OrganisationKind, SharingGroup } from './organisations.types.js';
