import { enumType } from '#graphql';

/** What can happen. Past tense; the part before the dot is what it happened to. */
export const eventTypes = {
  'report.published': 'A report was published and is shared with you.',
  'report.updated': 'A report that you can see says something new.',
  'report.shared': 'A report that existed before is now shared with you too.',
  'report.withdrawn': 'A report was taken back, or is no longer shared with you. Ids only.',
  'case.published': 'A case was published and is shared with you.',
  'case.updated': 'A case that you can see says something new.',
  'case.shared': 'A case that existed before is now shared with you too.',
  'case.withdrawn': 'A case was taken back, or is no longer shared with you. Ids only.',
  'case.linked': 'Somebody tied together two cases that you can both see.',
  'case.unlinked': 'A tie between two cases was taken back, or you no longer see both. Ids only.',
  'access.granted': 'You joined a sharing group. Read what it shared before with changes(group:).',
  'access.ended': 'You left a sharing group. Page the ids you no longer see with endedReports(event:).',
} as const;
export type EventType = keyof typeof eventTypes;

const graphqlName = (type: string) => type.toUpperCase().replace('.', '_');

/** As GraphQL writes them: REPORT_PUBLISHED for report.published. */
export const EventTypeName = enumType(
  'EventType',
  'What can happen. Webhooks write the same names as `report.published`.',
  Object.fromEntries(Object.entries(eventTypes).map(([type, description]) => [graphqlName(type), description])),
);

const fromGraphql = new Map((Object.keys(eventTypes) as EventType[]).map((type) => [graphqlName(type), type]));

/** From the GraphQL name to the feed's. */
export const eventTypeOf = (name: string): EventType => fromGraphql.get(name) ?? (name as EventType);
export const eventTypeName = (type: string): string => graphqlName(type);

/** One change, ready to be written beside the rows that it tells of. */
export interface EventDraft {
  readonly type: EventType;
  readonly audienceId: number;
  /** Events of one key reach an endpoint in order: the indicator's id, the case's, the link's. */
  readonly orderKey: string;
  /** The report, case, link or group it is about. */
  readonly subjectId: string;
  readonly indicatorType?: string;
  readonly scamType?: string;
  readonly brands?: readonly string[];
  /** The `data` of the body. The same for every reader: nothing in it may depend on who reads. */
  readonly data: object;
}
