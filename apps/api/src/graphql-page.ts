import type { FastifyInstance } from 'fastify';

/** The page where people try queries: GraphiQL, served whole from here, so that no key or query meets a third party. */
export function serveGraphqlPage(fastify: FastifyInstance): void {
  let page: Promise<string> | undefined;
  const render = async (): Promise<string> => {
    const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
    return renderGraphiQL({
      title: 'Crossline',
      endpoint: '/graphql',
      headers: '{ "authorization": "Bearer xl_…" }',
      defaultQuery: '# Put your key into the headers below.\n{ me { organisation { name kind } scopes } }\n',
    });
  };
  fastify.get('/graphiql', async (_, reply) => {
    page ??= render();
    return reply
      .type('text/html')
      .header(
        'content-security-policy',
        "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; frame-ancestors 'none'",
      )
      .send(await page);
  });
}
