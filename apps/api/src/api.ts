import 'reflect-metadata';
import { ApolloServerPluginCacheControlDisabled } from '@apollo/server/plugin/disabled';
import type { ApolloDriverConfig } from '@nestjs/apollo';
import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { GraphQLModule } from '@nestjs/graphql';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { CasesModule } from '#cases';
import type { RequestContext } from '#graphql';
import { IndicatorsModule } from '#indicators';
import { Denied } from '#kernel';
import { KeyRing, OrganisationsModule } from '#organisations';
import { WebhooksModule } from '#webhooks';
import { CompilingApolloDriver } from './compiling-driver.js';
import { formatError } from './graphql-errors.js';
import { serveGraphqlPage } from './graphql-page.js';
import { HealthController } from './health.controller.js';
import { guardDoor, requestId } from './http-door.js';
import { HttpErrorFilter } from './http-error.filter.js';
import { RuntimeModule, type Runtime } from './runtime.module.js';

/** 10,000 reports with every field at its longest are 127 MB. Only holders of a key get to send it. */
const BODY_LIMIT = 128 * 1024 * 1024;

@Module({})
class ApiModule {
  static of(runtime: Runtime): DynamicModule {
    return {
      module: ApiModule,
      imports: [
        RuntimeModule.of(runtime),
        OrganisationsModule,
        IndicatorsModule,
        CasesModule,
        WebhooksModule,
        GraphQLModule.forRoot<ApolloDriverConfig>({
          driver: CompilingApolloDriver,
          autoSchemaFile: true,
          sortSchema: true,
          graphiql: false,
          introspection: true, // strangers never get this far
          includeStacktraceInErrorResponses: false,
          csrfPrevention: true,
          plugins: [ApolloServerPluginCacheControlDisabled()],
          formatError: formatError(runtime.log),
          context: ({ actor }: FastifyRequest): RequestContext => {
            if (!actor) throw new Denied('UNAUTHENTICATED', 'key.missing', 'Send an API key.');
            return { actor };
          },
        }),
      ],
      controllers: [HealthController],
    };
  }
}

/** The API, ready to listen. */
export async function createApi(runtime: Runtime): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({ bodyLimit: BODY_LIMIT, genReqId: requestId, forceCloseConnections: 'idle' });
  const app = await NestFactory.create<NestFastifyApplication>(ApiModule.of(runtime), adapter, {
    logger: ['error', 'warn'],
    abortOnError: false,
  });
  const fastify = adapter.getInstance();
  guardDoor(fastify, () => app.get(KeyRing, { strict: false }), runtime.log);
  serveGraphqlPage(fastify);
  app.useGlobalFilters(new HttpErrorFilter(runtime.log));
  await app.init();
  return app;
}
