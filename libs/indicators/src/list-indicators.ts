import { Injectable } from '@nestjs/common';
import { authorise } from '#access';
import { Db } from '#database';
import { CursorSeal } from '#feed';
import type { Page, PageArgs } from '#graphql';
import { BadInput, type Actor } from '#kernel';
import { IndicatorsRepository } from './indicators.repository.js';
import type { Indicator, Report } from './indicators.types.js';
import { LookUpIndicators } from './look-up-indicators.js';
import { parseReportFilter, type ReportFilterInput } from './report-filter.js';
import { presentReport } from './report.presenter.js';

const MAX_PAGE = 500;

/** Pages of reports and of indicators, newest first. */
@Injectable()
export class ListIndicators {
  constructor(
    private readonly db: Db,
    private readonly indicators: IndicatorsRepository,
    private readonly lookUp: LookUpIndicators,
    private readonly seal: CursorSeal,
  ) {}

  async reports(actor: Actor, page: PageArgs, filter: ReportFilterInput | null | undefined): Promise<Page<Report>> {
    const { before, limit } = this.place(actor, 'reports', page);
    const wanted = parseReportFilter(filter);
    const rows = await this.db.as(actor, (tx) => this.indicators.newestReports(tx, limit, before, wanted));
    const nodes = rows.slice(0, page.first).map((row) => ({ node: presentReport(row), id: row.id }));
    return this.present(actor, 'reports', nodes, rows.length > page.first);
  }

  async list(
    actor: Actor,
    page: PageArgs,
    filter: ReportFilterInput | null | undefined,
    withReports = true,
  ): Promise<Page<Indicator>> {
    const { before, limit } = this.place(actor, 'indicators', page);
    const wanted = parseReportFilter(filter);
    return this.db.as(actor, async (tx) => {
      const newest = await this.indicators.newestIndicators(tx, limit, before, wanted);
      const shown = newest.slice(0, page.first);
      const found = await this.lookUp.find(
        tx,
        shown.map(({ indicatorId }) => indicatorId),
        withReports,
      );
      // One whose last report was taken back between the two statements is missing: a shorter page, not the last one.
      const nodes = shown.flatMap(({ indicatorId, reportId }) => {
        const node = found.get(indicatorId);
        return node ? [{ node, id: reportId }] : [];
      });
      return this.present(actor, 'indicators', nodes, newest.length > page.first);
    });
  }

  private place(actor: Actor, list: string, { first, after }: PageArgs): { before: string | undefined; limit: number } {
    authorise(actor, 'read');
    if (first < 1 || first > MAX_PAGE)
      throw new BadInput({ field: 'first', rule: 'page.size', message: `Must be 1 to ${MAX_PAGE}.` });
    const before = typeof after === 'string' ? this.seal.openKey(actor, list, after) : undefined;
    if (typeof after === 'string' && before === undefined) {
      throw new BadInput({
        field: 'after',
        rule: 'cursor.unreadable',
        message: 'This cursor cannot be read here. Start again without it.',
      });
    }
    return { before, limit: first + 1 };
  }

  private present<Node>(
    actor: Actor,
    list: string,
    nodes: readonly { node: Node; id: string }[],
    hasNextPage: boolean,
  ): Page<Node> {
    const edges = nodes.map(({ node, id }) => ({ node, cursor: this.seal.sealKey(actor, list, id) }));
    return { edges, pageInfo: { hasNextPage, endCursor: edges.at(-1)?.cursor ?? null } };
  }
}
