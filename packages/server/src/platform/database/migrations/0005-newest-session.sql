-- Which session of a device counts: each that it opens ends the one before, so that of two machines with the same state
-- only one is heard at a time.
alter table device add column session_number bigint not null default 0;
