import { Kind, type GraphQLResolveInfo, type SelectionSetNode } from 'graphql';

/**
 * Whether the operation selects this path below the field being resolved, on any of its types: what nobody asked for
 * need not be read. Directives are not weighed: a field that is skipped counts as selected.
 */
export function isSelected({ fieldNodes, fragments }: GraphQLResolveInfo, path: readonly string[]): boolean {
  const reaches = (set: SelectionSetNode | undefined, [name, ...rest]: readonly string[]): boolean => {
    if (name === undefined) return true;
    return (set?.selections ?? []).some((selection) => {
      switch (selection.kind) {
        case Kind.FIELD:
          return selection.name.value === name && reaches(selection.selectionSet, rest);
        case Kind.INLINE_FRAGMENT:
          return reaches(selection.selectionSet, [name, ...rest]);
        case Kind.FRAGMENT_SPREAD:
          return reaches(fragments[selection.name.value]?.selectionSet, [name, ...rest]);
      }
    });
  };
  return fieldNodes.some(({ selectionSet }) => reaches(selectionSet, path));
}
