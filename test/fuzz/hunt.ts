import { seeded } from '../../src/stats/distribution/random.ts'
import { cpuGrowthOf, flawOf, growthOf } from './check.ts'
import type { Ran } from './coverage.ts'
import { minimise } from './minimise.ts'
import { mutate } from './mutate.ts'
import type { Target } from './targets.ts'

export interface Hunt {
  readonly target: Target
  readonly corpus: readonly Buffer[]
  readonly seed: number
  /** True when there have been enough cases. */
  readonly over: (cases: number) => boolean
  /** Guides the hunt and measures growth; it is a blind one without. */
  readonly ran: (() => Promise<Ran>) | undefined
}

export interface Found {
  readonly bytes: Buffer
  readonly flaw: string
}

export interface Bag {
  readonly cases: number
  /** How many times growth was measured. */
  readonly growths: number
  /** Entries of the corpus by the code that only they reach. */
  readonly kept: readonly Buffer[]
  readonly blocks: number
  readonly found: readonly Found[]
}

/** Cases between two looks at the coverage: a look takes a tenth of a second. */
const batchSize = 4000

/** Reads the corpus, then changes of it. Stops at the first failure: what is behind it waits for its fix. */
export async function hunt({ target, corpus, seed, over, ran: look }: Hunt): Promise<Bag> {
  const random = seeded(seed)
  const ran = look ?? (() => Promise.resolve({ steps: 0, functions: new Map(), blocks: [] }))
  const stock = { corpus: [...corpus], words: target.words.split(' ') }
  const blocks = new Set<string>()
  const kept: Buffer[] = []
  const found: Found[] = []
  const isNew = async () => (await ran()).blocks.filter(block => !blocks.has(block) && blocks.add(block)).length > 0
  let [cases, growths] = [0, 0]

  async function flawless(bytes: Buffer): Promise<boolean> {
    cases += 1
    const flaw = await flawOf(target, bytes)
    if (flaw === undefined) return true
    const small = await minimise(bytes, async less => (await flawOf(target, less)) !== undefined)
    found.push({ bytes: small, flaw: (await flawOf(target, small)) ?? flaw })
    return false
  }

  /** Some section of an input, repeated. */
  async function grows(bytes: Buffer): Promise<boolean> {
    growths += 1
    const from = Math.floor(random() * bytes.length)
    const section = [from, from + 1 + Math.floor(random() ** 3 * bytes.length)] as const
    const flaw = (await growthOf(target, bytes, section, ran)) ?? (await cpuGrowthOf(target, bytes, section))
    if (flaw !== undefined) found.push({ bytes, flaw: `${flaw}, bytes ${section.join('..')} repeated` })
    return flaw === undefined
  }

  await ran()
  for (const bytes of corpus) if (!(await flawless(bytes))) return { cases, growths, kept, blocks: blocks.size, found }
  await isNew()
  while (found.length === 0 && !over(cases)) {
    const batch = Array.from({ length: Math.ceil(batchSize * (target.share ?? 1)) }, () => mutate(stock, random))
    for (const bytes of batch) if (over(cases) || !(await flawless(bytes))) break
    if (found.length > 0) break
    if (!look || (await isNewBatch(batch))) continue
    if (!(await grows(stock.corpus[Math.floor(random() * stock.corpus.length)] ?? Buffer.alloc(1)))) break
    await ran()
  }
  return { cases, growths, kept, blocks: blocks.size, found }

  /** Keeps what of a batch reached code that nothing reached before. */
  async function isNewBatch(batch: readonly Buffer[]): Promise<boolean> {
    const reached = (await ran()).blocks.filter(block => !blocks.has(block))
    if (reached.length === 0) return false
    // Which of them it was: by quarters, as a look costs more than a case.
    for (const block of reached) blocks.add(block)
    await search(batch, new Set(reached))
    return true
  }

  async function search(batch: readonly Buffer[], wanted: ReadonlySet<string>): Promise<void> {
    if (batch.length <= 1) {
      kept.push(...batch)
      stock.corpus.push(...batch)
      return
    }
    const left = new Set(wanted)
    const size = Math.ceil(batch.length / 4)
    for (let at = 0; at < batch.length && left.size > 0; at += size) {
      const part = batch.slice(at, at + size)
      await ran()
      for (const bytes of part) await flawOf(target, bytes)
      const here = new Set((await ran()).blocks.filter(block => left.delete(block)))
      if (here.size > 0) await search(part, here)
    }
  }
}
