/** Why one value was refused: the field, a stable rule name and one plain sentence. Never the value itself. */
export interface Fault {
  readonly field: string;
  readonly rule: string;
  readonly message: string;
}

/** A refused value, as a result rather than an exception: callers must handle it. */
export class Rejected {
  constructor(readonly fault: Fault) {}

  static because(field: string, rule: string, message: string): Rejected {
    return new Rejected({ field, rule, message });
  }
}

/** The credential may not do this. An exception: a correct client never meets it. */
export class Denied extends Error {
  constructor(
    readonly code: 'UNAUTHENTICATED' | 'FORBIDDEN',
    readonly rule: string,
    message: string,
  ) {
    super(message);
  }
}

/** An argument that the schema cannot check was wrong. Thrown by queries, which have no union to answer with. */
export class BadInput extends Error {
  constructor(readonly fault: Fault) {
    super(`${fault.field}: ${fault.message}`);
  }
}
