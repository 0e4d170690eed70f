import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** What an agent is made of: itself, and every source it asks. */
const files = globSync('src/{agent,evidence}/**/*.ts', { cwd: new URL('../..', import.meta.url).pathname })
  .filter(path => !path.endsWith('.test.ts') && !path.includes('/fixtures/'))
  .map(path => ({ path, text: readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8') }))

test('nothing in the agent, nor in any source, writes a file', () => {
  expect(files.length).toBeGreaterThan(50)
  const writes =
    /\b(writeFile|appendFile|createWriteStream|truncate|mkdir|rename|unlink|rm|chmod|chown|symlink|link)(Sync)?\(/
  expect(files.filter(({ text }) => writes.test(text)).map(({ path }) => path)).toEqual([])
})

test('every command it runs is one that lists', () => {
  const called = /(?:run|follow)\(\s*['"`]([^'"`]+)['"`]/g
  const runners = files.filter(({ text }) => text.search(called) >= 0)
  expect([...new Set(runners.flatMap(({ text }) => [...text.matchAll(called)].map(([, name]) => name)))]).toEqual(
    expect.arrayContaining(['conntrack', 'ipvsadm', 'nft']),
  )
  // How conntrack deletes, empties, makes and changes entries, and the words of ipvsadm and nft for it.
  const changes =
    /['"`](-[DFIUACZ]|--(delete|flush|create|update|set|zero|add|edit)|add|delete|flush|insert|replace|destroy)['"`]/
  expect(runners.filter(({ text }) => changes.test(text)).map(({ path }) => path)).toEqual([])
})
