/** Raw text → type, canonical value, attributes and aggregation keys. Pure. */
export { canonicalise, canonVersion } from './canonicalise.js';
export { MAX_TEXT_LENGTH } from './clean-text.js';
export {
  indicatorTypes,
  type CanonicalIndicator,
  type CanonicalResult,
  type IndicatorType,
  type RawIndicator,
  type Unrecognised,
} from './indicator.js';
export { indicatorId } from './indicator-id.js';
