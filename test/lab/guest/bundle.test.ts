import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { bundle } from './bundle.ts'

const sources = {
  'main.ts': `import { greeting } from './deep/greeting.ts'
import { helper } from './deep/helper.ts'
import { execFileSync } from 'node:child_process'
const text: string = greeting() + execFileSync(process.execPath, [helper], { encoding: 'utf8' })
process.stdout.write(text)`,
  'deep/greeting.ts': `import { readFileSync } from 'fs'
export const greeting = (): string => readFileSync(new URL('./words.txt', import.meta.url), 'utf8')`,
  'deep/helper.ts': `import { fileURLToPath } from 'node:url'
export const helper = fileURLToPath(new URL('../started.ts', import.meta.url))`,
  'started.ts': `import * as http from 'node:http'
const typed: number = http.METHODS.length
process.stdout.write(typed > 9 ? ' to you' : ' to nobody')`,
  'deep/words.txt': 'good day',
}

test('a bundle runs elsewhere, and finds the files and programs that lay beside its sources', async () => {
  const home = mkdtempSync(join(tmpdir(), 'longhold-bundle-'))
  const into = join(home, 'out')
  try {
    mkdirSync(join(home, 'deep'))
    for (const [name, text] of Object.entries(sources)) writeFileSync(join(home, name), text)
    expect(await bundle(['main.ts'], home, into)).toEqual(['main.js', 'started.js'])
    mkdirSync(join(into, 'deep'))
    cpSync(join(home, 'deep/words.txt'), join(into, 'deep/words.txt'))
    rmSync(join(home, 'deep'), { recursive: true })
    expect(execFileSync(process.execPath, [join(into, 'main.js')], { encoding: 'utf8' })).toBe('good day to you')
  } finally {
    rmSync(home, { recursive: true })
  }
})
