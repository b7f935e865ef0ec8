/** What GraphQL answered. */
interface Answer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly { readonly message: string }[];
}

/** One organisation that talks to the exchange with its own key, and remembers every byte it was told. */
export class Partner {
  readonly received: string[] = [];

  constructor(
    readonly id: string,
    readonly name: string,
    private readonly url: string,
    private readonly apiKey: string,
  ) {}

  /** The answer's data; throws when there are errors. */
  async ask<Data>(query: string, variables: object = {}): Promise<Data> {
    const { data, errors } = await this.tryAsk<Data>(query, variables);
    if (errors || !data)
      throw new Error(`${this.name}: ${errors?.map(({ message }) => message).join('; ') ?? 'no data'}`);
    return data;
  }

  /** The whole answer, errors included. */
  async tryAsk<Data>(query: string, variables: object = {}): Promise<Answer<Data>> {
    const response = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.apiKey}` },
      body: JSON.stringify({ query, variables }),
    });
    const headers = [...response.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
    const body = await response.text();
    this.received.push(`${headers}\n\n${body}`);
    return JSON.parse(body) as Answer<Data>;
  }
}
