import { Module } from '@nestjs/common';
import { Secret, type Config } from '#config';
import { Db } from '#database';
import { CursorSeal, FeedModule } from '#feed';
import { SealedSecrets } from './sealed-secrets.js';
import { WebhookEndpoints } from './webhook-endpoints.js';
import { WebhooksResolver } from './webhooks.resolver.js';

/** Webhook endpoints as their owners manage them. The delivery itself is the worker's. */
@Module({
  imports: [FeedModule],
  providers: [
    {
      provide: WebhookEndpoints,
      useFactory: (db: Db, seal: CursorSeal, secret: Secret, config: Config) => {
        const policy = { allowLoopbackHttp: config.loopbackReceivers };
        return new WebhookEndpoints(db, seal, new SealedSecrets(secret.key('webhook-secret')), policy);
      },
      inject: [Db, CursorSeal, Secret, 'Config'],
    },
    WebhooksResolver,
  ],
})
export class WebhooksModule {}
