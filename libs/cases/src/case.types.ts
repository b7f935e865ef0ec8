import { Field, GraphQLISODateTime, ID, ObjectType } from '@nestjs/graphql';
import { ScamType, Tlp } from '#access';
import { IndicatorTypeName } from '#feed';
import { connectionOf, PageInfo } from '#graphql';
import { Organisation } from '#organisations';
import { CaseKind, CasePhase } from './vocabulary.js';

@ObjectType({ description: 'A case as its audience sees it: what it is about and whom to ask. No file is shared.' })
export class CaseFile {
  @Field(() => ID, { description: 'Its id, the same for everyone who sees it.' })
  id!: string;
  @Field(() => Organisation, { description: 'Whose case it is.' })
  organisation!: Organisation;
  @Field(() => String, { nullable: true, description: 'Your own reference; null for cases of others.' })
  externalId!: string | null;
  @Field(() => CaseKind, { description: 'What kind of case it is.' })
  kind!: string;
  @Field(() => ScamType, { description: 'What kind of scam it is about.' })
  scheme!: string;
  @Field(() => CasePhase, { description: 'How far it has come.' })
  phase!: string;
  @Field(() => String, { description: 'Whom to ask, as the owner wrote it.' })
  contact!: string;
  @Field(() => Tlp, { description: 'How far this stub may travel.' })
  tlp!: string;
  @Field(() => GraphQLISODateTime, { description: 'When it was first published.' })
  firstSharedAt!: Date;
  @Field(() => GraphQLISODateTime, { description: 'When it last said something new.' })
  updatedAt!: Date;
}

/** Cases, newest first. */
export const CaseFileConnection = connectionOf(CaseFile, 'CaseFile', 'cases');

@ObjectType({ description: 'An indicator that a case of yours is interested in.' })
export class CaseInterest {
  @Field(() => ID, { description: 'The indicator.' })
  indicatorId!: string;
  @Field(() => IndicatorTypeName, { description: 'What kind of identity it is.' })
  type!: string;
  @Field(() => String, { description: 'Its canonical value.' })
  value!: string;
  @Field(() => String, { description: 'The text as you first wrote it.' })
  text!: string;
  @Field(() => GraphQLISODateTime, { description: 'When the case began to look for it.' })
  createdAt!: Date;
}

@ObjectType({ description: 'One of the interests with its cursor.' })
export class CaseInterestEdge {
  @Field(() => CaseInterest, { description: 'The interest.' })
  node!: CaseInterest;
  @Field(() => String, { description: 'Its place, sealed.' })
  cursor!: string;
}

@ObjectType({ description: 'A page of interests, in the order of indicator ids, which tells nothing.' })
export class CaseInterestConnection {
  @Field(() => [CaseInterestEdge], { description: 'The page.' })
  edges!: readonly CaseInterestEdge[];
  @Field(() => PageInfo, { description: 'Whether and how to read on.' })
  pageInfo!: PageInfo;
}
