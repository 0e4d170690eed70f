import { once } from 'node:events'
import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { begin, launcher, longhold, smallPair } from './longhold.ts'

/** Runs longhold on a terminal of its own (script(1) of util-linux makes one). */
const onTerminal = (columns: number, args: string, env: Record<string, string> = {}) =>
  begin(
    [
      `trap : INT; stty cols ${columns} rows 30; ${process.execPath} ${launcher} ${args}; echo "exit code $?"`,
      '/dev/null',
    ],
    {
      node: 'script',
      script: '-qefc',
      env: { TERM: 'xterm-256color', ...env },
    },
  )

test('on a terminal there is a live table, and the last one stays', async () => {
  const { file } = await smallPair()
  const { out } = await onTerminal(100, `pair --config ${file} --for 2s`).ended
  const last = stripVTControlCharacters(out.slice(out.lastIndexOf('longhold pair')))
  for (const word of ['stopped after', 'Cohorts', 'small', 'Last faults', 'exit code 0']) expect(last).toContain(word)
  expect(out).not.toContain('"level"')
  expect(out).toContain('\u001b[2m')
})

test('NO_COLOR is heard', async () => {
  const { file } = await smallPair()
  const { out } = await onTerminal(100, `pair --config ${file} --for 1s`, { NO_COLOR: '1' }).ended
  expect(out).toContain('Cohorts')
  for (const colour of [2, 31, 32, 33]) expect(out).not.toContain(`\u001b[${colour}m`)
})

test('a narrow window gets narrow lines', async () => {
  const { file } = await smallPair()
  const { out } = await onTerminal(40, `pair --config ${file} --for 1s`).ended
  const lines = stripVTControlCharacters(out).split(/\r?\n/)
  expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(40)
})

test('--no-table gives JSON lines on a terminal', async () => {
  const { file } = await smallPair()
  const { out } = await onTerminal(100, `pair --config ${file} --for 1s --no-table`).ended
  expect(out).toContain('"msg":"longhold pair runs"')
})

test('Ctrl-C ends it cleanly, and the last table stays', async () => {
  const { file } = await smallPair()
  const running = onTerminal(100, `pair --config ${file}`)
  await running.said('Cohorts')
  running.child.stdin?.write('\u0003')
  const { out } = await running.ended
  expect(out).toContain('stopped after')
  expect(stripVTControlCharacters(out)).toContain('exit code 0')
})

test('report prints what the journal holds', async () => {
  const { file } = await smallPair()
  const dir = `${file}.journal`
  expect((await longhold(['pair', '--config', file, '--journal', dir, '--for', '2s'])).code).toBe(0)
  const { code, out } = await longhold(['report', dir])
  expect(code).toBe(0)
  for (const word of ['Runs', 'Cohorts', 'small']) expect(out).toContain(word)
  const json = JSON.parse((await longhold(['report', dir, '--json'])).out) as { cohorts: { cohort: string }[] }
  expect(json.cohorts.map(({ cohort }) => cohort)).toContain('small')
  const none = await longhold(['report', '/no/such'])
  expect([none.code, none.out]).toEqual([2, ''])
  expect(none.err).toMatch(/^longhold: [^\n]*\/no\/such[^\n]*\n$/)
  const { child } = begin(['report', dir])
  child.stdout?.destroy() // as `| head` does
  await once(child, 'close')
  expect(child.exitCode).toBe(0)
})
