import { readFile, writeFile } from 'node:fs/promises';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { readConfig, Secret } from '#config';
import { ContextSeal, createSource, Db } from '#database';
import { createLog } from '#observability';
import { createApi } from './api.js';

// Nothing is asked of the database: the schema comes from the code.
const secret = new Secret('only the shape of the schema is wanted here');
const db = new Db(createSource('postgres://nowhere'), new ContextSeal(secret.key('context')));
const app = await createApi({ config: readConfig({}), secret, db, log: createLog('schema') });
const schema = `${printSchema(lexicographicSortSchema(app.get(GraphQLSchemaHost).schema))}\n`;
await app.close();

if (!process.argv.includes('--check')) {
  await writeFile('schema.graphql', schema);
} else if (schema !== (await readFile('schema.graphql', 'utf8').catch(() => ''))) {
  console.error('schema.graphql is out of date: npm run schema');
  process.exitCode = 1;
}
