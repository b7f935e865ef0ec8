import { Module } from '@nestjs/common';
import { Secret } from '#config';
import { CursorSeal } from './cursor-seal.js';
import { EndedReports } from './ended-reports.js';
import { FeedResolver } from './feed.resolver.js';
import { Outbox } from './outbox.js';
import { ReadChanges } from './read-changes.js';

@Module({
  providers: [
    { provide: CursorSeal, useFactory: (secret: Secret) => new CursorSeal(secret.key('cursor')), inject: [Secret] },
    EndedReports,
    FeedResolver,
    Outbox,
    ReadChanges,
  ],
  exports: [CursorSeal, Outbox],
})
export class FeedModule {}
