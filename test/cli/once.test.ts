import { setTimeout as sleep } from 'node:timers/promises'
import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { freePort } from '../free-port.ts'
import { begin, launcher, longhold, smallPair, written } from './longhold.ts'

const lastLine = (out: string) => JSON.parse(out.trim().split('\n').at(-1) ?? '') as Record<string, unknown>

/** A client whose server is not there. */
async function lonely(more: object = {}): Promise<string> {
  const to = `127.0.0.1:${await freePort()}`
  const probe = { kind: 'tcp-hold', name: 'lonely', to, connections: 3, idle: '200ms', spread: '0s', deadline: '200ms' }
  return written(JSON.stringify({ web: 'off', journal: 'off', probes: [probe], ...more }))
}

test('a round in which all is well ends by itself with 0, and says so last', async () => {
  const { file } = await smallPair()
  const { code, out, err } = await longhold(['pair', '--once', '--config', file, '--log-level', 'error'])
  expect([code, err]).toEqual([0, ''])
  expect(lastLine(out)).toMatchObject({ exitCode: 0, verdicts: [], msg: 'one round: nothing is wrong' })
})

test('a verdict is exit code 3, and whole in the last line', async () => {
  const { code, out } = await longhold(['client', '--once', '--config', await lonely()])
  expect(code).toBe(3)
  expect(lastLine(out)).toMatchObject({
    exitCode: 3,
    verdicts: [{ series: ['tcp-hold/lonely'], planned: false, evidence: expect.any(Array) as unknown }],
  })
  expect(out).toContain('"level":"warn"')
})

test('on a terminal it tells how far it is, and ends in a table and what to do', async () => {
  const command = `stty cols 100 rows 40; ${process.execPath} ${launcher} client --once --config ${await lonely()}; echo "exit code $?"`
  const how = { node: 'script', script: '-qefc', env: { TERM: 'xterm-256color' } }
  const out = stripVTControlCharacters((await begin([command, '/dev/null'], how).ended).out)
  expect(out).toContain('one round: 0 of 3 connections spoke after their silence, at most ')
  expect(out).toMatch(/stopped after[^]*Verdicts[^]*what to do[^]*one round: 1 verdict[^]*exit code 3/)
})

test('--for ends a round early, and that is no mistake', async () => {
  const { file } = await smallPair()
  const { code, out } = await longhold(['pair', '--once', '--config', file, '--idle', '5m', '--for', '1s'])
  expect([code, lastLine(out)['msg']]).toEqual([0, 'one round: nothing is wrong'])
})

test('told to stop before the round is over, it does not claim that all is well', async () => {
  const { file } = await smallPair()
  const running = begin(['pair', '--once', '--config', file, '--idle', '5m'])
  await running.said('longhold pair runs')
  await sleep(500)
  running.child.kill('SIGTERM')
  const { code, out } = await running.ended
  expect(code).toBe(1)
  expect(lastLine(out)).toMatchObject({ msg: 'the round was cut short (SIGTERM): nothing is wrong so far' })
})

test.each([
  ['where nothing is judged', ['client'], 'nothing is judged where evidence is off'],
  ['of a server, which asks nobody', ['server'], "unknown option '--once'"],
])('no round %s', async (_, [command = ''], sentence) => {
  const { code, err } = await longhold([command, '--once', '--config', await lonely({ evidence: 'off' })])
  expect(code).toBe(2)
  expect(err).toContain(sentence)
})
