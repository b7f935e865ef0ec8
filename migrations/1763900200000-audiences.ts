import { ForwardOnly } from './forward-only.js';

/**
 * Audiences: interned sets of grants. `audience_member` holds who is in each one now; it is the one table that every
 * policy asks, through `app.visible_audiences()`.
 */
export class Audiences1763900200000 extends ForwardOnly {
  protected readonly sql = `
    create table audience (
      id         int generated always as identity primary key,
      key        bytea not null unique,     -- SHA-256 of the sorted grants: the same set is one row
      everyone   bool not null default false,
      all_of     int[],                     -- members of every one of these: who may see a link between two cases
      created_at timestamptz not null default now()
    );
    create index on audience using gin (all_of) where all_of is not null;

    create table audience_grant (
      audience_id     int not null references audience,
      organisation_id uuid references organisation,
      group_id        uuid references sharing_group,
      check (num_nonnulls(organisation_id, group_id) = 1)
    );
    create index on audience_grant (audience_id);
    create index on audience_grant (group_id) where group_id is not null;

    -- since_seq: the feed's head when the membership began. Pushed readers get what comes after it.
    -- joined: rises with every membership, in the order of their commits (see the lock of intern_audience). Says which
    -- came after a cursor was made, which since_seq cannot: many may begin while the head stands still.
    create table audience_member (
      organisation_id uuid not null references organisation,
      audience_id     int not null references audience,
      since_seq       bigint not null default 0,
      joined          bigint generated always as identity,
      primary key (organisation_id, audience_id)
    );
    create index on audience_member (audience_id, organisation_id);

    -- Who has shared something with an audience: how an organisation comes to know another's name.
    create table audience_publisher (
      audience_id     int not null references audience,
      organisation_id uuid not null references organisation,
      primary key (audience_id, organisation_id)
    );
    create index on audience_publisher (organisation_id);

    create function app.visible_audiences() returns int[]
    language sql stable security definer set search_path = '' as $$
      select coalesce(array_agg(m.audience_id), '{}') from public.audience_member m where m.organisation_id = app.organisation()
    $$;

    -- Organisations whose existence this one has been shown: itself, those it shares a group with, those that share with it.
    create function app.known_organisations() returns uuid[]
    language sql stable security definer set search_path = '' as $$
      select coalesce(array_agg(k.id), '{}') from (
        select app.organisation() as id
        union select m.organisation_id from public.membership m where m.group_id = any (app.my_groups())
        union select p.organisation_id from public.audience_publisher p where p.audience_id = any (app.visible_audiences())
      ) k where k.id is not null
    $$;

    -- Who is in an audience by its grants, now. Suspended organisations stay in: they are held back, not forgotten.
    create function app_private.members_by_grant(wanted int) returns setof uuid
    language sql stable set search_path = '' as $$
      select g.organisation_id from public.audience_grant g where g.audience_id = wanted and g.organisation_id is not null
      union
      select m.organisation_id from public.audience_grant g join public.membership m on m.group_id = g.group_id
       where g.audience_id = wanted
      union
      select o.id from public.organisation o, public.audience a where a.id = wanted and a.everyone
      union
      select s.organisation_id from public.audience a, public.audience_member s
       where a.id = wanted and a.all_of is not null and s.audience_id = any (a.all_of)
       group by s.organisation_id having count(*) = (select cardinality(a2.all_of) from public.audience a2 where a2.id = wanted)
    $$;

    -- Brings audience_member in line with the grants. Base audiences first: the all_of ones are made of them.
    create function app_private.refresh_members(wanted int[], since bigint) returns void
    language plpgsql set search_path = '' as $$
    declare
      one int;
    begin
      for one in select a.id from public.audience a where a.id = any (wanted) order by a.all_of is not null, a.id loop
        delete from public.audience_member m
         where m.audience_id = one and m.organisation_id not in (select app_private.members_by_grant(one));
        insert into public.audience_member (organisation_id, audience_id, since_seq)
        select o, one, since from app_private.members_by_grant(one) o on conflict do nothing;
      end loop;
    end $$;

    -- The audience of these grants, made if it is new. One lock at a time makes and changes audiences: an audience made
    -- while a membership changes would otherwise miss the change.
    create function app_private.intern_audience(organisations uuid[], groups uuid[], for_everyone bool, parents int[] default null)
    returns int language plpgsql set search_path = '' as $$
    declare
      orgs    uuid[] := array(select distinct o from unnest(organisations) o order by o);
      grps    uuid[] := array(select distinct g from unnest(groups) g order by g);
      above   int[]  := array(select distinct p from unnest(parents) p order by p);
      wanted  bytea;
      made    int;
    begin
      if for_everyone then orgs := '{}'; grps := '{}'; end if;
      wanted := sha256(convert_to(concat_ws('|', for_everyone, array_to_string(orgs, ','), array_to_string(grps, ','),
                                            array_to_string(above, ',')), 'UTF8'));
      select id into made from public.audience where key = wanted;
      if found then return made; end if;

      perform pg_advisory_xact_lock(hashtext('crossline.audiences'));
      insert into public.audience (key, everyone, all_of)
      values (wanted, for_everyone, case when cardinality(above) > 0 then above end)
      on conflict (key) do nothing returning id into made;
      if made is null then
        select id into made from public.audience where key = wanted;
        return made;
      end if;
      insert into public.audience_grant (audience_id, organisation_id) select made, o from unnest(orgs) o;
      insert into public.audience_grant (audience_id, group_id) select made, g from unnest(grps) g;
      perform app_private.refresh_members(array[made], 0);
      return made;
    end $$;

    -- Who may see both: one scalar audience for a row that ties two others together.
    create function app_private.intern_intersection(a int, b int) returns int
    language sql set search_path = '' as $$
      select case when a = b then a else app_private.intern_audience('{}', '{}', false, array[a, b]) end
    $$;

    -- Who is in one audience while in the other: for what is told to some of those who see its subject. Whoever loses
    -- sight of the subject loses it too, in whatever way.
    create function app_private.intern_narrower(told int, subjects int) returns int
    language plpgsql set search_path = '' as $$
    begin
      if told = subjects then return told; end if;
      return app_private.intern_audience('{}', '{}', false,
        array(select unnest(coalesce(a.all_of, array[a.id])) from public.audience a where a.id in (told, subjects)));
    end $$;

    -- The audience that the asking organisation means. A grantee it may not know is as unknown as one that does not exist:
    -- the answer is null. A publisher outside every granted group is added, so that no policy needs an OR.
    create function app.audience_for(organisations uuid[], groups uuid[], for_everyone bool) returns int
    language plpgsql security definer set search_path = '' as $$
    declare
      me   uuid := app.organisation();
      made int;
    begin
      if me is null then return null; end if;
      -- Held to the end of the transaction: whoever takes the publisher out of a group waits, and then finds what it
      -- has just published. All memberships at the first call, so that a later call never waits while holding more.
      perform 1 from public.membership m where m.organisation_id = me order by m.group_id for key share;
      if not organisations <@ app.known_organisations() or not groups <@ app.my_groups() then return null; end if;
      if cardinality(groups) = 0 and not for_everyone then organisations := organisations || me; end if;
      if cardinality(groups) > 0 then organisations := array_remove(organisations, me); end if;
      made := app_private.intern_audience(organisations, groups, for_everyone);
      insert into public.audience_publisher (audience_id, organisation_id) values (made, me) on conflict do nothing;
      return made;
    end $$;

    alter function app.visible_audiences() owner to crossline_definer;
    alter function app.known_organisations() owner to crossline_definer;
    alter function app.audience_for(uuid[], uuid[], bool) owner to crossline_definer;
    alter function app_private.members_by_grant(int) owner to crossline_definer;
    alter function app_private.refresh_members(int[], bigint) owner to crossline_definer;
    alter function app_private.intern_audience(uuid[], uuid[], bool, int[]) owner to crossline_definer;
    alter function app_private.intern_intersection(int, int) owner to crossline_definer;
    alter function app_private.intern_narrower(int, int) owner to crossline_definer;
    grant execute on function app.visible_audiences(), app.known_organisations(), app.audience_for(uuid[], uuid[], bool)
      to crossline_api;

    create policy seen on organisation for select to crossline_api using (id = any ((select app.known_organisations())::uuid[]));

    -- Runtime roles have no business in these tables; the functions above answer for them.
    alter table audience enable row level security;
    alter table audience force row level security;
    alter table audience_grant enable row level security;
    alter table audience_grant force row level security;
    alter table audience_member enable row level security;
    alter table audience_member force row level security;
    alter table audience_publisher enable row level security;
    alter table audience_publisher force row level security;
  `;
}
