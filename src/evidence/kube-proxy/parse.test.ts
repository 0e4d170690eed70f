import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseMetrics, parseMode, parsePath } from './parse.ts'

const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}.txt`, import.meta.url), 'utf8')

describe('the mode', () => {
  test.each(['iptables', 'ipvs', 'nftables'])('%s', mode => expect(parseMode(`${mode}\n`)).toBe(mode))

  test.each(['', 'iptables, ipvs', '<html>', 'IPTABLES', '404 page not found', '__proto__'])('"%s" is none', text =>
    expect(parseMode(text)).toBeUndefined(),
  )
})

describe('metrics', () => {
  const text = fixture('metrics-1.29')

  test('of 1.29', () => {
    expect(parseMetrics(text)).toEqual({
      version: 'v1.29.3',
      lastSyncAt: 1_711_356_924_095,
      startedAt: 1_711_353_244_670,
    })
  })

  test('with a time for each IP family: the later', () => {
    expect(parseMetrics(fixture('metrics-ip-families'))).toEqual({
      version: 'v1.34.1',
      lastSyncAt: 1_762_481_014_501,
      startedAt: 1_762_390_010_000,
    })
  })

  test.each([
    ['it never synced', '1.711356924095329e+09', '0'],
    ['a time that is none', '1.711356924095329e+09', 'NaN'],
    ['a time far off', '1.711356924095329e+09', '1e+300'],
    ['a time before all', '1.711356924095329e+09', '-1.7e+09'],
  ])('%s: no time of a sync', (_, from, to) => {
    expect(parseMetrics(text.replace(from, to))).not.toHaveProperty('lastSyncAt')
  })

  test.each(['v1', 'v1.29', '', '1.29.3', 'v1.29.3\\n', `v1.29.3-${'x'.repeat(100)}`, 'v1.29.3 or so'])(
    'the version "%s" is none',
    version => expect(parseMetrics(text.replace('v1.29.3', version))).not.toHaveProperty('version'),
  )

  test.each(['v1.31.4-eks-5ca49cb', 'v1.33.1+k3s1', 'v1.38.0-alpha.1', 'v1.29.8+vmware.2-fips.1'])(
    'of a build of its own: %s',
    version => {
      expect(parseMetrics(text.replace('v1.29.3', version))).toHaveProperty('version', version)
    },
  )

  test("somebody else's are none", () => {
    expect(parseMetrics(text.replaceAll(/^kube.*\n/gm, ''))).toBeUndefined()
    expect(parseMetrics('')).toBeUndefined()
    expect(parseMetrics('<html>kubernetes_build_info</html>')).toBeUndefined()
  })

  test('half of them give less, or nothing', () => {
    const whole = parseMetrics(text) ?? {}
    fc.assert(
      fc.property(fc.nat(text.length), end => {
        const { lastSyncAt, ...rest } = parseMetrics(text.slice(0, end)) ?? {}
        expect(whole).toMatchObject(rest.startedAt === undefined ? rest : {}) // a number that is cut short is another
        expect(lastSyncAt === undefined || lastSyncAt > 0).toBe(true)
      }),
    )
  })

  test('any text is borne', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), each => void parseMetrics(`kubernetes_build_info${each}`)))
  })
})

describe('the PATH', () => {
  test('of an environment', () => {
    const folders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']
    expect(parsePath(fixture('environ'))).toEqual(folders)
  })

  test.each([
    ['relative folders are none: Go looks in no such', 'PATH=bin:.::/bin\0', ['/bin']],
    ['no folder lies above the root', 'PATH=/../../etc:/a/../../b\0', ['/etc', '/b']],
    ['an empty one has no folders', 'PATH=\0', []],
    ['none at all', 'HOME=/root\0', undefined],
    ['another variable', 'OLDPATH=/bin\0MANPATH=/man\0', undefined],
    ['no environment', '', undefined],
  ])('%s', (_, environ, folders) => expect(parsePath(environ)).toEqual(folders))

  test('of more folders than anybody has some are enough', () => {
    expect(parsePath(`PATH=${'/bin:'.repeat(1000)}`)).toHaveLength(64)
  })
})
