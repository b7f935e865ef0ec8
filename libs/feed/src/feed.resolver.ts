import { Args, ID, Int, Query, Resolver } from '@nestjs/graphql';
import { CurrentActor } from '#graphql';
import type { Actor } from '#kernel';
import { EndedReports } from './ended-reports.js';
import { eventTypeName } from './event.js';
import { EventFilterInput } from './event-filter.js';
import { ChangesResult, CursorInvalid, EndedReportsPage } from './feed.types.js';
import { ReadChanges, unreadableCursor } from './read-changes.js';

@Resolver()
export class FeedResolver {
  constructor(
    private readonly readChanges: ReadChanges,
    private readonly endedReports_: EndedReports,
  ) {}

  @Query(() => ChangesResult, {
    description:
      'Everything that changed and that you may see, in order, from any point. Without `after` it starts at the oldest event still visible. Keep the cursor: reading on with it never skips and never repeats. Of a group joined after the cursor was made you get what came after you joined; read the rest with `group` and no `after`.',
  })
  async changes(
    @CurrentActor() actor: Actor,
    @Args('after', { type: () => String, nullable: true, description: 'A cursor of an earlier page.' }) after?:
      | string
      | null,
    @Args('first', { type: () => Int, defaultValue: 100, description: 'How many, 1 to 1,000.' }) first = 100,
    @Args('filter', {
      type: () => EventFilterInput,
      nullable: true,
      description: 'Which events; a changed filter keeps cursors valid.',
    })
    filter?: EventFilterInput | null,
    @Args('group', { type: () => ID, nullable: true, description: 'Only what is shared with this group of yours.' })
    group?: string | null,
  ): Promise<typeof ChangesResult> {
    const page = await this.readChanges.run(actor, { after, first, filter, group });
    if (page === unreadableCursor) return new CursorInvalid();
    return { ...page, events: page.events.map((event) => ({ ...event, type: eventTypeName(event.type) })) };
  }

  @Query(() => EndedReportsPage, {
    description:
      'Ids of the reports that left your sight with one access.ended event, 1,000 a page. Empty for an event that is not yours.',
  })
  async endedReports(
    @CurrentActor() actor: Actor,
    @Args('event', { type: () => ID, description: 'The id of the access.ended event.' }) event: string,
    @Args('after', { type: () => String, nullable: true, description: 'The cursor of the page before.' }) after?:
      | string
      | null,
  ): Promise<EndedReportsPage> {
    const { ids, cursor } = await this.endedReports_.run(actor, event, after);
    return { ids: [...ids], cursor };
  }
}
