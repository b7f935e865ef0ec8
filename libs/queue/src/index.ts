export { defineQueue, type QueueDefinition } from './define-queue.js';
export { prepareQueueDatabase } from './prepare-queue-database.js';
export { Queues, type OnQueueError, type Sender, type Taker } from './queues.js';
