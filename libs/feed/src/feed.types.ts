import { createUnionType, Field, GraphQLISODateTime, ID, ObjectType } from '@nestjs/graphql';
import { EventTypeName } from './event.js';

@ObjectType({ description: 'One change, as webhooks send it.' })
export class Change {
  @Field(() => ID, { description: 'The event id: the `webhook-id` of every delivery of it. Recognise repeats by it.' })
  id!: string;
  @Field(() => EventTypeName, { description: 'What happened.' })
  type!: string;
  @Field(() => ID, { description: 'The report, case, link or group it is about.' })
  subjectId!: string;
  @Field(() => GraphQLISODateTime, { description: 'When it entered the feed.' })
  at!: Date;
  @Field(() => String, {
    description:
      'The exact JSON that webhooks POST: `{type, timestamp, data}`. Once its subject is withdrawn, a tombstone that names it.',
  })
  payload!: string;
  @Field(() => String, { description: 'Pass as `after` to read on from here. Sealed: bound to your organisation.' })
  cursor!: string;
}

@ObjectType({ description: 'The next changes, oldest first.' })
export class ChangesPage {
  @Field(() => [Change], {
    description: 'In the order of the feed. May be empty while hasMore is true, when the filter held everything back.',
  })
  events!: Change[];
  @Field(() => String, { description: 'Where to read on: keep it, also when there was nothing.' })
  cursor!: string;
  @Field(() => Boolean, { description: 'Whether there is more to read right now.' })
  hasMore!: boolean;
}

@ObjectType({ description: 'The cursor cannot be read: damaged, made for somebody else, or older than this feed.' })
export class CursorInvalid {
  @Field(() => String, { description: 'How to start again.' })
  message =
    'This cursor cannot be read here. Call changes without `after`: it starts at the oldest event you can see. Drop what you have already by event id.';
}

export const ChangesResult = createUnionType({
  name: 'ChangesResult',
  description: 'A page of changes, or word that the cursor cannot be read.',
  types: () => [ChangesPage, CursorInvalid] as const,
  resolveType: (value: object) => (value instanceof CursorInvalid ? CursorInvalid : ChangesPage),
});

@ObjectType({ description: 'A page of report ids.' })
export class EndedReportsPage {
  @Field(() => [ID], { description: 'Reports that you no longer see.' })
  ids!: string[];
  @Field(() => String, { nullable: true, description: 'Pass as `after` to read on; null at the end.' })
  cursor!: string | null;
}
