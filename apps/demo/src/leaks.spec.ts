import { countLeaks } from './leaks.js';
import { rewritten } from './written-forms.js';

const hidden = {
  values: ['1-661-501-2041', 'bluecartservice[.]com', 'sender@naparniki[.]com'],
  ids: ['01a2'],
  names: ['Cyber Police Unit'],
};

describe('countLeaks', () => {
  it('finds nothing in what tells nothing', () => {
    expect(countLeaks(['{"data":{"reports":[]}}'], hidden)).toBe(0);
  });

  it.each([
    '+16615012041',
    '+1 (661) 501\u20112041',
    '661-501-2041',
    'BLUECARTSERVICE.COM',
    'bluecartservice[.]com',
    'cyber police unit',
    'id 01A2',
  ])('finds %s however it is written', (text) => {
    expect(countLeaks(['quiet', `… ${text} …`], hidden)).toBeGreaterThan(0);
  });

  it('knows the way another company writes a value', () => {
    for (const value of hidden.values) expect(countLeaks([rewritten(value)], hidden)).toBeGreaterThan(0);
  });
});
