-- One row per schema release applied, whatever the route: the worker reads it to know
-- whether it fits this database.
create table featurize.release (
    version text not null,
    installed_at timestamptz not null default now(),
    constraint release_pkey primary key (version)
);
comment on table featurize.release is 'Schema releases applied to this database, by any install route.';
comment on column featurize.release.version is 'Release, as in the control file.';
comment on column featurize.release.installed_at is 'When it was applied.';

insert into featurize.release (version) values ('0.1.0');
