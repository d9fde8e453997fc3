-- Browsers in which somebody is signed in.
create table browser_session (
  id bigint generated always as identity primary key,
  user_id bigint not null references account_user,
  -- SHA-256 of what the cookie holds.
  token_hash bytea not null unique,
  -- Whether a link opened it: then a password may be set without the one before.
  by_link boolean not null,
  created_at timestamptz not null default tideway_now(),
  -- Put off while the session is used.
  expires_at timestamptz not null
);
create index browser_session_user on browser_session (user_id);

-- The link by which a user signs in once: at the first start, or where the password is forgotten.
create table sign_in_link (
  user_id bigint primary key references account_user,
  -- SHA-256 of what the link holds.
  token_hash bytea not null unique,
  expires_at timestamptz not null
);

alter table account_user
  -- Encrypted; null where a password is all that is asked for.
  add column second_factor bytea,
  -- The time step of the last code that was taken: none counts twice.
  add column second_factor_step bigint;
