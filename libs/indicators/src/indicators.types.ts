import { createUnionType, Field, GraphQLISODateTime, ID, Int, ObjectType } from '@nestjs/graphql';
import { ScamType, Tlp } from '#access';
import { IndicatorTypeName } from '#feed';
import { connectionOf, enumType, FieldError, IdempotencyConflict, InputRejected, NotFound } from '#graphql';
import { Organisation } from '#organisations';
import { ReportRole, ReportSource, VictimCount } from './vocabulary.js';

@ObjectType({
  description: 'Something noted while reading the text that is not identity, such as the scheme as written.',
})
export class IndicatorAttribute {
  @Field(() => String, { description: 'What, such as `scheme`, `extension`, `numberType`.' })
  name!: string;
  @Field(() => String, { description: 'Its value.' })
  value!: string;
}

@ObjectType({ description: 'What one organisation says about one indicator.' })
export class Report {
  @Field(() => ID, { description: 'Its id.' })
  id!: string;
  @Field(() => Int, { description: 'Rises with every update.' })
  version!: number;
  @Field(() => Organisation, { description: 'Who says it.' })
  organisation!: Organisation;
  @Field(() => ID, { description: 'The indicator it is about.' })
  indicatorId!: string;
  @Field(() => IndicatorTypeName, { description: 'The type of the indicator.' })
  indicatorType!: string;
  @Field(() => String, { description: 'The canonical value of the indicator.' })
  value!: string;
  @Field(() => [IndicatorAttribute], { description: 'What the text as written said beyond identity.' })
  attributes!: IndicatorAttribute[];
  @Field(() => ReportRole, { description: 'What the indicator does in the scam.' })
  role!: string;
  @Field(() => ScamType, { description: 'What kind of scam it is.' })
  scamType!: string;
  @Field(() => Int, { description: 'How sure the publisher is, 0 to 100.' })
  confidence!: number;
  @Field(() => Tlp, { description: 'How far it may travel.' })
  tlp!: string;
  @Field(() => GraphQLISODateTime, { nullable: true, description: 'When it was first seen.' })
  firstSeen!: Date | null;
  @Field(() => GraphQLISODateTime, { nullable: true, description: 'When it was last seen.' })
  lastSeen!: Date | null;
  @Field(() => [String], { description: 'Brands that the scam pretends to be.' })
  impersonatedBrands!: string[];
  @Field(() => [ID], { description: 'Organisations that the scam pretends to be, by id: those that you may know.' })
  impersonatedOrganisations!: string[];
  @Field(() => ReportSource, { description: 'Where the publisher learnt of it.' })
  source!: string;
  @Field(() => String, { nullable: true, description: 'Where a public source stands.' })
  sourceReference!: string | null;
  @Field(() => [String], { description: 'Countries of the victims.' })
  victimCountries!: string[];
  @Field(() => VictimCount, { nullable: true, description: 'How many victims are known, coarsely.' })
  victimCount!: string | null;
  @Field(() => String, { nullable: true, description: 'A note.' })
  note!: string | null;
  @Field(() => GraphQLISODateTime, { description: 'When it was first published.' })
  createdAt!: Date;
  @Field(() => GraphQLISODateTime, { description: 'When it was last updated.' })
  updatedAt!: Date;
  @Field(() => Boolean, { description: 'Whether it is your own.' })
  mine!: boolean;
  @Field(() => String, { nullable: true, description: 'Your own reference; null on reports of others.' })
  externalId!: string | null;
  @Field(() => ID, {
    nullable: true,
    description: 'The batch that published or updated it last; null on reports of others.',
  })
  batchId!: string | null;
  @Field(() => String, { nullable: true, description: 'The text as you wrote it; null on reports of others.' })
  rawText!: string | null;
}

@ObjectType({
  description:
    'A scam identity: one however many organisations report it, however they write it. What you read here comes from the reports you may see.',
})
export class Indicator {
  @Field(() => ID, { description: 'The same for the same type and canonical value, everywhere and always.' })
  id!: string;
  @Field(() => IndicatorTypeName, { description: 'What kind of identity it is.' })
  type!: string;
  @Field(() => String, { description: 'Its canonical value.' })
  value!: string;
  @Field(() => Int, { description: 'How many reports about it you may see.' })
  reportCount!: number;
  @Field(() => GraphQLISODateTime, {
    nullable: true,
    description: 'The earliest firstSeen of the reports you may see.',
  })
  firstSeen!: Date | null;
  @Field(() => GraphQLISODateTime, { nullable: true, description: 'The latest lastSeen of the reports you may see.' })
  lastSeen!: Date | null;
  @Field(() => [Organisation], { description: 'Who reports it, as far as you may see, by name.' })
  organisations!: Organisation[];
  @Field(() => [Report], { description: 'The newest 20 reports about it that you may see.' })
  reports!: Report[];
}

export const ReportConnection = connectionOf(Report, 'Report', 'reports');
export const IndicatorConnection = connectionOf(Indicator, 'Indicator', 'indicators');

const LookUpStatus = enumType('LookUpStatus', 'What became of one text.', {
  FOUND: 'You may see reports about it.',
  NOT_FOUND: 'You may see no report about it.',
  REJECTED: 'The text could not be read; see error.',
});

@ObjectType({ description: 'The answer to one text.' })
export class LookUpRow {
  @Field(() => Int, { description: 'Its place in `texts`.' })
  index!: number;
  @Field(() => LookUpStatus, { description: 'Found, not found, or unreadable.' })
  status!: string;
  @Field(() => IndicatorTypeName, { nullable: true, description: 'What the text was read as.' })
  type!: string | null;
  @Field(() => Indicator, { nullable: true, description: 'What you may see about it.' })
  indicator!: Indicator | null;
  @Field(() => FieldError, { nullable: true, description: 'Why the text could not be read.' })
  error!: FieldError | null;
}

const ReportOutcomeStatus = enumType('ReportOutcomeStatus', 'What became of one row.', {
  ACCEPTED: 'Published, or updated.',
  UNCHANGED: 'You already said exactly this.',
  REJECTED: 'Not written; see error.',
});

@ObjectType({ description: 'What became of one row of a publication.' })
export class ReportOutcomeRow {
  @Field(() => Int, { description: 'Its place in `reports`.' })
  index!: number;
  @Field(() => ReportOutcomeStatus, { description: 'What became of it.' })
  status!: string;
  @Field(() => ID, { nullable: true, description: 'The report.' })
  reportId!: string | null;
  @Field(() => ID, { nullable: true, description: 'The indicator it is about.' })
  indicatorId!: string | null;
  @Field(() => String, { nullable: true, description: 'Your own reference.' })
  externalId!: string | null;
  @Field(() => Int, { nullable: true, description: 'The version of the report.' })
  version!: number | null;
  @Field(() => FieldError, { nullable: true, description: 'Why it was rejected.' })
  error!: FieldError | null;
}

@ObjectType({ description: 'The answer to a publication, row by row.' })
export class PublishReportsPayload {
  @Field(() => ID, {
    nullable: true,
    description: 'Names what this call published or updated; null when it wrote nothing.',
  })
  batchId!: string | null;
  @Field(() => Int, { description: 'How many rows were accepted.' })
  accepted!: number;
  @Field(() => Int, { description: 'How many rows said nothing new.' })
  unchanged!: number;
  @Field(() => Int, { description: 'How many rows were rejected.' })
  rejected!: number;
  @Field(() => [ReportOutcomeRow], { description: 'One for each row, in the order sent.' })
  rows!: ReportOutcomeRow[];
}

export const PublishReportsResult = createUnionType({
  name: 'PublishReportsResult',
  description: 'The answer row by row, or why the whole call was refused.',
  types: () => [PublishReportsPayload, InputRejected, IdempotencyConflict] as const,
  resolveType: (value: object) =>
    value instanceof InputRejected
      ? InputRejected
      : value instanceof IdempotencyConflict
        ? IdempotencyConflict
        : PublishReportsPayload,
});

const WithdrawalStatus = enumType('WithdrawalStatus', 'What became of one report that was to be taken back.', {
  WITHDRAWN: 'Taken back; everybody who had it is told.',
  ERASED: 'Taken back, and value, raw text, note and event bodies replaced by tombstones.',
  UNCHANGED: 'It had been taken back before.',
  NOT_FOUND: 'You have no such report.',
});

@ObjectType({ description: 'What became of one report.' })
export class WithdrawalRow {
  @Field(() => WithdrawalStatus, { description: 'What became of it.' })
  status!: string;
  @Field(() => ID, { nullable: true, description: 'The report.' })
  reportId!: string | null;
  @Field(() => String, { nullable: true, description: 'Your own reference.' })
  externalId!: string | null;
}

@ObjectType({ description: 'The answer to a withdrawal, row by row.' })
export class WithdrawReportsPayload {
  @Field(() => Int, { description: 'How many were taken back or erased by this call.' })
  withdrawn!: number;
  @Field(() => [WithdrawalRow], {
    description: 'One for each id asked about, in that order; for a batch, one for each of its reports.',
  })
  rows!: WithdrawalRow[];
}

export const WithdrawReportsResult = createUnionType({
  name: 'WithdrawReportsResult',
  description: 'The answer row by row, or why the whole call was refused.',
  types: () => [WithdrawReportsPayload, InputRejected, NotFound] as const,
  resolveType: (value: object) =>
    value instanceof InputRejected ? InputRejected : value instanceof NotFound ? NotFound : WithdrawReportsPayload,
});
