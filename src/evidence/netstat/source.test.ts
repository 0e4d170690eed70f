import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { plantedRoot } from '../../../test/planted-root.ts'
import { realClock } from '../../clock.ts'
import { machineAt } from '../machine.ts'
import type { Ask, Machine } from '../source.ts'
import { netstat } from './facts.ts'
import { netstatSource } from './source.ts'

const nobody: Ask = { flows: [], accounts: [] }
const read = async (machine: Machine) => netstat.schema.parse(await netstatSource.read(machine, nobody))
const fixture = (name: string): string => readFileSync(new URL(`./fixtures/${name}.txt`, import.meta.url), 'utf8')

test('the kernel of this machine counts a datagram nobody waits for', async () => {
  const machine = machineAt('/', realClock)(new AbortController().signal)
  const before = await read(machine)
  const socket = createSocket('udp4')
  socket.connect(9, '127.0.0.1')
  await once(socket, 'connect')
  socket.send('x')
  await new Promise(refused => socket.once('error', refused)) // so it was counted
  socket.close()
  const after = await read(machine)
  expect((after['Udp.NoPorts'] ?? 0) - (before['Udp.NoPorts'] ?? 0)).toBeGreaterThanOrEqual(1)
  expect(Object.keys(after)).toEqual(expect.arrayContaining(['Ip.InAddrErrors', 'Tcp.OutRsts', 'TcpExt.TCPTimeouts']))
})

test('one file does without the other', async () => {
  using planted = plantedRoot({ 'proc/net/snmp': fixture('linux-6.1-snmp') })
  expect(await read(planted.machine)).toHaveProperty(['Ip.ForwDatagrams'], 342)
  planted.plant('proc/net/snmp', 'garbage')
  planted.plant('proc/net/netstat', fixture('linux-6.1-netstat'))
  expect(await read(planted.machine)).toHaveProperty(['IpExt.InOctets'], 90_103)
})

test.each([
  ['without either file', {}],
  ['with nothing in them', { 'proc/net/snmp': '', 'proc/net/netstat': 'TcpExt: TW\n' }],
])('%s it is absent', async (_, files) => {
  using planted = plantedRoot(files)
  await expect(read(planted.machine)).rejects.toMatchObject({
    name: 'AbsentError',
    message: 'no counters in proc/net/snmp and proc/net/netstat',
  })
})
