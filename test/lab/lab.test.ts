import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { readEvent } from './events.ts'
import { scenarios } from './scenarios/index.ts'
import { readIncident } from './seen/incident-files.ts'

const lab = fileURLToPath(new URL('./lab.ts', import.meta.url))
const results = mkdtempSync(join(tmpdir(), 'longhold-lab-'))
afterAll(() => rmSync(results, { recursive: true, force: true }))

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** The command line, as people run it; `environment` marks all that it starts. */
function start(args: readonly string[], environment: NodeJS.ProcessEnv = {}, wrapper: readonly string[] = []) {
  const [command = '', ...rest] = [...wrapper, process.execPath, lab, ...args]
  const child = spawn(command, rest, { env: { ...process.env, NO_COLOR: '1', ...environment } })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended: Promise<Ended> = once(child, 'close').then(([code]: (number | null)[]) => ({
    code: code ?? null,
    stdout,
    stderr,
  }))
  return { child, ended, printed: () => stdout }
}

describe('list', () => {
  test('has one line for each scenario', async () => {
    const { code, stdout } = await start(['list']).ended
    expect(code).toBe(0)
    expect(
      stdout
        .trim()
        .split('\n')
        .map(line => line.split(' ')[0]),
    ).toEqual(scenarios.map(({ name }) => name))
    for (const { summary } of scenarios) expect(stdout).toContain(summary)
  })

  test('says the same to programs', async () => {
    const { stdout } = await start(['list', '--json']).ended
    expect(JSON.parse(stdout)).toMatchObject(scenarios.map(({ name, summary, modes }) => ({ name, summary, modes })))
  })
})

test('names are unique, and fit for a command line and a folder', () => {
  for (const { name } of scenarios) expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
  expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length)
})

describe('refuses, with a reason,', () => {
  test.each([
    ['a scenario there is not', ['run', 'nonsense'], 'there is no scenario "nonsense"'],
    ['a mode it does not happen in', ['run', 'conntrack-expiry', '--mode', 'ipvs'], 'expected iptables or nftables'],
    ['a mode there is not', ['run', 'healthy', '--mode', 'userspace'], 'Allowed choices are iptables, nftables, ipvs'],
    ['no runs at once', ['all', '--parallel', '0'], 'expected a whole number from 1'],
  ])('%s', async (_, args, reason) => {
    const { code, stderr } = await start(args).ended
    expect(stderr).toContain(reason)
    expect(code).toBe(2)
  })

  test('to run as somebody else than root', async () => {
    const { code, stderr } = await start(['run', 'healthy'], {}, ['setpriv', '--reuid', '65534', '--clear-groups'])
      .ended
    expect(stderr).toContain('run it as root')
    expect(code).toBe(1)
  })

  test('to run where tools are missing, and names them', async () => {
    const without = ['unshare', '--mount', 'sh', '-c', 'mount -t tmpfs none /usr/sbin && exec "$@"', 'sh']
    const { code, stderr } = await start(['run', 'healthy'], {}, without).ended
    expect(stderr).toMatch(/"conntrack".* are missing: run "npm run test:packages"/)
    expect(code).toBe(1)
  })
})

test('a run tells what it does, and leaves an incident that can be read', async () => {
  const { code, stdout } = await start(['run', 'conntrack-flush', '--watch', '--results', results]).ended
  expect(stdout).toContain('broken: conntrack -F')
  expect(stdout).toMatch(/client +\d+ × ladder: reset when the silence was broken \(ECONNRESET read\)/)
  expect(stdout).toContain('What it means: ')
  expect(code).toBe(0)
  const { scenario, observations, moments, looks } = readIncident(join(results, 'conntrack-flush-iptables'))
  expect(scenario).toBe('conntrack-flush')
  expect(moments.map(({ name }) => name)).toEqual(['started', 'broken', 'ended'])
  expect(new Set(observations.map(({ half }) => half))).toEqual(new Set(['client', 'server']))
  expect(Object.keys(looks.at(-1)?.ledgers ?? {}).toSorted()).toEqual(['srv1', 'srv2'])
}, 60_000)

test.each(['conntrack-expiry', 'conntrack-flush'])(
  '%s fails when its staging is left out',
  async name => {
    const { code, stdout } = await start(['run', name, '--unstaged', '--json', '--results', results]).ended
    const events = stdout.split('\n').flatMap(line => readEvent(line) ?? [])
    expect(events.filter(each => each.event === 'judges' && !each.holds).length).toBeGreaterThan(0)
    expect(events.at(-1)).toMatchObject({ event: 'ends', passed: false })
    expect(code).toBe(1)
  },
  60_000,
)

/** What a run could leave behind on the machine. */
const machine = () => ({
  // `lh...` are those of other tests, which come and go.
  netns: existsSync('/run/netns') ? readdirSync('/run/netns').filter(name => !name.startsWith('lh')) : [],
  mounts: readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter(line => / \/run(\/| )/.test(line)).length,
  links: readdirSync('/sys/class/net'),
  sysctls: [
    'net/netfilter/nf_conntrack_max',
    'net/ipv4/ip_forward',
    'net/netfilter/nf_conntrack_tcp_timeout_established',
    'net/netfilter/nf_conntrack_tcp_loose',
  ].map(name => readFileSync(`/proc/sys/${name}`, 'utf8')),
})

/** Processes that were started with the mark in their environment, or by one that was. */
const marked = (mark: string) =>
  readdirSync('/proc').filter(pid => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(mark)
    } catch {
      return false // it ended meanwhile
    }
  })

describe('leaves nothing behind', () => {
  test.each([
    ['when it ends by itself', undefined],
    ['on Ctrl-C', 'SIGINT'],
    ['when it is told to stop', 'SIGTERM'],
    ['when it is killed', 'SIGKILL'],
  ] as const)(
    '%s',
    async (_, signal) => {
      const before = machine()
      const mark = randomUUID()
      const run = start(['run', 'conntrack-expiry', '--results', results], { LONGHOLD_LAB_MARK: mark })
      if (signal) {
        while (!run.printed().includes('connections are open')) await sleep(100)
        expect(marked(mark).length).toBeGreaterThan(3)
        run.child.kill(signal)
      }
      const { code } = await run.ended
      expect(code).toBe({ SIGINT: 130, SIGTERM: 143, SIGKILL: null, none: 0 }[signal ?? 'none'])
      for (let tries = 0; marked(mark).length > 0 && tries < 50; tries++) await sleep(100)
      expect(marked(mark)).toEqual([])
      expect(machine()).toEqual(before)
    },
    60_000,
  )
})
