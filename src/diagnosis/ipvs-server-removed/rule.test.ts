import { describe, expect, test } from 'vitest'
import { open, restarted } from '../../../test/silence-accounts.ts'
import { byIpvs, byRules, caseWith, type Said } from '../../../test/silence-evidence.ts'
import { type Cohort, service, silence } from '../../../test/silences.ts'
import { asked, missed } from '../../../test/stories.ts'
import { ipvsServerRemoved } from './rule.ts'

/** All on srv1, which the service does not lead to any more. */
const reset = (more: Cohort = {}) => silence({ connections: 6, servers: 1, idle: 60, ends: () => 'word', ...more })
const mute = (more: Cohort = {}) => reset({ ends: () => 'silence', ...more })
const elsewhere = byIpvs(900, ['10.244.2.12:7000'])
const judged = (said: Said, ...cohorts: Parameters<typeof caseWith>[1][]) =>
  ipvsServerRemoved
    .judge(caseWith(said, ...cohorts))
    .map(({ variant, confidence, explains }) => `${variant} ${confidence.level} ${explains.length}`)

const flow = { proto: 'udp', local: '10.244.1.10:42000', remote: '10.96.0.10:53' } as const
const pinned = [
  ...Array.from({ length: 10 }, (_, i) => asked(40 + i, { mode: 'pinned', flow })),
  ...Array.from({ length: 10 }, (_, i) => missed(62 + i, { mode: 'pinned', flow, tookUs: 1e6 })),
]
const fresh = Array.from({ length: 30 }, (_, i) => asked(40 + i + 0.5))

describe('with the node’s evidence', () => {
  test('the service leads to others, and the server lives: proven', () => {
    expect(judged({ ledger: open, node: elsewhere }, reset())).toEqual(['reset proven 6'])
    expect(judged({ ledger: open, node: elsewhere }, mute())).toEqual(['silent proven 6'])
  })

  test('says which server, and what to do', () => {
    const [found] = ipvsServerRemoved.judge(caseWith({ ledger: open, node: elsewhere }, reset()))
    expect(found?.evidence).toContainEqual(
      expect.objectContaining({
        source: 'node ipvs',
        says: `${service} leads to 10.244.2.12:7000, and not to 10.244.2.11`,
      }),
    )
    expect(found?.remedy).toContain(`ipvsadm -ln -t ${service}`)
    const [silent] = ipvsServerRemoved.judge(caseWith({ ledger: open, node: elsewhere }, mute()))
    expect(silent?.remedy).toContain('sysctl -w net.ipv4.vs.expire_nodest_conn=1')
  })

  test('one connection is enough; without its server’s word it is likely', () => {
    expect(judged({ ledger: open, node: elsewhere }, reset({ connections: 1 }))).toEqual(['reset proven 1'])
    expect(judged({ node: elsewhere }, reset())).toEqual(['reset likely 6'])
  })

  test('not where the server is still a destination, at whatever weight', () => {
    expect(judged({ ledger: open, node: byIpvs(900) }, reset())).toEqual([])
  })

  test('not where no server is left at all: new connections fail as well', () => {
    expect(judged({ ledger: open, node: byIpvs(900, []) }, reset())).toEqual([])
  })

  test('not where they were silent for longer than IPVS remembers', () => {
    expect(judged({ ledger: open, node: elsewhere }, reset({ idle: 1200 }))).toEqual([])
  })

  test('not where the server was started anew', () => {
    expect(judged({ ledger: restarted, node: elsewhere }, reset())).toEqual([])
  })

  test('nor where the node does Services by rules', () => {
    expect(judged({ ledger: open, node: byRules(86_400) }, reset())).toEqual([])
  })

  test('questions from a pinned port whose entry leads to such a server are lost with them', () => {
    const dns = { ...elsewhere.ipvs.services[0], proto: 'udp', address: '10.96.0.10', port: 53 }
    const ipvs = {
      ...elsewhere.ipvs,
      services: [...elsewhere.ipvs.services, dns],
      connections: [{ flow: 'udp 10.244.1.10:42000 10.96.0.10:53', destination: '10.244.2.53:53' }],
    }
    expect(judged({ ledger: open, node: { ...elsewhere, ipvs } }, mute(), pinned, fresh)).toEqual(['silent proven 16'])
  })
})

describe('without an agent', () => {
  test('TCP and pinned UDP fall silent together, while fresh ports are answered: likely', () => {
    expect(judged({ ledger: open }, mute(), pinned, fresh)).toEqual(['silent likely 16'])
  })

  test('not one without the other, nor without the server’s word', () => {
    expect(judged({ ledger: open }, mute(), fresh)).toEqual([])
    expect(judged({ ledger: open }, pinned, fresh)).toEqual([])
    expect(judged({}, mute(), pinned, fresh)).toEqual([])
  })

  test('not where fresh ports fail as well: then everything is lost on the way', () => {
    const lost = Array.from({ length: 10 }, (_, i) => missed(63 + i, { tookUs: 1e6 }))
    expect(judged({ ledger: open }, mute(), pinned, fresh, lost)).toEqual([])
  })

  test('resets alone do not tell it from a flush', () => {
    expect(judged({ ledger: open }, reset())).toEqual([])
  })
})
