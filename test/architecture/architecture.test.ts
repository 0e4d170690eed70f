import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { checks, importsOf, type Sources } from './checks.ts'

const src = new URL('../../src/', import.meta.url)
const sources: Sources = new Map(
  readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .map(path => [path, readFileSync(new URL(path, src), 'utf8')]),
)

/** For each rule, a file that breaks it: a check that cannot fail checks nothing. */
const planted: Readonly<Record<string, readonly [path: string, text: string]>> = {
  'a room imports only rooms above it': ['stats/up.ts', `import { startWeb } from '../web/server.ts'`],
  'every room is in the table': ['attic/box.ts', ''],
  'a probe kind does not know another kind': [
    'probes/dns/friend.ts',
    `import type { Held } from '../tcp-hold/held.ts'`,
  ],
  'pure rooms touch nothing': ['wire/log.ts', `import { appendFileSync } from 'node:fs'`],
  'time comes from the clock': ['probes/dns/late.ts', 'const at = Date.now()'],
  'one file looks at descriptors': ['probes/tcp-hold/fd.ts', 'const fd = socket._handle.fd'],
  'one room talks to libc': ['engine/raw.ts', `import koffi from 'koffi'`],
  'classes are errors': ['web/base.ts', 'export class Page {\n}'],
  'no default exports': ['cli/run.ts', 'export default function run() {}'],
  'files are named for what they do': ['record/utils.ts', ''],
  'files are short': ['cli/long.ts', '\n'.repeat(201)],
}

test('there is something to check', () => {
  expect(sources.size).toBeGreaterThan(50)
  expect([...sources].flatMap(([path, text]) => importsOf(path, text)).length).toBeGreaterThan(100)
})

describe.each(checks)('$rule', ({ rule, violations }) => {
  test('holds', () => expect(violations(sources)).toEqual([]))

  test('is seen to fail on a planted violation', () => {
    const [path, text] = planted[rule] ?? ['', '']
    expect(violations(new Map([...sources, [path, text]])).filter(each => each.startsWith(path))).not.toEqual([])
  })
})
