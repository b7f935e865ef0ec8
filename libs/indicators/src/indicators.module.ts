import { Module } from '@nestjs/common';
import { Audiences } from '#access';
import { FeedModule } from '#feed';
import { IndicatorsRepository } from './indicators.repository.js';
import { IndicatorsResolver } from './indicators.resolver.js';
import { ListIndicators } from './list-indicators.js';
import { LookUpIndicators } from './look-up-indicators.js';
import { PublishReports } from './publish-reports.js';
import { ReportsRepository } from './reports.repository.js';
import { WithdrawReports } from './withdraw-reports.js';

@Module({
  imports: [FeedModule],
  providers: [
    Audiences,
    IndicatorsRepository,
    IndicatorsResolver,
    ListIndicators,
    LookUpIndicators,
    PublishReports,
    ReportsRepository,
    WithdrawReports,
  ],
})
export class IndicatorsModule {}
