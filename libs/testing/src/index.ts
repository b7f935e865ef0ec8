export { aDatabase, type TestDatabase } from './a-database.js';
export { aRedis, describeWithRedis, type TestRedis } from './a-redis.js';
export { aGroup, anOrganisation } from './an-organisation.js';
