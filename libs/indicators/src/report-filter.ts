import { Field, ID, InputType, Int } from '@nestjs/graphql';
import { ScamType } from '#access';
import { brandKey, IndicatorTypeName } from '#feed';
import { BadInput, isPlain, isUuid } from '#kernel';
import type { ReportFilter } from './indicators.repository.js';
import { ReportRole } from './vocabulary.js';

@InputType({ description: 'Which reports one wants. Every part that is given must match.' })
export class ReportFilterInput {
  @Field(() => [IndicatorTypeName], { nullable: true, description: 'About indicators of these types.' })
  indicatorTypes?: string[] | null;
  @Field(() => [ScamType], { nullable: true, description: 'About these kinds of scam.' })
  scamTypes?: string[] | null;
  @Field(() => [ReportRole], { nullable: true, description: 'In these roles.' })
  roles?: string[] | null;
  @Field(() => [ID], { nullable: true, description: 'By these organisations.' })
  organisations?: string[] | null;
  @Field(() => [String], {
    nullable: true,
    description: 'About scams that impersonate one of these brands, in any case.',
  })
  brands?: string[] | null;
  @Field(() => Int, { nullable: true, description: 'At least this sure, 0 to 100.' })
  minConfidence?: number | null;
  @Field(() => String, {
    nullable: true,
    description: 'Whose canonical value starts so: `+1888`, `evil.`. At most 200 characters.',
  })
  valuePrefix?: string | null;
}

const MAX_LIST = 100;
const MAX_PREFIX = 200;

const wrong = (field: string, rule: string, message: string) =>
  new BadInput({ field: `filter.${field}`, rule, message });

/** Throws {@link BadInput}: a query has no union to answer with. */
export function parseReportFilter(input: ReportFilterInput | null | undefined): ReportFilter {
  const { organisations, brands, valuePrefix } = input ?? {};
  for (const [field, values] of Object.entries({ organisations, brands })) {
    if (values && values.length > MAX_LIST) throw wrong(field, 'list.size', `At most ${MAX_LIST}.`);
    if (values && !values.every(isPlain))
      throw wrong(field, 'text.control', 'Contains control characters or broken Unicode.');
  }
  if (organisations && !organisations.every(isUuid)) throw wrong('organisations', 'id.form', 'Not a UUID.');
  if (valuePrefix && valuePrefix.length > MAX_PREFIX)
    throw wrong('valuePrefix', 'text.length', `At most ${MAX_PREFIX} characters.`);
  if (valuePrefix && !isPlain(valuePrefix))
    throw wrong('valuePrefix', 'text.control', 'Contains control characters or broken Unicode.');
  return {
    indicatorTypes: input?.indicatorTypes ?? null,
    scamTypes: input?.scamTypes ?? null,
    roles: input?.roles ?? null,
    organisations: organisations ?? null,
    brands: brands?.map(brandKey) ?? null,
    minConfidence: input?.minConfidence ?? null,
    valuePrefix: valuePrefix ?? null,
  };
}
