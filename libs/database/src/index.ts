export { ContextSeal } from './context-seal.js';
export { Db, type SystemTx, type Tx } from './db.js';
export { startEmbeddedPostgres, type EmbeddedPostgres } from './embedded-postgres.js';
export { prepareRuntimeRoles, runtimeUrl, type RuntimeRole } from './runtime-roles.js';
export { Listener } from './listener.js';
export { conflict, once } from './once.js';
export { createSource, migrate } from './source.js';
