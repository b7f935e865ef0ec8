import { sha256 } from '@noble/hashes/sha2.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { bech32, bech32m, createBase58check } from '@scure/base';

import { accept, reject, type CanonicalResult } from './indicator.js';

const bitcoinUri = /^bitcoin:/i;
const segwitForm = /^bc1[02-9ac-hj-np-z]{8,87}$/i;
const base58Form = /^[13][1-9A-HJ-NP-Za-km-z]{24,34}$/;
const base58check = createBase58check(sha256);

/** A Bitcoin mainnet address: Base58Check as written (case matters), segwit in lower case. */
export function canonicaliseBitcoin(text: string): CanonicalResult {
  const address = withoutQuery(text.replace(bitcoinUri, ''));
  if (base58Form.test(address)) {
    return isBase58Address(address) ? accept('BITCOIN', address, [], bitcoinChain) : reject('wallet.checksum');
  }
  if (!segwitForm.test(address)) return reject('wallet.invalid');
  const lower = address.toLowerCase();
  if (address !== lower && address !== address.toUpperCase()) return reject('wallet.checksum');
  return isSegwitAddress(lower) ? accept('BITCOIN', lower, [], bitcoinChain) : reject('wallet.checksum');
}

const bitcoinChain = Object.freeze({ chain: 'bitcoin' });

function isBase58Address(address: string): boolean {
  try {
    const bytes = base58check.decode(address);
    return bytes.length === 21 && (bytes[0] === 0x00 || bytes[0] === 0x05);
  } catch {
    return false; // The decoder has no other way to say that the checksum is wrong.
  }
}

/** BIP-350: version 0 is Bech32 and 20 or 32 bytes long, later versions are Bech32m and 2 to 40. */
function isSegwitAddress(address: string): boolean {
  for (const coder of [bech32, bech32m]) {
    const decoded = coder.decodeUnsafe(address);
    if (decoded?.prefix !== 'bc') continue;
    const [version, ...words] = decoded.words;
    const program = coder.fromWordsUnsafe(words);
    if (version === undefined || version > 16 || !program) return false;
    if (version === 0) return coder === bech32 && (program.length === 20 || program.length === 32);
    return coder === bech32m && program.length >= 2 && program.length <= 40;
  }
  return false;
}

const evmForm = /^(?:ethereum:(?:pay-)?|eip155:(\d{1,20}):)?0x([0-9a-f]{40})(?:@(\d{1,20}))?$/i;
/** Where coins are sent to be lost: no one's address, and in countless transactions. */
const burned = new Set(['0'.repeat(40), 'dead'.padStart(40, '0'), `dead${'dead'.padStart(36, '0')}`]);

/** An address on Ethereum and its kin: one account on every chain, so the chain is only an attribute. */
export function canonicaliseEvm(text: string): CanonicalResult {
  const found = evmForm.exec(withoutQuery(text));
  const hex = found?.[2];
  if (hex === undefined) return reject('wallet.invalid');
  const lower = hex.toLowerCase();
  if (hex !== lower && hex !== hex.toUpperCase() && !hasChecksumCase(hex, lower)) return reject('wallet.checksum');
  if (burned.has(lower)) return reject('wallet.nobody');

  const chain = found?.[1] ?? found?.[3];
  return accept('EVM', `0x${lower}`, [], chain === undefined ? undefined : { chain: `eip155:${Number(chain)}` });
}

/** ERC-55: a letter is upper case exactly where the hash of the lower-case address has a nibble of 8 or more. */
function hasChecksumCase(hex: string, lower: string): boolean {
  const hash = Buffer.from(keccak_256(Buffer.from(lower, 'ascii'))).toString('hex');
  for (let i = 0; i < hex.length; i += 1) {
    const expected = hash.charCodeAt(i) >= 0x38 ? lower.charAt(i).toUpperCase() : lower.charAt(i);
    if (hex.charAt(i) !== expected) return false;
  }
  return true;
}

function withoutQuery(text: string): string {
  const query = text.indexOf('?');
  return query === -1 ? text : text.slice(0, query);
}
