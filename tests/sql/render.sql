-- Templates are filled in by name, and what is filled in is left as it is.
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
    assert rendered like f.id::text || f.id || 'json_build_object(%', rendered;
    begin
        perform featurize._render(f, 'select {ima}');
        assert false, 'no error';
    exception
        when internal_error then
            assert sqlerrm like '%{ima}%', sqlerrm;
    end;
end
$$;
