import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { freePort } from '../free-port.ts'
import { inSandbox } from '../lab/sandbox.ts'
import type { Cut } from './cuts.ts'
import { killAgainAndAgain } from './kills.ts'

// The short form; `npm run endurance -- kills` and `npm run endurance -- cuts` take longer.

test('kill -9 under load: nothing that was acknowledged is gone, and every start goes on where the last run was', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'longhold-kills-'))
  const ports = { hold: await freePort(), http: await freePort(), web: await freePort() }
  const { acknowledged, flaws } = await killAgainAndAgain({ dir, ports, kills: 8, random: Math.random })
  rmSync(dir, { recursive: true, force: true })
  expect(flaws).toEqual([])
  expect(acknowledged).toBeGreaterThan(100)
}, 120_000)

test('a power cut takes what was not synced, and nothing else', async () => {
  const told: string[] = []
  const cuts = fileURLToPath(new URL('cuts.ts', import.meta.url))
  const signal = new AbortController().signal
  expect(await inSandbox([cuts, '2'], { onLine: line => told.push(line), signal })).toBe(0)
  expect(JSON.parse(told.at(-1) ?? '') as Cut).toEqual({
    cuts: 2,
    synced: expect.any(Number),
    lost: expect.any(Number),
    flaws: [],
  })
}, 120_000)
