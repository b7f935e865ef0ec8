import { Resolver } from 'node:dns/promises';
import { isIP, isIPv4 } from 'node:net';
import { buildConnector } from 'undici';
import { bareHost, isLoopbackAddress, isPublicAddress, type TargetPolicy } from './target-url.js';

/** A connection was refused before dialling, because it would have left the open internet. Names no address. */
export class BlockedAddressError extends Error {
  readonly code = 'ERR_BLOCKED_ADDRESS';

  constructor() {
    super('The host has an address that is not public.');
  }
}

/** A name has no address; `ours` when no name server could be reached at all, which says nothing about the name. */
export class UnresolvedNameError extends Error {
  readonly code: string;

  constructor(ours: boolean) {
    super(ours ? 'No name server can be reached.' : 'The host has no address.');
    this.code = ours ? 'ERR_NAME_SERVERS' : 'ERR_UNRESOLVED_NAME';
  }
}

/** Every address of a name, both families. */
export type Resolve = (name: string) => Promise<readonly string[]>;

// DNS only: the system's own look-up also reads the hosts file, appends search domains, takes 0x7f.1 for an address,
// and shares four threads with the rest of the process, which a few names with slow servers would block.
const resolver = new Resolver({ timeout: 2_000, tries: 2 });

/** Asks DNS for A and AAAA records. */
export async function resolveByDns(name: string, dns: Resolver = resolver): Promise<readonly string[]> {
  const answers = await Promise.allSettled([dns.resolve4(name), dns.resolve6(name)]);
  const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  if (addresses.length > 0) return addresses;
  throw new UnresolvedNameError(answers.every(isUnreachable));
}

/**
 * The only way out for webhooks: an undici connector that resolves the host, refuses it if any of its addresses is not
 * public, and dials an address it has vetted, so that a second look-up cannot give another answer. Certificate and SNI
 * stay the name's. A connect function, because a `lookup` option is never asked about IP literals.
 */
export function guardedConnector(
  policy: TargetPolicy,
  resolve: Resolve = resolveByDns,
  dial: buildConnector.connector = buildConnector({ timeout: 5_000, allowH2: false }),
): buildConnector.connector {
  return (options, callback) => {
    const host = bareHost(options.hostname);
    const servername = options.servername ?? (isIP(host) === 0 ? host : undefined);
    const named = { ...options, ...(servername !== undefined && { servername }) };

    const dialInTurn = ([address, ...others]: readonly string[]): void => {
      if (address === undefined) {
        callback(new UnresolvedNameError(false), null);
        return;
      }
      dial({ ...named, hostname: address }, (...result) => {
        if (result[0] !== null && others.length > 0) dialInTurn(others);
        else callback(...result);
      });
    };
    vettedAddresses(host, policy, resolve).then(dialInTurn, (error: unknown) => callback(error as Error, null));
  };
}

/** At most two addresses to try: a name's first IPv4 and first IPv6. A long list must not make us a port scanner. */
async function vettedAddresses(host: string, policy: TargetPolicy, resolve: Resolve): Promise<readonly string[]> {
  if (policy.allowLoopbackHttp) {
    if (host === 'localhost') return ['127.0.0.1', '::1'];
    if (isLoopbackAddress(host)) return [host];
  }
  const addresses = isIP(host) === 0 ? await resolve(host) : [host];
  // One bad address spoils the answer: whoever mixes public and private ones is trying something.
  if (!addresses.every(isPublicAddress)) throw new BlockedAddressError();
  const ofEachFamily = [addresses.find((address) => isIPv4(address)), addresses.find((address) => !isIPv4(address))];
  return ofEachFamily.filter((address) => address !== undefined);
}

function isUnreachable(answer: PromiseSettledResult<unknown>): boolean {
  return answer.status === 'rejected' && (answer.reason as { code?: unknown }).code === 'ECONNREFUSED';
}
