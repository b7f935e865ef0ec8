export { audienceKey, AudienceInput, Audiences, parseAudience, type AudienceGrants } from './audience.js';
export { authorise, type Action } from './authorise.js';
export { ScamType, Tlp } from './vocabulary.js';
