import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import type { Partner } from './partner.js';

/** One webhook as it arrived. */
export interface Delivery {
  readonly id: string;
  readonly at: number;
  readonly verified: boolean;
  readonly type: string;
  readonly subjectId: string;
}

interface Body {
  readonly type: string;
  readonly data: { readonly id?: string };
}

/** A partner's webhook receiver: verifies each request with the official package and remembers it. */
export class Inbox {
  readonly deliveries: Delivery[] = [];
  private secret = '';

  private constructor(
    readonly partner: Partner,
    private readonly server: Server,
  ) {}

  /** Listens, and registers itself as the partner's endpoint for everything it may see. */
  static async open(partner: Partner): Promise<Inbox> {
    const server = createServer();
    const inbox = new Inbox(partner, server);
    server.on('request', (request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        inbox.take(request.headers as Record<string, string>, Buffer.concat(parts).toString('utf8'));
        response.writeHead(204).end();
      });
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as AddressInfo;
    const { createWebhookEndpoint } = await partner.ask<{ createWebhookEndpoint: { secret?: string } }>(
      `mutation ($url: String!) { createWebhookEndpoint(input: { url: $url }) { ... on CreateWebhookEndpointPayload { secret } } }`,
      { url: `http://127.0.0.1:${port}/` },
    );
    if (createWebhookEndpoint.secret === undefined) throw new Error(`${partner.name}: no endpoint`);
    inbox.secret = createWebhookEndpoint.secret;
    return inbox;
  }

  /** Waits until the condition holds, or gives up. */
  async until(condition: (deliveries: readonly Delivery[]) => boolean, patienceMs = 20_000): Promise<boolean> {
    const end = Date.now() + patienceMs;
    while (Date.now() < end) {
      if (condition(this.deliveries)) return true;
      await sleep(10);
    }
    return false;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }

  private take(headers: Record<string, string>, body: string): void {
    const at = performance.now();
    this.partner.received.push(`${JSON.stringify(headers)}\n\n${body}`);
    const { type, data } = JSON.parse(body) as Body;
    this.deliveries.push({
      id: headers['webhook-id'] ?? '',
      at,
      verified: this.verifies(headers, body),
      type,
      subjectId: data.id ?? '',
    });
  }

  private verifies(headers: Record<string, string>, body: string): boolean {
    try {
      new Webhook(this.secret).verify(body, headers);
      return true;
    } catch {
      return false;
    }
  }
}
