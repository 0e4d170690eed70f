import { defineTarget } from './target.ts'

/** A connection string: psql, psycopg, ruby-pg, php-pgsql, pgbouncer's own, and all who are made of libpq. */
export const libpq = defineTarget({
  name: 'libpq',
  title: 'PostgreSQL clients made of libpq (psql, psycopg, ...)',
  language: 'conf',
  text: ({ setting: { idleS, intervalS, count, userTimeoutMs } }) =>
    `host=db dbname=app keepalives=1 keepalives_idle=${idleS} keepalives_interval=${intervalS} keepalives_count=${count} tcp_user_timeout=${userTimeoutMs}\n`,
  notes: () => [
    'In a URL the same names follow a question mark. Others have options of their own: --for jdbc, node, go.',
  ],
})
