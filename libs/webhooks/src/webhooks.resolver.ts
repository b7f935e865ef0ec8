import { Args, ID, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { eventTypeName } from '#feed';
import { CurrentActor, InputRejected, NotFound, PageArgs, type Page } from '#graphql';
import { Rejected, type Actor } from '#kernel';
import type { AttemptRow, EndpointRow } from './endpoints.repository.js';
import { WebhookEndpoints } from './webhook-endpoints.js';
import {
  CreateWebhookEndpointInput,
  CreateWebhookEndpointResult,
  DeleteWebhookEndpointResult,
  EnableFrom,
  UpdateWebhookEndpointInput,
  UpdateWebhookEndpointResult,
  WebhookAttemptConnection,
  WebhookEndpoint,
  WebhookEndpointResult,
} from './webhooks.types.js';

const idArg = { type: () => ID, description: 'Id of one of your endpoints.' };

/** Endpoints over GraphQL. */
@Resolver(() => WebhookEndpoint)
export class WebhooksResolver {
  constructor(private readonly endpoints: WebhookEndpoints) {}

  @Query(() => [WebhookEndpoint], { description: 'Your webhook endpoints, oldest first. Needs scope webhooks:manage.' })
  async webhookEndpoints(@CurrentActor() actor: Actor): Promise<WebhookEndpoint[]> {
    return (await this.endpoints.list(actor)).map(present);
  }

  @Query(() => WebhookEndpoint, { nullable: true, description: 'One of your webhook endpoints; null: there is none.' })
  async webhookEndpoint(@CurrentActor() actor: Actor, @Args('id', idArg) id: string): Promise<WebhookEndpoint | null> {
    const endpoint = await this.endpoints.byId(actor, id);
    return endpoint ? present(endpoint) : null;
  }

  @ResolveField(() => WebhookAttemptConnection, { description: 'The requests made to it, newest first.' })
  attempts(
    @CurrentActor() actor: Actor,
    @Parent() { id }: WebhookEndpoint,
    @Args() page: PageArgs,
  ): Promise<Page<AttemptRow>> {
    return this.endpoints.attempts(actor, id, page);
  }

  @Mutation(() => CreateWebhookEndpointResult, {
    description:
      'Makes an endpoint and tells its secret, once. At most 50 for each organisation. It gets what is published from now on; read what was before with changes.',
  })
  async createWebhookEndpoint(
    @CurrentActor() actor: Actor,
    @Args('input', { description: 'The endpoint.' }) input: CreateWebhookEndpointInput,
  ): Promise<typeof CreateWebhookEndpointResult> {
    const created = await this.endpoints.create(actor, input);
    if (created instanceof Rejected) return new InputRejected(created.fault);
    return { endpoint: present(created.endpoint), secret: created.secret };
  }

  @Mutation(() => UpdateWebhookEndpointResult, { description: 'Changes an endpoint; its secret and its place stay.' })
  async updateWebhookEndpoint(
    @CurrentActor() actor: Actor,
    @Args('id', idArg) id: string,
    @Args('input', { description: 'What to change.' }) input: UpdateWebhookEndpointInput,
  ): Promise<typeof UpdateWebhookEndpointResult> {
    const updated = await this.endpoints.update(actor, id, input);
    return updated instanceof Rejected ? new InputRejected(updated.fault) : orNotFound(updated);
  }

  @Mutation(() => WebhookEndpointResult, { description: 'Sends nothing more to an endpoint, and keeps its place.' })
  async disableWebhookEndpoint(
    @CurrentActor() actor: Actor,
    @Args('id', idArg) id: string,
  ): Promise<typeof WebhookEndpointResult> {
    return orNotFound(await this.endpoints.disable(actor, id));
  }

  @Mutation(() => WebhookEndpointResult, {
    description: 'Sends to an endpoint again, whoever disabled it. Also ends a pause at once.',
  })
  async enableWebhookEndpoint(
    @CurrentActor() actor: Actor,
    @Args('id', idArg) id: string,
    @Args('from', { type: () => EnableFrom, description: 'Where it goes on.' }) from: keyof typeof EnableFrom,
  ): Promise<typeof WebhookEndpointResult> {
    return orNotFound(await this.endpoints.enable(actor, id, from));
  }

  @Mutation(() => DeleteWebhookEndpointResult, { description: 'Deletes an endpoint with everything set aside for it.' })
  async deleteWebhookEndpoint(
    @CurrentActor() actor: Actor,
    @Args('id', idArg) id: string,
  ): Promise<typeof DeleteWebhookEndpointResult> {
    return (await this.endpoints.remove(actor, id)) ? { id } : new NotFound();
  }
}

const orNotFound = (endpoint: EndpointRow | undefined) => (endpoint ? { endpoint: present(endpoint) } : new NotFound());

function present({ fails, filter, ...endpoint }: EndpointRow): WebhookEndpoint {
  const health = endpoint.pausedUntil ? 'PAUSED' : fails > 0 ? 'FAILING' : 'HEALTHY';
  return { ...endpoint, health, filter: { ...filter, eventTypes: filter.eventTypes?.map(eventTypeName) ?? null } };
}
