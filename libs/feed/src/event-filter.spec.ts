import { Rejected } from '#kernel';
import { brandKey, parseEventFilter } from './event-filter.js';

describe('an event filter', () => {
  it('lets everything pass where nothing is said', () => {
    const all = { eventTypes: null, indicatorTypes: null, scamTypes: null, brands: null };
    expect([parseEventFilter(null), parseEventFilter({}), parseEventFilter({ brands: null })]).toEqual([all, all, all]);
  });

  it('keeps each name once, so that it is never longer than there are kinds', () => {
    const many = <T>(...names: T[]) => Array.from({ length: 10_000 }, () => names).flat();
    expect(
      parseEventFilter({
        eventTypes: many('REPORT_PUBLISHED', 'CASE_LINKED'),
        indicatorTypes: many('PHONE'),
        scamTypes: many('REFUND'),
        brands: ['Acme', ' ACME '],
      }),
    ).toEqual({
      eventTypes: ['report.published', 'case.linked'],
      indicatorTypes: ['PHONE'],
      scamTypes: ['REFUND'],
      brands: ['acme'],
    });
  });

  it.each([[['']], [[' ']], [['a\u0000b']], [['x'.repeat(101)]], [Array.from({ length: 101 }, () => 'x')]])(
    'refuses brands that no report can name (%#)',
    (brands) => {
      expect(parseEventFilter({ brands })).toBeInstanceOf(Rejected);
    },
  );

  it('compares brands without regard to case, width and outer space', () => {
    expect(new Set(['Acme', ' ACME ', '\uff21cme'].map(brandKey))).toEqual(new Set(['acme']));
  });
});
