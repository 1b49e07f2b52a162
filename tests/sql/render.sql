-- Templates are filled in by name; inserted text is not interpreted.
create table t_render ("{id}" integer, tenant text, path text, primary key (tenant, "{id}"));
select featurize.create_featurizer('t_render', 'path', 'lenet_digits', 'render_f');

do $$
declare
    f featurize.featurizer := featurize._featurizer('render_f'::text);
    rendered text;
begin
    rendered := featurize._render(f, 'select {key:s} from only {source} s where {image:s} = {x} and {name} <> ''{1,2}''', '{"x": "{id}"}');
    assert rendered = 'select s.tenant, s."{id}" from only public.t_render s where s.path::text collate "C" = {id} and ''render_f'' <> ''{1,2}''', rendered;
    rendered := featurize._render(f, 'nothing');
    assert rendered = 'nothing', rendered;
    rendered := featurize._render(f, '{id}{id}{key_json:k,json}');
    assert rendered like f.id::text || f.id || 'pg_catalog.json_build_object(%', rendered;
    rendered := featurize._render(f, 'from {embedded_source:inner} where {space} is distinct from {current_space}');
    assert rendered = 'from only public.t_render s inner join public.render_f e on '
        || featurize._key_match(f, 'e', 's') || ' where e.space_id is distinct from null', rendered;
    assert featurize._render(f, '{embedded_source}') like '% left join %';
    -- A template that is not about a featurizer has no properties to fill in.
    rendered := featurize._render('select {n} from {relation}', jsonb_build_object('n', 1, 'relation', '"{n}"'));
    assert rendered = 'select 1 from "{n}"', rendered;
    begin
        perform featurize._render('select {source}', '{}'::jsonb);
        assert false, 'no error';
    exception
        when internal_error then
            assert sqlerrm like '%{source}%', sqlerrm;
    end;
    begin
        perform featurize._render(f, 'select {ima}');
        assert false, 'no error';
    exception
        when internal_error then
            assert sqlerrm like '%{ima}%', sqlerrm;
    end;
end
$$;
