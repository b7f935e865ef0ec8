import { cleanText } from './clean-text.js';
import { detectType } from './detect.js';
import { canonicaliseDomain } from './domain.js';
import { canonicaliseEmail } from './email.js';
import { reject, type CanonicalResult, type IndicatorType, type RawIndicator } from './indicator.js';
import { canonicaliseIp } from './ip.js';
import { canonicalisePhone } from './phone.js';
import { canonicaliseUrl } from './url.js';
import { canonicaliseBitcoin, canonicaliseEvm } from './wallet.js';

/** Raised when the same text may give another canonical value than before, as stored values must then be redone. */
export const canonVersion = 1;

const canonicalisers: Record<IndicatorType, (text: string, region: string | undefined) => CanonicalResult> = {
  PHONE: canonicalisePhone,
  URL: canonicaliseUrl,
  DOMAIN: canonicaliseDomain,
  EMAIL: canonicaliseEmail,
  IPV4: (text) => canonicaliseIp(text, 'IPV4'),
  IPV6: (text) => canonicaliseIp(text, 'IPV6'),
  BITCOIN: canonicaliseBitcoin,
  EVM: canonicaliseEvm,
};

/** Finds the one canonical form of what somebody wrote. A text that could be several things is rejected, not guessed. */
export function canonicalise({ text, type, region }: RawIndicator): CanonicalResult {
  const cleaned = cleanText(text);
  if ('rule' in cleaned) return reject(cleaned.rule);
  const recognised = type ?? detectType(cleaned.text);
  return recognised === undefined ? reject('type.unclear') : canonicalisers[recognised](cleaned.text, region);
}
