import { randomBytes } from 'node:crypto';
import { ContextSeal, createSource, Db, type SystemTx } from '#database';
import { BadInput } from '#kernel';
import { QueryFailedError } from 'typeorm';
import { newApiKey } from './api-key.js';
import { parseKey, parseName, parseOrganisation, type KeyDraft, type OrganisationDraft } from './operator-input.js';
import type { AuditRecord, GroupRecord, KeyRecord, Named, NewKey, OrganisationRecord } from './operator-records.js';
import { operatorSql as sql, type AccessChange, type AuditDraft } from './operator.repository.js';

/** Two things that a command brought together or apart, and whether that changed anything. */
export interface Membership {
  readonly group: Named;
  readonly organisation: Named;
  readonly changed: boolean;
}

/** What a command answers, and what the audit keeps of it. */
type Outcome<T> = Omit<AuditDraft, 'actor' | 'action'> & { readonly result: T };

/**
 * Administers the exchange: who is in it, with which keys, in which groups. Every command, reading ones too, writes its
 * audit entry in its own transaction. Organisations and groups are named by id or exact name.
 */
export class Operator {
  /** `db` connects as the owner; `by` is who the audit says it was. */
  constructor(
    private readonly db: Db,
    private readonly by: string,
  ) {}

  static async connect(ownerUrl: string, by: string): Promise<Operator> {
    const actor = parseName('as', by);
    const source = await createSource(ownerUrl, { poolSize: 1 }).initialize();
    // The operator never acts for an organisation, so its seal is made of a key that the database does not know.
    return new Operator(new Db(source, new ContextSeal(randomBytes(32))), actor);
  }

  close(): Promise<void> {
    return this.db.close();
  }

  /** A new organisation has no key: nobody can act for it yet. */
  addOrganisation(draft: OrganisationDraft): Promise<OrganisationRecord> {
    const { name, kind, country } = parseOrganisation(draft);
    return this.run('organisation.added', async (tx) => {
      const organisationId = await sql.admitOrganisation(tx, name, kind, country);
      return { result: await sql.organisation(tx, organisationId), organisationId };
    });
  }

  listOrganisations(): Promise<OrganisationRecord[]> {
    return this.run('organisation.listed', async (tx) => ({ result: await sql.organisations(tx) }));
  }

  /** Its keys stop working and nothing is sent to it any more; what it shared stays. */
  suspendOrganisation(organisation: string): Promise<{ organisation: Named; changed: boolean }> {
    return this.changeStatus('organisation.suspended', 'suspend_organisation', organisation);
  }

  reinstateOrganisation(organisation: string): Promise<{ organisation: Named; changed: boolean }> {
    return this.changeStatus('organisation.reinstated', 'reinstate_organisation', organisation);
  }

  /** The answer holds the only copy of the key's text. */
  addKey(organisation: string, draft: KeyDraft = {}): Promise<NewKey> {
    const checked = parseKey(draft);
    return this.run('key.added', async (tx) => {
      const owner = await sql.find(tx, 'organisation', organisation);
      const { key, text } = newApiKey();
      await sql.addKey(tx, owner.id, key, checked);
      const { scopes, expiresAt = null } = checked;
      const result = { id: key.id, key: text, organisation: owner, scopes, expiresAt };
      return { result, organisationId: owner.id, detail: { keyId: key.id } };
    });
  }

  listKeys(organisation: string): Promise<KeyRecord[]> {
    return this.run('key.listed', async (tx) => {
      const owner = await sql.find(tx, 'organisation', organisation);
      return { result: await sql.keysOf(tx, owner.id), organisationId: owner.id };
    });
  }

  /** Holds from the next request on. */
  revokeKey(keyId: string): Promise<{ id: string; changed: boolean }> {
    return this.run('key.revoked', async (tx) => {
      const { organisationId, changed } = await sql.revokeKey(tx, keyId);
      return { result: { id: keyId, changed }, organisationId, detail: { keyId, changed } };
    });
  }

  addGroup(name: string): Promise<Named> {
    const checked = parseName('name', name);
    return this.run('group.added', async (tx) => {
      const groupId = await sql.addGroup(tx, checked);
      return { result: { id: groupId, name: checked }, detail: { groupId } };
    });
  }

  listGroups(): Promise<GroupRecord[]> {
    return this.run('group.listed', async (tx) => ({ result: await sql.groups(tx) }));
  }

  /** From now on the organisation sees what is shared with the group, also what was shared before. */
  joinGroup(group: string, organisation: string): Promise<Membership> {
    return this.changeMembership('group.joined', 'join_group', group, organisation);
  }

  /** From now on it sees nothing that is shared with the group, except its own. */
  leaveGroup(group: string, organisation: string): Promise<Membership> {
    return this.changeMembership('group.left', 'leave_group', group, organisation);
  }

  /** Newest first. */
  listAudit(first: number): Promise<AuditRecord[]> {
    return this.run('audit.listed', async (tx) => ({ result: await sql.audit(tx, first) }));
  }

  private changeStatus(action: string, change: AccessChange, wanted: string) {
    return this.run(action, async (tx) => {
      const organisation = await sql.find(tx, 'organisation', wanted);
      const changed = await sql.change(tx, change, organisation.id);
      return { result: { organisation, changed }, organisationId: organisation.id, detail: { changed } };
    });
  }

  private changeMembership(action: string, change: AccessChange, wantedGroup: string, wanted: string) {
    return this.run(action, async (tx) => {
      const group = await sql.find(tx, 'group', wantedGroup);
      const organisation = await sql.find(tx, 'organisation', wanted);
      const changed = await sql.change(tx, change, group.id, organisation.id);
      const detail = { groupId: group.id, changed };
      return { result: { group, organisation, changed }, organisationId: organisation.id, detail };
    });
  }

  private async run<T>(action: string, work: (tx: SystemTx) => Promise<Outcome<T>>): Promise<T> {
    try {
      return await this.db.asSystem('the operator administers', async (tx) => {
        // Leaving a group moves all that the leaver shared with it: longer than a request may take.
        await tx.query(`set local transaction_timeout = '10min'`);
        // The owner may do everything; the operator's role may not read what organisations share.
        await tx.query('set local role crossline_operator');
        const { result, ...audit } = await work(tx);
        await sql.record(tx, { actor: this.by, action, ...audit });
        return result;
      });
    } catch (error) {
      throw isTaken(error)
        ? new BadInput({ field: 'name', rule: 'name.taken', message: 'This name is in use, in whatever case.' })
        : error;
    }
  }
}

/** Unique names are the database's decision, not a check beforehand. */
function isTaken(error: unknown): boolean {
  if (!(error instanceof QueryFailedError)) return false;
  const { constraint } = error.driverError as { constraint?: string };
  return constraint === 'organisation_name' || constraint === 'sharing_group_name';
}
