import { Field, ID, InputType } from '@nestjs/graphql';
import { isUuid, Rejected } from '#kernel';
import type { Tx } from '#database';
import type { Tlp } from './vocabulary.js';

@InputType({
  description:
    'Who may see it: any of these. You are always part of it. Name only organisations and groups that you can see; nobody named means only you.',
})
export class AudienceInput {
  @Field(() => [ID], { defaultValue: [], description: 'Organisations, by id.' })
  organisations!: string[];
  @Field(() => [ID], { defaultValue: [], description: 'Sharing groups that you belong to, by id.' })
  groups!: string[];
  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Every verified organisation. Only with TLP GREEN or CLEAR.',
  })
  everyone!: boolean;
}

/** A checked audience: sorted, without repeats. */
export interface AudienceGrants {
  readonly organisations: readonly string[];
  readonly groups: readonly string[];
  readonly everyone: boolean;
}

/** More would be a sharing group. */
const MAX_GRANTS = 100;

/** Checks an audience against the marking: TLP bounds how far it may travel. */
export function parseAudience(draft: AudienceInput, tlp: Tlp, field: string): AudienceGrants | Rejected {
  const { organisations, groups, everyone } = draft;
  if (organisations.length + groups.length > MAX_GRANTS) {
    return Rejected.because(field, 'audience.too-many', `Name at most ${MAX_GRANTS} organisations and groups.`);
  }
  if (![...organisations, ...groups].every(isUuid)) {
    return Rejected.because(field, 'audience.id', 'An organisation or group id is not a UUID.');
  }
  if (tlp === 'RED' && (groups.length > 0 || everyone)) {
    return Rejected.because(field, 'tlp.red', 'TLP RED goes to named organisations only.');
  }
  if (tlp.startsWith('AMBER') && everyone) {
    return Rejected.because(field, 'tlp.amber', 'TLP AMBER goes to named organisations and groups, not to everyone.');
  }
  const sorted = (ids: readonly string[]) => [...new Set(ids.map((id) => id.toLowerCase()))].sort();
  return { organisations: sorted(organisations), groups: sorted(groups), everyone };
}

/** The same text for the same audience. */
export const audienceKey = ({ organisations, groups, everyone }: AudienceGrants): string =>
  `${String(everyone)}|${organisations.join()}|${groups.join()}`;

/** Interned audiences: the same set of grants is one id. */
export class Audiences {
  /** Its id; undefined when it names somebody the asker may not know, which is the same as nobody. */
  async resolve(tx: Tx, { organisations, groups, everyone }: AudienceGrants): Promise<number | undefined> {
    const [row] = await tx.query<{ id: number | null }[]>('select app.audience_for($1, $2, $3) as id', [
      organisations,
      groups,
      everyone,
    ]);
    return row?.id ?? undefined;
  }
}
