import type { Observation } from '../../../src/outcome/observation.ts'

/** Every connection that was opened is open, or has ended exactly once. */
export interface Accounting {
  hear(news: Observation): void
  readonly counts: {
    readonly opened: number
    readonly ended: number
    readonly asked: number
    readonly observations: number
  }
  /** Those that are open, by id. */
  readonly open: ReadonlySet<string>
  /** What does not add up, in words: the first hundred. */
  readonly flaws: readonly string[]
}

/** Ids of ended connections are forgotten after so many more: an end told twice comes at once, or not at all. */
const remembered = 100_000

export function accounting(): Accounting {
  const open = new Set<string>()
  const over = new Set<string>()
  const flaws: string[] = []
  const counts = { opened: 0, ended: 0, asked: 0, observations: 0 }
  const flaw = (text: string) => {
    if (flaws.length < 100) flaws.push(text)
  }

  function isOpened(id: string): void {
    counts.opened += 1
    if (open.has(id) || over.has(id)) flaw(`${id} was opened twice`)
    open.add(id)
  }

  function isEnded(id: string): void {
    counts.ended += 1
    if (over.has(id)) flaw(`${id} ended twice`)
    else if (!open.delete(id)) flaw(`${id} ended, and was never opened`)
    over.add(id)
    if (over.size > remembered) for (const first of over) return void over.delete(first)
  }

  return {
    counts,
    open,
    flaws,
    hear(news) {
      counts.observations += 1
      if (news.type === 'opened') isOpened(news.id)
      else if (news.type === 'ended' && news.id !== undefined) isEnded(news.id)
      else if (news.type === 'exchanged' && !open.has(news.id)) flaw(`${news.id} exchanged, and is not open`)
      else if (news.type === 'asked') counts.asked += 1
    },
  }
}
