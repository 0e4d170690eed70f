import { expect, test } from 'vitest'
import { exampleSnapshot } from '../../test/web-example.ts'
import { exampleVerdict } from '../../test/verdicts.ts'
import type { KeptVerdict } from '../record/verdicts.ts'
import { conclusionOf } from './conclusion.ts'
import { conclusionText } from './conclusion-text.ts'

const of = (verdicts: readonly KeptVerdict[], cutShort?: string) =>
  conclusionOf(exampleSnapshot({ verdicts }), cutShort)
const planned = exampleVerdict({ id: 'p-1', name: 'server-restarted', planned: true, remedy: [] })
const closed = exampleVerdict({ id: 'c-1', state: 'closed' })

test.each([
  ['nothing', [], undefined, 0, 'one round: nothing is wrong'],
  ['a plan', [planned], undefined, 0, 'one round: nothing is wrong, 1 planned verdict'],
  ['a fault', [exampleVerdict(), planned], undefined, 3, 'one round: 1 verdict, 1 planned verdict'],
  ['a fault that is over', [closed], undefined, 3, 'one round: 1 verdict'],
  ['one that another explains better', [{ ...closed, supersededBy: 'x' }], undefined, 0, 'one round: nothing is wrong'],
  ['one of a run before', [exampleVerdict({ openedAt: 0 })], undefined, 0, 'one round: nothing is wrong'],
  ['nothing yet', [], 'SIGTERM', 1, 'the round was cut short (SIGTERM): nothing is wrong so far'],
  ['a fault already', [exampleVerdict()], 'SIGTERM', 3, 'the round was cut short (SIGTERM): 1 verdict so far'],
] as const)('%s', (_, verdicts, cutShort, exitCode, sentence) =>
  expect(of(verdicts, cutShort)).toMatchObject({ exitCode, sentence }),
)

test('people get a table, why, what to do, and the sentence last', () => {
  const text = conclusionText(of([exampleVerdict(), planned]), { width: 100, paint: words => words })
  expect(text).toMatch(/^Verdicts\nVerdict +State +Since/)
  expect(text).toContain(`
conntrack-expiry: why (proven: conntrack had no entry for the flow when it died, and its timer is shorter)
  12:00:00 client: 12 × reset (exchange, ECONNRESET read) after 900 s
  12:00:00 node sysctl: nf_conntrack_tcp_timeout_established = 600
  not server-restarted: the ledger has all 12 open
  missing: node ipvs, which would tell whether IPVS forgot it

conntrack-expiry: what to do (longhold explain conntrack-expiry says more)
  # Send keepalives more often than the timer:
  sysctl -w net.ipv4.tcp_keepalive_time=200
`)
  expect(text.endsWith('\n\none round: 1 verdict, 1 planned verdict\n')).toBe(true)
})
