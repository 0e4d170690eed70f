import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { namespace } from '../../../test/namespace.ts'
import { realClock } from '../../clock.ts'
import { type Flow, flowKey } from '../../outcome/flow.ts'
import { Absent, type Machine } from '../source.ts'
import { ipvs } from './facts.ts'
import { ipvsSource } from './source.ts'

const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}.txt`, import.meta.url), 'utf8')

const waiting: Flow = { proto: 'tcp', local: '10.244.1.10:39152', remote: '10.96.22.22:7000' } // 98F0
const nodePort: Flow = { proto: 'udp', local: '10.244.1.10:1', remote: '192.168.77.1:30700' }
const elsewhere: Flow = { proto: 'tcp', local: '10.244.1.10:40000', remote: '10.244.2.11:7000' }

const absent = (why: string) => () => Promise.reject(new Absent(why))

/** A machine with these files; it notes which of them were read, and what was run. */
function machineWith(files: Readonly<Record<string, string>>, timeouts?: string) {
  const asked: string[] = []
  const machine: Machine = {
    clock: realClock,
    list: absent('not asked'),
    get: absent('not asked'),
    async file(path) {
      asked.push(path)
      const text = files[path]
      if (text === undefined) throw new Absent(`${path}: not there (ENOENT)`)
      return text
    },
    async run(command, args) {
      asked.push([command, ...args].join(' '))
      if (timeouts === undefined) throw new Absent('ipvsadm: not there (ENOENT)')
      return timeouts
    },
  }
  return { machine, asked }
}

const weightZero = {
  'proc/net/ip_vs': fixture('kernel-6.1-ip_vs-weight-zero'),
  'proc/net/ip_vs_conn': fixture('kernel-6.1-ip_vs_conn-weight-zero'),
}

const read = async (machine: Machine, flows: readonly Flow[]) =>
  ipvs.schema.parse(await ipvsSource.read(machine, { flows, accounts: [] }))

test('the services flows ask for, and the entries they have', async () => {
  const { machine } = machineWith(weightZero, fixture('ipvsadm-timeout'))
  const told = await read(machine, [waiting, nodePort, elsewhere])
  expect(told.services.map(({ proto, address, port }) => [proto, address, port])).toEqual([
    ['tcp', '10.96.22.22', 7000],
    ['udp', '192.168.77.1', 30_700],
  ])
  expect(told.connections).toEqual([
    { flow: flowKey(waiting), destination: '10.244.2.11:7000', state: 'CLOSE_WAIT', expiresS: 58 },
    { flow: flowKey(nodePort) },
    { flow: flowKey(elsewhere) },
  ])
  expect(told.timeouts).toEqual({ tcp: 900, tcpfin: 120, udp: 300 })
  expect(told).not.toHaveProperty('unread')
})

test('without flows: all services, and the table of connections is left alone', async () => {
  const { machine, asked } = machineWith(weightZero)
  const told = await read(machine, [])
  expect(told.services).toHaveLength(4)
  expect(told.connections).toEqual([])
  expect(told).not.toHaveProperty('timeouts')
  expect(asked).toEqual(['proc/net/ip_vs', 'ipvsadm -l --timeout'])
})

test('flows that are none ask for nothing', async () => {
  const { machine, asked } = machineWith(weightZero)
  expect(await read(machine, [{ ...waiting, local: '0.0.0.0:0' }])).toEqual({ services: [], connections: [] })
  expect(asked).not.toContain('proc/net/ip_vs_conn')
})

test('no IPVS: absent, and nothing is run that might have the kernel load it', async () => {
  const { machine, asked } = machineWith({})
  await expect(read(machine, [waiting])).rejects.toThrow(new Absent('no IPVS in this kernel or namespace'))
  expect(asked).toEqual(['proc/net/ip_vs'])
})

test.each([
  [
    'of a future form',
    { ...weightZero, 'proc/net/ip_vs': 'IPVS 2.0\n' },
    '/proc/net/ip_vs has a form that is not known',
  ],
])('a table %s is absent', async (_, files, why) => {
  await expect(read(machineWith(files).machine, [waiting])).rejects.toThrow(new Absent(why))
})

test('connections that cannot be read are told as such, and not as none', async () => {
  const missing = machineWith({ 'proc/net/ip_vs': weightZero['proc/net/ip_vs'] })
  expect(await read(missing.machine, [waiting])).toMatchObject({
    services: [{ port: 7000 }],
    connections: [],
    unread: 'proc/net/ip_vs_conn: not there (ENOENT)',
  })
  const changed = machineWith({ ...weightZero, 'proc/net/ip_vs_conn': 'Protocol From To\n' })
  expect(await read(changed.machine, [waiting])).toMatchObject({
    connections: [],
    unread: '/proc/net/ip_vs_conn has a form that is not known',
  })
  const line = 'TCP 0AF4010A 98F0 0A601616 1B58 '
  const damaged = weightZero['proc/net/ip_vs_conn'].replace(`${line}0AF4020B`, `${line}????????`)
  const { connections } = await read(machineWith({ ...weightZero, 'proc/net/ip_vs_conn': damaged }).machine, [waiting])
  expect(connections).toEqual([])
})

test('a full table of 125,000 connections costs milliseconds', async () => {
  const head = weightZero['proc/net/ip_vs_conn'].split('\n')[0]
  const lines = Array.from({ length: 125_000 }, (_, at) => {
    const client = (0x0a_f5_00_00 + at).toString(16).toUpperCase().padStart(8, '0')
    return `TCP ${client} 98F0 0A601616 1B58 0AF4020B 1B58 ESTABLISHED     899`
  })
  const mine = 'TCP 0AF4010A 98F0 0A601616 1B58 0AF4020C 1B58 ESTABLISHED     512'
  const { machine } = machineWith({ ...weightZero, 'proc/net/ip_vs_conn': `${[head, ...lines, mine].join('\n')}\n` })
  const flows = Array.from({ length: 16 }, (_, at) => ({ ...waiting, local: `10.244.1.10:${39_152 + at}` }))
  const began = performance.now()
  const { connections } = await read(machine, flows)
  expect(performance.now() - began).toBeLessThan(1000)
  expect(connections.filter(({ destination }) => destination !== undefined)).toEqual([
    { flow: flowKey(waiting), destination: '10.244.2.12:7000', state: 'ESTABLISHED', expiresS: 512 },
  ])
})

const hex = (number: number) => number.toString(16).padStart(4, '0').toUpperCase()
const serviceLines = (at: number) => [
  `TCP  0A60${hex(at)}:0050 rr  `,
  '  -> 0AF4020B:1B58      Masq    1      0          0         ',
]

describe('an answer is bounded', () => {
  const head = weightZero['proc/net/ip_vs'].split('\n').slice(0, 3).join('\n')
  const table = (lines: readonly string[]) => machineWith({ 'proc/net/ip_vs': [head, ...lines, ''].join('\n') }).machine
  test('ten thousand services: whole ones, from the first on', async () => {
    const { services } = await read(table(Array.from({ length: 10_000 }, (_, at) => serviceLines(at)).flat()), [])
    expect(services).toHaveLength(550)
    expect(services.filter(({ destinations }) => destinations.length !== 1)).toEqual([])
  })

  test('a thousand destinations: those of weight 0 first, and one that has a weight', async () => {
    const weights = Array.from({ length: 1000 }, (_, at) => (at >= 500 && at < 900 ? 0 : 1))
    const lines = weights.map(
      (weight, at) => `  -> 0AF5${hex(at)}:1B58      Masq    ${weight}      0          0         `,
    )
    const [service] = (await read(table(['TCP  0A601616:1B58 rr  ', ...lines]), [waiting])).services
    expect(service?.destinations.map(({ weight }) => weight)).toEqual([...Array.from({ length: 63 }, () => 0), 1])
    expect(service?.more).toBe(936)
  })
})

test('this kernel: absent where it has no IPVS, a table where it has', async () => {
  await using space = await namespace('')
  const told = await read(space.machine, []).catch((error: unknown) => error)
  if (told instanceof Error) expect(told.message).toMatch(/IPVS|ip_vs/)
  else expect(told).toMatchObject({ services: [], connections: [] })
})
