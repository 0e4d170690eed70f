import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { telling } from '../world.ts'
import { asking } from './asking.ts'
import { type Nsd, startNsd } from './nsd.ts'

describe('against a real NSD', () => {
  let nsd: Nsd
  beforeAll(async () => {
    nsd = await startNsd()
  })
  afterAll(() => nsd?.[Symbol.asyncDispose]())

  test('every port mode is answered, and the kernel stamps it', async () => {
    await using probe = await asking({ servers: [nsd.at] })
    for (const mode of ['fresh', 'pinned', 'pair'])
      expect(await probe.world.heard(telling('asked', { mode }))).toMatchObject({
        kind: 'dns',
        probe: 'dns',
        server: '1',
        fate: 'ok',
        phase: 'wait',
        rcode: 'NOERROR',
        stamp: 'kernel',
      })
    await expect
      .poll(() => new Set(probe.asked('pair').map(({ question }) => question)))
      .toEqual(new Set(['web.example.test A', 'web.example.test AAAA']))
    for (const { tookUs } of probe.asked()) expect(tookUs).toBeLessThan(1_000_000)
    expect(probe.strayed()).toEqual([])
  })

  test.each([
    ['missing.example.test', 'NXDOMAIN'],
    ['web.broken.test', 'SERVFAIL'],
    ['elsewhere.invalid', 'REFUSED'],
  ])('%s is answered with %s', async (name, rcode) => {
    await using probe = await asking({ servers: [nsd.at], names: [name], ports: ['fresh'] })
    expect(await probe.world.heard(telling('asked'))).toMatchObject({ fate: 'ok', rcode })
  })

  test('an answer too big for a datagram is asked for again over TCP', async () => {
    await using probe = await asking({ servers: [nsd.at], names: ['big.example.test'], types: ['A', 'MX'] })
    const cut = telling('asked', { question: 'big.example.test A', mode: 'fresh' })
    expect(await probe.world.heard(cut)).toMatchObject({ fate: 'ok', rcode: 'NOERROR', truncated: true })
    const small = await probe.world.heard(telling('asked', { question: 'big.example.test MX', mode: 'fresh' }))
    expect(small).toMatchObject({ fate: 'ok', rcode: 'NOERROR' })
    expect(small.truncated).toBeUndefined()
  })

  test.each([
    ['over UDP', { ndots: 1 }, ['web.example.test'], { rcode: 'NOERROR', tries: 2 }],
    [
      'through the search list',
      { ndots: 1, search: ['no.example.test', 'example.test'] },
      ['web'],
      { rcode: 'NOERROR', tries: 4 },
    ],
    [
      'the search list first',
      { ndots: 5, search: ['no.test.', 'example.test'] },
      ['web.example.test'],
      { rcode: 'NOERROR' },
    ],
    ['in vain', { ndots: 1, search: [] }, ['missing.example.test'], { rcode: 'NXDOMAIN', tries: 2 }],
    ['over TCP from the start', { ndots: 1, useVc: true }, ['web.example.test'], { rcode: 'NOERROR', tries: 1 }],
    [
      'one question after the other',
      { ndots: 1, singleRequest: true },
      ['web.example.test'],
      { rcode: 'NOERROR', tries: 2 },
    ],
    ['from two sockets', { ndots: 1, singleRequestReopen: true }, ['web.example.test'], { rcode: 'NOERROR', tries: 2 }],
    ['what is too big, over TCP', { ndots: 1 }, ['big.example.test'], { rcode: 'NOERROR', truncated: true }],
  ])('as an application would: %s', async (_, resolver, names, ending) => {
    await using probe = await asking({ servers: [nsd.at], names, ports: [], resolver })
    const asked = await probe.world.heard(telling('asked'))
    expect(asked).toMatchObject({ mode: 'resolver', server: '*', fate: 'ok', ...ending, question: names[0] })
    expect(asked.tookUs).toBeLessThan(1_000_000)
  })
})
