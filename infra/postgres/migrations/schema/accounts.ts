export const accounts = `
create table users (
  id uuid primary key default gen_random_uuid(),
  email varchar(255) not null unique check (email = lower(email)),
  -- When the owner last confirmed that emails to this address arrive.
  email_verified_at timestamptz,
  password_hash varchar(255) not null,
  -- A session of an earlier generation has ended. Raised with every new password.
  session_generation integer not null default 1,
  full_name varchar(255),
  role varchar(50) not null default 'customer' check (role in ('customer', 'support', 'support_lead', 'admin')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

-- Links in emails about an account. Each works once; a used one stays until it expires, so that an email that is sent twice does not renew it.
create table account_tokens (
  token_hash char(64) primary key check (token_hash ~ '^[0-9a-f]{64}$'),
  user_id uuid not null references users (id) on delete cascade,
  purpose text not null check (purpose in ('reset_password', 'verify_email', 'change_email')),
  -- The address that the email goes to.
  email varchar(255) not null check (email = lower(email)),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz
);
create index idx_account_tokens_user on account_tokens (user_id, purpose, created_at);`;
