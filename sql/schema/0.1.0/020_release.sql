-- One row per applied schema release. A worker reads it to check whether it is compatible with this database.
create table featurize.release (
    version text not null,
    installed_at timestamptz not null default now(),
    constraint release_pkey primary key (version)
);
comment on table featurize.release is 'Schema releases applied to this database, by any install route.';
comment on column featurize.release.version is 'Release, as in the control file of the extension.';
comment on column featurize.release.installed_at is 'Time when the release was applied.';

insert into featurize.release (version) values ('0.1.0');
