-- Outbox entries become jobs.

create or replace function featurize._resync(f featurize.featurizer) returns void
    language sql
    set search_path = pg_catalog, pg_temp
as $$
    select featurize._remove_orphans(f);
    select featurize._start_backfill(f, false);
$$;
comment on function featurize._resync(featurize.featurizer) is
    'Remove embeddings and failures of rows that were deleted or have no image, and start a backfill, which queues rows
whose image was replaced. Needed after writes that the triggers did not record.';

create or replace function featurize._relay_outbox(f featurize.featurizer, size integer) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    first bigint := featurize._first_outbox_id(f.id);
begin
    if first is null then
        return;
    end if;
    -- An entry without keys was written while a column was missing.
    perform featurize._resync(f)
       from (select a.keys from featurize.outbox a
              where a.featurizer_id = f.id and a.id >= first order by a.id limit size) next
      where next.keys::text = '[]'
      limit 1;
    with next as (
        select a.id
          from featurize.outbox a
         where a.featurizer_id = f.id and a.id >= first
         order by a.id
         limit size
           for update skip locked
    ), taken as (
        delete from featurize.outbox a using next
         where a.featurizer_id = f.id and a.id = next.id and a.id = any (array(select next.id from next))
        returning a.id, a.queued_at, a.keys
    )
    insert into featurize.job (featurizer_id, key, queued_at)
    select f.id, k.key::jsonb, taken.queued_at
      from taken
     cross join lateral json_array_elements(taken.keys) with ordinality k (key, position)
     order by taken.id, k.position;
end
$$;
comment on function featurize._relay_outbox(featurize.featurizer, integer) is
    'Turn the oldest entries of the outbox, at most size of them, into jobs. An entry has up to a hundred keys.';
