import { ArgsType, createUnionType, Field, GraphQLISODateTime, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { IndicatorTypeName } from '#feed';
import { connectionOf, InputRejected, NotFound, PageArgs } from '#graphql';
import { Organisation } from '#organisations';
import { CaseFile } from './case.types.js';
import { CaseLinkStatus } from './vocabulary.js';

@InputType({ description: 'A tie between two cases that you can both see.' })
export class LinkCasesInput {
  @Field(() => ID, { description: 'One case.' })
  a!: string;
  @Field(() => ID, { description: 'The other; which is which does not matter.' })
  b!: string;
  @Field(() => String, {
    description: 'Why they belong together, 1 to 2,000 characters. Everybody who sees both cases will read it.',
  })
  evidence!: string;
  @Field(() => Int, { description: 'How strong the evidence is, 0 to 100.' })
  strength!: number;
}

@ObjectType({ description: 'A tie between two cases. Whoever sees both sees it, and nobody else.' })
class CaseLink {
  @Field(() => ID, { description: 'Its id.' })
  id!: string;
  @Field(() => [ID], { description: 'The two cases.' })
  caseIds!: readonly string[];
  @Field(() => Organisation, { description: 'Who tied them together.' })
  author!: Organisation;
  @Field(() => CaseLinkStatus, { description: 'Whether it stands.' })
  status!: string;
  @Field(() => String, { description: 'Why they belong together.' })
  evidence!: string;
  @Field(() => Int, { description: 'How strong the evidence is, 0 to 100.' })
  strength!: number;
  @Field(() => GraphQLISODateTime, { description: 'When it was first drawn.' })
  createdAt!: Date;
  @Field(() => GraphQLISODateTime, { description: 'When it was last drawn.' })
  updatedAt!: Date;
}

/** The answer to linkCases. */
export const LinkCasesResult = createUnionType({
  name: 'LinkCasesResult',
  description: 'The tie, or why there is none.',
  types: () => [CaseLink, NotFound, InputRejected] as const,
  resolveType: (value: object) =>
    value instanceof InputRejected ? InputRejected : value instanceof NotFound ? NotFound : CaseLink,
});

/** The answer to withdrawCaseLink. */
export const WithdrawCaseLinkResult = createUnionType({
  name: 'WithdrawCaseLinkResult',
  description: 'The tie as it stands now, or that you have none such.',
  types: () => [CaseLink, NotFound] as const,
  resolveType: (value: object) => (value instanceof NotFound ? NotFound : CaseLink),
});

@ArgsType()
export class LinkedCasesArgs extends PageArgs {
  @Field(() => [String], { nullable: true, description: 'Raw texts, 1 to 1,000, defanged or not.' })
  texts?: string[] | null;
  @Field(() => ID, { nullable: true, description: 'The id of an indicator.' })
  indicator?: string | null;
  @Field(() => ID, { nullable: true, description: 'The id of a case that you can see.' })
  case?: string | null;
}

@ObjectType({ description: 'An indicator that a case shares with the question.' })
class SharedIndicatorOfCase {
  @Field(() => ID, { description: 'The indicator.' })
  id!: string;
  @Field(() => IndicatorTypeName, { description: 'What kind of identity it is.' })
  type!: string;
  @Field(() => String, { description: 'Its canonical value.' })
  value!: string;
}

@ObjectType({ description: 'A case that answers the question, and why.' })
class LinkedCase {
  @Field(() => CaseFile, { description: 'The case.' })
  case!: CaseFile;
  @Field(() => [SharedIndicatorOfCase], {
    description:
      'What it holds of what you asked with, or what it and the asked case both hold: the first 200. Never anything else that it looks for.',
  })
  shared!: readonly SharedIndicatorOfCase[];
  @Field(() => Int, { description: 'How many it shares in all.' })
  sharedCount!: number;
  @Field(() => [CaseLink], { description: 'The ties you may see: to the asked case, or to cases that hold the same.' })
  links!: readonly CaseLink[];
}

@ObjectType({ description: 'A text that could not be read.' })
export class UnrecognisedText {
  @Field(() => Int, { description: 'Its place in `texts`.' })
  index!: number;
  @Field(() => String, { description: 'Stable name of the rule, for programs.' })
  rule!: string;
  @Field(() => String, { description: 'One plain sentence, for people.' })
  message!: string;
}

const Connection = connectionOf(LinkedCase, 'LinkedCase', 'cases that answer the question');

@ObjectType({ description: 'The cases that answer the question, newest first. Nothing you may see: an empty page.' })
export class LinkedCasesPage extends Connection {
  @Field(() => [UnrecognisedText], { description: 'Texts that could not be read; the others were asked about.' })
  unrecognised!: readonly UnrecognisedText[];
}
