import { connect, createServer } from 'node:net'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { commands } from '../../src/config/schema.ts'
import { helloFrame } from '../../src/wire/hello.ts'
import { begin, launcher, longhold, smallPair, written } from './longhold.ts'

const from = { pod: 'rude', node: 'rude', ip: '127.0.0.1', instance: 'rude' }
const json = (out: string) =>
  out
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>)

describe('before anything runs', () => {
  test('--version is that of the package', async () => {
    expect(await longhold(['--version'])).toEqual({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), err: '' })
  })

  test('--help names every command, with examples', async () => {
    const { code, out } = await longhold(['--help'])
    expect(code).toBe(0)
    for (const word of [...commands, 'report', 'Examples:']) expect(out).toContain(word)
  })

  test.each(commands)('%s --help shows its variables and examples', async command => {
    const { code, out } = await longhold([command, '--help'])
    expect(code).toBe(0)
    for (const word of ['LONGHOLD_CONFIG', 'LONGHOLD_WEB_PORT', '--check', 'Examples:']) expect(out).toContain(word)
  })

  test.each([
    [
      'a flag mistyped',
      ['client', '--conections', '3'],
      "longhold: unknown option '--conections'",
      'Did you mean --connections?',
    ],
    ['a flag of another command', ['server', '--connections', '3'], "unknown option '--connections'", ''],
    ['a command mistyped', ['sever'], "unknown command 'sever'", 'Did you mean server?'],
    ['a word too many', ['pair', 'please'], 'too many arguments', ''],
    ['a flag without its value', ['client', '--server'], 'argument missing', ''],
    ['a time that is none', ['pair', '--for', 'ever'], 'longhold: --for: expected a duration', 'found "ever"'],
    [
      'a value out of range',
      ['client', '--connections', '0'],
      '--connections: expected a whole number from 1',
      'found "0"',
    ],
    [
      'a file that is not there',
      ['client', '--config', '/no/such'],
      'longhold: /no/such: expected a configuration that can be read, found no such file',
      '',
    ],
  ])('%s: a sentence, and exit code 2', async (_, args, ...sentences) => {
    const { code, out, err } = await longhold(args)
    expect([code, out]).toEqual([2, ''])
    for (const sentence of sentences) expect(err).toContain(sentence)
    expect(err).not.toMatch(/^\s+at /m)
  })

  test('--check says ok in a line, or every mistake', async () => {
    const right = await longhold(['client', '--check'])
    expect(right).toMatchObject({ code: 0, err: '' })
    expect(right.out).toMatch(/^ok: \d+ probes holding \d+ connections; web on 0\.0\.0\.0:8080; no journal\n$/)
    const file = await written('drain: soon\nprobes:\n- kind: carrier-pigeon\n')
    const wrong = await longhold(['client', '--check', '--config', file])
    expect([wrong.code, wrong.out]).toEqual([2, ''])
    expect(wrong.err.trim().split('\n')).toEqual([
      expect.stringMatching(`^longhold: ${file}:1: drain: expected a duration .*, found "soon"$`),
      expect.stringMatching(`^longhold: ${file}:3: probes\\[0\\]\\.kind: expected one of .*, found "carrier-pigeon"$`),
    ])
  })

  test.each(commands)('what %s --print-config prints loads back to the same', async command => {
    const first = await longhold([command, '--print-config'])
    expect(first).toMatchObject({ code: 0, err: '' })
    const file = await written(first.out)
    expect((await longhold([command, '--print-config'], { env: { LONGHOLD_CONFIG: file } })).out).toBe(first.out)
  })

  test('an answer that finds no room is a sentence, and no stack trace', async () => {
    const { code, err } = await longhold(
      ['-c', 'exec "$0" "$1" pair --print-config > /dev/full', process.execPath, launcher],
      {
        node: '/bin/sh',
        script: '-e',
      },
    )
    expect([code, err]).toEqual([1, expect.stringMatching(/^longhold: cannot write the answer \(ENOSPC[^\n]*\n$/)])
  })

  test('a flag wins over its variable', async () => {
    const env = { LONGHOLD_POD: 'from-env', LONGHOLD_NODE: 'from-env' }
    const { out } = await longhold(['server', '--print-config', '--pod', 'from-flag'], { env })
    expect(out).toMatch(/pod: from-flag\n {2}node: from-env/)
  })
})

describe('a run', () => {
  test('says on a pipe that it runs, nothing of each exchange, and the totals at its end', async () => {
    const { file } = await smallPair()
    const { code, out, err } = await longhold(['--config', file, '--for', '2s'])
    expect([code, err]).toEqual([0, ''])
    const lines = json(out)
    expect(lines[0]).toMatchObject({ level: 'info', msg: 'longhold pair runs' })
    expect(lines.length).toBeLessThan(8)
    const { msg, cohorts } = lines.at(-1) as {
      msg: string
      cohorts: { side: string; cohort: string; exchanges: number; faults: number }[]
    }
    expect(msg).toBe('stopped')
    const small = cohorts.find(({ side, cohort }) => side === 'client' && cohort === 'small')
    expect(small?.exchanges).toBeGreaterThan(5)
    expect(small?.faults).toBe(0)
  })

  test.each(['SIGTERM', 'SIGINT'] as const)('ends cleanly on %s', async signal => {
    const { file } = await smallPair()
    const running = begin(['pair', '--config', file])
    await running.said('longhold pair runs')
    running.child.kill(signal)
    const { code, out } = await running.ended
    expect(code).toBe(0)
    expect(json(out).at(-1)).toMatchObject({ msg: 'stopped' })
  })

  test('one Ctrl-C that arrives twice, from terminal and launcher, is one', async () => {
    const { file } = await smallPair()
    const running = begin(['pair', '--config', file])
    await running.said('longhold pair runs')
    running.child.kill('SIGINT')
    running.child.kill('SIGINT')
    expect((await running.ended).code).toBe(0)
  })

  test('ends at once on a second Ctrl-C, while it still waits for goodbyes', async () => {
    const { file, port } = await smallPair()
    const running = begin(['server', '--config', file], {
      env: { LONGHOLD_FOR: '60s' },
    })
    await running.said('longhold server runs')
    const rude = connect({ port, host: '127.0.0.1', allowHalfOpen: true }).resume() // never closes its side
    rude.write(
      helloFrame({
        id: 'rude',
        cohort: 'rude',
        path: 'pod',
        speaker: 'client',
        idleMs: [60_000],
        deadlineMs: 5000,
        from,
      }),
    )
    await once(rude, 'data')
    running.child.kill('SIGINT')
    await sleep(1000)
    running.child.kill('SIGINT')
    const { code } = await running.ended
    rude.destroy()
    expect(code).toBe(130)
  })

  test('a port that is taken: one sentence that names it', async () => {
    const { file, port } = await smallPair()
    const taken = createServer().listen(port, '127.0.0.1')
    await once(taken, 'listening')
    const { code, out, err } = await longhold(['pair', '--config', file, '--for', '5s'])
    taken.close()
    expect(code).toBe(1)
    expect(out).toBe('')
    expect(err).toMatch(new RegExp(`^longhold: .*${port}.*\n$`))
  })

  test('more connections than files: one sentence with the fix, or as many processes as it takes', async () => {
    const cohort = '{kind: tcp-hold, name: many, to: 127.0.0.1, connections: 1000}'
    const with512 = async (processes: string, ...args: readonly string[]) => {
      const limited = ['ulimit -n 512 && exec "$0" "$@"', process.execPath, launcher]
      const file = await written(`processes: ${processes}\nprobes: [${cohort}]`)
      return longhold([...limited, 'client', '--config', file, ...args], { node: 'sh', script: '-c' })
    }
    const { code, err } = await with512('1')
    expect(code).toBe(1)
    expect(err).toMatch(
      /^longhold: this configuration needs up to \d+ open files .*the limit is 512: raise it with "ulimit -n \d+", share them out \(processes: 3, or auto\), or hold fewer connections\n$/,
    )
    expect((await with512('auto', '--check')).out).toContain('1 probe holding 1000 connections; in 3 processes; ')
  })

  test('a reader that goes away ends it', async () => {
    const { file } = await smallPair()
    const running = begin(['pair', '--config', file, '--for', '20s', '--log-level', 'debug'])
    await running.said('longhold pair runs')
    running.child.stdout?.destroy()
    running.child.kill('SIGTERM')
    expect((await running.ended).code).toBe(0)
  })
})
