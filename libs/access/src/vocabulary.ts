import { enumType } from '#graphql';

/** Traffic Light Protocol 2.0 (FIRST, August 2022): who may see. */
export const Tlp = enumType('Tlp', 'Traffic Light Protocol 2.0: how far this may travel. It bounds the audience.', {
  RED: 'For the named organisations only. The audience names organisations, no groups.',
  AMBER_STRICT: 'For the recipient organisations only, not their clients. Written AMBER+STRICT.',
  AMBER: 'For the recipient organisations and their clients.',
  GREEN: 'For the whole community of verified organisations.',
  CLEAR: 'May be disclosed to anyone.',
});
export type Tlp = keyof typeof Tlp;

/** The kinds of scam that reports and cases speak of. */
export const ScamType = enumType('ScamType', 'What kind of scam it is.', {
  TECH_SUPPORT: 'Fake technical support: pop-ups, cold calls, remote access.',
  REFUND: 'Fake refund, subscription renewal or overpayment.',
  CALLBACK_PHISHING: 'An e-mail or message that makes the victim call, such as BazarCall.',
  PHISHING: 'Credentials or payment data taken by a fake page or e-mail.',
  SMISHING: 'Phishing by text message.',
  BANK_IMPERSONATION: 'Pretends to be the bank: safe account, card collection.',
  GOVERNMENT_IMPERSONATION: 'Pretends to be police, tax office, court or customs; digital arrest.',
  DELIVERY: 'Fake parcel or delivery fee.',
  MARKETPLACE: 'Fake shop, seller, buyer or escrow.',
  GIFT_CARD: 'Victim pays by gift card codes.',
  INVESTMENT: 'Fake investment or trading platform.',
  ROMANCE: 'Feigned relationship.',
  EMPLOYMENT: 'Fake job or task scam.',
  LOAN: 'Fake loan or advance fee.',
  MONEY_MULE: 'Moves the proceeds of scams.',
  OTHER: 'Another kind.',
  UNKNOWN: 'Not known.',
});
export type ScamType = keyof typeof ScamType;
