import { Args, ID, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { CurrentActor } from '#graphql';
import type { Actor } from '#kernel';
import { Directory } from './directory.js';
import { Me, Organisation, SharingGroup } from './organisations.types.js';

/** Who am I, whom do I know, which groups am I in. */
@Resolver(() => Me)
export class OrganisationsResolver {
  constructor(private readonly directory: Directory) {}

  @Query(() => Me, { description: 'Who you are to the exchange. Any valid key may ask.' })
  async me(@CurrentActor() actor: Actor): Promise<Me> {
    return { organisation: await this.directory.self(actor), keyId: actor.keyId, scopes: [...actor.scopes] };
  }

  @ResolveField('groups', () => [SharingGroup], { description: 'The groups you belong to, by name. Needs scope read.' })
  myGroups(@CurrentActor() actor: Actor): Promise<SharingGroup[]> {
    return this.directory.groups(actor);
  }

  @Query(() => [Organisation], {
    description:
      'The organisations you may know, by name: your own, members of your groups, those that share with you.',
  })
  organisations(@CurrentActor() actor: Actor): Promise<Organisation[]> {
    return this.directory.organisations(actor);
  }

  @Query(() => Organisation, {
    nullable: true,
    description: 'One organisation; null when there is none or you may not know it: the two are not told apart.',
  })
  organisation(
    @CurrentActor() actor: Actor,
    @Args('id', { type: () => ID, description: 'Id of the organisation.' }) id: string,
  ): Promise<Organisation | undefined> {
    return this.directory.organisation(actor, id);
  }

  @Query(() => [SharingGroup], { description: 'The sharing groups you belong to, by name.' })
  sharingGroups(@CurrentActor() actor: Actor): Promise<SharingGroup[]> {
    return this.directory.groups(actor);
  }
}
