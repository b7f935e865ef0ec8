import { Field, GraphQLISODateTime, ID, InputType, Int } from '@nestjs/graphql';
import { AudienceInput, ScamType, Tlp } from '#access';
import { IndicatorTypeName } from '#feed';
import type { IndicatorType } from '#canonical';
import { ReportRole, ReportSource, VictimCount, WithdrawReason } from './vocabulary.js';

@InputType({ description: 'A scam identity as somebody wrote it.' })
export class IndicatorInput {
  @Field(() => String, {
    description:
      'The text as found, defanged or not: `+1 (888) 872-8010`, `hxxps://evil[.]com/a`. At most 2,048 characters.',
  })
  text!: string;
  @Field(() => IndicatorTypeName, {
    nullable: true,
    description: 'Its type; left out, it is recognised, and refused when unclear.',
  })
  type?: IndicatorType | null;
  @Field(() => String, {
    nullable: true,
    description: 'Country of a number written in its national form: ISO 3166 alpha-2.',
  })
  region?: string | null;
}

@InputType({ description: 'Whom the scam pretends to be.' })
export class ImpersonationInput {
  @Field(() => [ID], {
    defaultValue: [],
    description: 'Organisations of this exchange that you know, by id, shown to readers who know them. At most 20.',
  })
  organisations!: string[];
  @Field(() => [String], { defaultValue: [], description: 'Brands by name, at most 20 of 100 characters.' })
  brands!: string[];
}

@InputType({ description: 'One statement about one indicator.' })
export class ReportInput {
  @Field(() => IndicatorInput, { description: 'What it is about.' })
  indicator!: IndicatorInput;
  @Field(() => String, {
    nullable: true,
    description:
      'Your own reference, at most 200 characters, shown to nobody else. Publishing again under it updates the report. Without one, you have one report for each indicator.',
  })
  externalId?: string | null;
  @Field(() => ReportRole, { defaultValue: ReportRole.UNKNOWN, description: 'What the indicator does in the scam.' })
  role!: ReportRole;
  @Field(() => ScamType, { defaultValue: ScamType.UNKNOWN, description: 'What kind of scam it is.' })
  scamType!: ScamType;
  @Field(() => Int, { defaultValue: 50, description: 'How sure you are, 0 to 100.' })
  confidence!: number;
  @Field(() => Tlp, { defaultValue: Tlp.AMBER, description: 'How far it may travel; bounds the audience.' })
  tlp!: Tlp;
  @Field(() => AudienceInput, {
    defaultValue: { organisations: [], groups: [], everyone: false },
    description: 'Who may see it.',
  })
  audience!: AudienceInput;
  @Field(() => GraphQLISODateTime, { nullable: true, description: 'When it was first seen.' })
  firstSeen?: Date | null;
  @Field(() => GraphQLISODateTime, { nullable: true, description: 'When it was last seen.' })
  lastSeen?: Date | null;
  @Field(() => ImpersonationInput, {
    defaultValue: { organisations: [], brands: [] },
    description: 'Whom the scam pretends to be.',
  })
  impersonates!: ImpersonationInput;
  @Field(() => ReportSource, { description: 'Where you learnt of it.' })
  source!: ReportSource;
  @Field(() => String, { nullable: true, description: 'Where a public source stands, at most 500 characters.' })
  sourceReference?: string | null;
  @Field(() => [String], { defaultValue: [], description: 'Countries of the victims: ISO 3166 alpha-2.' })
  victimCountries!: string[];
  @Field(() => VictimCount, { nullable: true, description: 'How many victims are known, coarsely.' })
  victimCount?: VictimCount | null;
  @Field(() => String, {
    nullable: true,
    description: 'A note for those who may see it, at most 2,000 characters. No data of victims.',
  })
  note?: string | null;
}

@InputType({ description: 'A batch of reports.' })
export class PublishReportsInput {
  @Field(() => [ReportInput], { description: '1 to 10,000 reports.' })
  reports!: ReportInput[];
  @Field(() => String, {
    nullable: true,
    description:
      'Makes a retry harmless: the same key with the same content gives the first answer for 24 hours. At most 200 characters.',
  })
  idempotencyKey?: string | null;
  @Field(() => Boolean, { defaultValue: false, description: 'Answer as if publishing, and write nothing.' })
  validateOnly!: boolean;
}

@InputType({ description: 'Which reports to take back: exactly one of batchId, externalIds and ids.' })
export class WithdrawReportsInput {
  @Field(() => ID, { nullable: true, description: 'All that this batch published or updated last.' })
  batchId?: string | null;
  @Field(() => [String], { nullable: true, description: 'By your own references, at most 10,000.' })
  externalIds?: string[] | null;
  @Field(() => [ID], { nullable: true, description: 'By report id, at most 10,000.' })
  ids?: string[] | null;
  @Field(() => WithdrawReason, { description: 'Why. Everybody who had them is told.' })
  reason!: WithdrawReason;
  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Also replace value, raw text, note and event bodies by tombstones, for good.',
  })
  erase!: boolean;
}
