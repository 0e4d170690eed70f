import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { lines, whole } from './lines.ts'

async function* pieces(...texts: readonly (string | Buffer)[]) {
  for (const text of texts) yield await Promise.resolve(Buffer.from(text))
}
async function split(most: number, ...texts: readonly (string | Buffer)[]): Promise<string[]> {
  const found: string[] = []
  for await (const line of lines(pieces(...texts), most)) found.push(line)
  return found
}
const all = (...texts: readonly (string | Buffer)[]) => split(10, ...texts)

test('whole lines, whatever the pieces; the last one without its end is left out', async () => {
  expect(await all('a\nb', 'c', '\n', '\n\nd')).toEqual(['a', 'bc', '', ''])
})

test('a character in two pieces stays whole', async () => {
  const euro = Buffer.from('€\n')
  expect(await all(euro.subarray(0, 1), euro.subarray(1))).toEqual(['€'])
})

test.each([
  ['in one piece', ['12345678901\n']],
  ['in many', ['a\n1234', '5678', '901']],
])('a line that is too long ends everything: %s', async (_, texts) => {
  await expect(all(...texts)).rejects.toThrow('longer than 10 bytes')
})

test('an answer that is too long is refused before it is held', async () => {
  expect(await whole(pieces('12345', '67890'), 10)).toBe('1234567890')
  await expect(whole(pieces('12345', '678901'), 10)).rejects.toThrow('larger than 10 bytes')
})

test('however it is cut, it says the same', async () => {
  const text = fc
    .array(fc.string({ maxLength: 8 }).map(each => each.replaceAll('\n', '')))
    .map(each => each.map(line => `${line}\n`).join(''))
  await fc.assert(
    fc.asyncProperty(text, fc.array(fc.nat(40)), async (text, cuts) => {
      const bytes = Buffer.from(text)
      const at = [0, ...cuts.filter(cut => cut < bytes.length).sort((a, b) => a - b), bytes.length]
      const cut = at.slice(1).map((end, i) => bytes.subarray(at[i], end))
      expect(await split(64, ...cut)).toEqual(text.split('\n').slice(0, -1))
    }),
  )
})
