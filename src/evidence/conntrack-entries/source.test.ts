import { expect, test } from 'vitest'
import { namespace, services, traffic } from '../../../test/namespace.ts'
import { realClock } from '../../clock.ts'
import { type Flow, flowKey } from '../../outcome/flow.ts'
import { machineAt } from '../machine.ts'
import { Absent, type Machine } from '../source.ts'
import { conntrackEntries } from './facts.ts'
import { conntrackEntriesSource } from './source.ts'

const held: Flow = { proto: 'tcp', local: '10.244.1.10:40053', remote: '10.96.22.22:7000' }
const unanswered: Flow = { proto: 'tcp', local: '10.244.1.10:40054', remote: '10.96.22.22:7001' }
const asked: Flow = { proto: 'udp', local: '10.244.1.10:41001', remote: '10.96.0.10:53' }
const overSix: Flow = { proto: 'udp', local: '[fd00:10:244::10]:41002', remote: '[fd00:10:96::a]:53' }
const never: Flow = { proto: 'udp', local: '10.244.1.10:41009', remote: '10.96.0.10:53' }
const backwards: Flow = { proto: 'udp', local: '10.244.2.53:53', remote: '10.244.1.10:41001' }

const read = async (machine: Machine, flows: readonly Flow[]) =>
  conntrackEntries.schema.parse(await conntrackEntriesSource.read(machine, { flows, accounts: [] }))

test('entries as the kernel has them, and none where it has none', async () => {
  await using space = await namespace(services)
  await space.run(traffic)
  const told = await read(space.machine, [held, unanswered, asked, overSix, never])
  const of = (flow: Flow) => told.find(each => each.flow === flowKey(flow))
  expect(told).toHaveLength(5)
  expect(of(held)?.entry).toMatchObject({
    proto: 'tcp',
    original: { src: '10.244.1.10', dst: '10.96.22.22', sport: 40053, dport: 7000 },
    reply: { src: '10.244.2.11', dst: '10.244.1.10', sport: 7000, dport: 40053 },
    unreplied: false,
    assured: true,
  })
  expect(of(unanswered)?.entry).toMatchObject({ state: 'SYN_SENT', unreplied: true, reply: { src: '10.244.2.12' } })
  expect(of(asked)?.entry).toMatchObject({ proto: 'udp', unreplied: false, reply: { src: '10.244.2.53' } })
  expect(of(asked)?.entry).not.toHaveProperty('state')
  expect(of(asked)?.entry?.expiresS).toBeLessThanOrEqual(30)
  expect(of(overSix)?.entry?.reply).toMatchObject({ src: 'fd00:10:244::53', dst: 'fd00:10:244::10' })
  expect(of(never)).toEqual({ flow: flowKey(never) })
})

test('an entry that the other side made first is not told as absent', async () => {
  await using space = await namespace(services)
  await space.run(traffic)
  await expect(read(space.machine, [backwards])).rejects.toThrow('conntrack has the flow the other way round')
  expect(await read(space.machine, [backwards, asked])).toMatchObject([{ flow: flowKey(asked) }])
})

test('without the capability, and without the command, it says so', async () => {
  await using weak = await namespace(services, ['setpriv', '--bounding-set', '-net_admin'])
  await expect(read(weak.machine, [held])).rejects.toThrow(new Absent('conntrack needs CAP_NET_ADMIN'))
  const nobody = ['--reuid', '65534', '--clear-groups', '--inh-caps', '+net_admin', '--ambient-caps', '+net_admin']
  await using strong = await namespace(services, ['setpriv', ...nobody])
  expect(await read(strong.machine, [held])).toEqual([{ flow: flowKey(held) }])
  const { run } = machineAt('/', realClock)(new AbortController().signal)
  const bare: Machine = { ...strong.machine, run: (command, args) => run(`/nowhere/${command}`, args) }
  await expect(read(bare, [held])).rejects.toThrow('conntrack-tools is not installed: there is no command "conntrack"')
})

const no = () => Promise.reject(new Absent('not asked'))

/** A machine that only runs commands: `answer` is what they print. */
function printing(answer: (args: readonly string[]) => string) {
  let [running, most] = [0, 0]
  const asked: string[] = []
  const machine: Machine = {
    clock: realClock,
    file: no,
    list: no,
    get: no,
    async run(_, args) {
      asked.push(args.join(' '))
      running += 1
      most = Math.max(most, running)
      await realClock.sleep(1)
      running -= 1
      return answer(args)
    },
  }
  return { machine, asked, most: () => most }
}

test('so many flows, so many at once, and no more', async () => {
  const { machine, asked, most } = printing(() => {
    throw new Absent("conntrack: Operation failed: such conntrack doesn't exist")
  })
  const flows = Array.from({ length: 40 }, (_, at) => ({ ...held, local: `10.244.1.10:${40_000 + at}` }))
  expect(await read(machine, flows)).toHaveLength(16)
  expect(asked).toHaveLength(16)
  expect(most()).toBe(4)
})

test('a flow that is none never comes near a command', async () => {
  const { machine, asked } = printing(() => '')
  for (const local of [
    '--delete',
    '10.0.0.1',
    '10.0.0.1:0',
    '0.0.0.0:40000',
    '[fe80::1%eth0]:1',
    '$(id):1',
    '10.0.0.1:65536',
    '',
  ])
    expect(await read(machine, [{ ...held, local }])).toEqual([])
  expect(await read(machine, [{ ...held, local: '[fd00::1]:1' }])).toEqual([])
  expect(asked).toEqual([])
})

test.each([
  ['garbage', () => '\u0000\uffff'.repeat(1000)],
  ['nothing', () => ''],
  [
    'an entry of another flow',
    () => 'ipv4 2 tcp 6 9 CLOSE src=1.1.1.1 dst=2.2.2.2 sport=1 dport=2 src=2.2.2.2 dst=1.1.1.1 sport=2 dport=1',
  ],
])('%s in place of an entry is absence', async (_, answer) => {
  await expect(read(printing(answer).machine, [held])).rejects.toThrow('conntrack printed what is no entry')
})

test('when the command is gone, it is not tried for every flow', async () => {
  const { machine, asked } = printing(() => {
    throw new Absent('conntrack: not there (ENOENT)')
  })
  const flows = Array.from({ length: 16 }, (_, at) => ({ ...held, local: `10.244.1.10:${40_000 + at}` }))
  await expect(read(machine, flows)).rejects.toThrow('not installed')
  expect(asked).toHaveLength(4)
})
