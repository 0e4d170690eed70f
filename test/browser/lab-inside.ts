import { mkdirSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { cluster } from '../lab/cluster/cluster.ts'
import { connectInside } from '../lab/cluster/inside.ts'
import { remembers } from '../lab/cluster/memory.ts'
import { asks, direct, echo, held } from '../lab/probes.ts'
import { settle } from '../lab/sandbox.ts'

// What lab-run.ts starts in a sandbox: a healthy cluster, its client's page on one socket, orders taken on another.

const [folder = ''] = process.argv.slice(2)
const again = { reconnect: { base: '500ms', cap: '1s' } }

await settle()
mkdirSync('/run/lab')
const made = await cluster({
  mode: 'iptables',
  cluster: { dns: ['dns1'] },
  probes: [
    held('silent', 20, '4s', again),
    held('kept', 10, '4s', { keepalive: { idle: '1s', interval: '1s', count: 5 }, ...again }),
    held('ladder', 12, '4s', { idle: ['500ms', '1s', '1500ms', '2500ms', '4s', '6s'], ...again }),
    direct('direct', 10, '4s', ['srv1', 'srv2'], again),
    echo('echo'),
    asks('cluster-dns'),
  ],
  diagnosed: true,
  staged: true,
  folder: '/run/lab',
  says: line => void process.stdout.write(`${line}\n`),
})
await made.startClient()
const client = made.halves.find(({ half }) => half === 'client')

createServer(visitor => {
  const page = connectInside('client', '127.0.0.1', 8081)
  visitor.pipe(page).pipe(visitor)
  for (const each of [visitor, page]) each.on('error', () => [visitor, page].forEach(both => both.destroy()))
}).listen(join(folder, 'page'))

createServer({ allowHalfOpen: true }, asking => void answer(asking)).listen(join(folder, 'orders'), () =>
  process.stdout.write('running\n'),
)

async function answer(asking: Socket): Promise<void> {
  const [order = '', value] = (await text(asking)).split(' ')
  asking.end(
    await obey(order, Number(value)).then(
      () => 'done',
      (error: unknown) => String(error),
    ),
  )
}

async function obey(order: string, seconds: number): Promise<void> {
  if (order === 'remembers') await remembers(made.mode, { tcp: seconds })
  else if (order === 'stops') process.kill(client?.pid ?? 0, 'SIGSTOP')
  else if (order === 'continues') process.kill(client?.pid ?? 0, 'SIGCONT')
  else throw new Error(`there is no order ${order}`)
}
