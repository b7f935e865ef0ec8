import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Denied, newId, type Actor } from '#kernel';
import type { Log } from '#observability';
import type { KeyRing } from '#organisations';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is asking; set on GraphQL requests only. */
    actor?: Actor;
  }
}

/** GraphQL's error shape, also for what never reaches GraphQL. */
export const refusal = (message: string, code: string, rule: string) => ({
  errors: [{ message, extensions: { code, rule } }],
});

const isGraphql = ({ url }: FastifyRequest): boolean =>
  url === '/graphql' || url.startsWith('/graphql?') || url.startsWith('/graphql/');

/**
 * What stands before GraphQL: who is asking is settled before a byte of the body is read, so strangers cannot make us
 * read one. POST only: with GET, values would land in proxies' logs.
 */
export function guardDoor(fastify: FastifyInstance, keys: () => KeyRing, log: Log): void {
  fastify.decorateRequest('actor', undefined);

  fastify.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id).header('x-content-type-options', 'nosniff');
    if (!isGraphql(request)) return undefined;
    reply.header('cache-control', 'no-store');
    if (request.method !== 'POST') {
      return reply
        .code(405)
        .header('allow', 'POST')
        .send(refusal('GraphQL is answered over POST only.', 'BAD_REQUEST', 'http.method'));
    }
    try {
      request.actor = await keys().actorFor(request.headers.authorization, request.id);
    } catch (error) {
      if (!(error instanceof Denied)) throw error;
      log.info('request.denied', { requestId: request.id, rule: error.rule });
      if (error.code === 'UNAUTHENTICATED') reply.header('www-authenticate', 'Bearer');
      return reply
        .code(error.code === 'UNAUTHENTICATED' ? 401 : 403)
        .send(refusal(error.message, error.code, error.rule));
    }
    return undefined;
  });
}

/** Ids are ours: one that a caller chose could be used to confuse logs. */
export const requestId = (): string => newId();
