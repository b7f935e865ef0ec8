export { CursorSeal } from './cursor-seal.js';
export { EventTypeName, eventTypeName, eventTypes, type EventDraft, type EventType } from './event.js';
export { brandKey, EventFilterInput, IndicatorTypeName, parseEventFilter, type EventFilter } from './event-filter.js';
export { FeedModule } from './feed.module.js';
export { Outbox } from './outbox.js';
export { ReadChanges, unreadableCursor } from './read-changes.js';
export { Sequencer, type SequencerEvents } from './sequencer.js';
