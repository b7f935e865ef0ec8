import { readFileSync } from 'node:fs';
import { Webhook } from 'standardwebhooks';
import { sign } from './signature.js';
import { newSecret } from './webhook-secret.js';

interface Vector {
  readonly name: string;
  readonly secret: string;
  readonly id: string;
  readonly timestamp: number;
  readonly payload?: string;
  readonly payload_repeat?: { readonly char: string; readonly count: number };
  readonly signature: string;
}
const fixture = new URL('../fixtures/standard-webhooks-v1.json', import.meta.url);
const vectors = JSON.parse(readFileSync(fixture, 'utf8')) as readonly Vector[];

describe('sign', () => {
  it.each(vectors)('gives the published signature: $name', (vector) => {
    const { payload = '', payload_repeat: repeat } = vector;
    const body = repeat === undefined ? payload : repeat.char.repeat(repeat.count);
    expect(sign(vector.secret, vector.id, vector.timestamp, body)).toBe(vector.signature);
    expect(sign(vector.secret, vector.id, vector.timestamp, Buffer.from(body))).toBe(vector.signature);
  });

  it.each(['{"type":"report.published"}', '{"name":"Überweisung 電話"}', '{}'])(
    'is accepted by the official library: %s',
    (body) => {
      const secret = newSecret();
      const timestamp = Math.floor(Date.now() / 1000);
      const headers = (sent: string) => ({
        'webhook-id': 'msg_1',
        'webhook-timestamp': String(timestamp),
        'webhook-signature': sign(secret, 'msg_1', timestamp, sent),
      });
      expect(new Webhook(secret).verify(Buffer.from(body), headers(body))).toEqual(JSON.parse(body));
      expect(() => new Webhook(secret).verify(Buffer.from(body), headers(`${body} `))).toThrow('No matching signature');
      expect(() => new Webhook(newSecret()).verify(body, headers(body))).toThrow('No matching signature');
    },
  );

  it.each(['', 'whsec_', 'whsec_c2hvcnQ='])('refuses to sign with an empty or short secret: "%s"', (secret) => {
    expect(() => sign(secret, 'msg_1', 1, '{}')).toThrow('at least 24 bytes');
  });
});
