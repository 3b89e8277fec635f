export const accounts = `
create table users (
  id uuid primary key default gen_random_uuid(),
  email varchar(255) not null unique check (email = lower(email)),
  password_hash varchar(255) not null,
  full_name varchar(255),
  role varchar(50) not null default 'customer' check (role in ('customer', 'support', 'support_lead', 'admin')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);`;
