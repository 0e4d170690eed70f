import { expect, test } from 'vitest'
import { silentLog } from '../../../test/children/silent-log.ts'
import { namespace, type Namespace, services, traffic } from '../../../test/namespace.ts'
import { storyClock } from '../../../test/story-clock.ts'
import { type Clock, realClock } from '../../clock.ts'
import { type Flow, flowKey } from '../../outcome/flow.ts'
import { Absent, type Machine, type Watch, type Watching } from '../source.ts'
import { type ConntrackEvents, conntrackEvents } from './facts.ts'
import { conntrackEventsSource } from './source.ts'

const held: Flow = { proto: 'tcp', local: '10.244.1.10:40053', remote: '10.96.22.22:7000' }
const asked: Flow = { proto: 'udp', local: '10.244.1.10:41001', remote: '10.96.0.10:53' }
const overSix: Flow = { proto: 'udp', local: '[fd00:10:244::10]:41002', remote: '[fd00:10:96::a]:53' }

/** It is asked for when events are read, not when listening begins. */
const noMachine = () => {
  throw new Error('not asked')
}

function begin({ follow, clock = realClock }: { follow: Watching['follow']; clock?: Clock }): Watch & Disposable {
  const watch = conntrackEventsSource.begin?.({ clock, log: silentLog, machine: noMachine, follow })
  if (!watch) throw new Error('it does not listen')
  return { ...watch, [Symbol.dispose]: () => watch.close() }
}

const read = async (watch: Watch, machine: Machine, flows: readonly Flow[]) =>
  conntrackEvents.schema.parse(await watch.read(machine, { flows, accounts: [] }))

/** Waits until `conntrack` listens: what happened before, nobody tells. */
const listening = ({ run }: Namespace) =>
  expect.poll(() => run('grep -c "^[0-9a-f]* 12 .* 00000005 " /proc/net/netlink || true')).toMatch(/^1/)

test('what a kernel and a program did to our entries', async () => {
  await using space = await namespace(`${services}\nsysctl -qw net.netfilter.nf_conntrack_udp_timeout=1`)
  using watch = begin(space)
  await listening(space)
  await space.run(traffic)
  await space.run('conntrack -D -p tcp -s 10.244.1.10 --sport 40053 2>&1')
  await space.run('sleep 1; conntrack -L 2>&1') // who lists them collects what has expired
  await expect.poll(async () => (await read(watch, space.machine, [asked, overSix])).events).toHaveLength(4)
  const { events, deletions, missed } = await read(watch, space.machine, [held, asked, overSix])
  const of = (flow: Flow) => events.filter(each => each.flow === flowKey(flow))
  const program = expect.stringMatching(/^(conntrack|portid \d+)$/)

  expect(of(held).map(({ what, by }) => [what, by])).toEqual([
    ['new', undefined],
    ['destroy', program],
  ])
  expect(of(held)[1]?.entry).toMatchObject({ assured: true, reply: { src: '10.244.2.11', sport: 7000 } })
  expect(of(asked).map(({ what, by }) => [what, by])).toEqual([
    ['new', undefined],
    ['destroy', undefined],
  ])
  expect(of(overSix).map(({ what, by }) => [what, by])).toEqual([
    ['new', undefined],
    ['destroy', undefined],
  ])
  for (const { at } of events) expect(Math.abs(at - Date.now())).toBeLessThan(30_000)
  expect(deletions).toEqual([{ at: of(held)[1]?.at, by: program, count: 1 }])
  expect(missed).toBeUndefined()
})

test('of a flow nothing was done to, nothing is told', async () => {
  await using space = await namespace(services)
  using watch = begin(space)
  await listening(space)
  expect(await read(watch, space.machine, [held])).toEqual({ events: [], deletions: [] })
  await space.run('sysctl -qw net.netfilter.nf_conntrack_events=0')
  await expect(read(watch, space.machine, [held])).rejects.toThrow('net.netfilter.nf_conntrack_events is 0')
})

test('without the capability it says so', async () => {
  await using space = await namespace(services, ['setpriv', '--bounding-set', '-net_admin'])
  using watch = begin(space)
  await expect.poll(() => read(watch, space.machine, [held]).catch(String)).toMatch('conntrack needs CAP_NET_ADMIN')
})

const deleted = ({ deletions }: ConntrackEvents) => deletions.reduce((sum, { count }) => sum + count, 0)

test('a flush of thousands is known as one, and that the ends of most were lost', async () => {
  await using space = await namespace(services)
  // With as little room as a listener gets who does not ask for more.
  const little: Watching['follow'] = (command, args, ...heard) => space.follow(command, args.slice(0, -2), ...heard)
  using watch = begin({ follow: little })
  await listening(space)
  await space.run(`node -e '
      const socket = require("node:dgram").createSocket("udp4")
      for (let port = 1; port < 9000; port += 1) socket.send("?", port, "10.244.2.11", () => {})
      setTimeout(() => process.exit(), 300)
    '
    conntrack -F 2>&1`)
  await expect.poll(async () => deleted(await read(watch, space.machine, [held]))).toBeGreaterThan(50)
  const { events, deletions, missed } = await read(watch, space.machine, [held])
  expect(events).toEqual([])
  expect(new Set(deletions.map(({ by }) => by)).size).toBe(1)
  expect(missed).toMatch(/^conntrack events were lost at 20/)
})

/** A `conntrack` that does as the story says. */
function story() {
  const clock = storyClock()
  const begun: { line: (line: string) => void; end: (why: string) => void; complain: (line: string) => void }[] = []
  let stopped = 0
  const follow: Watching['follow'] = (_, __, line, end, complain = () => {}) => {
    begun.push({ line, end, complain })
    return () => (stopped += 1)
  }
  const machine = { file: () => Promise.resolve('2\n') } as unknown as Machine // it asks for nothing else
  return { clock, follow, begun, machine, stopped: () => stopped }
}

const created =
  '[1795257084.0]\t[NEW] ipv4     2 tcp      6 120 SYN_SENT src=10.244.1.10 dst=10.96.22.22 sport=40053 dport=7000 [UNREPLIED] src=10.244.2.11 dst=10.244.1.10 sport=7000 dport=40053'

test('a command that ends is begun again, each time later; what it told is not forgotten', async () => {
  const { clock, follow, begun, machine } = story()
  using watch = begin({ follow, clock })
  begun[0]?.line(created)
  begun[0]?.end('conntrack: not there (ENOENT)')
  expect((await read(watch, machine, [held])).events).toHaveLength(1)
  await expect(read(watch, machine, [asked])).rejects.toThrow(
    new Absent('conntrack-tools is not installed: there is no command "conntrack"'),
  )
  const waits: number[] = []
  for (let at = 1; at < 12; at += 1) {
    const from = clock.now()
    while (begun.length <= at) clock.pass(1000)
    waits.push((clock.now() - from) / 1000)
    begun[at]?.end('conntrack: ended with exit code 1')
  }
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300])
})

test('where something was lost, silence is told as such for an hour', async () => {
  const { clock, follow, begun, machine } = story()
  using watch = begin({ follow, clock })
  begun[0]?.complain('WARNING: We have hit ENOBUFS! We are losing events.')
  await expect(read(watch, machine, [held])).rejects.toThrow('were lost at')
  begun[0]?.line(created)
  expect(await read(watch, machine, [held])).toMatchObject({
    events: [{ what: 'new' }],
    missed: expect.stringContaining('lost'),
  })
  clock.pass(3_600_000)
  expect(await read(watch, machine, [asked])).toEqual({ events: [], deletions: [] })
  begun[0]?.end('conntrack: ended with SIGKILL')
  clock.pass(1000)
  expect(begun).toHaveLength(2)
  await expect(read(watch, machine, [asked])).rejects.toThrow('ended with SIGKILL')
  clock.pass(5000)
  await expect(read(watch, machine, [asked])).rejects.toThrow('were lost at')
})

test('one that may not listen has its reason told, also while it is tried again', async () => {
  const { clock, follow, begun, machine } = story()
  using watch = begin({ follow, clock })
  begun[0]?.end("conntrack v1.4.7 (conntrack-tools): Can't open handler: Operation not permitted")
  clock.pass(1000)
  expect(begun).toHaveLength(2)
  await expect(read(watch, machine, [asked])).rejects.toThrow('conntrack needs CAP_NET_ADMIN')
  begun[1]?.line(created)
  await expect(read(watch, machine, [asked])).rejects.toThrow('were lost at')
})

test('closed, it listens no more and does not begin again', () => {
  const { clock, follow, begun, stopped } = story()
  begin({ follow, clock }).close()
  expect(stopped()).toBe(1)
  const watch = begin({ follow, clock })
  begun[1]?.end('conntrack: ended with SIGKILL')
  watch.close()
  clock.pass(3_600_000)
  expect(begun).toHaveLength(2)
})

test('who never listened has heard nothing', async () => {
  await expect(conntrackEventsSource.read(story().machine, { flows: [held], accounts: [] })).rejects.toThrow(Absent)
})
