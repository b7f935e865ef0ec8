import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/max';

import { accept, reject, type CanonicalResult, type Rule } from './indicator.js';
import { hasNumberingPlan, isNorthAmerican, readInternational, type PlannedNumber } from './numbering-plan.js';
import { readPhoneText, type WrittenPhone } from './phone-text.js';

/** What people dial for help; an exchange that could blocklist them would be a weapon. */
const serviceNumbers = new Set([
  ...['100', '101', '102', '103', '104', '105', '106', '107', '108', '110', '111', '112', '113', '114', '115', '116'],
  ...['117', '118', '119', '120', '121', '122', '123', '133', '144', '190', '191', '192', '193', '197', '198', '199'],
  ...['000', '061', '15', '17', '18', '211', '311', '411', '511', '611', '711', '811', '911', '933', '988', '991'],
  ...['995', '997', '998', '999', '1091', '1098', '1930', '155260', '116000', '116006', '116111', '116123', '159'],
]);
/** Public helplines with ordinary numbers: FTC, identity theft (US), 988 Lifeline, SSA fraud, Action Fraud (UK). */
const helplines = new Set(['+18773824357', '+18774384338', '+18002738255', '+18002690271', '+443001232040']);
const fiction = /^\+1\d{3}55501\d\d$/;
const indianTelemarketer = /^\+91140\d{7}$/;

interface Located {
  readonly e164: string;
  /** Nothing in the text said which country, so only a number that exists will do. */
  readonly mustBeValid?: boolean;
  readonly assumed?: boolean;
}

/** A phone number in E.164; the extension is not identity, nor is the country a shared numbering plan hides. */
export function canonicalisePhone(text: string, region?: string): CanonicalResult {
  const written = readPhoneText(text);
  if (typeof written === 'string') return reject(written);
  const located = locate(written, region?.toUpperCase());
  if (typeof located === 'string') return reject(located);

  const number = settle(located.e164);
  if (number?.possible !== true) return reject('phone.invalid');
  if (located.mustBeValid === true && !number.valid) return reject('phone.region-needed');
  if (helplines.has(number.e164)) return reject('phone.service-number');
  if (fiction.test(number.e164)) return reject('phone.fiction');
  return accept('PHONE', number.e164, keysOf(number), attributesOf(number, written, located));
}

/** Puts the country code in front, if text or region say which it is. */
function locate(written: WrittenPhone, region: string | undefined): Located | Rule {
  const { digits, international, northAmericanForm } = written;
  if (international) return { e164: `+${digits}` };
  if (serviceNumbers.has(digits)) return 'phone.service-number';
  if (region !== undefined) return locateIn(region, digits);

  if (/^00[1-9]\d{6}/.test(digits)) return { e164: `+${digits.slice(2)}`, mustBeValid: true };
  // Ten digits at least: 011 is also Delhi's area code, with eight digits after it.
  if (/^011[1-9]\d{9}/.test(digits)) return { e164: `+${digits.slice(3)}`, mustBeValid: true };
  if (northAmericanForm) return { e164: `+1${digits.slice(-10)}`, mustBeValid: true, assumed: true };
  return 'phone.region-needed';
}

function locateIn(region: string, digits: string): Located | Rule {
  if (!hasNumberingPlan(region)) return 'phone.region';
  // What the library does with a complete North American number, without its cost.
  if (isNorthAmerican(region) && /^1?[2-9]\d{9}$/.test(digits)) return { e164: `+1${digits.slice(-10)}` };
  const number = parsePhoneNumberFromString(digits, { defaultCountry: region as CountryCode, extract: false });
  if (number?.isPossible() === true) return { e164: number.number };
  return /^00[1-9]\d{6}/.test(digits) ? { e164: `+${digits.slice(2)}` } : 'phone.invalid';
}

/** Rewrites the number until it stays the same, so that a canonical value is its own canonical value. */
function settle(e164: string): PlannedNumber | undefined {
  let current = e164;
  for (let round = 0; round < 4; round += 1) {
    const quick = readInternational(current);
    if (quick !== undefined) return quick;
    const parsed = parsePhoneNumberFromString(current, { extract: false });
    if (parsed === undefined) return undefined;
    if (parsed.number === current) {
      const { countryCallingCode: callingCode } = parsed;
      const type = parsed.getType();
      return { e164: current, callingCode, possible: parsed.isPossible(), valid: parsed.isValid(), type };
    }
    current = parsed.number;
  }
  return undefined;
}

function keysOf({ e164, callingCode }: PlannedNumber): string[] {
  const country = `country:${callingCode}`;
  return callingCode === '1' ? [country, `block:${e164.slice(0, 8)}`] : [country];
}

function attributesOf(number: PlannedNumber, { extension }: WrittenPhone, { assumed }: Located) {
  const attributes: Record<string, string> = {};
  if (number.type !== undefined) attributes.numberType = number.type;
  if (!number.valid) attributes.validity = 'UNVERIFIED';
  if (extension !== undefined) attributes.extension = extension;
  if (assumed === true) attributes.assumed = 'NORTH_AMERICA';
  if (indianTelemarketer.test(number.e164)) attributes.series = 'TELEMARKETER';
  return attributes;
}
