import type { Type } from '@nestjs/common';
import { ArgsType, Field, Int, ObjectType } from '@nestjs/graphql';

@ObjectType({ description: 'Where a page stands (Relay).' })
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether there is more after endCursor.' })
  hasNextPage!: boolean;
  @Field(() => String, { nullable: true, description: 'Pass as `after` to read on; null on an empty page.' })
  endCursor!: string | null;
}

@ArgsType()
export class PageArgs {
  @Field(() => Int, { defaultValue: 50, description: 'How many, 1 to 500.' })
  first!: number;
  @Field(() => String, {
    nullable: true,
    description: 'endCursor of the page before. Sealed: bound to your organisation.',
  })
  after?: string | null;
}

/** One page: rows with their cursors. */
export interface Page<Node> {
  readonly edges: readonly { readonly node: Node; readonly cursor: string }[];
  readonly pageInfo: PageInfo;
}

/** The Relay connection type of a node type: `name` + Connection, `name` + Edge. */
export function connectionOf<Node extends object>(node: Type<Node>, name: string, what: string): Type<Page<Node>> {
  @ObjectType(`${name}Edge`, { description: `One of the ${what} with its cursor.` })
  class Edge {
    @Field(() => node, { description: 'The thing itself.' })
    node!: Node;
    @Field(() => String, { description: 'Its place, sealed.' })
    cursor!: string;
  }

  @ObjectType(`${name}Connection`, { description: `A page of ${what}, newest first.` })
  class Connection implements Page<Node> {
    @Field(() => [Edge], { description: 'The page.' })
    edges!: Edge[];
    @Field(() => PageInfo, { description: 'Whether and how to read on.' })
    pageInfo!: PageInfo;
  }
  return Connection;
}
