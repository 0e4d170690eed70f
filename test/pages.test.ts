import { describe, expect, test } from 'vitest'
import { rules } from '../src/diagnosis/index.ts'
import { entries } from '../src/handbook/entries.ts'
import { pageOf } from '../src/handbook/page.ts'
import { scenarios } from './lab/scenarios/index.ts'

/** What a page tells people to type into a terminal here: words after `npm run lab -- run`. */
const staged = (page: string) =>
  [...page.matchAll(/npm run lab -- run ([^\n#]+)/g)].map(([, words = '']) => words.trim().split(/\s+/))

describe.each(rules.map(({ name }) => name))('the page of %s', name => {
  const entry = entries.find(each => each.name === name)
  const commands = staged((entry && pageOf(entry)) ?? '')

  test('stages what is in the lab, in a mode in which it is there', () => {
    for (const [scenario = '', ...flags] of commands) {
      const { modes } = scenarios.find(each => each.name === scenario) ?? { modes: [] }
      expect(modes, scenario).not.toEqual([])
      const mode = flags[flags.indexOf('--mode') + 1]
      if (flags.includes('--mode')) expect(modes).toContain(mode)
      expect(flags.filter(flag => flag.startsWith('--'))).toEqual(flags.filter(flag => known.has(flag)))
    }
  })

  test('stages it, with the client judging', () => {
    // What is wrong with ourselves is no mechanism of the network: those pages say how to do it by hand.
    const least = entry?.family === 'ourselves' ? 0 : 1
    expect(commands.filter(words => words.includes('--diagnose')).length).toBeGreaterThanOrEqual(least)
  })
})

const known = new Set(['--mode', '--watch', '--diagnose'])

test('every scenario whose verdict is a mechanism is on the page of that mechanism', () => {
  for (const { name, verdict } of scenarios) {
    if (verdict === undefined) continue
    const [mechanism = ''] = verdict.split('/')
    const entry = entries.find(each => each.name === mechanism)
    expect((entry && pageOf(entry)) ?? '', `${mechanism}: ${name}`).toMatch(new RegExp(`lab -- run ${name}( |$)`, 'm'))
  }
})
