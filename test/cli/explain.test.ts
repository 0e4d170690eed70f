import { expect, test } from 'vitest'
import { rules } from '../../src/diagnosis/index.ts'
import { families } from '../../src/outcome/verdict.ts'
import { begin, launcher, longhold } from './longhold.ts'

const names = [...rules.map(({ name }) => name), ...Object.keys(families)]

test.each([[['explain']], [['explain', '--list']]])('%s names all verdicts', async args => {
  const { code, out, err } = await longhold(args)
  expect([code, err]).toEqual([0, ''])
  for (const name of names) expect(out).toMatch(new RegExp(`^${name} `, 'm'))
})

test('a page is plain text on a pipe, and narrow enough for any terminal', async () => {
  const { code, out } = await longhold(['explain', 'forgotten-flow'])
  expect(code).toBe(0)
  expect(out).toMatch(/^forgotten-flow\n=+\n\n {2}\S/)
  expect(out).not.toContain('\u001b')
  expect(Math.max(...out.split('\n').map(line => line.length))).toBeLessThanOrEqual(80)
})

async function onTerminal(env: Record<string, string>): Promise<string> {
  const command = `stty cols 60; ${process.execPath} ${launcher} explain forgotten-flow-2`
  const how = { node: 'script', script: '-qefc', env: { TERM: 'xterm', ...env } }
  return (await begin([command, '/dev/null'], how).ended).out
}

test('on a terminal headings and code are coloured, unless colours are not wanted', async () => {
  const coloured = await onTerminal({})
  expect(coloured).toContain('\u001b[1mMechanisms')
  expect(coloured).toContain('\u001b[36m`net.netfilter.nf_conntrack_tcp_timeout_established`')
  expect(await onTerminal({ NO_COLOR: '1' })).not.toContain('\u001b[')
})

test('JSON has the page in Markdown, and the list without pages', async () => {
  const page: unknown = JSON.parse((await longhold(['explain', 'slow-dns', '--json'])).out)
  expect(page).toMatchObject({ name: 'slow-dns', family: 'slow-dns', page: expect.stringContaining('## Mechanisms') })
  const list = JSON.parse((await longhold(['explain', '--json'])).out) as { name: string }[]
  expect(list.map(({ name }) => name)).toEqual(names)
})

test.each([
  ['forgoten-flow', 'did you mean forgotten-flow?'],
  ['udp-stale', 'did you mean udp-stale-entry?'],
  ['gremlins', 'longhold explain names all'],
])('%s is no verdict: %s', async (name, help) => {
  const { code, out, err } = await longhold(['explain', name])
  expect([code, out]).toEqual([2, ''])
  expect(err).toBe(`longhold: there is no verdict "${name}": ${help}\n`)
})
