import { createUnionType, Field, GraphQLISODateTime, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { ScamType } from '#access';
import { EventFilterInput, EventTypeName, IndicatorTypeName } from '#feed';
import { connectionOf, enumType, InputRejected, NotFound } from '#graphql';

const WebhookStatus = enumType('WebhookStatus', 'Whether an endpoint is sent anything.', {
  ENABLED: 'Events are delivered as they come.',
  DISABLED: 'Nothing is sent; its place in the feed is kept until it is enabled again.',
});

const WebhookDisabledReason = enumType('WebhookDisabledReason', 'Who disabled an endpoint.', {
  OWNER: 'Your organisation did.',
  GONE: 'Your receiver did, by answering 410 Gone.',
});

const WebhookHealth = enumType('WebhookHealth', 'How deliveries to an endpoint have been going.', {
  HEALTHY: 'The last requests were answered.',
  FAILING: 'The last requests failed; five times in a row pause it for long.',
  PAUSED:
    'After a failure, because your receiver asked for time, or because very much is set aside. Nothing is sent until pausedUntil.',
});

const WebhookOutcome = enumType('WebhookOutcome', 'What a request came to.', {
  DELIVERED: 'Your receiver answered 2xx.',
  ENDPOINT_FAILED:
    'No answer in time, no connection, a TLS error, a redirect, 408, 429 or 5xx: the endpoint is at fault, and sending slows down.',
  EVENT_FAILED: 'Another 4xx: this event was refused. It is tried again by the schedule, others go on.',
  GONE: 'Your receiver answered 410: the endpoint was disabled.',
  NOT_SENT: 'A fault on our side; it does not count as an attempt.',
});

export const EnableFrom = enumType('WebhookEnableFrom', 'Where an endpoint that is enabled again goes on.', {
  RESUME: 'Where it stopped: everything since is delivered.',
  SKIP: 'From now on: what waited is let go. It can still be read with changes.',
});

@ObjectType({ description: 'Which events an endpoint wants. A list that is null lets everything pass.' })
export class WebhookFilter {
  @Field(() => [EventTypeName], { nullable: true, description: 'Only these kinds of event.' })
  eventTypes!: readonly string[] | null;
  @Field(() => [IndicatorTypeName], { nullable: true, description: 'Only events about indicators of these types.' })
  indicatorTypes!: readonly string[] | null;
  @Field(() => [ScamType], { nullable: true, description: 'Only events about these kinds of scam.' })
  scamTypes!: readonly string[] | null;
  @Field(() => [String], { nullable: true, description: 'Only events about scams that impersonate one of these.' })
  brands!: readonly string[] | null;
}

@ObjectType({ description: 'One request that was made to an endpoint. Kept for eight weeks.' })
export class WebhookAttempt {
  @Field(() => GraphQLISODateTime, { description: 'When it was sent.' })
  at!: Date;
  @Field(() => [ID], { description: 'The events in it: each the `webhook-id` your receiver saw.' })
  eventIds!: readonly string[];
  @Field(() => Int, { nullable: true, description: 'The HTTP status; null when none came.' })
  status!: number | null;
  @Field(() => WebhookOutcome, { description: 'What it came to.' })
  outcome!: string;
  @Field(() => Int, { description: 'How long it took, in milliseconds.' })
  ms!: number;
  @Field(() => String, {
    nullable: true,
    description: 'A stable code such as connect.refused, timeout, tls, dns, response.5xx; null when delivered.',
  })
  error!: string | null;
  @Field(() => Boolean, { description: 'Whether the event had been set aside before.' })
  redelivery!: boolean;
}
export const WebhookAttemptConnection = connectionOf(WebhookAttempt, 'WebhookAttempt', 'attempts');

@ObjectType({
  description:
    'Where events are POSTed, signed by Standard Webhooks. Each event arrives at least once, under one `webhook-id`; those about one indicator or case arrive in order.',
})
export class WebhookEndpoint {
  @Field(() => ID, { description: 'Its id.' })
  id!: string;
  @Field(() => String, { description: 'Where events go.' })
  url!: string;
  @Field(() => String, { description: 'Your own words for it.' })
  description!: string;
  @Field(() => WebhookFilter, { description: 'Which events it wants.' })
  filter!: WebhookFilter;
  @Field(() => WebhookStatus, { description: 'Whether it is sent anything.' })
  status!: string;
  @Field(() => WebhookDisabledReason, { nullable: true, description: 'Why it is disabled; null while it is enabled.' })
  disabledReason!: string | null;
  @Field(() => WebhookHealth, { description: 'How deliveries have been going.' })
  health!: string;
  @Field(() => GraphQLISODateTime, { nullable: true, description: 'Nothing is sent before this; null: it may be.' })
  pausedUntil!: Date | null;
  @Field(() => Int, {
    description: 'Events set aside, to be tried again by the schedule: 10 attempts over three days.',
  })
  waitingRedeliveries!: number;
  @Field(() => Int, { description: 'Events given up after the last attempt. They can still be read with changes.' })
  deadRedeliveries!: number;
  @Field(() => GraphQLISODateTime, { description: 'When it was made.' })
  createdAt!: Date;
  @Field(() => GraphQLISODateTime, { description: 'When it was last changed, enabled or disabled.' })
  updatedAt!: Date;
}

@InputType({ description: 'A new endpoint.' })
export class CreateWebhookEndpointInput {
  @Field(() => String, {
    description: 'https, a public host, port 443 or 8443, at most 2,048 characters. Redirects are not followed.',
  })
  url!: string;
  @Field(() => String, { nullable: true, description: 'Your own words for it, at most 500 characters.' })
  description?: string | null;
  @Field(() => EventFilterInput, { nullable: true, description: 'Which events it wants; left out: all you may see.' })
  filter?: EventFilterInput | null;
}

@InputType({ description: 'What to change. What is left out stays as it is.' })
export class UpdateWebhookEndpointInput {
  @Field(() => String, { nullable: true, description: 'A new URL gets a fresh chance.' })
  url?: string | null;
  @Field(() => String, { nullable: true, description: 'Your own words for it; null clears them.' })
  description?: string | null;
  @Field(() => EventFilterInput, {
    nullable: true,
    description: 'Replaces the whole filter; null: everything you may see. It counts for events not sent yet.',
  })
  filter?: EventFilterInput | null;
}

@ObjectType({ description: 'The endpoint was made. Store the secret now.' })
export class CreateWebhookEndpointPayload {
  @Field(() => WebhookEndpoint, { description: 'The endpoint. It starts with what is published from now on.' })
  endpoint!: WebhookEndpoint;
  @Field(() => String, { description: 'Verifies our signatures (whsec_…). Shown this once and never again.' })
  secret!: string;
}

@ObjectType({ description: 'The endpoint as it now stands.' })
export class WebhookEndpointPayload {
  @Field(() => WebhookEndpoint, { description: 'The endpoint.' })
  endpoint!: WebhookEndpoint;
}

@ObjectType({ description: 'The endpoint and what waited for it are gone.' })
export class DeleteWebhookEndpointPayload {
  @Field(() => ID, { description: 'Its former id.' })
  id!: string;
}

/** A class of its own for each answer, so that GraphQL can tell them apart. */
const typeOf =
  <Payload>(payload: Payload) =>
  (value: object) => {
    if (value instanceof InputRejected) return InputRejected;
    return value instanceof NotFound ? NotFound : payload;
  };

export const CreateWebhookEndpointResult = createUnionType({
  name: 'CreateWebhookEndpointResult',
  description: 'The new endpoint with its secret, or what was wrong.',
  types: () => [CreateWebhookEndpointPayload, InputRejected] as const,
  resolveType: typeOf(CreateWebhookEndpointPayload),
});

export const UpdateWebhookEndpointResult = createUnionType({
  name: 'UpdateWebhookEndpointResult',
  description: 'The endpoint, or what was wrong, or that there is none.',
  types: () => [WebhookEndpointPayload, InputRejected, NotFound] as const,
  resolveType: typeOf(WebhookEndpointPayload),
});

export const WebhookEndpointResult = createUnionType({
  name: 'WebhookEndpointResult',
  description: 'The endpoint, or that there is none.',
  types: () => [WebhookEndpointPayload, NotFound] as const,
  resolveType: typeOf(WebhookEndpointPayload),
});

export const DeleteWebhookEndpointResult = createUnionType({
  name: 'DeleteWebhookEndpointResult',
  description: 'That it is gone, or that there was none.',
  types: () => [DeleteWebhookEndpointPayload, NotFound] as const,
  resolveType: typeOf(DeleteWebhookEndpointPayload),
});
