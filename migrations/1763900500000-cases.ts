import { ForwardOnly } from './forward-only.js';

/**
 * Cases: a stub that its audience sees, the indicators it is interested in, and confirmed ties between two cases.
 * Interests are for matching: only the owner lists them. Everybody else learns of those it asked with, and of those
 * that two cases it may see have in common.
 */
export class Cases1763900500000 extends ForwardOnly {
  protected readonly sql = `
    create table case_file (
      id              uuid primary key,
      organisation_id uuid not null references organisation,
      dedupe_key      text not null,          -- 'x:' + external id, or 'n:' + id when there is none
      external_id     text,
      status          text not null default 'ACTIVE' check (status in ('ACTIVE', 'WITHDRAWN')),
      version         int not null default 1,
      content_hash    bytea not null,
      audience_id     int not null references audience,
      tlp             text not null check (tlp in ('RED', 'AMBER_STRICT', 'AMBER', 'GREEN', 'CLEAR')),
      kind            text not null check (kind in ('INVESTIGATION', 'REFERRAL', 'INTELLIGENCE', 'CIVIL')),
      scheme          text not null,
      phase           text not null check (phase in ('INTELLIGENCE', 'COVERT', 'OVERT', 'CHARGED', 'COURT', 'CLOSED')),
      contact         text not null,
      created_at      timestamptz not null default clock_timestamp(),
      updated_at      timestamptz not null default clock_timestamp(),
      withdrawn_at    timestamptz,
      withdraw_reason text,
      unique (organisation_id, dedupe_key),
      unique (id, organisation_id)
    );
    create index case_newest on case_file (audience_id, id desc) where status = 'ACTIVE';

    create table case_interest (
      case_id          uuid not null,
      organisation_id  uuid not null,
      indicator_id     uuid not null,
      indicator_type   text not null,
      value            text collate "C" not null,
      raw_text         text not null,
      attributes       jsonb not null default '{}',
      aggregation_keys text[] not null default '{}',
      audience_id      int not null,          -- the case's, at all times
      created_at       timestamptz not null default clock_timestamp(),
      primary key (case_id, indicator_id),
      -- With the owner in the key, somebody else's case and no case at all give the same error.
      foreign key (case_id, organisation_id) references case_file (id, organisation_id)
    );
    create index case_interest_indicator on case_interest (indicator_id);

    create table case_link (
      id              uuid primary key,
      case_a          uuid not null references case_file,
      case_b          uuid not null references case_file check (case_a < case_b),
      organisation_id uuid not null references organisation,   -- the author: any organisation that sees both
      status          text not null default 'ACTIVE' check (status in ('ACTIVE', 'WITHDRAWN')),
      version         int not null default 1,
      evidence        text not null,
      strength        smallint not null check (strength between 0 and 100),
      scheme          text,                   -- of both cases, when it is the same: what filters go by
      audience_id     int not null references audience,        -- who may see both cases
      created_at      timestamptz not null default clock_timestamp(),
      updated_at      timestamptz not null default clock_timestamp(),
      withdrawn_at    timestamptz,
      unique (case_a, case_b, organisation_id)
    );
    create index on case_link (case_b);
    create index on case_link (organisation_id);

    -- The audience of a tie between two cases; null unless the asking organisation sees both and both are active.
    -- The cases stay locked until the tie is written: one that narrows meanwhile would leave it too wide an audience.
    -- Cases are locked in the order of owner and key everywhere, so that nobody waits in a circle.
    create function app.link_audience(a uuid, b uuid) returns int
    language plpgsql security definer set search_path = '' as $$
    declare
      seen   int[] := app.visible_audiences();
      shared int[];
      made   int;
    begin
      -- Before the rows: whoever takes an organisation out of a group holds this lock while it changes them.
      perform pg_advisory_xact_lock(hashtext('crossline.audiences'));
      select array_agg(l.audience_id) into shared
        from (select c.audience_id from public.case_file c
               where c.id in (a, b) and c.status = 'ACTIVE' and c.audience_id = any (seen)
               order by c.organisation_id, c.dedupe_key for share) l;
      if cardinality(shared) = 2 then
        made := app_private.intern_intersection(least(shared[1], shared[2]), greatest(shared[1], shared[2]));
        -- Whoever sees the tie may know who drew it.
        insert into public.audience_publisher (audience_id, organisation_id) values (made, app.organisation()) on conflict do nothing;
      end if;
      return made;
    end $$;

    -- The newest event of each subject told again, to those who have just gained sight of it.
    create function app_private.tell_again(subjects uuid[], told_as text[], kind text, wanted int) returns void
    language sql set search_path = '' as $$
      with newest as (
        select distinct on (c.subject_id) c.*, b.body from (
          select o.event_id, o.publisher_id, o.order_key, o.subject_id, o.scam_type, 1 as place, o.id as at from public.outbox o
           where o.subject_id = any (subjects) and o.type = any (told_as)
          union all
          select f.event_id, f.publisher_id, f.order_key, f.subject_id, f.scam_type, 0, f.seq from public.feed f
           where f.subject_id = any (subjects) and f.type = any (told_as)) c
          join public.event_body b on b.event_id = c.event_id and b.erased_at is null
         order by c.subject_id, c.place desc, c.at desc),
       e as materialized (
        select uuidv7() as event_id, public.gen_random_bytes(32) as nonce, n.publisher_id, n.order_key, n.subject_id, n.scam_type,
               json_build_object('type', kind,
                 'timestamp', to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
                 'data', n.body::json -> 'data')::text as body
          from newest n order by n.subject_id),
       b as (insert into public.event_body (event_id, publisher_id, audience_id, nonce, body)
             select event_id, publisher_id, wanted, nonce, body from e)
      insert into public.outbox (event_id, publisher_id, audience_id, type, order_key, subject_id, body_hash, scam_type)
      select event_id, publisher_id, wanted, kind, order_key, subject_id, sha256(nonce || convert_to(body, 'UTF8')), scam_type from e
    $$;

    -- One notice for each case, ids only: to one audience, or without one to whoever sees the case.
    create function app_private.announce_case_withdrawn(cases uuid[], wanted int, cause text) returns void
    language plpgsql set search_path = '' as $$
    begin
      perform app_private.append_event(c.organisation_id, coalesce(wanted, c.audience_id), 'case.withdrawn', c.id, c.id,
                jsonb_build_object('id', c.id, 'organisationId', c.organisation_id, 'cause', cause), scam => c.scheme)
         from (select * from public.case_file f where f.id = any (cases) order by f.id) c;
    end $$;

    -- The same for ties.
    create function app_private.announce_unlinked(links uuid[], wanted int, cause text) returns void
    language plpgsql set search_path = '' as $$
    begin
      perform app_private.append_event(l.organisation_id, coalesce(wanted, l.audience_id), 'case.unlinked', l.id, l.id,
                jsonb_build_object('id', l.id, 'caseIds', jsonb_build_array(l.case_a, l.case_b),
                                   'organisationId', l.organisation_id, 'cause', cause), scam => l.scheme)
         from (select * from public.case_link k where k.id = any (links) order by k.id) l;
    end $$;

    -- Brings ties in line with the audiences of their cases. Their events are moved even when the audience stays: they
    -- may have been moved with everything else that the author shared with a group it leaves.
    create function app_private.refresh_links(cases uuid[]) returns void
    language plpgsql set search_path = '' as $$
    declare
      author  uuid;
      former  int;
      one     int;
      other   int;
      moving  uuid[];
      live    uuid[];
      wanted  int;
      losers  uuid[];
      gainers uuid[];
    begin
      for author, former, one, other, moving, live in
        select l.organisation_id, l.audience_id, least(a.audience_id, b.audience_id), greatest(a.audience_id, b.audience_id),
               array_agg(l.id), coalesce(array_agg(l.id) filter (where l.status = 'ACTIVE'), '{}')
          from (select * from public.case_link k where k.case_a = any (cases) or k.case_b = any (cases) order by k.id for update) l
          join public.case_file a on a.id = l.case_a
          join public.case_file b on b.id = l.case_b
         group by 1, 2, 3, 4
      loop
        wanted := app_private.intern_intersection(one, other);
        perform app_private.move_events(author, moving, wanted);
        if wanted = former then continue; end if;
        losers := app_private.only_in(former, wanted);
        gainers := app_private.only_in(wanted, former);
        update public.case_link l set audience_id = wanted where l.id = any (moving);
        insert into public.audience_publisher (audience_id, organisation_id) values (wanted, author) on conflict do nothing;
        if cardinality(losers) > 0 then
          perform app_private.announce_unlinked(live, app_private.intern_audience(losers, '{}', false), 'NO_LONGER_SHARED');
          perform app_private.bump_access_epoch();
        end if;
        if cardinality(gainers) > 0 then
          perform app_private.tell_again(live, array['case.linked'], 'case.linked',
                                         app_private.intern_narrower(app_private.intern_audience(gainers, '{}', false), wanted));
        end if;
      end loop;
    end $$;

    create function app_private.withdraw_links(links uuid[], cause text) returns void
    language plpgsql set search_path = '' as $$
    declare
      author uuid;
      closed uuid[];
    begin
      for author, closed in
        select l.organisation_id, array_agg(l.id)
          from (select k.id, k.organisation_id from public.case_link k
                 where k.id = any (links) and k.status = 'ACTIVE' order by k.id for update) l
         group by 1
      loop
        update public.case_link l set status = 'WITHDRAWN', withdrawn_at = clock_timestamp() where l.id = any (closed);
        perform app_private.announce_unlinked(closed, null, cause);
        perform app_private.close_events(author, closed, false);
      end loop;
    end $$;

    -- Takes back a tie that the asking organisation drew and still sees; false for any other, whether it exists or not.
    create function app.withdraw_link(link uuid) returns bool
    language plpgsql security definer set search_path = '' as $$
    begin
      perform 1 from public.case_link l
       where l.id = link and l.organisation_id = app.organisation() and l.audience_id = any (app.visible_audiences());
      if not found then return false; end if;
      perform app_private.withdraw_links(array[link], 'WITHDRAWN');
      return true;
    end $$;

    -- Withdraws the asking organisation's cases and every tie to them; answers with those that were active.
    create function app.withdraw_cases(cases uuid[], reason text) returns setof uuid
    language plpgsql security definer set search_path = '' as $$
    declare
      me     uuid := app.organisation();
      active uuid[];
    begin
      select coalesce(array_agg(l.id), '{}') into active
        from (select c.id from public.case_file c
               where c.id = any (cases) and c.organisation_id = me and c.status = 'ACTIVE'
               order by c.dedupe_key for update) l;
      if cardinality(active) = 0 then return; end if;
      update public.case_file c set status = 'WITHDRAWN', withdrawn_at = clock_timestamp(), withdraw_reason = reason where c.id = any (active);
      perform app_private.announce_case_withdrawn(active, null, reason);
      perform app_private.close_events(me, active, false);
      perform app_private.withdraw_links(
        array(select l.id from public.case_link l where l.case_a = any (active) or l.case_b = any (active)), 'CASE_WITHDRAWN');
      return query select unnest(active);
    end $$;

    -- Gives the asking organisation's cases another audience, as readdress_reports does for reports. Nobody is told of a
    -- case that is withdrawn already.
    create function app.readdress_cases(cases uuid[], wanted int, content_changes bool) returns void
    language plpgsql security definer set search_path = '' as $$
    declare
      me      uuid := app.organisation();
      former  int;
      moving  uuid[];
      live    uuid[];
      losers  uuid[];
      gainers uuid[];
    begin
      -- Nobody joins or leaves between the finding of who loses sight and the change.
      perform pg_advisory_xact_lock(hashtext('crossline.audiences'));
      for former, moving, live in
        select l.audience_id, array_agg(l.id), coalesce(array_agg(l.id) filter (where l.status = 'ACTIVE'), '{}') from
          (select c.id, c.audience_id, c.status from public.case_file c
            where c.id = any (cases) and c.organisation_id = me and c.audience_id <> wanted
             order by c.dedupe_key for update) l
         group by 1
      loop
        losers := app_private.only_in(former, wanted);
        gainers := app_private.only_in(wanted, former);
        perform app_private.move_events(me, moving, wanted);
        if content_changes and cardinality(gainers) > 0 then perform app_private.close_events(me, moving, false); end if;
        update public.case_file c set audience_id = wanted where c.id = any (moving);
        update public.case_interest i set audience_id = wanted where i.case_id = any (moving);
        if cardinality(losers) > 0 then
          perform app_private.announce_case_withdrawn(live, app_private.intern_audience(losers, '{}', false), 'NO_LONGER_SHARED');
          perform app_private.bump_access_epoch();
        end if;
        if cardinality(gainers) > 0 and not content_changes then
          perform app_private.tell_again(live, array['case.published', 'case.updated'], 'case.shared',
                                         app_private.intern_narrower(app_private.intern_audience(gainers, '{}', false), wanted));
        end if;
        perform app_private.refresh_links(moving);
      end loop;
    end $$;

    -- Visible, active cases that hold one of these indicators, or one that the asked case holds too. Nothing else of what
    -- a case is interested in leaves it. An asked case that is hidden, withdrawn or absent holds nothing.
    create function app.shared_indicators(indicators uuid[], asked_case uuid)
    returns table (case_id uuid, indicator_id uuid, indicator_type text, value text)
    language sql stable security definer set search_path = '' as $$
      with asked as materialized (
        select unnest(indicators) as id
        union
        select i.indicator_id from public.case_file c join public.case_interest i on i.case_id = c.id
         where c.id = asked_case and c.status = 'ACTIVE' and c.audience_id = any ((select app.visible_audiences())::int[]))
      select i.case_id, i.indicator_id, i.indicator_type, i.value
        from asked a
        join public.case_interest i on i.indicator_id = a.id
        join public.case_file c on c.id = i.case_id and c.status = 'ACTIVE'
       where i.audience_id = any ((select app.visible_audiences())::int[])
         and c.audience_id = any ((select app.visible_audiences())::int[])
         and i.case_id is distinct from asked_case
    $$;

    alter function app.link_audience(uuid, uuid) owner to crossline_definer;
    alter function app_private.tell_again(uuid[], text[], text, int) owner to crossline_definer;
    alter function app_private.announce_case_withdrawn(uuid[], int, text) owner to crossline_definer;
    alter function app_private.announce_unlinked(uuid[], int, text) owner to crossline_definer;
    alter function app_private.refresh_links(uuid[]) owner to crossline_definer;
    alter function app_private.withdraw_links(uuid[], text) owner to crossline_definer;
    alter function app.withdraw_link(uuid) owner to crossline_definer;
    alter function app.withdraw_cases(uuid[], text) owner to crossline_definer;
    alter function app.readdress_cases(uuid[], int, bool) owner to crossline_definer;
    alter function app.shared_indicators(uuid[], uuid) owner to crossline_definer;
    grant execute on function app.link_audience(uuid, uuid), app.withdraw_link(uuid), app.withdraw_cases(uuid[], text),
      app.readdress_cases(uuid[], int, bool), app.shared_indicators(uuid[], uuid) to crossline_api;

    alter table case_file enable row level security;
    alter table case_file force row level security;
    alter table case_interest enable row level security;
    alter table case_interest force row level security;
    alter table case_link enable row level security;
    alter table case_link force row level security;

    create policy seen on case_file for select to crossline_api using (audience_id = any ((select app.visible_audiences())::int[]));
    create policy published on case_file for insert to crossline_api with check (organisation_id = (select app.organisation()));
    create policy updated on case_file for update to crossline_api
      using (organisation_id = (select app.organisation())) with check (organisation_id = (select app.organisation()));
    create policy own on case_interest to crossline_api
      using (organisation_id = (select app.organisation())) with check (organisation_id = (select app.organisation()));
    create policy seen on case_link for select to crossline_api using (audience_id = any ((select app.visible_audiences())::int[]));
    -- Checked before the foreign keys, so that a hidden case and no case at all give the same error.
    create policy drawn on case_link for insert to crossline_api
      with check (organisation_id = (select app.organisation()) and audience_id = app.link_audience(case_a, case_b));
    create policy redrawn on case_link for update to crossline_api
      using (organisation_id = (select app.organisation()))
      with check (organisation_id = (select app.organisation()) and audience_id = app.link_audience(case_a, case_b));

    -- The audience of what is published changes through readdress_cases alone, which tells those concerned.
    grant select, insert on case_file to crossline_api;
    grant update (status, version, content_hash, tlp, kind, scheme, phase, contact, updated_at, withdrawn_at, withdraw_reason)
      on case_file to crossline_api;
    grant select, insert, delete on case_interest to crossline_api;
    grant select, insert on case_link to crossline_api;
    grant update (status, version, evidence, strength, scheme, updated_at, withdrawn_at) on case_link to crossline_api;
  `;
}
