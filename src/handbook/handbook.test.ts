import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { families } from '../outcome/verdict.ts'
import { entries, entryOf } from './entries.ts'
import { blocksOf } from './markdown.ts'
import { pageOf, sectionOf } from './page.ts'

test('names are unique, and every family has one', () => {
  const names = entries.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  expect(names).toEqual(expect.arrayContaining(Object.keys(families)))
})

test.each(entries.map(entry => [entry.name, entry] as const))('%s has a page', (_, entry) => {
  expect(pageOf(entry)).toMatch(/^# \S/)
})

test('the id of a verdict names it as well, and so does its title', () => {
  expect(entryOf('udp-stale-entry/node-port')).toEqual(entryOf('udp-stale-entry'))
  expect(entryOf('udp-stale-entry (node-port)')).toEqual(entryOf('udp-stale-entry'))
  expect(entryOf('forgotten-flow-12')).toEqual(entryOf('forgotten-flow'))
  expect(entryOf('forgotten')).toBeUndefined()
})

test('a section is a page, its headings a level higher', () => {
  const markdown = '# All\n\n## a\n\none\n\n### more\n\n## ab\n\ntwo\n'
  expect(sectionOf(markdown, 'a')).toBe('# a\n\none\n\n## more')
  expect(sectionOf(markdown, 'ab')).toBe('# ab\n\ntwo')
  expect(sectionOf(markdown, 'b')).toBeUndefined()
})

const plain = (text: string) => ({ text, style: 'plain' })
const code = (text: string) => ({ text, style: 'code' })

test('Markdown is understood: words, code, lists, tables, links; comments are left out', () => {
  const blocks = blocksOf(`# A & \`b<c\`
<!-- unseen -->
Of **weight**,
and [more](../x/README.md).

- one
- two:
  \`\`\`sh
  ls | wc
  \`\`\`

| a | b |
| --- | --- |
| \`x\` | y \\| z |
`)
  expect(blocks).toEqual([
    { type: 'heading', level: 1, runs: [plain('A & '), code('b<c')] },
    {
      type: 'paragraph',
      runs: [
        plain('Of '),
        { text: 'weight', style: 'strong' },
        plain(', and '),
        { ...plain('more'), href: '../x/README.md' },
        plain('.'),
      ],
    },
    {
      type: 'list',
      ordered: false,
      items: [
        [{ type: 'paragraph', runs: [plain('one')] }],
        [
          { type: 'paragraph', runs: [plain('two:')] },
          { type: 'code', text: 'ls | wc' },
        ],
      ],
    },
    {
      type: 'table',
      head: [[plain('a')], [plain('b')]],
      rows: [[[code('x')], [plain('y | z')]]],
    },
  ])
})

const marks = '# * _ ` | - < > ! [ ] ( ) \n \\ a b 1 . & / : \t'.split(' ').concat(' ')

test('no text makes it fail', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...marks) }), text => {
      expect(blocksOf(text)).toBeInstanceOf(Array)
    }),
  )
})
