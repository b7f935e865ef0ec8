import { createLog } from './log.js';

describe('a log', () => {
  it('writes ids and codes, one object a line', () => {
    const lines: string[] = [];
    createLog('api', (line) => lines.push(line)).info('request.denied', { requestId: 'r1', rule: 'key.unknown' });
    expect(JSON.parse(lines.join(''))).toMatchObject({
      service: 'api',
      event: 'request.denied',
      requestId: 'r1',
      rule: 'key.unknown',
    });
  });

  it('never writes the message of an error, which may quote what it choked on', () => {
    const lines: string[] = [];
    const log = createLog('api', (line) => lines.push(line));
    log.error('request.failed', new TypeError('cannot read +18888728010'));
    log.error('request.failed', new TypeError('cannot read this:\n    at +18888728010'));
    expect(lines.join('')).toContain('"error":"TypeError"');
    expect(lines.join('')).toContain('log.spec');
    expect(lines.join('')).not.toContain('18888728010');
  });
});
