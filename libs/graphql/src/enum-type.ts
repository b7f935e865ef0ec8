import { registerEnumType } from '@nestjs/graphql';

/** Registers a GraphQL enum whose values are their own names; each value carries its description. */
export function enumType<Value extends string>(
  name: string,
  description: string,
  values: Readonly<Record<Value, string>>,
): { readonly [Key in Value]: Key } {
  const names = Object.keys(values) as Value[];
  const type = Object.fromEntries(names.map((value) => [value, value])) as { readonly [Key in Value]: Key };
  const valuesMap = Object.fromEntries(names.map((value) => [value, { description: values[value] }])) as Record<
    Value,
    { description: string }
  >;
  registerEnumType(type, { name, description, valuesMap });
  return type;
}
