import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { helloFrame } from '../../../src/wire/hello.ts'
import { longholdServer, type Report, until } from '../subject.ts'

/** Connections from one machine can only say that they come from many: what a server keeps of each client is what is wanted here. */
const crowd = { connections: 15_000, quick: 3000, clients: 5000 }

/** Resident memory of a server for each connection, bytes, where thousands of different clients hold a few each. */
export async function strangers(quick: boolean): Promise<number> {
  const connections = quick ? crowd.quick : crowd.connections
  using server = longholdServer()
  const [listens = ''] = await server.ask<string[]>('listens')
  const [host = '', port] = listens.split(':')
  await server.ask('gc')
  const before = server.residentBytes()
  const sockets: Socket[] = []
  try {
    for (let index = 0; index < connections; index++) {
      const socket = connect(Number(port), host)
      sockets.push(socket)
      await once(socket, 'connect')
      socket.write(helloFrame(hello(index)))
    }
    const open = ({ open }: Report) => open === connections
    await until(() => server.ask('report'), open, { withinMs: 60_000, missing: 'not every stranger was let in' })
    await server.ask('gc')
    await sleep(500) // V8 gives pages back a little after a collection
    return (server.residentBytes() - before) / connections
  } finally {
    for (const socket of sockets) socket.destroy()
  }
}

function hello(index: number) {
  const client = index % crowd.clients
  const ip = `10.${client >> 8}.${client & 255}.7`
  const node = `ip-10-0-${client}.eu-central-1.compute.internal`
  const from = { pod: `longhold-client-${client}`, node, ip, instance: `abcdef${client}` }
  return {
    id: `connection-${index}`,
    cohort: 'keepalive',
    path: 'service',
    speaker: 'client',
    idleMs: [3_600_000],
    deadlineMs: 5000,
    from,
  } as const
}
