import { ForwardOnly } from './forward-only.js';

/** Organisations, their keys, sharing groups, and the operator's audit. */
export class Organisations1763900100000 extends ForwardOnly {
  protected readonly sql = `
    create table organisation (
      id           uuid primary key default uuidv7(),
      name         text not null check (length(name) between 1 and 200),
      kind         text not null check (kind in ('COMPANY', 'LAW_ENFORCEMENT', 'REGULATOR', 'NONPROFIT')),
      country      text check (country ~ '^[A-Z]{2}$'),
      status       text not null default 'ACTIVE' check (status in ('ACTIVE', 'SUSPENDED')),
      created_at   timestamptz not null default now(),
      suspended_at timestamptz
    );
    create unique index organisation_name on organisation (lower(name));

    create table api_key (
      id              text primary key check (id ~ '^[a-z0-9]{16}$'),
      organisation_id uuid not null references organisation,
      name            text not null check (length(name) between 1 and 200),
      secret_hash     bytea not null check (length(secret_hash) = 32),
      scopes          text[] not null,
      created_at      timestamptz not null default now(),
      expires_at      timestamptz,
      revoked_at      timestamptz
    );
    create index on api_key (organisation_id);

    create table sharing_group (
      id         uuid primary key default uuidv7(),
      name       text not null check (length(name) between 1 and 200),
      created_at timestamptz not null default now()
    );
    create unique index sharing_group_name on sharing_group (lower(name));

    create table membership (
      group_id        uuid not null references sharing_group,
      organisation_id uuid not null references organisation,
      joined_at       timestamptz not null default now(),
      primary key (group_id, organisation_id)
    );
    create index on membership (organisation_id);

    -- What the operator did, to whom and when: ids only.
    create table audit_entry (
      id              uuid primary key default uuidv7(),
      at              timestamptz not null default clock_timestamp(),
      actor           text not null,
      action          text not null,
      organisation_id uuid,
      detail          jsonb not null default '{}'
    );
    create index on audit_entry (organisation_id, at);

    -- The organisation this transaction acts for; null without a valid context or when it is not active.
    create function app.organisation() returns uuid
    language sql stable security definer set search_path = '' as $$
      select o.id from public.organisation o
       where o.id = app_private.context_organisation() and o.status = 'ACTIVE'
    $$;

    create function app.my_groups() returns uuid[]
    language sql stable security definer set search_path = '' as $$
      select coalesce(array_agg(m.group_id), '{}') from public.membership m where m.organisation_id = app.organisation()
    $$;

    -- A key's owner and scopes, for the right secret only: a wrong one learns nothing, not even that the id exists.
    create function app.authenticate(key_id text, hash bytea)
    returns table (organisation_id uuid, scopes text[], expired bool, revoked bool, organisation_status text)
    language sql stable security definer set search_path = '' as $$
      select k.organisation_id, k.scopes, coalesce(k.expires_at <= clock_timestamp(), false), k.revoked_at is not null, o.status
        from public.api_key k join public.organisation o on o.id = k.organisation_id
       where k.id = key_id and k.secret_hash = hash
    $$;

    alter function app_private.context_organisation() owner to crossline_definer;
    alter function app.organisation() owner to crossline_definer;
    alter function app.my_groups() owner to crossline_definer;
    alter function app.authenticate(text, bytea) owner to crossline_definer;
    grant execute on function app.organisation(), app.my_groups() to crossline_api;
    grant execute on function app.authenticate(text, bytea) to crossline_api;

    alter table organisation enable row level security;
    alter table organisation force row level security;
    alter table api_key enable row level security;
    alter table api_key force row level security;
    alter table sharing_group enable row level security;
    alter table sharing_group force row level security;
    alter table membership enable row level security;
    alter table membership force row level security;
    alter table audit_entry enable row level security;
    alter table audit_entry force row level security;

    create policy seen on sharing_group for select to crossline_api using (id = any ((select app.my_groups())::uuid[]));
    create policy seen on membership for select to crossline_api using (group_id = any ((select app.my_groups())::uuid[]));
    grant select on organisation, sharing_group, membership to crossline_api;

    -- The operator administers; content is out of reach.
    create policy administered on organisation to crossline_operator using (true) with check (true);
    create policy administered on api_key to crossline_operator using (true) with check (true);
    create policy administered on sharing_group to crossline_operator using (true) with check (true);
    create policy administered on membership for select to crossline_operator using (true);
    create policy recorded on audit_entry for insert to crossline_operator with check (true);
    create policy read on audit_entry for select to crossline_operator using (true);
    grant select, insert, update on organisation, api_key, sharing_group to crossline_operator;
    grant select on membership to crossline_operator;
    grant select, insert on audit_entry to crossline_operator;
  `;
}
