import { Injectable } from '@nestjs/common';
import { authorise } from '#access';
import { canonicalise, indicatorId, type IndicatorType } from '#canonical';
import { Secret } from '#config';
import { Db, type Tx } from '#database';
import { BadInput, isUuid, type Actor } from '#kernel';
import { IndicatorsRepository } from './indicators.repository.js';
import type { Indicator, LookUpRow } from './indicators.types.js';
import { presentIndicators } from './report.presenter.js';

const MAX_TEXTS = 1_000;

/** Looks indicators up as they are really written. */
@Injectable()
export class LookUpIndicators {
  private readonly idKey: Buffer;

  constructor(
    private readonly db: Db,
    private readonly indicators: IndicatorsRepository,
    secret: Secret,
  ) {
    this.idKey = secret.key('indicator-id');
  }

  /** One answer for each text, in the order asked; the reports themselves only when they are wanted. */
  async run(
    actor: Actor,
    texts: readonly string[],
    type: IndicatorType | null | undefined,
    region: string | null | undefined,
    withReports = true,
  ): Promise<LookUpRow[]> {
    authorise(actor, 'read');
    if (texts.length < 1 || texts.length > MAX_TEXTS) {
      throw new BadInput({ field: 'texts', rule: 'list.size', message: `A call takes 1 to ${MAX_TEXTS} texts.` });
    }
    const read = texts.map((text) => canonicalise({ text, type: type ?? undefined, region: region ?? undefined }));
    const meant = read.map((one) =>
      one.ok ? indicatorId(this.idKey, one.indicator.type, one.indicator.value) : undefined,
    );
    const ids = [...new Set(meant.filter((id) => id !== undefined))];
    const found = await this.db.as(actor, (tx) => this.find(tx, ids, withReports));

    return read.map((one, index): LookUpRow => {
      const id = meant[index];
      if (!one.ok || id === undefined) {
        const error = one.ok ? null : { field: `texts.${index}`, ...one.reason };
        return { index, status: 'REJECTED', type: null, indicator: null, error };
      }
      const indicator = found.get(id) ?? null;
      return {
        index,
        status: indicator ? 'FOUND' : 'NOT_FOUND',
        type: one.indicator.type,
        indicator,
        error: null,
      };
    });
  }

  /** One indicator by its id; null when there is nothing to see. */
  async byId(actor: Actor, id: string): Promise<Indicator | null> {
    authorise(actor, 'read');
    if (!isUuid(id)) return null;
    const found = await this.db.as(actor, (tx) => this.find(tx, [id], true));
    return found.get(id.toLowerCase()) ?? null;
  }

  /** By id, those about which the asker may see at least one report; the reports themselves only when they are wanted. */
  async find(tx: Tx, ids: readonly string[], withReports: boolean): Promise<Map<string, Indicator>> {
    if (ids.length === 0) return new Map();
    const [summaries, reports] = await Promise.all([
      this.indicators.summaries(tx, ids),
      withReports ? this.indicators.reportsAbout(tx, ids) : [],
    ]);
    return presentIndicators(summaries, reports);
  }
}
