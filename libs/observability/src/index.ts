export { createLog, type Log, type LogFields } from './log.js';
