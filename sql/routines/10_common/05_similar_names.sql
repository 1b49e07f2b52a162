-- Hints that name what there is, for names that do not exist.

create or replace function featurize._trigrams(name text) returns text[]
    language sql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
    -- As in pg_trgm: two spaces before the name and one after it give the beginning more weight.
    select array_agg(distinct substr(padded.name, position, 3))
      from (values (format('  %s ', lower(name)))) padded (name)
     cross join generate_series(1, length(padded.name) - 2) position;
$$;
comment on function featurize._trigrams(text) is 'All sequences of three letters of a name, in lower case.';

create or replace function featurize._similarity(a text, b text) returns float8
    language sql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
    select count(*) filter (where n = 2)::float8 / count(*)
      from (select count(*) as n
              from (select unnest(featurize._trigrams(a)) union all select unnest(featurize._trigrams(b))) t (trigram)
             group by trigram) g;
$$;
comment on function featurize._similarity(text, text) is
    'Similarity of two names, from 0 to 1: the fraction of their trigrams that they share.';

create or replace function featurize._similar_names(kind text, name text, existing text[]) returns text
    language sql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
    select case when count(*) <= 5
                then format('Existing %s: %s.', kind, coalesce(string_agg(e.name, ', ' order by e.name), 'none'))
                else format('%s of %s existing %s: %s.',
                            case when max(e.similarity) > 0.2 then 'The most similar' else 'Some' end, count(*), kind,
                            array_to_string((array_agg(e.name order by e.similarity desc, e.name))[:5], ', '))
                end
      from (select x.name, featurize._similarity(x.name, _similar_names.name) as similarity
              from unnest(existing) x (name)) e;
$$;
comment on function featurize._similar_names(text, text, text[]) is
    'A sentence with at most five existing names, the most similar ones if there are more.';
