import { execFileSync } from 'node:child_process'
import { cp, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { launcher, longhold, smallPair } from './longhold.ts'

/** The Node of this machine itself, which may be too old for us: the first one that did not come with the install. */
function hostNode(): string | undefined {
  const places = (process.env.PATH ?? '').split(':').filter(place => !place.includes('node_modules'))
  return places.map(place => join(place, 'node')).find(node => versionOf(node) !== undefined)
}

function versionOf(node: string): string | undefined {
  try {
    return execFileSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8', stdio: 'pipe' }).trim()
  } catch {
    return undefined
  }
}

const host = hostNode()
const [major = 0, minor = 0] = (host === undefined ? '' : (versionOf(host) ?? '')).split('.').map(Number)
const tooOld = major < 24 || (major === 24 && minor < 19) || major === 25

test.runIf(host !== undefined && tooOld)(
  'a Node that is too old starts the one that came with the install',
  async () => {
    const { file } = await smallPair()
    const { code, out, err } = await longhold(['pair', '--config', file, '--for', '1s'], { node: host ?? '' })
    expect([code, err]).toEqual([0, ''])
    expect(out).toContain('longhold pair runs')
    expect((await longhold(['pair', '--nonsense'], { node: host ?? '' })).code).toBe(2)
  },
)

test('without one, a Node that is too old says so in one sentence', async () => {
  const root = await mkdtemp(join(tmpdir(), 'longhold-bare-'))
  await cp(dirname(launcher), join(root, 'bin'), { recursive: true })
  await writeFile(join(root, 'package.json'), '{"type": "module"}')
  // The same launcher under a Node that claims to be 20, where this machine has no such Node.
  const claim = join(root, 'claim.mjs')
  await writeFile(
    claim,
    `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })\nawait import('./bin/longhold.js')\n`,
  )
  const { code, out, err } = await longhold([], { script: claim, cwd: root })
  expect([code, out]).toEqual([1, ''])
  expect(err).toMatch(/^longhold: this is Node 20\.20\.2, and longhold needs Node 24\.19 or newer [^\n]*\n$/)
})
