import { enumType } from '#graphql';

/** What a case is. */
export const CaseKind = enumType('CaseKind', 'What kind of case it is.', {
  INVESTIGATION: 'An investigation of an authority or of a company.',
  REFERRAL: 'Handed to an authority, or received from one.',
  INTELLIGENCE: 'Collected to understand a group or a scheme; nobody is investigated yet.',
  CIVIL: 'A civil claim.',
});
export type CaseKind = keyof typeof CaseKind;

/** How far a case has come. */
export const CasePhase = enumType(
  'CasePhase',
  'How far the case has come, which says what others should leave alone.',
  {
    INTELLIGENCE: 'Information is being collected.',
    COVERT: 'Those investigated must not notice.',
    OVERT: 'Those investigated may know.',
    CHARGED: 'Charges or a claim have been brought.',
    COURT: 'Before the court.',
    CLOSED: 'Ended; it still answers questions.',
  },
);
export type CasePhase = keyof typeof CasePhase;

/** Why a case was taken back. Those who saw it are told. */
export const CaseWithdrawReason = enumType('CaseWithdrawReason', 'Why a case is taken back. Whoever saw it is told.', {
  CLOSED: 'The case has ended and should answer no more questions.',
  DUPLICATE: 'Another case of yours says the same.',
  ERROR: 'It should not have been published.',
  OTHER: 'Another reason.',
});
export type CaseWithdrawReason = keyof typeof CaseWithdrawReason;

/** What became of one row of a call. */
export const CaseRowStatus = enumType('CaseRowStatus', 'What became of one row.', {
  ACCEPTED: 'It is new or says something new.',
  UNCHANGED: 'It was so already.',
  REJECTED: 'It was refused; the error says why. The other rows are not affected.',
});
export type CaseRowStatus = keyof typeof CaseRowStatus;

/** What became of one case that was to be taken back. */
export const CaseWithdrawalStatus = enumType('CaseWithdrawalStatus', 'What became of one case to be taken back.', {
  WITHDRAWN: 'It was taken back just now; whoever saw it is told.',
  UNCHANGED: 'It had been taken back before.',
  NOT_FOUND: 'There is no such case of yours.',
});
export type CaseWithdrawalStatus = keyof typeof CaseWithdrawalStatus;

/** Whether a tie stands. */
export const CaseLinkStatus = enumType('CaseLinkStatus', 'Whether a tie between two cases stands.', {
  ACTIVE: 'It stands.',
  WITHDRAWN: 'It was taken back, or one of its cases was.',
});
export type CaseLinkStatus = keyof typeof CaseLinkStatus;
