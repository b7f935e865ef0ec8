import { Field, InputType } from '@nestjs/graphql';
import { isPlain, Rejected } from '#kernel';
import { ScamType } from '#access';
import { indicatorTypes } from '#canonical';
import { enumType } from '#graphql';
import { EventTypeName, eventTypeOf } from './event.js';

const described: Record<(typeof indicatorTypes)[number], string> = {
  PHONE: 'A telephone number, in E.164.',
  URL: 'A web address, with path or query.',
  DOMAIN: 'A host name.',
  EMAIL: 'An e-mail address.',
  IPV4: 'An IPv4 address.',
  IPV6: 'An IPv6 address, as RFC 5952 writes it.',
  BITCOIN: 'A Bitcoin address.',
  EVM: 'An address on Ethereum or another chain of its kind.',
};
export const IndicatorTypeName = enumType('IndicatorType', 'What kind of scam identity it is.', described);

@InputType({
  description:
    'Which events one wants. Every list that is given must match; a list left out lets everything pass. Access events (ACCESS_GRANTED, ACCESS_ENDED) are held back by eventTypes only. An event is matched by what it says now: a report that an update moves out of the filter is not announced by it.',
})
export class EventFilterInput {
  @Field(() => [EventTypeName], { nullable: true, description: 'Only these kinds of event.' })
  eventTypes?: string[] | null;
  @Field(() => [IndicatorTypeName], { nullable: true, description: 'Only events about indicators of these types.' })
  indicatorTypes?: string[] | null;
  @Field(() => [ScamType], { nullable: true, description: 'Only events about these kinds of scam.' })
  scamTypes?: string[] | null;
  @Field(() => [String], {
    nullable: true,
    description: 'Only events about scams that impersonate one of these brands, in any case.',
  })
  brands?: string[] | null;
}

/** A filter as the database compares it; null lets everything pass. */
export interface EventFilter {
  readonly eventTypes: readonly string[] | null;
  readonly indicatorTypes: readonly string[] | null;
  readonly scamTypes: readonly string[] | null;
  readonly brands: readonly string[] | null;
}

const MAX_BRANDS = 100;
const MAX_BRAND_LENGTH = 100;

/** Brands are compared without regard to case and outer space. */
export const brandKey = (brand: string): string => brand.normalize('NFKC').trim().toLowerCase();

/** No report names a brand with control characters, and the database cannot even compare a zero. */
const couldBeBrand = (brand: string): boolean =>
  brandKey(brand) !== '' && brand.length <= MAX_BRAND_LENGTH && isPlain(brand);

/** Each name once: a list of kinds can then never be longer than there are kinds, however often it repeats them. */
const each = (names: readonly string[] | null | undefined): readonly string[] | null =>
  names ? [...new Set(names)] : null;

export function parseEventFilter(input: EventFilterInput | null | undefined): EventFilter | Rejected {
  const brands = input?.brands ?? null;
  if (brands && (brands.length > MAX_BRANDS || !brands.every(couldBeBrand))) {
    return Rejected.because(
      'filter.brands',
      'brands.size',
      `At most ${MAX_BRANDS} brands of 1 to ${MAX_BRAND_LENGTH} characters.`,
    );
  }
  return {
    eventTypes: each(input?.eventTypes?.map(eventTypeOf)),
    indicatorTypes: each(input?.indicatorTypes),
    scamTypes: each(input?.scamTypes),
    brands: each(brands?.map(brandKey)),
  };
}
