import { expect, test } from 'vitest'
import type { Node } from '../doctor/check.ts'
import { ipvsTimeout } from '../doctor/ipvs-timeout.ts'
import { presetNamed, presets } from './presets.ts'

test('names are unlike, and ordinary words', () => {
  expect(new Set(presets.map(({ name }) => name)).size).toBe(presets.length)
  for (const { name } of presets) expect(name).toMatch(/^[a-z][a-z0-9-]+$/)
})

test.each(presets)('$name has a number, and a page that says so', ({ timeoutS, source, title, refreshed, ending }) => {
  expect(timeoutS).toBeGreaterThan(0)
  expect(new URL(source).protocol).toBe('https:')
  expect(title).not.toBe('')
  expect(ending === 'closed').toBe(!refreshed)
})

test('what the doctor assumes of IPVS is what the preset says', () => {
  const told = { services: [{ proto: 'tcp' }], connections: [] }
  const node: Node = {
    at: 0,
    now: ({ name }) => (name === 'ipvs' ? (told as never) : undefined), // of the least that is looked at
    before: () => undefined,
    why: () => 'nobody was asked',
  }
  const { fix } = ipvsTimeout.judge(node)
  const third = Number(/tcp_keepalive_time=(\d+)/.exec(fix.join())?.[1])
  expect(presetNamed('kube-proxy-ipvs')?.timeoutS).toBe(third * 3)
})
