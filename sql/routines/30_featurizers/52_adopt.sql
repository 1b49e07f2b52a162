-- Adopting embeddings that a dropped featurizer left behind.

create or replace function featurize._check_adoptable(f featurize.featurizer, dim integer, schema name) returns void
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    relation regclass := case f.destination when 'table' then to_regclass(featurize._embedding_table(f, schema))
                                            else f.source end;
    vector_column text := case f.destination when 'table' then 'embedding' else f.name end;
    leftovers text := featurize._drop_leftovers(f, schema);
    wanted text := format('%s(%s)', f.storage, dim);
    complaint text;
begin
    if leftovers is null then
        complaint := 'there are no embeddings of a dropped featurizer of that name';
    elsif f.destination = 'table' and not coalesce((
        select array_agg(a.attname order by array_position(i.indkey::smallint[], a.attnum)) = f.key_columns
          from pg_index i
          join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
         where i.indrelid = relation and i.indisprimary), false)
        or exists (
        select from unnest(f.key_columns) k (name)
          join pg_attribute s on s.attrelid = f.source and s.attname = k.name
          join pg_attribute e on e.attrelid = relation and e.attname = k.name
         where (s.atttypid, s.atttypmod, s.attcollation) is distinct from (e.atttypid, e.atttypmod, e.attcollation))
    then
        complaint := format('the key of %s is not that of %s', relation, f.source);
    else
        select format('they are of type %s, not %s', held.type, wanted) into complaint
          from pg_attribute a
          join pg_type t on t.oid = a.atttypid
         cross join lateral (select format('%s(%s)', t.typname, a.atttypmod)) held (type)
         where a.attrelid = relation and a.attname = vector_column and held.type <> wanted;
    end if;
    if complaint is not null then
        raise exception using errcode = 'FZ002',
            message = format('featurizer "%s" cannot adopt embeddings: %s', f.name, complaint),
            hint = coalesce(
                'Drop what is left of the other featurizer, and do not pass adopt: ' || leftovers || '.',
                'Only what featurize.drop_featurizer(..., keep_embeddings => true) has kept can be adopted, under the '
                'same name. Else do not pass adopt.');
    end if;
end
$$;
comment on function featurize._check_adoptable(featurize.featurizer, integer, name) is
    'Raise FZ002 unless a dropped featurizer has left embeddings with the name, key and type of this one.';

create or replace function featurize._adopt(f featurize.featurizer) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    -- Of rows that lost their image or were deleted meanwhile no job would remove the vectors. Vectors that are older
    -- than their space are of another installation, whose spaces had other numbers. The backfill compares the others.
    if f.destination = 'table' then
        execute featurize._render(f, $adopt$
            delete from {embeddings} e
             where not exists (select from only {source} s where {key_match:s,e} and {image:s} is not null)
                or not exists (select from featurize.space x
                                where x.id = e.space_id and x.model = {model} and x.registered_at <= e.embedded_at)
            $adopt$, jsonb_build_object('model', quote_literal(f.model)));
        execute format('alter table %s owner to %s', f.embeddings, featurize._owner(f)::regrole);
    else
        execute featurize._render(f, $adopt$
            update only {source} s
               set {vector_column} = null, {space_column} = null, {digest_column} = null, {hash_column} = null
             where {vector_column} is not null
               and ({image:s} is null
                    or not exists (select from featurize.space x where x.id = s.{space_column} and x.model = {model}))
            $adopt$, jsonb_build_object('model', quote_literal(f.model)));
    end if;
end
$$;
comment on function featurize._adopt(featurize.featurizer) is
    'Remove adopted vectors of rows without an image, and those that are of no feature space of the model.';
