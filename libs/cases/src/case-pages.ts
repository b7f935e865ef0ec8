import { Injectable } from '@nestjs/common';
import { CursorSeal } from '#feed';
import type { Page, PageArgs } from '#graphql';
import { BadInput, type Actor } from '#kernel';
import type { Window } from './case-reads.repository.js';

/** Which of this lib's lists a cursor belongs to. */
export type CaseList = 'cases' | 'linked-cases' | `case-interests-${string}`;

const MAX_PAGE = 500;

/** Turns sealed cursors into places and rows into pages. */
@Injectable()
export class CasePages {
  constructor(private readonly seal: CursorSeal) {}

  /** One row more than asked for tells whether there is another page. */
  window(actor: Actor, list: CaseList, { first, after }: PageArgs): Window {
    if (first < 1 || first > MAX_PAGE) {
      throw new BadInput({ field: 'first', rule: 'page.size', message: `Must be 1 to ${MAX_PAGE}.` });
    }
    const id = after == null ? undefined : this.seal.openKey(actor, list, after);
    if (after != null && id === undefined) {
      const message = 'This cursor cannot be read here. Start again without it.';
      throw new BadInput({ field: 'after', rule: 'cursor.unreadable', message });
    }
    return { after: id, limit: first + 1 };
  }

  page<Node>(
    actor: Actor,
    list: CaseList,
    { first }: PageArgs,
    rows: readonly Node[],
    id: (node: Node) => string,
  ): Page<Node> {
    const edges = rows.slice(0, first).map((node) => ({ node, cursor: this.seal.sealKey(actor, list, id(node)) }));
    return { edges, pageInfo: { hasNextPage: rows.length > first, endCursor: edges.at(-1)?.cursor ?? null } };
  }
}
