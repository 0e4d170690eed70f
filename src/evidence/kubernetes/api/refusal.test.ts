import { expect, test } from 'vitest'
import { refusalOf } from './refusal.ts'

test.each([
  ['its own words', { message: 'pods is forbidden', code: 403 }, {}, [403, 'pods is forbidden', undefined]],
  ['a status in an event', { code: 410, reason: 'Expired' }, {}, [410, 'Expired', undefined]],
  ['plain text', undefined, { code: 429, retryAfter: '2', text: 'Too many\n' }, [429, 'Too many', 2000]],
  ['what it asks for in its words', { code: 429, details: { retryAfterSeconds: 3 } }, {}, [429, '', 3000]],
  ['an hour is a mistake', {}, { code: 503, retryAfter: '3600' }, [503, '', 300_000]],
  ['a date, or nonsense', {}, { code: 503, retryAfter: 'Wed, 21 Oct 2026 07:28:00 GMT' }, [503, '', undefined]],
  ['no status at all', 'x', {}, [500, '', undefined]],
  ['bytes that are not for a terminal', { message: '\u001b[2Jhi', code: 500 }, {}, [500, '?[2Jhi', undefined]],
] as const)('%s', (_, object, answer, [code, says, wait]) => {
  const refusal = refusalOf(object, answer)
  expect([refusal.code, refusal.message, refusal.retryAfterMs]).toEqual([
    code,
    `the API server says ${code}: ${says}`,
    wait,
  ])
})
