import { enumType } from '#graphql';

/** What the indicator does in the scam. */
export const ReportRole = enumType('ReportRole', 'What the indicator does in the scam.', {
  CALLBACK: 'The victim is made to call, write or go there: the number in the pop-up. Strong evidence.',
  CALLER_ID: 'Shown to the victim as the caller. Easily spoofed, so weak evidence.',
  SENDER: 'Messages or e-mails come from it.',
  LANDING_PAGE: 'The victim lands on it.',
  REMOTE_ACCESS: 'The scammer reaches the victim’s machine through it.',
  PAYMENT: 'Money is sent to it or moved through it.',
  INFRASTRUCTURE: 'Serves the scam out of the victim’s sight.',
  UNKNOWN: 'Not known.',
});
export type ReportRole = keyof typeof ReportRole;

/** Where the publisher learnt of it. */
export const ReportSource = enumType('ReportSource', 'Where the publisher learnt of it.', {
  CUSTOMER_COMPLAINT: 'A customer or victim complained.',
  TELEMETRY: 'The publisher’s own systems saw it.',
  TEST_CALL: 'An investigator called or wrote to the scammer.',
  INVESTIGATION: 'Found in an investigation.',
  PUBLIC_SOURCE: 'Published by somebody else; sourceReference says where.',
});
export type ReportSource = keyof typeof ReportSource;

/** A coarse count: exact numbers of victims identify them. */
export const VictimCount = enumType('VictimCount', 'How many victims are known, coarsely.', {
  NONE: 'None known.',
  ONE: 'One.',
  UP_TO_10: '2 to 10.',
  UP_TO_100: '11 to 100.',
  UP_TO_1000: '101 to 1,000.',
  OVER_1000: 'More than 1,000.',
});
export type VictimCount = keyof typeof VictimCount;

/** Why a publisher takes a report back. A closed list: a free text would travel to everybody who had the report. */
export const WithdrawReason = enumType('WithdrawReason', 'Why it is taken back. Everybody who had it is told.', {
  FALSE_POSITIVE: 'It was not a scam.',
  MISTAKE: 'It was wrong or published by mistake.',
  OUTDATED: 'It is no longer so.',
  DISPUTED: 'Whoever it belongs to disputes it.',
  LEGAL: 'The law asks for it.',
  OTHER: 'Another reason.',
});
export type WithdrawReason = keyof typeof WithdrawReason;
