import { ForwardOnly } from './forward-only.js';

/**
 * Webhook endpoints: each is a cursor into the feed and a few redeliveries. The worker claims endpoints and reads for
 * many organisations, but only through the functions below, and only for endpoints that it holds the claim of.
 */
export class Webhooks1763900700000 extends ForwardOnly {
  protected readonly sql = `
    create table webhook_endpoint (
      id              uuid primary key,
      organisation_id uuid not null references organisation,
      url             text not null check (length(url) between 1 and 2048),
      description     text not null default '' check (length(description) <= 500),
      event_types     text[],           -- a filter that is null lets everything pass
      indicator_types text[],
      scam_types      text[],
      brands          text[],
      secret_sealed   bytea not null,
      status          text not null default 'ENABLED' check (status in ('ENABLED', 'DISABLED')),
      disabled_reason text check (disabled_reason in ('OWNER', 'GONE')),
      created_at      timestamptz not null default clock_timestamp(),
      updated_at      timestamptz not null default clock_timestamp(),
      check ((status = 'DISABLED') = (disabled_reason is not null))
    );
    create index on webhook_endpoint (organisation_id, id);

    -- The worker's side. No column that changes often is indexed, so its updates stay within their page (HOT).
    create table endpoint_state (
      endpoint_id     uuid primary key references webhook_endpoint on delete cascade,
      organisation_id uuid not null,
      shard           smallint not null check (shard between 0 and 15),
      active          bool not null default true,
      cursor_seq      bigint not null,   -- everything up to here is delivered, set aside or was not for this endpoint
      claim_id        uuid,
      lease_until     timestamptz,
      win             smallint not null default 1,
      fails           smallint not null default 0,
      openings        smallint not null default 0,
      slow            bool not null default false,
      breaker_until   timestamptz
    ) with (fillfactor = 50);
    create index on endpoint_state (shard) where active;
    create index on endpoint_state (organisation_id);

    -- An event set aside for one endpoint: waiting for its next attempt, parked behind an earlier one of its key, or dead.
    create table redelivery (
      endpoint_id     uuid not null references webhook_endpoint on delete cascade,
      seq             bigint not null,
      organisation_id uuid not null,
      event_id        uuid not null,
      order_key       uuid not null,
      subject_id      uuid not null,
      state           text not null check (state in ('WAITING', 'PARKED', 'DEAD')),
      attempts        smallint not null,
      due_at          timestamptz not null,
      primary key (endpoint_id, seq)
    );
    create index on redelivery (endpoint_id, order_key);
    create index on redelivery (endpoint_id, due_at) where state = 'WAITING';

    -- One row for each request: by far the most rows of all, and worthless after a while. Partitioned by time, because
    -- dropping a week costs nothing and deleting it row by row would cost more than writing it did.
    create table attempt (
      id              uuid not null,
      at              timestamptz not null,
      endpoint_id     uuid not null,
      organisation_id uuid not null,
      event_ids       uuid[] not null,
      status          smallint,
      outcome         text not null check (outcome in ('DELIVERED', 'ENDPOINT_FAILED', 'EVENT_FAILED', 'GONE', 'NOT_SENT')),
      error           text,             -- a stable code; what the receiver answered could repeat the event, so it is not kept
      ms              int not null,
      redelivery      bool not null
    ) partition by range (at);
    create index on attempt (endpoint_id, id desc);
    alter table attempt owner to crossline_definer;

    -- Weekly partitions: this week's, the next one, and none older than eight weeks.
    create function app.prepare_attempt_partitions() returns void
    language plpgsql security definer set search_path = '' as $$
    declare
      this_week constant bigint := extract(epoch from clock_timestamp())::bigint / 604800;
      old text;
    begin
      perform set_config('lock_timeout', '2s', true);
      perform pg_advisory_xact_lock(hashtext('crossline.attempts'));
      for week in this_week - 1 .. this_week + 1 loop
        if to_regclass('public.attempt_' || week) is null then
          execute format('create table public.attempt_%s partition of public.attempt for values from (%L) to (%L)',
                         week, to_timestamp(week * 604800), to_timestamp((week + 1) * 604800));
          execute format('alter table public.attempt_%s enable row level security', week);
          execute format('alter table public.attempt_%s force row level security', week);
        end if;
      end loop;
      for old in select c.relname from pg_catalog.pg_inherits i join pg_catalog.pg_class c on c.oid = i.inhrelid
                  where i.inhparent = 'public.attempt'::regclass and substr(c.relname, 9)::bigint < this_week - 8 loop
        execute format('drop table public.%I', old);
      end loop;
    end $$;
    alter function app.prepare_attempt_partitions() owner to crossline_definer;
    select app.prepare_attempt_partitions();

    ---------------------------------------------------------------------------------------------------- the worker's

    -- Which shards have an endpoint that one of these audiences concerns.
    create function app.shards_of_audiences(audiences int[]) returns smallint[]
    language sql stable security definer set search_path = '' as $$
      select coalesce(array_agg(distinct s.shard), '{}')
        from public.audience_member m join public.endpoint_state s on s.organisation_id = m.organisation_id and s.active
       where m.audience_id = any (audiences)
    $$;

    -- Endpoints for which there is something to do now. A suspended organisation's wait. Without a search_path of its own
    -- it is inlined into the two below, so that each uses its index.
    create function app_private.due() returns table (endpoint_id uuid, shard smallint)
    language sql stable as $$
      select s.endpoint_id, s.shard
        from public.endpoint_state s join public.organisation o on o.id = s.organisation_id and o.status = 'ACTIVE'
       where s.active
         and (s.lease_until is null or s.lease_until < statement_timestamp())
         and (s.breaker_until is null or s.breaker_until < statement_timestamp())
         and (s.cursor_seq < (select f.head from public.feed_head f)
                and exists (select 1 from public.audience_member m join public.audience_head h using (audience_id)
                             where m.organisation_id = s.organisation_id and h.last_seq > greatest(s.cursor_seq, m.since_seq))
              or exists (select 1 from public.redelivery r
                          where r.endpoint_id = s.endpoint_id and r.state = 'WAITING' and r.due_at <= statement_timestamp()))
    $$;
    create function app.due_endpoints(shards smallint[], at_most int) returns setof uuid
    language sql stable security definer set search_path = '' as $$
      select d.endpoint_id from app_private.due() d where d.shard = any (shards) limit at_most
    $$;
    create function app.still_due(ids uuid[], at_most int) returns setof uuid
    language sql stable security definer set search_path = '' as $$
      select d.endpoint_id from app_private.due() d where d.endpoint_id = any (ids) limit at_most
    $$;

    -- Takes those of the endpoints that are free, for 60 s. Losing a claim to a crash of the server is harmless, so its
    -- commit does not wait for the disk.
    create function app.claim_endpoints(claim uuid, ids uuid[])
    returns table (endpoint_id uuid, url text, secret_sealed bytea, win smallint, fails smallint, openings smallint, slow bool,
                   set_aside int, redeliveries_due bool)
    language plpgsql volatile security definer set search_path = '' as $$
    begin
      perform set_config('synchronous_commit', 'off', true);
      return query
      with free as (
        select s.endpoint_id as id from public.endpoint_state s
         where s.endpoint_id = any (ids) and s.active
           and (s.lease_until is null or s.lease_until < clock_timestamp())
           and (s.breaker_until is null or s.breaker_until < clock_timestamp())
         order by s.endpoint_id for update skip locked),
       held as (
        update public.endpoint_state s set claim_id = claim, lease_until = clock_timestamp() + interval '60 s'
          from free where s.endpoint_id = free.id returning s.*)
      select h.endpoint_id, w.url, w.secret_sealed, h.win, h.fails, h.openings, h.slow,
             (select count(*)::int from public.redelivery r where r.endpoint_id = h.endpoint_id and r.state <> 'DEAD'),
             exists (select 1 from public.redelivery r
                      where r.endpoint_id = h.endpoint_id and r.state = 'WAITING' and r.due_at <= clock_timestamp())
        from held h join public.webhook_endpoint w on w.id = h.endpoint_id;
    end $$;

    -- The next events for each of these endpoints under this claim, at most per each. One statement, so head, epoch,
    -- memberships and events share a snapshot. upto is how far the cursor may move once all of them are started: past
    -- events that the filter holds back, to the head when nothing more is visible. No row at all for an organisation
    -- that is suspended: its cursor waits. behind: an earlier event of the same key is set aside. A body comes once.
    -- audience_head is not asked here: an event that was given another audience keeps its seq.
    create function app.next_events(claim uuid, ids uuid[], per int)
    returns table (endpoint_id uuid, upto bigint, more bool, epoch bigint, seq bigint, event_id uuid, order_key uuid, subject_id uuid,
                   takes_back bool, behind bool, body text)
    language sql stable security definer set search_path = '' as $$
      with now_at as materialized (select f.head, a.epoch from public.feed_head f, public.access_epoch a),
      held as materialized (
        select s.endpoint_id, s.organisation_id, s.cursor_seq, w.event_types, w.indicator_types, w.scam_types, w.brands,
               num_nonnulls(w.event_types, w.indicator_types, w.scam_types, w.brands) > 0 as filtered
          from public.endpoint_state s
          join public.webhook_endpoint w on w.id = s.endpoint_id
          join public.organisation o on o.id = s.organisation_id and o.status = 'ACTIVE'
         where s.endpoint_id = any (ids) and s.claim_id = claim and s.active),
      -- A filter may match nothing for long: it looks through so much of the feed, from the next visible event on.
      span as materialized (
        select h.*, case when not h.filtered then 9223372036854775807 else
                 (select min(f.seq) from public.audience_member m cross join lateral (
                    select f.seq from public.feed f
                     where f.audience_id = m.audience_id and f.seq > greatest(h.cursor_seq, m.since_seq) order by f.seq limit 1) f
                   where m.organisation_id = h.organisation_id) + least(per * 50, 5000) - 1 end as until,
               case when h.filtered then 5000 else per end as most
          from held h),
      scanned as materialized (
        select h.endpoint_id, k.seq
          from span h cross join lateral (
            select f.seq
              from public.audience_member m cross join lateral (
                select f.seq from public.feed f
                 where f.audience_id = m.audience_id and f.seq > greatest(h.cursor_seq, m.since_seq) and f.seq <= h.until
                 order by f.seq limit h.most) f
             where m.organisation_id = h.organisation_id
             order by f.seq limit h.most) k),
      matched as materialized (
        select s.endpoint_id, s.seq, f.event_id, f.type, f.order_key, f.subject_id,
               row_number() over (partition by s.endpoint_id order by s.seq) as place
          from scanned s join held h using (endpoint_id) join public.feed f on f.seq = s.seq
         where (h.event_types is null or f.type = any (h.event_types))
           and (f.type like 'access.%'
                or (h.indicator_types is null or f.indicator_type = any (h.indicator_types))
               and (h.scam_types is null or f.scam_type = any (h.scam_types))
               and (h.brands is null or f.brands && h.brands))),
      reach as (
        select h.endpoint_id, m.last is not null or coalesce(h.filtered and h.until < n.head, false) as more,
               coalesce(m.last, case when h.filtered then least(h.until, n.head) end, n.head) as upto
          from span h cross join now_at n
          left join (select endpoint_id, seq as last from matched where place = per) m using (endpoint_id)),
      chosen as (
        select r.endpoint_id, r.upto, r.more, m.seq, m.event_id, m.type, m.order_key, m.subject_id,
               row_number() over (partition by m.event_id order by r.endpoint_id) = 1 as first_of_event
          from reach r left join matched m on m.endpoint_id = r.endpoint_id and m.place <= per)
      select c.endpoint_id, c.upto, c.more, n.epoch, c.seq, c.event_id, c.order_key, c.subject_id,
             app_private.takes_back(c.type),
             not app_private.takes_back(c.type)
               and exists (select 1 from public.redelivery r
                            where r.endpoint_id = c.endpoint_id and r.order_key = c.order_key and r.state <> 'DEAD'),
             case when c.first_of_event then
               coalesce(case when b.closed_at is null and b.erased_at is null then b.body end, app.tombstone(c.type, c.subject_id)) end
        from chosen c cross join now_at n left join public.event_body b on b.event_id = c.event_id
       order by c.endpoint_id, c.seq
    $$;

    -- Redeliveries that are due, one for each key, under this claim and today's access. A body that is null: the event is
    -- no longer to be seen, or its subject was withdrawn; it is closed without being sent.
    create function app.due_redeliveries(claim uuid, ids uuid[], at_most int)
    returns table (endpoint_id uuid, epoch bigint, seq bigint, event_id uuid, order_key uuid, subject_id uuid, takes_back bool,
                   attempts smallint, body text)
    language sql volatile security definer set search_path = '' as $$
      select s.endpoint_id, (select a.epoch from public.access_epoch a), d.seq, d.event_id, d.order_key, d.subject_id,
             app_private.takes_back(f.type), d.attempts, b.body
        from public.endpoint_state s
        join public.organisation o on o.id = s.organisation_id and o.status = 'ACTIVE'
        cross join lateral (
          select r.* from public.redelivery r
           where r.endpoint_id = s.endpoint_id and r.state = 'WAITING' and r.due_at <= clock_timestamp()
             and not exists (select 1 from public.redelivery e
                              where e.endpoint_id = r.endpoint_id and e.order_key = r.order_key and e.seq < r.seq
                                and e.state = 'WAITING' and e.due_at <= clock_timestamp())
           order by r.due_at limit at_most) d
        left join public.feed f on f.seq = d.seq
        left join public.event_body b on b.event_id = d.event_id and b.closed_at is null and b.erased_at is null
              and exists (select 1 from public.audience_member m
                           where m.organisation_id = s.organisation_id and m.audience_id = f.audience_id and m.since_seq < d.seq)
       where s.endpoint_id = any (ids) and s.claim_id = claim and s.active
       order by s.endpoint_id, d.due_at
    $$;

    -- Records what came of slices. Attempts always: they happened. Cursor, health and redeliveries only under the claim,
    -- or an event that the next holder has delivered would be tried again. Answers with the endpoints still held.
    create function app.finish_claim(progress json, attempts json, set_aside json, settled json) returns setof uuid
    language plpgsql volatile security definer set search_path = '' as $$
    declare
      held    uuid[];
      eased   uuid[];
    begin
      -- Cursor, redeliveries and attempts stand or fall together: a crash of the server in the next fraction of a second
      -- forgets them all, and the events are sent again under their ids. Nothing waits for the disk for that.
      perform set_config('synchronous_commit', 'off', true);
      insert into public.attempt (id, at, endpoint_id, organisation_id, event_ids, status, outcome, error, ms, redelivery)
      select uuidv7(a.age_ms * interval '-1 ms'), statement_timestamp() - a.age_ms * interval '1 ms', s.endpoint_id, s.organisation_id,
             array[a.event_id], a.status, a.outcome, a.error, a.ms, a.redelivery
        from json_to_recordset(attempts) a (endpoint_id uuid, event_id uuid, status smallint, outcome text, error text, ms int,
                                            age_ms int, redelivery bool)
        join public.endpoint_state s on s.endpoint_id = a.endpoint_id;

      select coalesce(array_agg(l.endpoint_id), '{}') into held from (
        select s.endpoint_id from public.endpoint_state s
          join json_to_recordset(progress) p (endpoint_id uuid, claim_id uuid) on p.endpoint_id = s.endpoint_id and p.claim_id = s.claim_id
         order by s.endpoint_id for update of s) l;

      insert into public.redelivery (endpoint_id, seq, organisation_id, event_id, order_key, subject_id, state, attempts, due_at)
      select r.endpoint_id, r.seq, s.organisation_id, r.event_id, r.order_key, r.subject_id, r.state, r.attempts,
             clock_timestamp() + r.delay_ms * interval '1 ms'
        from json_to_recordset(set_aside) r (endpoint_id uuid, seq bigint, event_id uuid, order_key uuid, subject_id uuid, state text,
                                             attempts smallint, delay_ms bigint)
        join public.endpoint_state s on s.endpoint_id = r.endpoint_id
       where r.endpoint_id = any (held)
      on conflict (endpoint_id, seq) do update set state = excluded.state, attempts = excluded.attempts, due_at = excluded.due_at;

      delete from public.redelivery r
       using json_to_recordset(settled) d (endpoint_id uuid, seq bigint, superseded_subject uuid)
       where d.endpoint_id = any (held) and r.endpoint_id = d.endpoint_id
         and (r.seq = d.seq and d.superseded_subject is null
              or r.subject_id = d.superseded_subject and r.seq < d.seq and r.state <> 'DEAD');

      -- Whatever waited behind an event that is now settled or dead may go.
      select coalesce(array_agg(distinct e.id), '{}') into eased from (
        select d.endpoint_id as id from json_to_recordset(settled) d (endpoint_id uuid)
        union all
        select r.endpoint_id from json_to_recordset(set_aside) r (endpoint_id uuid, state text) where r.state = 'DEAD') e
       where e.id = any (held);
      if cardinality(eased) > 0 then
        update public.redelivery p set state = 'WAITING', due_at = clock_timestamp()
         where p.endpoint_id = any (eased) and p.state = 'PARKED'
           and not exists (select 1 from public.redelivery e
                            where e.endpoint_id = p.endpoint_id and e.order_key = p.order_key and e.seq < p.seq and e.state <> 'DEAD');
      end if;

      update public.endpoint_state s
         set cursor_seq = greatest(s.cursor_seq, p.upto), win = p.win, fails = p.fails, openings = p.openings, slow = p.slow,
             breaker_until = case when p.hold_ms is null then null else clock_timestamp() + p.hold_ms * interval '1 ms' end,
             claim_id = case when p.release then null else s.claim_id end,
             lease_until = case when p.release then null else s.lease_until end,
             active = s.active and not p.gone
        from json_to_recordset(progress) p (endpoint_id uuid, claim_id uuid, upto bigint, release bool, win smallint, fails smallint,
                                            openings smallint, slow bool, hold_ms bigint, gone bool)
       where p.endpoint_id = s.endpoint_id and p.claim_id = s.claim_id and s.endpoint_id = any (held);
      update public.webhook_endpoint w set status = 'DISABLED', disabled_reason = 'GONE', updated_at = clock_timestamp()
        from json_to_recordset(progress) p (endpoint_id uuid, gone bool)
       where p.gone and w.id = p.endpoint_id and w.id = any (held) and w.status = 'ENABLED';
      return query select unnest(held);
    end $$;

    alter function app.shards_of_audiences(int[]) owner to crossline_definer;
    alter function app_private.due() owner to crossline_definer;
    alter function app.due_endpoints(smallint[], int) owner to crossline_definer;
    alter function app.still_due(uuid[], int) owner to crossline_definer;
    alter function app.claim_endpoints(uuid, uuid[]) owner to crossline_definer;
    alter function app.next_events(uuid, uuid[], int) owner to crossline_definer;
    alter function app.due_redeliveries(uuid, uuid[], int) owner to crossline_definer;
    alter function app.finish_claim(json, json, json, json) owner to crossline_definer;
    grant execute on function app.prepare_attempt_partitions(), app.shards_of_audiences(int[]), app.due_endpoints(smallint[], int),
      app.still_due(uuid[], int), app.claim_endpoints(uuid, uuid[]), app.next_events(uuid, uuid[], int),
      app.due_redeliveries(uuid, uuid[], int),
      app.finish_claim(json, json, json, json) to crossline_worker;

    ----------------------------------------------------------------------------------------------------- the owner's

    -- Makes an endpoint of the asking organisation that starts at the feed's head. False: it has as many as it may.
    create function app.create_webhook_endpoint(new_id uuid, target text, words text, events text[], indicators text[], scams text[],
                                                impersonated text[], sealed bytea, at_most int) returns bool
    language plpgsql volatile security definer set search_path = '' as $$
    declare
      me uuid := app.organisation();
    begin
      perform pg_advisory_xact_lock(hashtext('crossline.endpoints'), hashtext(me::text));
      if me is null or (select count(*) from public.webhook_endpoint w where w.organisation_id = me) >= at_most then return false; end if;
      insert into public.webhook_endpoint (id, organisation_id, url, description, event_types, indicator_types, scam_types, brands, secret_sealed)
      values (new_id, me, target, words, events, indicators, scams, impersonated, sealed);
      insert into public.endpoint_state (endpoint_id, organisation_id, shard, cursor_seq)
      values (new_id, me, hashtext(new_id::text) & 15, (select f.head from public.feed_head f));
      return true;
    end $$;

    -- Locks the worker's row before the owner's, as finish_claim does. Null: no such endpoint of the asking organisation.
    create function app_private.lock_own_endpoint(wanted uuid) returns uuid
    language sql volatile set search_path = '' as $$
      select s.endpoint_id from public.endpoint_state s
       where s.endpoint_id = wanted and s.organisation_id = app.organisation() for update
    $$;

    -- A new filter counts from the next reading; a new URL is given a fresh chance.
    create function app.change_webhook_endpoint(wanted uuid, target text, words text, events text[], indicators text[], scams text[],
                                                impersonated text[]) returns bool
    language plpgsql volatile security definer set search_path = '' as $$
    begin
      if app_private.lock_own_endpoint(wanted) is null then return false; end if;
      update public.endpoint_state s set win = 1, fails = 0, openings = 0, slow = false, breaker_until = null
       where s.endpoint_id = wanted and exists (select 1 from public.webhook_endpoint w where w.id = wanted and w.url <> target);
      update public.webhook_endpoint w
         set url = target, description = words, event_types = events, indicator_types = indicators, scam_types = scams,
             brands = impersonated, updated_at = clock_timestamp()
       where w.id = wanted;
      return true;
    end $$;

    create function app.disable_webhook_endpoint(wanted uuid) returns bool
    language plpgsql volatile security definer set search_path = '' as $$
    begin
      if app_private.lock_own_endpoint(wanted) is null then return false; end if;
      update public.endpoint_state s set active = false where s.endpoint_id = wanted;
      update public.webhook_endpoint w set status = 'DISABLED', disabled_reason = 'OWNER', updated_at = clock_timestamp()
       where w.id = wanted and w.status = 'ENABLED';
      return true;
    end $$;

    -- Goes on where it stopped, or lets go of everything until now.
    create function app.enable_webhook_endpoint(wanted uuid, skip bool) returns bool
    language plpgsql volatile security definer set search_path = '' as $$
    begin
      if app_private.lock_own_endpoint(wanted) is null then return false; end if;
      update public.endpoint_state s
         set active = true, win = 1, fails = 0, openings = 0, breaker_until = null,
             cursor_seq = case when skip then (select f.head from public.feed_head f) else s.cursor_seq end
       where s.endpoint_id = wanted;
      if skip then delete from public.redelivery r where r.endpoint_id = wanted and r.state <> 'DEAD'; end if;
      update public.webhook_endpoint w set status = 'ENABLED', disabled_reason = null, updated_at = clock_timestamp()
       where w.id = wanted and w.status = 'DISABLED';
      return true;
    end $$;

    create function app.delete_webhook_endpoint(wanted uuid) returns bool
    language plpgsql volatile security definer set search_path = '' as $$
    begin
      if app_private.lock_own_endpoint(wanted) is null then return false; end if;
      delete from public.webhook_endpoint w where w.id = wanted;
      return true;
    end $$;

    alter function app_private.lock_own_endpoint(uuid) owner to crossline_definer;
    alter function app.create_webhook_endpoint(uuid, text, text, text[], text[], text[], text[], bytea, int) owner to crossline_definer;
    alter function app.change_webhook_endpoint(uuid, text, text, text[], text[], text[], text[]) owner to crossline_definer;
    alter function app.disable_webhook_endpoint(uuid) owner to crossline_definer;
    alter function app.enable_webhook_endpoint(uuid, bool) owner to crossline_definer;
    alter function app.delete_webhook_endpoint(uuid) owner to crossline_definer;
    grant execute on function app.create_webhook_endpoint(uuid, text, text, text[], text[], text[], text[], bytea, int),
      app.change_webhook_endpoint(uuid, text, text, text[], text[], text[], text[]), app.disable_webhook_endpoint(uuid),
      app.enable_webhook_endpoint(uuid, bool), app.delete_webhook_endpoint(uuid) to crossline_api;

    alter table webhook_endpoint enable row level security;
    alter table webhook_endpoint force row level security;
    alter table endpoint_state enable row level security;
    alter table endpoint_state force row level security;
    alter table redelivery enable row level security;
    alter table redelivery force row level security;
    alter table attempt enable row level security;
    alter table attempt force row level security;

    create policy own on webhook_endpoint for select to crossline_api using (organisation_id = (select app.organisation()));
    create policy own on endpoint_state for select to crossline_api using (organisation_id = (select app.organisation()));
    create policy own on redelivery for select to crossline_api using (organisation_id = (select app.organisation()));
    create policy own on attempt for select to crossline_api using (organisation_id = (select app.organisation()));
    -- Not the sealed secret, and no seq: the owner's side has no use for them.
    grant select (id, organisation_id, url, description, event_types, indicator_types, scam_types, brands, status, disabled_reason,
                  created_at, updated_at) on webhook_endpoint to crossline_api;
    grant select (endpoint_id, organisation_id, fails, breaker_until) on endpoint_state to crossline_api;
    grant select (endpoint_id, organisation_id, state) on redelivery to crossline_api;
    grant select on attempt to crossline_api;
  `;
}
