import { Field, ObjectType } from '@nestjs/graphql';
import type { Fault } from '#kernel';

@ObjectType({ description: 'Why one value was refused. It names the field and the rule, never the value.' })
export class FieldError {
  @Field(() => String, { description: 'Path of the field inside its row or input, such as `indicator.text`.' })
  field!: string;
  @Field(() => String, { description: 'Stable name of the rule, for programs.' })
  rule!: string;
  @Field(() => String, { description: 'One plain sentence, for people.' })
  message!: string;
}

@ObjectType({ description: 'The whole call was refused and nothing was written.' })
export class InputRejected {
  @Field(() => FieldError, { description: 'What was wrong.' })
  error: FieldError;

  constructor(fault: Fault) {
    this.error = fault;
  }
}

@ObjectType({ description: 'This idempotency key was used before with other content. Nothing was written.' })
export class IdempotencyConflict {
  @Field(() => String, { description: 'What to do about it.' })
  message = 'This idempotencyKey was already used with other content. Use a new key for new content.';
}

@ObjectType({ description: 'There is no such thing, or you may not see it: the two are not told apart.' })
export class NotFound {
  @Field(() => String, { description: 'Always the same sentence.' })
  message = 'Not found.';
}
