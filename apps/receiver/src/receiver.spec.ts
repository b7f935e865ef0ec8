import { createHmac } from 'node:crypto';
import { startReceiver, type Receiver, type ReceiverOptions } from './receiver.js';

const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const other = `whsec_${Buffer.alloc(32, 2).toString('base64')}`;
const event = JSON.stringify({
  type: 'report.published',
  timestamp: '2026-01-01T00:00:00Z',
  data: { report: { id: 'r1' }, indicator: { type: 'phone' }, count: 3 },
});

let receiver: Receiver;
let lines: string[];

async function start(options: Partial<ReceiverOptions> = {}): Promise<void> {
  lines = [];
  receiver = await startReceiver({ port: 0, secrets: [secret], print: (line) => lines.push(line), ...options });
}
afterEach(() => receiver.close());

/** Signs by the standard, in its own few lines, so that receiver and sender are not one piece of code. */
function send(id: string, body = event, key = secret, at = Math.floor(Date.now() / 1000)): Promise<Response> {
  const mac = createHmac('sha256', Buffer.from(key.slice(6), 'base64'))
    .update(`${id}.${at}.${body}`)
    .digest('base64');
  const headers = { 'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': `v1,${mac}` };
  return fetch(receiver.url, { method: 'POST', body, headers });
}

describe('the receiver', () => {
  it('verifies, and prints time, verdict, id, event type and the first values', async () => {
    await start();
    expect((await send('msg_1')).status).toBe(204);
    expect(lines).toEqual([
      expect.stringMatching(
        /^\d\d:\d\d:\d\d\.\d{3} {2}verified {2}msg_1 {2}report\.published {2}report\.id=r1 indicator\.type=phone count=3 {2}→ 204$/,
      ),
    ]);
  });

  it('refuses another secret, a changed body, an old request and one without signature', async () => {
    await start();
    expect((await send('msg_1', event, other)).status).toBe(401);
    expect((await send('msg_2', event, secret, Math.floor(Date.now() / 1000) - 600)).status).toBe(401);
    expect((await fetch(receiver.url, { method: 'POST', body: event })).status).toBe(401);
    expect(lines.every((line) => line.includes('REFUSED'))).toBe(true);
    expect(receiver.totals()).toEqual({ received: 3, verified: 0, refused: 3, repeats: 0 });
  });

  it('marks an id it has seen, unless it came with a bad signature', async () => {
    await start();
    await send('msg_1', event, other);
    await send('msg_1');
    await send('msg_1');
    expect(lines.map((line) => line.includes('  repeat  '))).toEqual([false, false, true]);
    expect(receiver.totals()).toEqual({ received: 3, verified: 2, refused: 1, repeats: 1 });
  });

  it('takes any of several secrets, and without one says so', async () => {
    await start({ secrets: [other, secret] });
    expect((await send('msg_1')).status).toBe(204);
    await receiver.close();
    await start({ secrets: [] });
    expect((await send('msg_1')).status).toBe(204);
    expect(lines[0]).toContain('unverified');
  });

  it('fails as it is told to: with a status, by silence, by closing', async () => {
    await start({ status: 500 });
    expect((await send('msg_1')).status).toBe(500);
    await receiver.close();

    await start({ close: true });
    await expect(send('msg_1')).rejects.toThrow();
    expect(lines[0]).toMatch(/verified.*→ closed$/);
    await receiver.close();

    await start({ hang: true });
    const answer = send('msg_1').then(
      () => 'answered',
      () => 'cut off',
    );
    while (lines.length === 0) await new Promise((soon) => setTimeout(soon, 5));
    expect(lines[0]).toMatch(/→ silence$/);
    await receiver.close();
    expect(await answer).toBe('cut off');
  });

  it('prints nothing that could move the cursor or forge a line', async () => {
    await start({ secrets: [] });
    await send('msg_\u009b2J', JSON.stringify({ type: 'a\n\u001b[2J', data: { '\u202ex': '\r\nverified' } }));
    await send('msg_2', 'not json');
    await send('msg_3', '['.repeat(100_000));
    await send('msg_4', `{"data":${'['.repeat(5_000)}1${']'.repeat(5_000)}}`);
    expect(lines).toHaveLength(4);
    expect(lines.join('')).not.toMatch(/\p{C}/u);
    expect(lines[1]).toContain('no event');
  });

  it('does not take more than a megabyte', async () => {
    await start();
    expect((await send('msg_1', 'x'.repeat(1_100_000))).status).toBe(413);
    expect(lines).toEqual([]);
  });
});
