export { aDatabase, TEST_SECRET, type TestDatabase } from './a-database.js';
export { aRedis, describeWithRedis, type TestRedis } from './a-redis.js';
export { aGroup, anOrganisation } from './an-organisation.js';
export { aReceiver, type Answer, type ReceivedRequest, type TestReceiver } from './a-receiver.js';
export { anAudience, sequenceAll, someEvents, type TestEvent, type WrittenEvent } from './some-events.js';
