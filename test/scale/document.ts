import { readFileSync } from 'node:fs'
import { deployed, read } from './configuration.ts'
import { demandOf } from './demand.ts'
import type { Scraped } from './prometheus.ts'
import { scrapedFrom } from './scraped.ts'
import { tablesOf } from './tables.ts'

export const file = new URL('../../docs/scale.md', import.meta.url)

/** The document with its tables as the code of today has them, each between its markers. */
export async function documented(): Promise<{ readonly now: string; readonly anew: string }> {
  const now = readFileSync(file, 'utf8')
  const told = await scrapedFrom()
  const demand = demandOf(read('client', deployed().client))
  const tables = tablesOf(demand, { client: rounded(told.client), server: rounded(told.server) })
  const anew = Object.entries(tables).reduce(
    (text, [name, table]) =>
      text.replace(
        new RegExp(`(<!-- scale: ${name} -->\n)(?:(?!<!--)[\\s\\S])*(<!-- /scale -->)`),
        (_, before: string, after: string) => `${before}${table}\n${after}`,
      ),
    now,
  )
  return { now, anew }
}

/** An answer is as long as its numbers are: what hardly changes is enough. */
const rounded = ({ series }: Scraped): Scraped => ({ series, bytes: Math.round(series * bytesPerLine) })

/** Of a client's /metrics, uncompressed. */
const bytesPerLine = 117
