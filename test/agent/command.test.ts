import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { begin, longhold } from '../cli/longhold.ts'
import { plantedRoot } from '../planted-root.ts'

const start = (out: string) => JSON.parse(out.split('\n')[0] ?? '') as { listens: string } & Record<string, unknown>

async function running(args: readonly string[] = [], env: Record<string, string> = {}) {
  const agent = begin(['agent', ...args], { env })
  const lines: string[] = []
  agent.child.stdout?.on('data', chunk => lines.push(String(chunk)))
  await agent.said('longhold agent runs')
  const first = start(lines.join(''))
  return { ...agent, first, base: `http://${first.listens}` }
}

describe('longhold agent', () => {
  test('--help shows its variables and examples', async () => {
    const { code, out } = await longhold(['agent', '--help'])
    expect(code).toBe(0)
    for (const word of [
      'LONGHOLD_AGENT_LISTEN',
      'LONGHOLD_NODE_IP',
      'LONGHOLD_AGENT_TOKEN',
      '--root',
      'Examples:',
      'curl',
    ])
      expect(out).toContain(word)
  })

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'says in one line that it runs, answers, and ends with 0 on %s',
    async signal => {
      const agent = await running(['--listen', '127.0.0.1:0', '--node', 'node-7'])
      expect(agent.first).toMatchObject({ level: 'info', node: 'node-7', token: false, absent: expect.any(Object) })
      const answer = (await (await fetch(`${agent.base}/evidence`)).json()) as Record<string, object>
      expect(answer).toMatchObject({ version: agent.first['version'], node: 'node-7' })
      expect(Object.keys(answer['readings'] ?? {}).length).toBeGreaterThan(0)
      agent.child.kill(signal)
      const { code, out, err } = await agent.ended
      expect([code, err]).toEqual([0, ''])
      expect(out.trim().split('\n').length).toBe(2)
    },
  )

  test('takes its address from the node’s, and its token from a file', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'longhold-token-')), 'token')
    await writeFile(file, 'secret\n')
    const env = { LONGHOLD_NODE_IP: '127.0.0.23', LONGHOLD_AGENT_TOKEN_FILE: file }
    const agent = await running([], env)
    expect(agent.first).toMatchObject({ listens: '127.0.0.23:7002', token: true })
    expect((await fetch(`${agent.base}/evidence`)).status).toBe(401)
    const headers = { authorization: 'Bearer secret' }
    expect((await fetch(`${agent.base}/evidence`, { headers })).status).toBe(200)
    expect((await fetch(`${agent.base}/healthz`)).status).toBe(200)
    agent.child.kill('SIGTERM')
    expect((await agent.ended).code).toBe(0)
  })

  test('reads /proc and /sys below --root, and nowhere else', async () => {
    using planted = plantedRoot({ 'proc/net/snmp': 'Ip: Forwarding InAddrErrors\nIp: 1 4711\n' })
    const agent = await running(['--listen', '127.0.0.1:0', '--root', planted.root])
    const { readings } = (await (await fetch(`${agent.base}/evidence?costly=no`)).json()) as { readings: object }
    expect(readings).toMatchObject({
      netstat: { value: { 'Ip.InAddrErrors': 4711 } },
      sysctl: { absent: expect.any(String) },
    })
    agent.child.kill('SIGTERM')
    expect((await agent.ended).code).toBe(0)
  })

  test('listens everywhere when it is told so', async () => {
    const agent = await running(['--listen', '0.0.0.0:0', '--listen-everywhere'], { LONGHOLD_AGENT_TOKEN: 'secret' })
    expect(agent.first).toMatchObject({ listens: expect.stringMatching(/^0\.0\.0\.0:\d+$/), token: true })
    agent.child.kill('SIGTERM')
    expect((await agent.ended).code).toBe(0)
  })

  test.each([
    [['--listen', '0.0.0.0:7002'], {}, "listen on the node's own address, or say --listen-everywhere"],
    [['--listen', '[::]:7002'], {}, 'say --listen-everywhere'],
    [['--listen', '::ffff:0.0.0.0'], {}, 'say --listen-everywhere'],
    [[], { LONGHOLD_AGENT_LISTEN: '0.0.0.0' }, 'say --listen-everywhere'],
    [[], { LONGHOLD_NODE_IP: '0.0.0.0' }, 'LONGHOLD_NODE_IP: 0.0.0.0:7002 lets whoever'],
    [['--listen', 'localhost'], {}, '--listen or LONGHOLD_AGENT_LISTEN: expected an IP address of this node such as'],
    [['--listen', '10.0.0.1:99999'], {}, 'found "10.0.0.1:99999"'],
    [['--token-file', '/no/such'], {}, '--token-file: cannot read /no/such (ENOENT'],
    [[], { LONGHOLD_AGENT_TOKEN: 'two words' }, 'LONGHOLD_AGENT_TOKEN: expected a token of 1 to 4096'],
    [['--log-level', 'loud'], {}, "argument 'loud' is invalid"],
    [['--lisen', '127.0.0.1'], {}, 'Did you mean --listen?'],
  ])('%j with %j is a mistake: a sentence, and exit code 2', async (args, env, sentence) => {
    const { code, out, err } = await longhold(['agent', ...args], { env })
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain(sentence)
    expect(err).not.toMatch(/^\s+at /m)
  })

  test('a port that is taken: one sentence that names it', async () => {
    const agent = await running(['--listen', '127.0.0.1:0'])
    const { code, err } = await longhold(['agent', '--listen', agent.first.listens])
    expect(code).toBe(1)
    expect(err).toMatch(/^longhold: cannot listen on 127\.0\.0\.1:\d+: another process has this port;[^\n]*\n$/)
    agent.child.kill('SIGTERM')
    await agent.ended
  })

  test('a reader that goes away ends it', async () => {
    const agent = await running(['--listen', '127.0.0.1:0'])
    agent.child.stdout?.destroy()
    agent.child.kill('SIGTERM')
    expect((await agent.ended).code).toBe(0)
  })
})
