import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { Agent } from 'undici';
import { serveParent } from './processes.js';

/** The same bytes to each URL in turn, until so many requests have been made. */
export interface SendingQuestion {
  readonly urls: readonly string[];
  readonly requests: number;
  readonly inFlight: number;
  readonly body: string;
}

const key = randomBytes(32);

/** The least that a webhook can cost: sign by Standard Webhooks, POST, read the answer. Nothing is read or recorded. */
serveParent(undefined, async ({ urls, requests, inFlight, body: text }: SendingQuestion) => {
  const agent = new Agent({ connections: inFlight });
  const body = Buffer.from(text);
  const targets = urls.map((url) => new URL(url));
  let next = 0;
  const lane = async () => {
    while (next < requests) {
      const url = targets[next++ % targets.length];
      if (!url) return;
      const id = randomUUID();
      const timestamp = Math.floor(Date.now() / 1_000);
      const signature = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64');
      const response = await agent.request({
        origin: url.origin,
        path: url.pathname,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'webhook-id': id,
          'webhook-timestamp': `${timestamp}`,
          'webhook-signature': `v1,${signature}`,
        },
        body,
      });
      await response.body.dump();
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  await agent.close();
  return requests;
});
