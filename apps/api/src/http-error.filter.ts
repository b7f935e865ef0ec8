import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Log } from '#observability';
import { refusal } from './http-door.js';

const known: Readonly<Record<number, readonly [message: string, rule: string]>> = {
  400: ['The body is not valid JSON.', 'json.malformed'],
  404: ['There is nothing here. GraphQL is at /graphql.', 'http.path'],
  413: ['The body is too large.', 'body.size'],
  415: ['Send application/json.', 'body.type'],
};

/** Answers for what goes wrong before or beside GraphQL, in the shape of GraphQL's own errors. */
@Catch()
export class HttpErrorFilter implements ExceptionFilter {
  constructor(private readonly log: Log) {}

  catch(error: unknown, host: ArgumentsHost): void {
    if (host.getType<string>() !== 'http') throw error; // GraphQL has its own
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const status = error instanceof HttpException ? error.getStatus() : statusOf(error);
    if (status >= 500) {
      this.log.error('request.failed', error, { requestId: request.id });
      void reply
        .code(status)
        .send(refusal('Something went wrong on our side.', 'INTERNAL_SERVER_ERROR', 'server.error'));
      return;
    }
    const [message, rule] = known[status] ?? ['The request cannot be understood.', 'http.request'];
    void reply.code(status).send(refusal(message, 'BAD_REQUEST', rule));
  }
}

/** Fastify's own errors carry their status. */
function statusOf(error: unknown): number {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' ? status : 500;
}
