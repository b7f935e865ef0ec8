import type { Inbox } from './inbox.js';

/** What was sent when. */
interface Sent {
  readonly sentAt: number;
  readonly rows: readonly { readonly reportId: string | null }[];
}

/** Waits until every inbox has an event of this type for each subject. */
export async function received(inboxes: readonly Inbox[], type: string, subjects: readonly string[]): Promise<void> {
  for (const inbox of inboxes) {
    const complete = await inbox.until((deliveries) => {
      const had = new Set(deliveries.filter((one) => one.type === type).map(({ subjectId }) => subjectId));
      return subjects.every((id) => had.has(id));
    });
    if (!complete) throw new Error(`${inbox.partner.name} did not receive every ${type}`);
  }
}

/** Milliseconds from sending a publication to receiving each of its webhooks, sorted. */
export function latenciesOf(published: readonly Sent[], inboxes: readonly Inbox[]): number[] {
  const sentAt = new Map(
    published.flatMap(({ rows, sentAt: at }) => rows.map(({ reportId }) => [reportId ?? '', at] as const)),
  );
  return inboxes
    .flatMap(({ deliveries }) => deliveries)
    .flatMap(({ type, subjectId, at }) => {
      const sent = sentAt.get(subjectId);
      return type === 'report.published' && sent !== undefined ? [at - sent] : [];
    })
    .sort((a, b) => a - b);
}

/** The value that this part of a sorted list does not exceed, rounded. */
export const quantile = (sorted: readonly number[], q: number): number =>
  Math.round(sorted[Math.ceil(q * sorted.length) - 1] ?? 0);
