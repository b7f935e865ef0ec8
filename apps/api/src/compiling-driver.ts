import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Injectable } from '@nestjs/common';
import type { GraphQLSchema } from 'graphql';
import { compiledExecutor } from './compiled-executor.js';

/** Nest's Apollo driver with {@link compiledExecutor}: the gateway is the one place where Apollo takes an executor. */
@Injectable()
export class CompilingApolloDriver extends ApolloDriver {
  override async registerFastify(options: ApolloDriverConfig): Promise<void> {
    const { schema, ...rest } = options; // the gateway supplies it: Apollo takes one, not both
    if (!schema) throw new Error('the schema must be built before the driver starts');
    const gateway = {
      onSchemaLoadOrUpdate(loaded: (context: { apiSchema: GraphQLSchema; coreSupergraphSdl: string }) => void) {
        loaded({ apiSchema: schema, coreSupergraphSdl: '' });
        return () => undefined;
      },
      load: () => Promise.resolve({ executor: compiledExecutor(schema) }),
      stop: () => Promise.resolve(),
    };
    await super.registerFastify({ ...rest, gateway } as ApolloDriverConfig);
  }
}
