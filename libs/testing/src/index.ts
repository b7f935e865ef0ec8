export { aDatabase, type TestDatabase } from './a-database.js';
export { aGroup, anOrganisation } from './an-organisation.js';
