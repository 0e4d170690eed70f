import { expect, test } from 'vitest'
import { exampleVerdict } from '../../test/verdicts.ts'
import type { Log } from '../log.ts'
import type { Verdict } from '../outcome/verdict.ts'
import { verdictLines } from './verdict-lines.ts'

/** What is logged when these are told, as `level sentence`, and the fields of each. */
function logged(...verdicts: readonly Verdict[]) {
  const lines: string[] = []
  const fields: object[] = []
  const at = (level: string) => (field: object, sentence: string) => {
    lines.push(`${level} ${sentence}`)
    fields.push(field)
  }
  const log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') } as unknown as Log // only this form is called
  const sink = verdictLines(log)
  for (const verdict of verdicts) sink({ type: 'judged', verdict, at: 0, steady: 0 })
  return { lines, fields }
}
const closed = (given: Partial<Verdict> = {}) => exampleVerdict({ state: 'closed', ...given })

test('a verdict is a warning when it opens, silent while it changes, and told when it is over', () => {
  const { lines, fields } = logged(exampleVerdict(), exampleVerdict({ count: 13 }), closed({ count: 14 }))
  expect(lines).toEqual([
    `warn verdict conntrack-expiry: ${exampleVerdict().says}`,
    'info verdict conntrack-expiry-1 is closed: the symptom is gone, after 30s',
  ])
  expect(fields).toMatchObject([
    {
      verdict: 'conntrack-expiry-1',
      name: 'conntrack-expiry',
      count: 12,
      of: 40,
      confidence: 'proven',
      remedy: [{}, {}],
      page: 'longhold explain conntrack-expiry',
    },
    { verdict: 'conntrack-expiry-1', state: 'closed', count: 14 },
  ])
})

test('what took its place is a warning', () =>
  expect(logged(exampleVerdict(), closed({ supersededBy: 'ipvs-expiry-1' })).lines[1]).toBe(
    'warn verdict conntrack-expiry-1 is superseded: ipvs-expiry-1 explains the same better',
  ))

test('a plan is no warning, whatever becomes of it', () => {
  const planned = { planned: true }
  const { lines } = logged(exampleVerdict(planned), closed({ ...planned, supersededBy: 'x-1' }))
  expect(lines.map(line => line.split(' ')[0])).toEqual(['info', 'info'])
})

test('it may open again', () => {
  const { lines } = logged(exampleVerdict(), closed(), exampleVerdict({ id: 'conntrack-expiry-2' }))
  expect(lines).toHaveLength(3)
})
