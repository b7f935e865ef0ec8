import { latenciesOf, quantile, received } from './deliveries.js';
import { countLeaks, type Secrets } from './leaks.js';
import { eavesdrop, type Bait } from './eavesdropper.js';
import type { Exchange } from './exchange.js';
import { Inbox } from './inbox.js';
import type { Partner } from './partner.js';
import type { PublicIndicator } from './public-indicators.js';
import { rewritten } from './written-forms.js';

/** What the demonstration counted. */
export interface Outcome {
  /** Reports accepted. */
  readonly published: number;
  /** Different indicators among them. */
  readonly indicators: number;
  readonly cases: number;
  readonly links: number;
  /** Webhooks received by those who may see. */
  readonly delivered: number;
  /** Of these, with a signature that the official package verifies. */
  readonly verified: number;
  /** Reports taken back. */
  readonly withdrawn: number;
  /** Hidden values, ids and names in what the outsider received. */
  readonly leaked: number;
  /** From sending the publication to receiving the webhook. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

interface Publication {
  readonly batchId: string;
  readonly sentAt: number;
  readonly rows: readonly {
    readonly status: string;
    readonly reportId: string | null;
    readonly indicatorId: string | null;
  }[];
}

interface Linked {
  readonly linkedCases: {
    readonly edges: readonly {
      readonly node: {
        readonly case: { readonly id: string; readonly organisation: { readonly name: string } };
        readonly sharedCount: number;
      };
    }[];
  };
}

const PUBLISH = `mutation ($reports: [ReportInput!]!) { publishReports(input: { reports: $reports }) {
  ... on PublishReportsPayload { batchId rows { status reportId indicatorId } } } }`;

/** Plays the demonstration; `say` tells what happens. */
export class Story {
  private readonly hiddenIds = new Set<string>();
  private readonly hiddenTexts = new Set<string>();

  constructor(
    private readonly exchange: Exchange,
    private readonly say: (line: string) => void,
  ) {}

  async play(indicators: readonly PublicIndicator[]): Promise<{ outcome: Outcome; plantedLeakFound: boolean }> {
    const { software, marketplace, police, telco } = this.exchange;
    const inboxes = await Promise.all([software, marketplace, police].map((partner) => Inbox.open(partner)));
    const outside = await Inbox.open(telco);
    try {
      const outcome = await this.acts(indicators, inboxes, outside);
      const plantedLeakFound = await this.plantLeak(indicators, outside);
      return { outcome, plantedLeakFound };
    } finally {
      await Promise.all([...inboxes, outside].map((inbox) => inbox.close()));
    }
  }

  private async acts(
    indicators: readonly PublicIndicator[],
    inboxes: readonly Inbox[],
    outside: Inbox,
  ): Promise<Outcome> {
    const { software, marketplace } = this.exchange;
    // Each company knows two thirds of it, so a third is known to both.
    const third = (skip: number) => indicators.filter((_, index) => index % 3 !== skip);
    const published = [
      await this.publish(software, third(0), (text) => text),
      await this.publish(marketplace, third(1), rewritten),
    ];
    const accepted = published.flatMap(({ rows }) => rows.filter(({ status }) => status === 'ACCEPTED'));
    this.say(`${software.name} and ${marketplace.name} publish ${accepted.length} reports, each written its own way.`);
    const reports = accepted.flatMap(({ reportId }) => reportId ?? []);
    await received(inboxes, 'report.published', reports);
    this.say('Everybody in the group has them, signed and verified.');

    await this.lookUp(third(0).filter((_, index) => index % 5 === 0));
    const { cases, links } = await this.cases(indicators, inboxes);
    const withdrawn = await this.withdraw(marketplace, published[1]?.batchId ?? '', inboxes);

    const asked = await eavesdrop(outside.partner, this.bait());
    this.say(`${outside.partner.name} asks ${asked} questions with everything it could have overheard.`);
    const deliveries = inboxes.flatMap((inbox) => inbox.deliveries);
    const latencies = latenciesOf(published, inboxes);
    return {
      published: accepted.length,
      indicators: new Set(accepted.map(({ indicatorId }) => indicatorId)).size,
      cases,
      links,
      delivered: deliveries.length,
      verified: deliveries.filter(({ verified }) => verified).length,
      withdrawn,
      leaked: countLeaks(outside.partner.received, this.secrets()),
      p50Ms: quantile(latencies, 0.5),
      p99Ms: quantile(latencies, 0.99),
    };
  }

  private async publish(
    partner: Partner,
    known: readonly PublicIndicator[],
    write: (text: string) => string,
  ): Promise<Publication> {
    const texts = known.map(({ text }) => write(text));
    texts.forEach((text) => this.hiddenTexts.add(text));
    const reports = known.map(({ scamType, source, seen }, index) => ({
      indicator: { text: texts[index] },
      role: 'UNKNOWN',
      scamType,
      source: 'PUBLIC_SOURCE',
      sourceReference: source,
      ...(seen !== undefined && { firstSeen: seen, lastSeen: seen }),
      audience: { groups: [this.exchange.group.id] },
    }));
    const sentAt = performance.now();
    const { publishReports } = await partner.ask<{ publishReports: Omit<Publication, 'sentAt'> }>(PUBLISH, { reports });
    this.remember(
      publishReports.batchId,
      ...publishReports.rows.flatMap(({ reportId, indicatorId }) => [reportId, indicatorId]),
    );
    return { ...publishReports, sentAt };
  }

  /** The police look values up as they are really written, and see which organisations report them. */
  private async lookUp(sample: readonly PublicIndicator[]): Promise<void> {
    const { police } = this.exchange;
    const texts = sample.map(({ text }) => rewritten(text));
    const { lookUpIndicators } = await police.ask<{
      lookUpIndicators: { status: string; indicator: { organisations: { name: string }[] } | null }[];
    }>(
      'query ($texts: [String!]!) { lookUpIndicators(texts: $texts) { status indicator { organisations { name } } } }',
      { texts },
    );
    const found = lookUpIndicators.filter(({ status }) => status === 'FOUND');
    const byBoth = found.filter(({ indicator }) => indicator?.organisations.length === 2);
    if (found.length === 0 || byBoth.length === 0) throw new Error('the police found nothing');
    this.say(
      `${police.name} looks ${texts.length} texts up as really written (${texts[0] ?? ''}): ${found.length} known, ${byBoth.length} to both companies.`,
    );
  }

  /** Each publishes a case on numbers it holds; the police see which ones meet, and tie them together. */
  private async cases(
    indicators: readonly PublicIndicator[],
    inboxes: readonly Inbox[],
  ): Promise<{ cases: number; links: number }> {
    const { software, marketplace, police } = this.exchange;
    const numbers = indicators.filter(({ seen }) => seen !== undefined).map(({ text }) => text);
    const ids = [
      await this.publishCase(software, 'Digital crimes team, +1 425 555 0100', numbers.slice(0, 5)),
      await this.publishCase(marketplace, 'Fraud desk, desk@marketplace.invalid', numbers.slice(3, 8).map(rewritten)),
      await this.publishCase(police, 'Inspector on duty, extension 12', numbers.slice(4, 9)),
    ];
    const [first = '', second = ''] = ids;
    const { linkedCases } = await police.ask<Linked>(
      `query ($texts: [String!]!) { linkedCases(texts: $texts) { edges { node { sharedCount case { id organisation { name } } } } } }`,
      { texts: numbers.map(rewritten) },
    );
    const owners = linkedCases.edges.map(({ node }) => node.case.organisation.name);
    if (owners.length !== 3) throw new Error('the cases do not meet');
    this.say(`${police.name} asks which cases ${numbers.length} numbers tie together: ${owners.join(', ')}.`);

    const { linkCases } = await police.ask<{ linkCases: { id?: string } }>(
      `mutation ($a: ID!, $b: ID!) { linkCases(input: { a: $a, b: $b, evidence: "The same call-back numbers.", strength: 80 }) { ... on CaseLink { id } } }`,
      { a: first, b: second },
    );
    if (linkCases.id === undefined) throw new Error('the cases could not be linked');
    this.remember(linkCases.id);
    await received(inboxes, 'case.linked', [linkCases.id]);
    return { cases: ids.length, links: 1 };
  }

  private async publishCase(partner: Partner, contact: string, numbers: readonly string[]): Promise<string> {
    const input = {
      cases: [
        {
          kind: 'INVESTIGATION',
          scheme: 'CALLBACK_PHISHING',
          phase: 'OVERT',
          contact,
          audience: { groups: [this.exchange.group.id] },
          interests: numbers.map((text) => ({ text })),
        },
      ],
    };
    const { publishCases } = await partner.ask<{ publishCases: { rows: { caseId: string | null }[] } }>(
      'mutation ($input: PublishCasesInput!) { publishCases(input: $input) { ... on PublishCasesPayload { rows { caseId } } } }',
      { input },
    );
    const id = publishCases.rows[0]?.caseId;
    if (!id) throw new Error(`${partner.name}: the case was not accepted`);
    this.remember(id);
    return id;
  }

  /** One call takes a whole batch back; everybody who had it is told. */
  private async withdraw(partner: Partner, batchId: string, inboxes: readonly Inbox[]): Promise<number> {
    const { withdrawReports } = await partner.ask<{
      withdrawReports: { withdrawn: number; rows: { reportId: string }[] };
    }>(
      `mutation ($batchId: ID!) { withdrawReports(input: { batchId: $batchId, reason: MISTAKE }) {
         ... on WithdrawReportsPayload { withdrawn rows { reportId } } } }`,
      { batchId },
    );
    await received(
      inboxes,
      'report.withdrawn',
      withdrawReports.rows.map(({ reportId }) => reportId),
    );
    this.say(
      `${partner.name} takes its batch back: ${withdrawReports.withdrawn} reports, and all who had them are told.`,
    );
    return withdrawReports.withdrawn;
  }

  /** The search must find a leak when there is one: a company publishes a hidden value to everyone, by mistake. */
  private async plantLeak(indicators: readonly PublicIndicator[], outside: Inbox): Promise<boolean> {
    const [planted] = indicators;
    const before = outside.deliveries.length;
    await this.exchange.software.ask(PUBLISH, {
      reports: [
        {
          indicator: { text: planted?.text },
          externalId: 'planted',
          source: 'PUBLIC_SOURCE',
          tlp: 'GREEN',
          audience: { everyone: true },
        },
      ],
    });
    await outside.until((deliveries) => deliveries.length > before);
    return countLeaks(outside.partner.received, this.secrets()) > 0;
  }

  /** What the outsider could have overheard: the cases and ties, one in five of the other ids, and texts. */
  private bait(): Bait {
    const ids = [...this.hiddenIds];
    const newest = 10;
    const overheard = ids.filter((_, index) => index % 5 === 0 || index >= ids.length - newest);
    return {
      ids: [this.exchange.group.id, this.exchange.police.id, ...overheard],
      texts: [...this.hiddenTexts].slice(0, 200),
    };
  }

  private secrets(): Secrets {
    const { software, marketplace, police, group } = this.exchange;
    const insiders = [software, marketplace, police];
    return {
      values: [...this.hiddenTexts],
      ids: [...this.hiddenIds, group.id, ...insiders.map(({ id }) => id)],
      names: [group.name, ...insiders.map(({ name }) => name)],
    };
  }

  private remember(...ids: readonly (string | null)[]): void {
    for (const id of ids) if (id !== null) this.hiddenIds.add(id);
  }
}
