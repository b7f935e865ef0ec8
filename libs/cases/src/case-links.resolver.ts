import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql';
import { CurrentActor, InputRejected, NotFound } from '#graphql';
import { Rejected, type Actor } from '#kernel';
import { LinkCases } from './link-cases.js';
import { LinkedCases } from './linked-cases.js';
import {
  LinkCasesInput,
  LinkCasesResult,
  LinkedCasesArgs,
  LinkedCasesPage,
  WithdrawCaseLinkResult,
} from './linked-cases.types.js';

/** Ties between cases, and which cases belong together. */
@Resolver()
export class CaseLinksResolver {
  constructor(
    private readonly links: LinkCases,
    private readonly linked: LinkedCases,
  ) {}

  @Mutation(() => LinkCasesResult, {
    description:
      'Ties two cases together that you can both see. Tying the same two again rewords your tie. Whoever sees both is told.',
  })
  async linkCases(
    @CurrentActor() actor: Actor,
    @Args('input', { description: 'Which two, and why.' }) input: LinkCasesInput,
  ): Promise<typeof LinkCasesResult> {
    const link = await this.links.run(actor, input);
    return link instanceof Rejected ? new InputRejected(link.fault) : (link ?? new NotFound());
  }

  @Mutation(() => WithdrawCaseLinkResult, {
    description: 'Takes a tie back that you have drawn, while you can see both cases. Whoever sees it is told.',
  })
  async withdrawCaseLink(
    @CurrentActor() actor: Actor,
    @Args('id', { type: () => ID, description: 'The id of the tie.' }) id: string,
  ): Promise<typeof WithdrawCaseLinkResult> {
    return (await this.links.withdraw(actor, id)) ?? new NotFound();
  }

  @Query(() => LinkedCasesPage, {
    description:
      'The cases you may see that hold the same indicator, or are tied by a tie you may see, one step far. Give one of texts, indicator and case. What is hidden is absent.',
  })
  async linkedCases(@CurrentActor() actor: Actor, @Args() question: LinkedCasesArgs): Promise<LinkedCasesPage> {
    const { edges, ...rest } = await this.linked.run(actor, question);
    return {
      ...rest,
      edges: edges.map(({ cursor, node: { shared, sharedCount, links, ...found } }) => ({
        cursor,
        node: { case: found, shared, sharedCount, links },
      })),
    };
  }
}
