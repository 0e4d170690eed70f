import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cpu } from './facts.ts'
import { foldersOf, pressureOf, throttlingOf } from './parse.ts'

const fixture = (name: string): string => readFileSync(new URL(`./fixtures/${name}.txt`, import.meta.url), 'utf8')

describe('where the group of this process is', () => {
  test.each([
    [
      'v2',
      fixture('linux-6.1-v2-cgroup'),
      ['/kubepods.slice/one.scope', '/unified/kubepods.slice/one.scope', '', '/unified'],
    ],
    ['v2 in a pod, whose namespace begins at its group', '0::/\n', ['', '/unified']],
    [
      'v1',
      fixture('linux-6.1-v1-cgroup'),
      ['/cpu/kubepods/pod1', '/cpu,cpuacct/kubepods/pod1', '/cpu', '/cpu,cpuacct'],
    ],
    ['a hybrid without a group of its own', fixture('linux-6.18-hybrid-cgroup'), ['/cpu']],
    [
      'a hybrid whose v1 has no cpu controller',
      '2:memory:/a\n1:name=systemd:/b\n0::/c/d\n',
      ['/c/d', '/unified/c/d', '', '/unified'],
    ],
    [
      'a path with colons',
      '11:cpuacct,cpu:/system.slice/containerd.service/kubepods-pod1.slice:cri-containerd:0f1c\n0::/x\n',
      [
        '/cpu/system.slice/containerd.service/kubepods-pod1.slice:cri-containerd:0f1c',
        '/cpuacct,cpu/system.slice/containerd.service/kubepods-pod1.slice:cri-containerd:0f1c',
        '/cpu',
        '/cpuacct,cpu',
      ],
    ],
    ['outside of what the namespace shows', '0::/../../other\n', []],
    ['half a line', '0::/kubepods', []],
    ['garbage', 'x\n::\n0:/\n\0:\0:\0\n', []],
    ['nothing', '', []],
  ])('%s', (_, text, folders) => expect(foldersOf(text)).toEqual(folders))

  test('4.15, in a container: by the path of the host, then what is mounted', () => {
    const folders = foldersOf(fixture('linux-4.15-v1-cgroup'))
    expect(folders[0]).toMatch(/^\/cpu\/kubepods\/burstable\/pod[-0-9a-f]+\/0f1c36c8$/)
    expect(folders.slice(2)).toEqual(['/cpu', '/cpu,cpuacct'])
  })
})

describe('how it was throttled', () => {
  test.each([
    ['v2', fixture('linux-6.1-v2-cpu.stat'), { throttledPeriods: 164, throttledUs: 14_631_755 }],
    ['v2, the root', fixture('linux-6.1-v2-root-cpu.stat'), { throttledPeriods: 0, throttledUs: 0 }],
    ['v2 without the controller', fixture('linux-6.18-hybrid-unified-cpu.stat'), {}],
    ['v1', fixture('linux-6.1-v1-cpu.stat'), { throttledPeriods: 240, throttledUs: 21_604_435 }],
    ['v1 of 4.15', fixture('linux-4.15-v1-cpu.stat'), { throttledPeriods: 311, throttledUs: 20_948_162 }],
    ['half a line', 'nr_periods 5\nnr_throttled 3\nthrottled_usec 12', { throttledPeriods: 3 }],
    [
      'a number too large to be exact',
      'nr_throttled 3\nthrottled_usec 99999999999999999999\n',
      { throttledPeriods: 3 },
    ],
    ['another unit', 'nr_throttled 3\nthrottled_msec 12\n', { throttledPeriods: 3 }],
    ['garbage', 'nr_throttled many\nnr_throttled 1 2\nnr_throttled -3\n\0\n', {}],
    ['nothing', '', {}],
  ])('%s', (_, text, throttling) => expect(throttlingOf(text)).toEqual(throttling))
})

describe('the pressure', () => {
  test.each([
    ['6.1', fixture('linux-6.1-pressure'), 72.37],
    ['4.20, without a line for all', 'some avg10=0.00 avg60=0.00 avg300=0.00 total=0\n', 0],
    ['no line of some', 'full avg10=1.00 avg60=0.00 avg300=0.00 total=0\n', undefined],
    ['more than all', 'some avg10=100.01 avg60=0.00 avg300=0.00 total=0\n', undefined],
    ['half a line', 'some avg10=12.34 avg60=0.0', undefined],
    ['another format', 'some avg10=12% avg60=3%\n', undefined],
    ['nothing', '', undefined],
  ])('%s', (_, text, pressure) => expect(pressureOf(text)).toBe(pressure))
})

test('whatever comes, there is an answer that satisfies, or none', () => {
  const token = fc.oneof(
    fc.constantFrom(
      '0',
      '::/',
      'cpu',
      ':',
      '/..',
      'nr_throttled ',
      'throttled_time ',
      'some avg10=',
      '9.99',
      ' ',
      '\n',
    ),
    fc.string({ unit: 'binary' }),
  )
  fc.assert(
    fc.property(fc.array(token, { maxLength: 40 }), tokens => {
      const text = tokens.join('')
      const pressure10 = pressureOf(text)
      cpu.schema.parse({ ...throttlingOf(text), ...(pressure10 === undefined ? {} : { pressure10 }) })
      for (const folder of foldersOf(text)) expect(folder.split('/')).not.toContain('..')
    }),
  )
})
