import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { exampleAgent, exampleSource } from '../agent-example.ts'
import { freePort } from '../free-port.ts'
import { begin, launcher, longhold } from './longhold.ts'
import { checks } from '../../src/doctor/index.ts'
import { sysctl } from '../../src/evidence/sysctl/facts.ts'

interface Told {
  readonly exitCode: number
  readonly results: readonly { readonly check: string; readonly level: string; readonly says: string }[]
}

/** In a network namespace of its own, where nothing is like on the machine, after these commands. */
const inside = (commands: string, args: string) =>
  longhold(['-n', 'sh', '-c', `${commands}; exec "${process.execPath}" "${launcher}" doctor ${args}`], {
    node: 'unshare',
    script: '--fork',
  })

/** A node, by its bridge of pods. */
const notForwarding = 'ip link add cni0 type bridge; echo 0 >/proc/sys/net/ipv4/ip_forward'

const found = ({ results }: Told, check: string) => results.find(each => each.check === check)

test('a namespace that does not forward is wrong: 3; one that does, with a short timer, will bite: 4', async () => {
  const off = await inside(notForwarding, '--json')
  const told = JSON.parse(off.out) as Told
  expect([off.code, off.err, told.exitCode]).toEqual([3, '', 3])
  expect(told.results.map(({ check }) => check).toSorted()).toEqual(checks.map(({ name }) => name).toSorted())
  expect(found(told, 'forwarding')).toMatchObject({ level: 'wrong' })
  const conntrack = '/proc/sys/net/netfilter/nf_conntrack_tcp_timeout_established'
  const on = await inside(`echo 1 >/proc/sys/net/ipv4/ip_forward; echo 600 >${conntrack}`, '--json')
  const told4 = JSON.parse(on.out) as Told
  expect([on.code, found(told4, 'forwarding')?.level, found(told4, 'established-timeout')?.level]).toEqual([
    4,
    'ok',
    'will bite',
  ])
})

test('rules that the real tools wrote are read', async () => {
  const rule = 'iptables -t nat -A POSTROUTING -s 10.244.0.0/16 -j MASQUERADE'
  const { out } = await inside(rule, '--json')
  expect(found(JSON.parse(out) as Told, 'random-fully')).toMatchObject({
    level: 'will bite',
    says: expect.stringContaining('10.244.0.0/16') as string,
  })
})

test('people get a table and what to do, in colours on a terminal only', async () => {
  const { code, out } = await inside(notForwarding, '')
  expect(code).toBe(3)
  expect(out).toMatch(/^Doctor\nCheck +Level +What\nforwarding +wrong +net\.ipv4\.ip_forward is 0/)
  expect(out).toContain('forwarding (wrong): what to do\n  sysctl -w net.ipv4.ip_forward=1\n')
  expect(out).not.toContain('\u001b')
  const onTerminal = ['-n', 'script', '-qefc', `${process.execPath} ${launcher} doctor`, '/dev/null']
  const shown = await begin(onTerminal, { node: 'unshare', script: '--fork', env: { TERM: 'xterm' } }).ended
  expect(shown.out).toContain('\u001b[')
  expect(stripVTControlCharacters(shown.out)).toContain('Doctor')
})

test('the root of another machine is read in place of ours', async () => {
  const root = mkdtempSync(join(tmpdir(), 'longhold-doctor-'))
  const files = { 'net/ipv4/ip_forward': '1', 'net/ipv4/conf/all/rp_filter': '1' }
  for (const [name, value] of Object.entries(files)) {
    const path = join(root, 'proc/sys', name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, `${value}\n`)
  }
  const { out } = await longhold(['doctor', '--root', root, '--json'])
  const told = JSON.parse(out) as Told
  expect(found(told, 'rp-filter')).toMatchObject({ level: 'will bite' })
  expect(found(told, 'conntrack-table')).toMatchObject({
    level: 'unknown',
    says: expect.stringContaining('ENOENT') as string,
  })
})

test('an agent tells of its node', async () => {
  const source = exampleSource('sysctl', async () => ({
    'net.ipv4.ip_forward': 0,
    'net.ipv4.conf.cali1.forwarding': 0,
  }))
  const agent = await exampleAgent([{ ...source, facts: sysctl }])
  const { code, out } = await longhold(['doctor', '--agent', agent.listens, '--json'])
  await agent.close()
  expect([code, found(JSON.parse(out) as Told, 'forwarding')?.level]).toEqual([3, 'wrong'])
})

test.each([
  [
    'an agent that is not there',
    async () => ['--agent', `127.0.0.1:${await freePort()}`],
    1,
    'nothing of this node could be read: agent at',
  ],
  ['an address that is none', async () => ['--agent', 'a b'], 2, '--agent: expected an address'],
  ['an agent and a root', async () => ['--agent', '10.0.0.1', '--root', '/host'], 2, 'cannot be used with'],
])('%s: a sentence', async (_, args, exitCode, sentence) => {
  const { code, out, err } = await longhold(['doctor', ...(await args())])
  expect([code, out]).toEqual([exitCode, ''])
  expect(err).toContain(sentence)
})

test('--help has examples and the exit codes', async () => {
  const { out } = await longhold(['doctor', '--help'])
  for (const words of ['Examples:', 'Exit codes:', '3  something is wrong', '4  something will bite'])
    expect(out).toContain(words)
})
