import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Actor } from '#kernel';

/** What the API puts into the GraphQL context of each operation. */
export interface RequestContext {
  readonly actor: Actor;
}

/** Who is asking, as the credential guard found out. */
export const CurrentActor = createParamDecorator((_: unknown, context: ExecutionContext): Actor => {
  const [, , request] = context.getArgs<[unknown, unknown, RequestContext]>();
  return request.actor;
});
