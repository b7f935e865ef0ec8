import { buildSchema, graphqlSync, type GraphQLResolveInfo } from 'graphql';
import { isSelected } from './is-selected.js';

const schema = buildSchema(
  'type Query { row: Row } type Row { indicator: Indicator } type Indicator { value: String reports: [String] }',
);

function selects(query: string): boolean {
  let answer = false;
  const row = (_: unknown, __: unknown, info: GraphQLResolveInfo) => {
    answer = isSelected(info, ['indicator', 'reports']);
  };
  expect(graphqlSync({ schema, source: query, rootValue: { row } }).errors).toBeUndefined();
  return answer;
}

describe('isSelected', () => {
  it.each([
    '{ row { indicator { reports } } }',
    '{ row { indicator { value } } row { indicator { all: reports } } }',
    '{ row { ... on Row { indicator { ... { reports } } } } }',
    '{ row { ...r } } fragment r on Row { indicator { ...i } } fragment i on Indicator { reports }',
  ])('sees what is asked for in %s', (query) => expect(selects(query)).toBe(true));

  it.each([
    '{ row { indicator { value } } }',
    '{ row { reports: indicator { value } } }',
    '{ row { ...r } } fragment r on Row { __typename }',
  ])('sees nothing in %s', (query) => expect(selects(query)).toBe(false));
});
