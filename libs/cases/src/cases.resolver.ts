import { Args, ID, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { conflict } from '#database';
import { CurrentActor, IdempotencyConflict, InputRejected, PageArgs, type Page } from '#graphql';
import { Rejected, type Actor } from '#kernel';
import type { CaseRecord } from './case-file.js';
import { CaseFile, CaseFileConnection, CaseInterestConnection } from './case.types.js';
import { ListCases } from './list-cases.js';
import { PublishCases } from './publish-cases.js';
import {
  PublishCasesInput,
  PublishCasesResult,
  WithdrawCasesInput,
  WithdrawCasesResult,
} from './publish-cases.types.js';
import { WithdrawCases } from './withdraw-cases.js';

/** Publishing, taking back and reading cases. */
@Resolver(() => CaseFile)
export class CasesResolver {
  constructor(
    private readonly publish: PublishCases,
    private readonly withdraw: WithdrawCases,
    private readonly lists: ListCases,
  ) {}

  @Mutation(() => PublishCasesResult, {
    description:
      'Publishes 1 to 100 cases with up to 10,000 interests in all, answered row by row: one bad row never spoils the others. A withdrawn case comes back when it is published again.',
  })
  async publishCases(
    @CurrentActor() actor: Actor,
    @Args('input', { description: 'The cases.' }) input: PublishCasesInput,
  ): Promise<typeof PublishCasesResult> {
    const rows = await this.publish.run(actor, input);
    if (rows === conflict) return new IdempotencyConflict();
    if (rows instanceof Rejected) return new InputRejected(rows.fault);
    const count = (status: string) => rows.filter((row) => row.status === status).length;
    return { accepted: count('ACCEPTED'), unchanged: count('UNCHANGED'), rejected: count('REJECTED'), rows };
  }

  @Mutation(() => WithdrawCasesResult, {
    description: 'Takes cases back, row by row, with every tie to them, and tells everybody who saw them.',
  })
  async withdrawCases(
    @CurrentActor() actor: Actor,
    @Args('input', { description: 'Which, and why.' }) input: WithdrawCasesInput,
  ): Promise<typeof WithdrawCasesResult> {
    const rows = await this.withdraw.run(actor, input);
    if (rows instanceof Rejected) return new InputRejected(rows.fault);
    const gone = rows.filter(({ status }) => status === 'WITHDRAWN');
    return { withdrawn: new Set(gone.map(({ caseId }) => caseId)).size, rows };
  }

  @Query(() => CaseFile, {
    nullable: true,
    description: 'One case; null when there is none, it was taken back or you may not see it: they are not told apart.',
  })
  async case(
    @CurrentActor() actor: Actor,
    @Args('id', { type: () => ID, description: 'Its id.' }) id: string,
  ): Promise<CaseFile | null> {
    return (await this.lists.one(actor, id)) ?? null;
  }

  @Query(() => CaseFileConnection, { description: 'The cases that you may see, newest first.' })
  cases(@CurrentActor() actor: Actor, @Args() page: PageArgs): Promise<Page<CaseFile>> {
    return this.lists.newest(actor, page);
  }

  @ResolveField(() => CaseInterestConnection, {
    nullable: true,
    description: 'What the case looks for. Only its owner reads it: null for everybody else.',
  })
  async interests(
    @CurrentActor() actor: Actor,
    @Parent() of: CaseRecord,
    @Args() page: PageArgs,
  ): Promise<CaseInterestConnection | null> {
    return (await this.lists.interests(actor, of, page)) ?? null;
  }
}
