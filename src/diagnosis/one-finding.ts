import type { Finding } from './rule.ts'

/** Several findings of one mechanism are one: the first speaks, and the others add what they explain and show. */
export const together = ([first, ...rest]: readonly Finding[]): Finding[] =>
  first
    ? [
        {
          ...first,
          explains: [...new Set([first, ...rest].flatMap(({ explains }) => explains))],
          of: [first, ...rest].reduce((sum, each) => sum + each.of, 0),
          evidence: [first, ...rest].flatMap(({ evidence }) => evidence),
          remedy: [...new Set([first, ...rest].flatMap(({ remedy }) => remedy))],
        },
      ]
    : []
