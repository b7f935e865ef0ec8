import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { readConfig } from '#config';
import { createLog } from '#observability';
import { Operator } from '#organisations';
import type { TestDatabase } from '#testing';
import { createApi } from './api.js';

/** What HTTP answered. */
interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: {
    readonly data?: unknown;
    readonly errors?: readonly { message: string; extensions: Record<string, unknown> }[];
  };
}

/** The API of a test file, listening on loopback. */
export interface TestApi {
  readonly url: string;
  readonly operator: Operator;
  /** Lines the API logged. */
  readonly logged: string[];
  /** An organisation with a key of its own. */
  partner(name: string): Promise<{ id: string; name: string; keyId: string; apiKey: string }>;
  /** Asks GraphQL with a key. */
  ask(apiKey: string, query: string, variables?: object): Promise<Reply>;
  /** Sends anything to /graphql. */
  send(init: RequestInit): Promise<Reply>;
}

/** A real API over a test database: real HTTP, real keys. For tests only. */
export function anApi(database: TestDatabase): TestApi {
  let app: NestFastifyApplication;
  const api = { url: '', logged: [] as string[] } as { url: string; logged: string[]; operator: Operator };
  beforeAll(async () => {
    const log = createLog('api', (line) => api.logged.push(line));
    const config = { ...readConfig({}), loopbackReceivers: true };
    app = await createApi({ config, secret: database.secret, db: await database.db('api'), log });
    await app.listen(0, '127.0.0.1');
    api.url = await app.getUrl();
    api.operator = await Operator.connect(database.url, 'tests');
  });
  afterAll(async () => {
    await app.close();
    await api.operator.close();
  });

  const send = async (init: RequestInit): Promise<Reply> => {
    const response = await fetch(`${api.url}/graphql`, { method: 'POST', ...init });
    return { status: response.status, headers: response.headers, body: (await response.json()) as Reply['body'] };
  };
  return Object.assign(api, {
    send,
    ask: (apiKey: string, query: string, variables: object = {}) =>
      send({
        headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
        body: JSON.stringify({ query, variables }),
      }),
    partner: async (name: string) => {
      const { id } = await api.operator.addOrganisation({ name, kind: 'COMPANY' });
      const { id: keyId, key } = await api.operator.addKey(id, { name: 'test' });
      return { id, name, keyId, apiKey: key };
    },
  });
}
