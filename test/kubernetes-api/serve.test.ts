import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { findAccess } from '../../src/evidence/kubernetes/access/find.ts'
import { exampleCluster } from './example.ts'

test('it stands in a process of its own, does what it is told, and ends with its input', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'longhold-serve-'))
  const program = fileURLToPath(new URL('serve.ts', import.meta.url))
  const child = spawn(process.execPath, [program, '--to', folder, '--name', '10.96.0.1'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const heard = async () => JSON.parse((await answers.next()).value as string) as Record<string, unknown>
  const tell = (order: object | string) => {
    child.stdin.write(`${typeof order === 'string' ? order : JSON.stringify(order)}\n`)
    return heard()
  }
  const { url, kubeconfig } = await heard()
  expect(await findAccess({ env: {}, kubeconfig: String(kubeconfig) })).toMatchObject({ origin: url })
  expect(await tell({ put: exampleCluster() })).toEqual({ version: 1000 + exampleCluster().length })
  expect(await tell({ delete: { resource: 'pods', namespace: 'longhold', name: 'srv-1' } })).toHaveProperty('version')
  expect(await tell({ conduct: { mute: true, tokens: { a: 'b' } } })).toHaveProperty('version')
  expect(await tell({ do: 'compact' })).toHaveProperty('version')
  for (const nonsense of [
    '',
    '{}',
    '{"do":"dance"}',
    '{"conduct":{"mood":1}}',
    '{"delete":{"resource":"pods","name":"x"}}',
  ])
    expect(await tell(nonsense)).toHaveProperty('error')
  child.stdin.end()
  expect(await once(child, 'exit')).toEqual([0, null])
  rmSync(folder, { recursive: true })
})
