import { authorise } from '#access';
import type { Db, Tx } from '#database';
import { parseEventFilter, type CursorSeal, type EventFilterInput } from '#feed';
import type { Page, PageArgs } from '#graphql';
import { BadInput, isUuid, newId, Rejected, type Actor } from '#kernel';
import { EndpointsRepository, type AttemptRow, type EndpointRow } from './endpoints.repository.js';
import type { SealedSecrets } from './sealed-secrets.js';
import type { TargetPolicy } from './target-url.js';
import { parseDescription, parseEndpoint, parseEndpointUrl, type EndpointDraft } from './webhook-endpoint.js';
import { newSecret } from './webhook-secret.js';

const MAX_ENDPOINTS = 50;
const MAX_PAGE = 500;

/** A new endpoint, and the one time that its secret is told. */
export interface CreatedEndpoint {
  readonly endpoint: EndpointRow;
  readonly secret: string;
}

/** What is to change; what is left out stays. */
export interface EndpointChanges {
  readonly url?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly filter?: EventFilterInput | null | undefined;
}

/** What an organisation does with its webhook endpoints. Somebody else's is as absent as none: undefined. */
export class WebhookEndpoints {
  private readonly endpoints = new EndpointsRepository();

  constructor(
    private readonly db: Db,
    private readonly seal: CursorSeal,
    private readonly secrets: SealedSecrets,
    private readonly policy: TargetPolicy,
  ) {}

  /** It starts at the feed's head: what was published before is there to be read with `changes`. */
  async create(actor: Actor, draft: EndpointDraft): Promise<CreatedEndpoint | Rejected> {
    authorise(actor, 'webhook:manage');
    const settings = parseEndpoint(draft, this.policy);
    if (settings instanceof Rejected) return settings;

    const [id, secret] = [newId(), newSecret()];
    const endpoint = await this.db.as(actor, async (tx) => {
      const sealed = this.secrets.seal(id, secret);
      if (!(await this.endpoints.add(tx, id, settings, sealed, MAX_ENDPOINTS))) return undefined;
      return this.endpoints.byId(tx, id);
    });
    if (endpoint) return { endpoint, secret };
    return Rejected.because('url', 'endpoints.too-many', `At most ${MAX_ENDPOINTS} endpoints. Delete one first.`);
  }

  async update(actor: Actor, id: string, changes: EndpointChanges): Promise<EndpointRow | Rejected | undefined> {
    authorise(actor, 'webhook:manage');
    const url = changes.url == null ? undefined : parseEndpointUrl(changes.url, this.policy);
    if (url instanceof Rejected) return url;
    const description = changes.description === undefined ? undefined : parseDescription(changes.description);
    if (description instanceof Rejected) return description;
    const filter = changes.filter === undefined ? undefined : parseEventFilter(changes.filter);
    if (filter instanceof Rejected) return filter;

    return this.withOwn(actor, id, async (tx, now) => {
      await this.endpoints.change(tx, id, {
        url: url ?? now.url,
        description: description ?? now.description,
        filter: filter ?? now.filter,
      });
    });
  }

  /** Nothing more is sent; its place in the feed is kept. */
  disable(actor: Actor, id: string): Promise<EndpointRow | undefined> {
    return this.withOwn(actor, id, (tx) => this.endpoints.disable(tx, id));
  }

  /** RESUME goes on where it stopped, SKIP from now. Either way it gets a fresh chance. */
  enable(actor: Actor, id: string, from: 'RESUME' | 'SKIP'): Promise<EndpointRow | undefined> {
    return this.withOwn(actor, id, (tx) => this.endpoints.enable(tx, id, from === 'SKIP'));
  }

  async remove(actor: Actor, id: string): Promise<boolean> {
    authorise(actor, 'webhook:manage');
    return isUuid(id) && this.db.as(actor, (tx) => this.endpoints.remove(tx, id));
  }

  list(actor: Actor): Promise<EndpointRow[]> {
    authorise(actor, 'webhook:manage');
    return this.db.as(actor, (tx) => this.endpoints.all(tx));
  }

  async byId(actor: Actor, id: string): Promise<EndpointRow | undefined> {
    authorise(actor, 'webhook:manage');
    return isUuid(id) ? this.db.as(actor, (tx) => this.endpoints.byId(tx, id)) : undefined;
  }

  async attempts(actor: Actor, endpointId: string, { first, after }: PageArgs): Promise<Page<AttemptRow>> {
    authorise(actor, 'webhook:manage');
    if (first < 1 || first > MAX_PAGE) {
      throw new BadInput({ field: 'first', rule: 'page.size', message: `Must be 1 to ${MAX_PAGE}.` });
    }
    const list = `attempts|${endpointId}`;
    const before = after == null ? undefined : this.seal.openKey(actor, list, after);
    if (after != null && before === undefined) {
      const message = 'This cursor cannot be read here. Start again without it.';
      throw new BadInput({ field: 'after', rule: 'cursor.unreadable', message });
    }
    const rows = await this.db.as(actor, (tx) => this.endpoints.attempts(tx, endpointId, before, first + 1));
    const edges = rows.slice(0, first).map((node) => ({ node, cursor: this.seal.sealKey(actor, list, node.id) }));
    return { edges, pageInfo: { hasNextPage: rows.length > first, endCursor: edges.at(-1)?.cursor ?? null } };
  }

  /** Does it to an endpoint of the actor's own and answers with how it then stands. */
  private async withOwn(
    actor: Actor,
    id: string,
    work: (tx: Tx, now: EndpointRow) => Promise<unknown>,
  ): Promise<EndpointRow | undefined> {
    authorise(actor, 'webhook:manage');
    if (!isUuid(id)) return undefined;
    return this.db.as(actor, async (tx) => {
      await this.endpoints.hold(tx, actor, id);
      const now = await this.endpoints.byId(tx, id);
      if (!now) return undefined;
      await work(tx, now);
      return this.endpoints.byId(tx, id);
    });
  }
}
