export { ContextSeal } from './context-seal.js';
export { Db, type SystemTx, type Tx } from './db.js';
export { startEmbeddedPostgres, type EmbeddedPostgres } from './embedded-postgres.js';
export { prepareRuntimeRoles, runtimeUrl, type RuntimeRole } from './runtime-roles.js';
export { createSource, migrate } from './source.js';
