import { Field, ID, ObjectType } from '@nestjs/graphql';
import { enumType } from '#graphql';

/** What kind of organisation it is. */
export const OrganisationKind = enumType('OrganisationKind', 'The kind of organisation, verified on admission.', {
  COMPANY: 'A company: software maker, marketplace, bank, telco, payment service.',
  LAW_ENFORCEMENT: 'A police force, prosecutor or other law enforcement agency.',
  REGULATOR: 'A regulator or other public authority.',
  NONPROFIT: 'A non-profit organisation, such as a consumer association or a research group.',
});
export type OrganisationKind = keyof typeof OrganisationKind;

@ObjectType({
  description: 'A verified member of the exchange. You see those that share a group or anything with you.',
})
export class Organisation {
  @Field(() => ID, { description: 'Its id, the same for everyone who sees it.' })
  id!: string;
  @Field(() => String, { description: 'Its name, unique within the exchange.' })
  name!: string;
  @Field(() => OrganisationKind, { description: 'What kind of organisation it is.' })
  kind!: OrganisationKind;
  @Field(() => String, { nullable: true, description: 'Where it is based: ISO 3166-1 alpha-2; null when not stated.' })
  country!: string | null;
}

@ObjectType({ description: 'Organisations that share under agreed terms. Only its members see that it exists.' })
export class SharingGroup {
  @Field(() => ID, { description: 'Its id: name it in an audience to share with all members.' })
  id!: string;
  @Field(() => String, { description: 'Its name, unique within the exchange.' })
  name!: string;
  @Field(() => [Organisation], { description: 'Who belongs to it now, you included, by name.' })
  members!: Organisation[];
}

@ObjectType({ description: 'Who you are to the exchange, by the key you sent.' })
export class Me {
  @Field(() => Organisation, { description: 'The organisation you act for.' })
  organisation!: Organisation;
  @Field(() => ID, { description: 'Id of the key you sent: the part that is not secret.' })
  keyId!: string;
  @Field(() => [String], {
    description: 'What the key may do: any of reports:write, cases:write, read, webhooks:manage.',
  })
  scopes!: string[];
}
