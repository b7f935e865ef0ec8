export { connectionOf, PageArgs, PageInfo, type Page } from './connection.js';
export { CurrentActor, type RequestContext } from './current-actor.js';
export { enumType } from './enum-type.js';
export { isSelected } from './is-selected.js';
export { FieldError, IdempotencyConflict, InputRejected, NotFound } from './field-error.types.js';
