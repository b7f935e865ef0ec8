import { Global, Module, type DynamicModule } from '@nestjs/common';
import { Secret, type Config } from '#config';
import { Db } from '#database';
import type { Log } from '#observability';

/** What the process was started with, for everything that asks for it. */
export interface Runtime {
  readonly config: Config;
  readonly secret: Secret;
  readonly db: Db;
  readonly log: Log;
}

@Global()
@Module({})
export class RuntimeModule {
  static of({ config, secret, db }: Runtime): DynamicModule {
    return {
      module: RuntimeModule,
      providers: [
        { provide: 'Config', useValue: config },
        { provide: Secret, useValue: secret },
        { provide: Db, useValue: db },
      ],
      exports: ['Config', Secret, Db],
    };
  }
}
