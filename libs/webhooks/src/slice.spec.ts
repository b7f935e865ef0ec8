import fc from 'fast-check';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PendingEvent } from './delivery-records.js';
import type { PostResult } from './poster.js';
import type { SliceEnd, SlicePlan } from './slice-plan.js';
import { Slice } from './slice.js';

type Outcome = PostResult['outcome'];
interface Scripted {
  readonly key: number;
  readonly outcome: Outcome;
  readonly takesBack: boolean;
  readonly ms: number;
}

const answer = (outcome: Outcome): PostResult => ({
  outcome,
  status: undefined,
  error: undefined,
  ms: 1,
  retryAfterMs: undefined,
  responseExcerpt: undefined,
});

const eventOf = ({ key, takesBack }: Scripted, index: number): PendingEvent => ({
  seq: `${index + 1}`,
  eventId: `e${index + 1}`,
  orderKey: `k${key}`,
  subjectId: `s${key}`,
  takesBack,
  behind: false,
  attempts: 0,
  body: Buffer.from('{}'),
});

/** Runs a script against a slice and keeps who was in flight when. */
async function play(script: readonly Scripted[], over: Partial<SlicePlan> = {}, window = 4) {
  const log: { seq: string; key: string; what: 'start' | 'end' }[] = [];
  let inFlight = 0;
  let most = 0;
  const plan: SlicePlan = {
    endpointId: 'the endpoint',
    events: script.map(eventOf),
    redelivery: false,
    window,
    mayStart: () => true,
    slot: () => Promise.resolve(() => undefined),
    post: async ({ seq, orderKey: key }) => {
      const scripted = script[Number(seq) - 1];
      log.push({ seq, key, what: 'start' });
      most = Math.max(most, ++inFlight);
      await sleep(scripted?.ms ?? 0);
      inFlight--;
      log.push({ seq, key, what: 'end' });
      return answer(scripted?.outcome ?? 'delivered');
    },
    progress: () => Promise.resolve(),
    fault: (error) => {
      throw error as Error;
    },
    random: () => 0.5,
    ...over,
  };
  const end = await new Slice(plan).run();
  return { end, log, most };
}

const started = (log: { seq: string; what: string }[]) =>
  log.filter(({ what }) => what === 'start').map(({ seq }) => seq);
const states = ({ setAside }: SliceEnd) => setAside.map(({ seq, state }) => `${seq} ${state}`);
const line = (outcome: Outcome, key = Math.random(), over: Partial<Scripted> = {}): Scripted => ({
  key,
  outcome,
  takesBack: false,
  ms: 0,
  ...over,
});

describe('a slice', () => {
  it('passes everything that was delivered', async () => {
    const { end } = await play([line('delivered'), line('delivered')]);
    expect(end).toMatchObject({ upto: '2', complete: true, halted: undefined, setAside: [], settled: [] });
    expect(end.attempts.map(({ outcome }) => outcome)).toEqual(['DELIVERED', 'DELIVERED']);
  });

  it('starts nothing more after the endpoint failed, and sets aside what had started', async () => {
    const { end, log } = await play([line('endpoint-failed'), line('delivered')], {}, 1);
    expect(started(log)).toEqual(['1']);
    expect(end).toMatchObject({ upto: '1', complete: false, halted: 'endpoint-failed' });
    expect(states(end)).toEqual(['1 WAITING']);
  });

  it('sends more at once as requests go well, up to eight, and no more after one that did not', async () => {
    const good = Array.from({ length: 40 }, () => line('delivered', Math.random(), { ms: 2 }));
    const { end, most } = await play(good, {}, 1);
    expect([end.window, most]).toEqual([8, 8]);
    const bad = Array.from({ length: 40 }, () => line('event-failed', Math.random(), { ms: 2 }));
    expect(await play(bad, {}, 1)).toMatchObject({ most: 1, end: { window: 1 } });
  });

  it('goes on after an event was refused, and parks what follows of its key', async () => {
    const { end, log } = await play([line('event-failed', 1), line('delivered', 2), line('delivered', 1)]);
    expect(started(log)).toEqual(['1', '2']);
    expect(end).toMatchObject({ upto: '3', complete: true, halted: undefined });
    expect(states(end)).toEqual(['1 WAITING', '3 PARKED']);
  });

  it('lets an event that takes something back go out past what is set aside, and settles that', async () => {
    const back = line('delivered', 1, { takesBack: true });
    const { end, log } = await play([line('event-failed', 1), back]);
    expect(started(log)).toEqual(['1', '2']);
    expect(end.settled).toEqual([{ endpoint_id: 'the endpoint', seq: '2', superseded_subject: 's1' }]);
  });

  it('does not move past what went nowhere for a reason of ours', async () => {
    const { end } = await play([line('delivered'), line('ours'), line('ours')], {}, 3);
    expect(end).toMatchObject({ upto: '1', complete: false, halted: 'ours', setAside: [] });
  });

  it('sets aside without counting an attempt what went nowhere while later ones arrived', async () => {
    const { end } = await play([line('ours', 1, { ms: 5 }), line('delivered', 2)], {}, 2);
    expect(end.upto).toBe('2');
    expect(end.setAside).toMatchObject([{ seq: '1', state: 'WAITING', attempts: 0 }]);
  });

  it('gives up after the tenth attempt', async () => {
    const events = [{ ...eventOf(line('event-failed'), 0), attempts: 9 }];
    const { end } = await play([line('event-failed')], { events, redelivery: true });
    expect(end.setAside).toMatchObject([{ state: 'DEAD', attempts: 10 }]);
  });

  it('closes a redelivery that may no longer be seen without sending it', async () => {
    const events = [{ ...eventOf(line('delivered'), 0), body: undefined }];
    const { end, log } = await play([line('delivered')], { events, redelivery: true });
    expect(log).toEqual([]);
    expect(end.settled).toEqual([{ endpoint_id: 'the endpoint', seq: '1', superseded_subject: null }]);
  });

  it('takes a mistake of our own for our own fault', async () => {
    const faults: unknown[] = [];
    const broken = {
      post: () => Promise.reject(new Error('a bug')),
      fault: (error: unknown) => void faults.push(error),
    };
    const { end } = await play([line('delivered')], broken);
    expect(end).toMatchObject({ upto: undefined, halted: 'ours', setAside: [] });
    expect(faults.length).toBe(1);
  });

  it('passes nothing when a record of its progress was lost', async () => {
    const lossy = { progress: () => Promise.reject(new Error('the database is away')) };
    const slow = [line('event-failed', 1, { ms: 1_050 }), line('delivered', 2)];
    await expect(play(slow, lossy, 1)).rejects.toThrow('the database is away');
  });

  it('accounts for everything it starts, whatever happens in which order', async () => {
    const outcome = fc.constantFrom<Outcome>(
      'delivered',
      'delivered',
      'event-failed',
      'endpoint-failed',
      'ours',
      'gone',
    );
    const scripted = fc.record({
      key: fc.nat({ max: 4 }),
      outcome,
      takesBack: fc.boolean(),
      ms: fc.nat({ max: 3 }),
    });
    const property = async (script: readonly Scripted[], window: number, patience: number) => {
      let asked = 0;
      const { end, log, most } = await play(script, { mayStart: () => ++asked <= patience }, window);
      expect(most).toBeLessThanOrEqual(end.window);
      expect(end.window).toBeLessThanOrEqual(8);

      const passed = Number(end.upto ?? 0);
      const aside = new Map(end.setAside.map(({ seq, state }) => [seq, state]));
      const begun = new Set(started(log));
      for (const [index, { outcome: met }] of script.entries()) {
        const seq = `${index + 1}`;
        if (Number(seq) <= passed) {
          const delivered = begun.has(seq) && met === 'delivered';
          expect(delivered || aside.has(seq)).toBe(true);
          expect(delivered && aside.has(seq)).toBe(false);
        } else {
          // Beyond the cursor nothing was sent that a receiver could have seen.
          expect(!begun.has(seq) || met === 'ours').toBe(true);
          expect(aside.has(seq)).toBe(false);
        }
      }
      // Events of one key: never two at once, always in order.
      for (const key of new Set(log.map((entry) => entry.key))) {
        const own = log.filter((entry) => entry.key === key);
        expect(own.map(({ what }) => what)).toEqual(own.map((_, place) => (place % 2 === 0 ? 'start' : 'end')));
        expect(started(own).map(Number)).toEqual(
          started(own)
            .map(Number)
            .toSorted((a, b) => a - b),
        );
      }
    };
    const script = fc.array(scripted, { maxLength: 30, size: 'max' });
    await fc.assert(
      fc.asyncProperty(script, fc.integer({ min: 1, max: 8 }), fc.integer({ min: 0, max: 80 }), property),
      { numRuns: 100 },
    );
  });
});
