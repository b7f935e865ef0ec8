import {
  buildClientSchema,
  getIntrospectionQuery,
  getNamedType,
  getNullableType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLNamedType,
  type IntrospectionQuery,
} from 'graphql';
import type { Partner } from './partner.js';

/** What the outsider tries: ids and texts that it should know nothing about. */
export interface Bait {
  readonly ids: readonly string[];
  readonly texts: readonly string[];
}

const DEPTH = 6;

/**
 * An outsider who asks every query in the schema, with everything that can be selected, first plainly and then with each
 * id and text it got hold of in every argument that takes one. What it is answered ends up in its `received`.
 */
export async function eavesdrop(outsider: Partner, bait: Bait): Promise<number> {
  const introspection = await outsider.ask<IntrospectionQuery>(getIntrospectionQuery());
  const fields = Object.values(buildClientSchema(introspection).getQueryType()?.getFields() ?? {});
  let asked = 0;
  const ask = async (field: GraphQLField<unknown, unknown>, given: Readonly<Record<string, unknown>>) => {
    const { query, variables } = operation(field, given);
    await outsider.tryAsk(query, variables); // an error is an answer too
    asked++;
  };
  for (const field of fields) {
    const required = field.args.filter(
      (argument) => isNonNullType(argument.type) && argument.defaultValue === undefined,
    );
    if (required.length === 0) await ask(field, {});
    for (const argument of field.args)
      for (const value of temptations(argument, bait)) await ask(field, { [argument.name]: value });
  }
  return asked;
}

/** Values worth trying in this argument. */
function temptations(argument: GraphQLArgument, { ids, texts }: Bait): unknown[] {
  const type = getNullableType(argument.type);
  const leaf = getNamedType(type).name;
  if (isListType(type)) return leaf === 'String' ? [texts] : leaf === 'ID' ? [ids] : [];
  return leaf === 'ID' ? [...ids] : [];
}

function operation(
  field: GraphQLField<unknown, unknown>,
  given: Readonly<Record<string, unknown>>,
): { query: string; variables: object } {
  const used = field.args.filter((argument) => argument.name in given);
  const declared = used.map((argument) => `$${argument.name}: ${String(argument.type)}`).join(', ');
  const passed = used.map(({ name }) => `${name}: $${name}`).join(', ');
  const selection = selectAll(getNamedType(field.type), DEPTH);
  return {
    query: `query ${declared && `(${declared})`} { ${field.name}${passed && `(${passed})`} ${selection} }`,
    variables: given,
  };
}

/** Every field that needs no argument, down to a depth. */
function selectAll(type: GraphQLNamedType, depth: number): string {
  if (isUnionType(type)) {
    const parts = type.getTypes().map((member) => `... on ${member.name} ${selectAll(member, depth)}`);
    return `{ __typename ${parts.join(' ')} }`;
  }
  if (!isObjectType(type)) return '';
  const parts = Object.values(type.getFields()).flatMap((field) => {
    if (field.args.some((argument) => isNonNullType(argument.type) && argument.defaultValue === undefined)) return [];
    const inner = getNamedType(field.type);
    if (isLeafType(inner)) return [field.name];
    return depth > 1 ? [`${field.name} ${selectAll(inner, depth - 1)}`] : [];
  });
  return `{ __typename ${parts.join(' ')} }`;
}
