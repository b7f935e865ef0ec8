/** What turns an unknown payload into a known one, or throws; every zod schema has this shape. */
interface Schema<Data> {
  parse(input: unknown): Data;
}

/** A queue as it is declared: its name and what one job carries. */
export interface QueueDefinition<Data extends object> {
  readonly name: string;
  readonly schema: Schema<Data>;
}

/** Declares a queue. Jobs carry ids, never data: losing the whole queue must lose nothing. */
export function defineQueue<Data extends object>(name: string, schema: Schema<Data>): QueueDefinition<Data> {
  return { name, schema };
}
