import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cniCommands } from './cni.ts'
import { proxies } from './proxies.ts'
import type { Desired } from './services.ts'
import { desire, node, rulesOf, type Testbed, testbed, whoOf } from './testbed.ts'

const vip = '10.96.22.22:7000'
const both = desire(['srv1', 'srv2'])
const web = 'default/web'

describe.each(['iptables', 'nftables'] as const)('%s', mode => {
  const proxy = proxies[mode]
  let bed: Testbed
  beforeAll(async () => {
    bed = await testbed()
    await bed.run([...proxy.setUp(node, both), ...proxy.sync(both, node)])
  })
  afterAll(() => bed?.[Symbol.asyncDispose]())

  const rules = () => rulesOf(bed, mode)
  const rulesWanting = async (wanted: Desired) => {
    await bed.run(proxy.sync(wanted, node, both))
    const seen = await rules()
    await bed.run(proxy.sync(both, node, wanted))
    return seen
  }

  test('a second sync changes nothing, and what is gone leaves nothing', async () => {
    const first = await rules()
    await bed.run(proxy.sync(both, node, both))
    expect(await rules()).toBe(first)
    const other = { ...both, services: both.services.map(each => ({ ...each, name: 'other', address: '10.96.0.10' })) }
    const [without, instead] = [await rulesWanting({ ...both, services: [] }), await rulesWanting(other)]
    expect(first).toContain(web)
    expect(without).not.toContain(web)
    expect(without).not.toMatch(/KUBE-(SVC|SEP|EXT)-|(service|external)-\w{8}-/)
    expect(instead).not.toContain(web)
    expect(await rules()).toBe(first)
  })

  test('a sync costs nobody a connection or an answer, but for a moment too short to meet', async () => {
    const asked = Promise.all([
      bed.ask('client', 'tcp', vip, { times: 300 }),
      bed.ask('client', 'udp', vip, { times: 300 }),
    ])
    for (let syncs = 0; syncs < 10; syncs++) await bed.run(proxy.sync(both, node, both))
    const failed = (await asked).flat().filter(answer => 'failed' in answer)
    expect(failed.length).toBeLessThanOrEqual(3) // of 600; one in some ten thousand meets it, see README.md
  })

  test('after a flush all is silent, until the next sync', async () => {
    await bed.run(proxy.flush(node))
    const lost = await bed.ask('client', 'tcp', vip)
    await bed.run(proxy.sync(both, node, both))
    expect(lost).toEqual([{ failed: 'timeout' }])
    expect(whoOf(await bed.ask('client', 'tcp', vip, { times: 20 }))).toEqual(['srv1', 'srv2'])
  })

  test.each([
    ['alone on the node', mode === 'iptables', false],
    ["beside a network plugin's nat chain", true, true],
  ])('after a flush, %s, a flow that conntrack knows goes on: %s', async (_, answered, plugin) => {
    const port = plugin ? 42_001 : 42_000
    if (plugin) await bed.run(cniCommands(mode, { podEgress: true, bridge: false }, node))
    const before = await bed.ask('client', 'udp', vip, { port })
    await bed.run(proxy.flush(node))
    const after = await bed.ask('client', 'udp', vip, { port })
    await bed.run(proxy.sync(both, node, both))
    expect(before[0]).toHaveProperty('who')
    expect(after).toEqual(answered ? before : [{ failed: 'timeout' }])
  })
})
