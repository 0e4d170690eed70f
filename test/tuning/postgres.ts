import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../free-port.ts'

import { directory, program, ran } from './program.ts'

/** Debian's PostgreSQL with data of its own and these settings, until the test is over; whoever is on this machine may come in. */
export async function postgresServer(settings: string) {
  const port = await freePort()
  const bin = ran('sh', ['-c', 'ls -d /usr/lib/postgresql/*/bin | tail -1']).stdout.trim()
  const dir = directory()
  const data = dir.file('data')
  const asPostgres = ['--reuid=postgres', '--regid=postgres', '--clear-groups'] // it refuses to be root
  ran('chown', ['postgres', dir.path])
  const made = ran('setpriv', [...asPostgres, `${bin}/initdb`, '--auth=trust', '--no-sync', '-D', data])
  if (made.status !== 0) throw new Error(`initdb: ${made.said}`)
  ran('sh', ['-c', `cat >>${data}/postgresql.conf`], settings)
  const options = ['-D', data, '-p', String(port), '-k', dir.path, '-h', '127.0.0.1', '-F']
  const server = program('setpriv', [...asPostgres, `${bin}/postgres`, ...options])
  for (let tries = 0; !server.said().includes('ready to accept connections'); tries++) {
    if (tries > 600) throw new Error(`PostgreSQL does not start: ${server.said()}`)
    await sleep(100)
  }
  return {
    ...server,
    port,
    psql: `${bin}/psql`,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      dir[Symbol.dispose]()
    },
  }
}
