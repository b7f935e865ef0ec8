import { createUnionType, Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { AudienceInput, ScamType, Tlp } from '#access';
import type { IndicatorType } from '#canonical';
import { IndicatorTypeName } from '#feed';
import { FieldError, IdempotencyConflict, InputRejected } from '#graphql';
import { CaseKind, CasePhase, CaseRowStatus, CaseWithdrawalStatus, CaseWithdrawReason } from './vocabulary.js';

@InputType({ description: 'An indicator that the case is interested in, as somebody wrote it.' })
export class CaseInterestInput {
  @Field(() => String, { description: 'The text as found, defanged or not. At most 2,048 characters.' })
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

@InputType({
  description:
    'A case: a stub that its audience sees, and interests that only you can list. Others find the case by an indicator that it holds; whoever sees two cases can ask what both hold.',
})
export class CaseInput {
  @Field(() => String, {
    nullable: true,
    description:
      'Your own reference, at most 200 characters, shown to nobody else. Publishing again under it updates the case. Without one it is a new case each time.',
  })
  externalId?: string | null;
  @Field(() => CaseKind, { description: 'What kind of case it is.' })
  kind!: CaseKind;
  @Field(() => ScamType, { defaultValue: ScamType.UNKNOWN, description: 'What kind of scam it is about.' })
  scheme!: ScamType;
  @Field(() => CasePhase, { description: 'How far it has come.' })
  phase!: CasePhase;
  @Field(() => String, {
    description: 'Whom to ask: a desk, a mailbox, a number. 1 to 500 characters, all will see it.',
  })
  contact!: string;
  @Field(() => Tlp, { defaultValue: Tlp.AMBER, description: 'How far the stub may travel; bounds the audience.' })
  tlp!: Tlp;
  @Field(() => AudienceInput, {
    defaultValue: { organisations: [], groups: [], everyone: false },
    description: 'Who sees the stub, and finds the case by an indicator that it holds.',
  })
  audience!: AudienceInput;
  @Field(() => [CaseInterestInput], {
    nullable: true,
    description:
      'What the case looks for: replaces what it looked for before. Left out or null leaves that as it is. At most 10,000 in one call.',
  })
  interests?: CaseInterestInput[] | null;
}

@InputType({ description: 'Cases to publish.' })
export class PublishCasesInput {
  @Field(() => String, {
    nullable: true,
    description: 'Makes a retry harmless: the same key with the same content gets the first answer again. For a day.',
  })
  idempotencyKey?: string | null;
  @Field(() => Boolean, { defaultValue: false, description: 'Only say what would happen; write nothing.' })
  validateOnly!: boolean;
  @Field(() => [CaseInput], { description: '1 to 100 cases.' })
  cases!: CaseInput[];
}

@ObjectType({ description: 'What became of one interest.' })
class CaseInterestRow {
  @Field(() => Int, { description: 'Its place in `interests`.' })
  index!: number;
  @Field(() => CaseRowStatus, { description: 'What became of it.' })
  status!: string;
  @Field(() => ID, { nullable: true, description: 'The indicator that the text means.' })
  indicatorId!: string | null;
  @Field(() => FieldError, { nullable: true, description: 'Why it was refused.' })
  error!: FieldError | null;
}

@ObjectType({ description: 'What became of one case.' })
class CaseOutcomeRow {
  @Field(() => Int, { description: 'Its place in `cases`.' })
  index!: number;
  @Field(() => CaseRowStatus, { description: 'What became of it.' })
  status!: string;
  @Field(() => ID, { nullable: true, description: 'The case.' })
  caseId!: string | null;
  @Field(() => Int, { nullable: true, description: 'The version of the case.' })
  version!: number | null;
  @Field(() => FieldError, { nullable: true, description: 'Why it was refused.' })
  error!: FieldError | null;
  @Field(() => [CaseInterestRow], { description: 'One for each interest, in the order sent; none for a refused case.' })
  interests!: readonly CaseInterestRow[];
}

@ObjectType({ description: 'The answer to a publication, case by case.' })
class PublishCasesPayload {
  @Field(() => Int, { description: 'How many cases were accepted.' })
  accepted!: number;
  @Field(() => Int, { description: 'How many cases said nothing new.' })
  unchanged!: number;
  @Field(() => Int, { description: 'How many cases were rejected.' })
  rejected!: number;
  @Field(() => [CaseOutcomeRow], { description: 'One for each case, in the order sent.' })
  rows!: readonly CaseOutcomeRow[];
}

/** The answer to publishCases. */
export const PublishCasesResult = createUnionType({
  name: 'PublishCasesResult',
  description: 'The answer case by case, or why the whole call was refused.',
  types: () => [PublishCasesPayload, InputRejected, IdempotencyConflict] as const,
  resolveType: (value: object) =>
    value instanceof InputRejected
      ? InputRejected
      : value instanceof IdempotencyConflict
        ? IdempotencyConflict
        : PublishCasesPayload,
});

@InputType({ description: 'Cases to take back: by exactly one of ids and externalIds.' })
export class WithdrawCasesInput {
  @Field(() => [ID], { nullable: true, description: 'By id, 1 to 1,000.' })
  ids?: string[] | null;
  @Field(() => [String], { nullable: true, description: 'By your own references, 1 to 1,000.' })
  externalIds?: string[] | null;
  @Field(() => CaseWithdrawReason, { description: 'Why. Whoever saw the case is told.' })
  reason!: CaseWithdrawReason;
}

@ObjectType({ description: 'What became of one case to be taken back.' })
class CaseWithdrawalRow {
  @Field(() => CaseWithdrawalStatus, { description: 'What became of it.' })
  status!: string;
  @Field(() => ID, { nullable: true, description: 'The case; null when you have no such case.' })
  caseId!: string | null;
  @Field(() => String, { nullable: true, description: 'Your own reference.' })
  externalId!: string | null;
}

@ObjectType({ description: 'The answer to a withdrawal, row by row.' })
class WithdrawCasesPayload {
  @Field(() => Int, { description: 'How many were taken back by this call.' })
  withdrawn!: number;
  @Field(() => [CaseWithdrawalRow], { description: 'One for each id or reference, in the order sent.' })
  rows!: readonly CaseWithdrawalRow[];
}

/** The answer to withdrawCases. */
export const WithdrawCasesResult = createUnionType({
  name: 'WithdrawCasesResult',
  description: 'The answer row by row, or why the whole call was refused.',
  types: () => [WithdrawCasesPayload, InputRejected] as const,
  resolveType: (value: object) => (value instanceof InputRejected ? InputRejected : WithdrawCasesPayload),
});
