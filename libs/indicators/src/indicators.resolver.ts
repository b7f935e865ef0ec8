import { Args, ID, Info, Mutation, Query, Resolver } from '@nestjs/graphql';
import type { GraphQLResolveInfo } from 'graphql';
import type { IndicatorType } from '#canonical';
import { conflict } from '#database';
import { IndicatorTypeName } from '#feed';
import { CurrentActor, IdempotencyConflict, InputRejected, isSelected, NotFound, PageArgs, type Page } from '#graphql';
import { Rejected, type Actor } from '#kernel';
import {
  Indicator,
  IndicatorConnection,
  LookUpRow,
  PublishReportsResult,
  ReportConnection,
  WithdrawReportsResult,
  type Report,
} from './indicators.types.js';
import { ListIndicators } from './list-indicators.js';
import { LookUpIndicators } from './look-up-indicators.js';
import { PublishReports } from './publish-reports.js';
import { ReportFilterInput } from './report-filter.js';
import { PublishReportsInput, WithdrawReportsInput } from './report-input.types.js';
import { noSuchBatch, WithdrawReports } from './withdraw-reports.js';

const filterArgument = { type: () => ReportFilterInput, nullable: true, description: 'Which ones.' };

@Resolver()
export class IndicatorsResolver {
  constructor(
    private readonly publish: PublishReports,
    private readonly withdraw: WithdrawReports,
    private readonly lookUp: LookUpIndicators,
    private readonly lists: ListIndicators,
  ) {}

  @Mutation(() => PublishReportsResult, {
    description: 'Publishes up to 10,000 reports, answered row by row: one bad row never spoils the others.',
  })
  async publishReports(
    @CurrentActor() actor: Actor,
    @Args('input', { description: 'The batch.' }) input: PublishReportsInput,
  ): Promise<typeof PublishReportsResult> {
    const publication = await this.publish.run(actor, input);
    if (publication === conflict) return new IdempotencyConflict();
    if (publication instanceof Rejected) return new InputRejected(publication.fault);
    const count = (status: string) => publication.rows.filter((row) => row.status === status).length;
    return {
      batchId: publication.batchId,
      accepted: count('ACCEPTED'),
      unchanged: count('UNCHANGED'),
      rejected: count('REJECTED'),
      rows: [...publication.rows],
    };
  }

  @Mutation(() => WithdrawReportsResult, {
    description: 'Takes reports back, row by row, and tells everybody who had them.',
  })
  async withdrawReports(
    @CurrentActor() actor: Actor,
    @Args('input', { description: 'Which, and why.' }) input: WithdrawReportsInput,
  ): Promise<typeof WithdrawReportsResult> {
    const rows = await this.withdraw.run(actor, input);
    if (rows instanceof Rejected) return new InputRejected(rows.fault);
    if (rows === noSuchBatch) return new NotFound();
    const gone = rows.filter(({ status }) => status === 'WITHDRAWN' || status === 'ERASED');
    return { withdrawn: new Set(gone.map(({ reportId }) => reportId)).size, rows };
  }

  @Query(() => [LookUpRow], {
    description: 'Looks up to 1,000 texts up, as really written, and answers each in the order asked.',
  })
  lookUpIndicators(
    @CurrentActor() actor: Actor,
    @Info() info: GraphQLResolveInfo,
    @Args('texts', { type: () => [String], description: '1 to 1,000 texts, defanged or not.' }) texts: string[],
    @Args('type', {
      type: () => IndicatorTypeName,
      nullable: true,
      description: 'The type of all of them; left out, each is recognised.',
    })
    type?: IndicatorType | null,
    @Args('region', {
      type: () => String,
      nullable: true,
      description: 'Country of numbers in their national form: ISO 3166 alpha-2.',
    })
    region?: string | null,
  ): Promise<LookUpRow[]> {
    return this.lookUp.run(actor, texts, type, region, isSelected(info, ['indicator', 'reports']));
  }

  @Query(() => Indicator, { nullable: true, description: 'One indicator; null when you may see no report about it.' })
  indicator(
    @CurrentActor() actor: Actor,
    @Args('id', { type: () => ID, description: 'Its id.' }) id: string,
  ): Promise<Indicator | null> {
    return this.lookUp.byId(actor, id);
  }

  @Query(() => IndicatorConnection, {
    description: 'Indicators about which you may see a report, the most recently reported first.',
  })
  indicators(
    @CurrentActor() actor: Actor,
    @Info() info: GraphQLResolveInfo,
    @Args() page: PageArgs,
    @Args('filter', filterArgument) filter?: ReportFilterInput | null,
  ): Promise<Page<Indicator>> {
    return this.lists.list(actor, page, filter, isSelected(info, ['edges', 'node', 'reports']));
  }

  @Query(() => ReportConnection, { description: 'Reports that you may see, newest first.' })
  reports(
    @CurrentActor() actor: Actor,
    @Args() page: PageArgs,
    @Args('filter', filterArgument) filter?: ReportFilterInput | null,
  ): Promise<Page<Report>> {
    return this.lists.reports(actor, page, filter);
  }
}
