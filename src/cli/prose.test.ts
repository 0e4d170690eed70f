import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { entries } from '../handbook/entries.ts'
import { blocksOf } from '../handbook/markdown.ts'
import { pageOf } from '../handbook/page.ts'
import { prose, type Style } from './prose.ts'

const plain: Style = text => text
const marks: Style = (text, what) => `<${what}>${text}</${what}>`
const shown = (markdown: string, width = 60, style = plain) => prose(blocksOf(markdown), width, style)

test('headings stand at the edge, everything else is indented, code as it is written', () => {
  expect(
    shown('# Name\n\nWords that are many enough that they do not fit into one line.\n\n## More\n\n```\n a -> b\n```\n'),
  ).toBe(`Name
====

  Words that are many enough that they do not fit into one
  line.

More

     a -> b
`)
})

test('headings and code are marked; code that is broken over lines is marked on each', () => {
  expect(shown('## A\n\nsay `one two three four` **now**', 16, marks)).toBe(`<heading>A</heading>

  say <code>\`one two</code>
  <code>three four\`</code>
  <strong>now</strong>
`)
})

test('lists, tables, quotes and links', () => {
  const markdown =
    '1. one\n2. two\n\n| a | b |\n| - | - |\n| `x` | y |\n\n> so\n\n[site](https://a.b/c), [page](../x/README.md)'
  expect(shown(markdown)).toBe(`  1. one
  2. two

  a    b
  \`x\`  y

  | so

  site (https://a.b/c), page
`)
})

test.each(entries.map(({ name }) => name))('%s: no line of its words is wider than the terminal', name => {
  const entry = entries.find(each => each.name === name)
  const words = blocksOf((entry && pageOf(entry)) ?? '').filter(({ type }) => type !== 'code')
  for (const width of [60, 80, 120])
    for (const line of prose(words, width, plain).split('\n'))
      if (!line.includes('://')) expect(line.length, line).toBeLessThanOrEqual(width)
})

test('no word is lost, however narrow it is', () => {
  const word = fc.stringMatching(/^[a-z]{1,12}$/)
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 30 }), fc.integer({ min: 4, max: 40 }), (words, width) => {
      expect(shown(words.join(' '), width).split(/\s+/).filter(Boolean)).toEqual(words)
    }),
  )
})
