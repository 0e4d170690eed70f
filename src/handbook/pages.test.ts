import { describe, expect, test } from 'vitest'
import { rules } from '../diagnosis/index.ts'
import { entries, entryOf } from './entries.ts'
import { pageOf } from './page.ts'

/** Every page has them, in this order: who has read one finds his way in all. */
const headings = [
  'Symptom',
  'Mechanism',
  'Evidence',
  'Confidence',
  'Remedy',
  'What else looks like this',
  'In the lab',
  'Sources',
]

const sectionsOf = (page: string) =>
  page
    .split(/^## /m)
    .map(text => ({ heading: text.slice(0, text.indexOf('\n')), text: text.slice(text.indexOf('\n')) }))

describe.each(rules.map(({ name }) => name))('the page of %s', name => {
  const [first, ...sections] = sectionsOf(pageOf({ name, title: '', family: 'ended', what: 'mechanism' }) ?? '')
  const section = (heading: string) => sections.find(each => each.heading === heading)?.text ?? ''

  test('begins with what to do first, and has every heading in its place', () => {
    expect(first?.heading).toBe(`# ${name}`)
    expect(first?.text.trim()).toMatch(/^\*\*First:\*\* \S/)
    expect(sections.map(({ heading }) => heading)).toEqual(headings)
  })

  test('draws its mechanism', () => {
    expect(section('Mechanism')).toMatch(/^( {4}|```)/m)
  })

  test('names as look-alikes what is explained as well', () => {
    const named = section('What else looks like this').matchAll(/^(?:\| |- )`([a-z-]+)(?:\/[a-z-]+)?`/gm)
    for (const [, other = ''] of named) expect(entryOf(other)?.name).toBe(other)
  })
})

test.each(entries.filter(({ what, name }) => what === 'family' && name !== 'unexplained'))(
  'the page of the family $name names its mechanisms',
  family => {
    const page = pageOf(family)
    const own = rules.filter(rule => rule.family === family.name)
    for (const { name } of own) expect(page).toMatch(new RegExp(`^- \`${name}\`: `, 'm'))
  },
)
