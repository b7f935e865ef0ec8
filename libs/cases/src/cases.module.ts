import { Module } from '@nestjs/common';
import { Audiences } from '#access';
import { FeedModule } from '#feed';
import { CaseLinksRepository } from './case-links.repository.js';
import { CaseLinksResolver } from './case-links.resolver.js';
import { CasePages } from './case-pages.js';
import { CaseReadsRepository } from './case-reads.repository.js';
import { CasesRepository } from './cases.repository.js';
import { CasesResolver } from './cases.resolver.js';
import { LinkCases } from './link-cases.js';
import { LinkedCases } from './linked-cases.js';
import { ListCases } from './list-cases.js';
import { PublishCases } from './publish-cases.js';
import { WithdrawCases } from './withdraw-cases.js';

/** Cases, what they look for, and the ties between them. */
@Module({
  imports: [FeedModule],
  providers: [
    Audiences,
    CaseLinksRepository,
    CaseLinksResolver,
    CasePages,
    CaseReadsRepository,
    CasesRepository,
    CasesResolver,
    LinkCases,
    LinkedCases,
    ListCases,
    PublishCases,
    WithdrawCases,
  ],
})
export class CasesModule {}
