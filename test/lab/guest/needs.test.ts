import { expect, test } from 'vitest'
import { type Host, missingForGuest } from './needs.ts'

const able: Host = { arch: 'x64', has: () => true, memory: 2 ** 33, disk: 2 ** 34 }

test.each<readonly [string, Partial<Host>, string | undefined]>([
  ['nothing lacks', {}, undefined],
  ['another processor', { arch: 'arm64' }, 'is x86-64; this machine is arm64'],
  ['no QEMU', { has: tool => !tool.startsWith('qemu') }, 'needs "qemu-system-x86_64": run "npm run test:packages"'],
  ['neither cpio nor depmod', { has: tool => !/cpio|depmod/.test(tool) }, 'or install cpio kmod'],
  ['little memory', { memory: 2 ** 30 }, 'needs 3 GiB of memory; 1.0 GiB are available'],
  ['a full disk', { disk: 2 ** 29 }, '0.5 GiB are free there (XDG_CACHE_HOME moves it)'],
])('%s', (_, host, sentence) => {
  const found = missingForGuest({ ...able, ...host })
  if (sentence === undefined) expect(found).toBeUndefined()
  else expect(found).toContain(sentence)
})
