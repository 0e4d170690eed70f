import { randomInt } from 'node:crypto'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { stillRunning } from '../../test/still-running.ts'
import { realClock } from '../clock.ts'
import { followWith } from './follow.ts'

interface Heard {
  readonly lines: string[]
  readonly ends: string[]
  stop(): void
}

function follow(command: string, args: readonly string[], onLine: (line: string) => void = () => {}): Heard {
  const lines: string[] = []
  const ends: string[] = []
  const hear = (line: string) => {
    lines.push(line)
    onLine(line)
  }
  return { lines, ends, stop: followWith(realClock)(command, args, hear, why => ends.push(why)) }
}

const sh = (script: string, onLine?: (line: string) => void) => follow('sh', ['-c', script], onLine)
const mark = () => `longhold-${randomInt(1e12)}`

test('lines come as they are printed, also when they come in pieces', async () => {
  const heard = sh('printf one; sleep 0.1; printf " and\\ntwo\\n"; sleep 1000')
  await expect.poll(() => heard.lines).toEqual(['one and', 'two'])
  expect(heard.ends).toEqual([])
  heard.stop()
})

test.each([
  ['with its complaint', 'echo one; echo "not permitted" >&2; exit 1', 'sh: not permitted'],
  ['with its exit code', 'echo one; exit 3', 'sh: ended with exit code 3'],
  ['with success: it was to go on', 'echo one', 'sh: ended with exit code 0'],
  ['with the signal that ended it', 'echo one; kill -KILL $$', 'sh: ended with SIGKILL'],
])('when it ends it is told once, %s', async (_, script, why) => {
  const heard = sh(script)
  await expect.poll(() => heard.ends).toEqual([why])
  expect(heard.lines).toEqual(['one'])
})

test('one that is not installed ends at once', async () => {
  const heard = follow('longhold-nosuch', [])
  await expect.poll(() => heard.ends).toEqual(['longhold-nosuch: not there (ENOENT)'])
})

test('a line that was not finished is none', async () => {
  const heard = sh('printf "whole\\nhal"')
  await expect.poll(() => heard.ends.length).toBe(1)
  expect(heard.lines).toEqual(['whole'])
})

test('a line of megabytes is left out, and those around it are heard', async () => {
  const heard = sh('echo before; head -c 3000000 /dev/zero | tr "\\0" x; echo; echo after; sleep 1000')
  await expect.poll(() => heard.lines).toEqual(['before', 'after'])
  heard.stop()
})

test('hostile bytes are lines like others', async () => {
  const heard = sh('printf "\\377\\376\\000\\nafter\\n"; sleep 1000')
  await expect.poll(() => heard.lines).toEqual(['\ufffd\ufffd\0', 'after'])
  heard.stop()
})

test('one that prints for ever is heard for so much a second, leaves time to others, and ends when it is told to', async () => {
  const name = mark()
  const began = performance.now()
  const heard = sh(`yes ${name}`)
  await expect.poll(() => heard.lines.length, { timeout: 5000 }).toBeGreaterThan(100_000)
  await new Promise(resolve => setTimeout(resolve, 1500))
  const bytes = heard.lines.length * (name.length + 1)
  heard.stop()
  const seconds = (performance.now() - began) / 1000
  expect(bytes).toBeLessThan((seconds + 2) * 4 * 1024 * 1024)
  await expect.poll(() => stillRunning(name)).toEqual([])
  expect(heard.ends).toEqual([])
})

test('after it was stopped nothing is heard any more, and nothing of it is left, whatever it ignores', async () => {
  const name = mark()
  const heard = sh(`export MARK=${name}; trap "" TERM INT HUP; while :; do echo line; sleep 0.01; done`, () => {
    if (heard.lines.length === 5) heard.stop()
  })
  await expect.poll(() => heard.lines.length).toBe(5)
  await expect.poll(() => stillRunning(name)).toEqual([])
  expect(heard).toMatchObject({ lines: Array(5).fill('line'), ends: [] })
  heard.stop()
})

test('a listener that throws ends it, and the reason is told', async () => {
  const name = mark()
  const heard = sh(`export MARK=${name}; echo one; echo two; sleep 1000`, line => {
    throw new Error(`what is ${line}?`)
  })
  await expect.poll(() => heard.ends).toEqual(['sh: a line was not understood: what is one?'])
  expect(heard.lines).toEqual(['one'])
  await expect.poll(() => stillRunning(name)).toEqual([])
})

test('it ends with the process that followed it, though nobody stopped it', async () => {
  const name = mark()
  const program = `
    import { realClock } from '${new URL('../clock.ts', import.meta.url).href}'
    import { followWith } from '${new URL('./follow.ts', import.meta.url).href}'
    followWith(realClock)('sh', ['-c', 'export MARK=${name}; echo here; sleep 1000'], () => process.exit(7), () => {})`
  const follower = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'inherit' })
  expect(await once(follower, 'exit')).toEqual([7, null])
  await expect.poll(() => stillRunning(name)).toEqual([])
})
