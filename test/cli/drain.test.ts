import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { byeFrame, helloFrame } from '../../src/wire/hello.ts'
import { begin, smallPair } from './longhold.ts'

const from = { pod: 'guest', node: 'n', ip: '127.0.0.1', instance: 'i' }

/** A guest that said hello and was welcomed; it closes its side only when told to. */
async function guest(port: number, id: string): Promise<{ socket: Socket; heard: () => string }> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  let text = ''
  socket.on('error', () => {})
  socket.on('data', bytes => (text += bytes.toString('latin1')))
  const turns = { speaker: 'client', idleMs: [60_000], deadlineMs: 5000 } as const
  socket.write(helloFrame({ id, cohort: 'guests', path: 'pod', ...turns, from }))
  await once(socket, 'data')
  return { socket, heard: () => text }
}

/** A server that was told to stop, while guests are there. */
async function stopping(drain: string, guests: number) {
  const { file, port } = await smallPair({ drain })
  const running = begin(['server', '--config', file])
  await running.said('longhold server runs')
  const here = await Promise.all(Array.from({ length: guests }, (_, i) => guest(port, `guest-${i}`)))
  running.child.kill('SIGTERM')
  const began = performance.now()
  const bye = byeFrame('server stops').toString('latin1')
  await expect.poll(() => here.every(({ heard }) => heard().endsWith(bye)), { timeout: 5000 }).toBe(true)
  return { running, here, port, tookMs: () => performance.now() - began }
}

test('a server that is told to stop says goodbye to all, lets nobody in, and is gone when they are', async () => {
  const { running, here, port } = await stopping('60s', 3)
  const late = connect(port, '127.0.0.1')
  const [error] = (await once(late, 'error')) as [NodeJS.ErrnoException]
  expect(error.code).toBe('ECONNREFUSED')
  expect(running.child.exitCode).toBe(null)
  for (const { socket } of here) socket.end()
  expect((await running.ended).code).toBe(0)
})

test('it waits no longer than its drain time for those who stay', async () => {
  const { running, here, tookMs } = await stopping('1s', 2)
  here[0]?.socket.end()
  const { code, out } = await running.ended
  expect(code).toBe(0)
  expect(tookMs()).toBeGreaterThan(900)
  const { cohorts } = JSON.parse(out.trim().split('\n').at(-1) ?? '') as { cohorts: object[] }
  expect(cohorts).toMatchObject([{ side: 'server', cohort: 'guests', open: 0, faults: 0 }])
  here[1]?.socket.destroy()
})
