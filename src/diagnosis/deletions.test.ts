import { expect, test } from 'vitest'
import { namespace, services, traffic } from '../../test/namespace.ts'
import type { Entry } from '../evidence/conntrack-entries/facts.ts'
import { conntrackEntries } from '../evidence/conntrack-entries/facts.ts'
import { conntrackEntriesSource } from '../evidence/conntrack-entries/source.ts'
import type { Flow } from '../outcome/flow.ts'
import { deletions, endpointDeletion, serviceDeletion } from './deletions.ts'
import type { Led } from './led.ts'

const held: Flow = { proto: 'tcp', local: '10.244.1.10:40053', remote: '10.96.22.22:7000' }
const asked: Flow = { proto: 'udp', local: '10.244.1.10:41001', remote: '10.96.0.10:53' }
const overSix: Flow = { proto: 'udp', local: '[fd00:10:244::10]:41002', remote: '[fd00:10:96::a]:53' }

const ledTo = (to: string): Led => ({ at: 0, entry: {} as Entry, to, isTranslated: true }) // only where it leads is looked at

/** Real commands on a real table: what they name is gone, and nothing else. */
test.each<[string, string, readonly Flow[]]>([
  ['to an endpoint', endpointDeletion(asked, ledTo('10.244.2.53:53')), [held, overSix]],
  ['to an endpoint, IPv6', endpointDeletion(overSix, ledTo('[fd00:10:244::53]:53')), [held, asked]],
  ['to another endpoint', endpointDeletion(asked, ledTo('10.244.2.54:53')), [held, asked, overSix]],
  ['of a Service', serviceDeletion(asked.remote), [held, overSix]],
  ['of a Service, IPv6', serviceDeletion(overSix.remote), [held, asked]],
  ['of another port', serviceDeletion('10.96.0.10:54'), [held, asked, overSix]],
])('entries %s: %s', async (_, command, left) => {
  await using space = await namespace(services)
  await space.run(traffic)
  await space.run(`${command} || test $? = 1`) // it exits with 1 when there was nothing to delete
  const told = conntrackEntries.schema.parse(
    await conntrackEntriesSource.read(space.machine, { flows: [held, asked, overSix], accounts: [] }),
  )
  const there = told.filter(({ entry }) => entry).map(({ flow }) => flow)
  expect(there).toEqual(left.map(({ proto, local, remote }) => `${proto} ${local} ${remote}`))
})

test('a node port is named by itself: its Service has many addresses', () => {
  expect(serviceDeletion('192.168.77.1:30701')).toBe('conntrack -D -p udp --dport 30701')
  expect(endpointDeletion({ ...asked, remote: '192.168.77.1:30701' }, ledTo('10.244.2.11:7000'))).toBe(
    'conntrack -D -p udp --dport 30701 --dst-nat 10.244.2.11',
  )
})

test('each command once, and not too many of them', () => {
  const many = Array.from({ length: 20 }, (_, i) => `conntrack ${i % 10}`)
  expect(deletions(many)).toHaveLength(1 + 6 + 1)
  expect(deletions(many).at(-1)).toBe('# and 4 more of this form')
})
