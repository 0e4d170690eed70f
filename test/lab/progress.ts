import Table from 'cli-table3'
import { createLogUpdate } from 'log-update'
import type { Job } from './conduct.ts'
import type { Event } from './events.ts'
import { again, judged, paint } from './narrate.ts'
import { print } from './print.ts'
import { modes } from './seen/incident.ts'

/** Shows many runs at once: what runs now, a line for each that ended, a table at the end. */
export interface Progress {
  readonly onEvent: (event: Event) => void
  /** Prints the table, and returns whether all jobs ended as they should. */
  end(): boolean
}

interface Result {
  readonly scenario: string
  readonly mode: string
  readonly good: boolean
  readonly ms: number
}

export function progress(
  jobs: readonly Job[],
  { json, unstaged }: { readonly json: boolean; readonly unstaged: boolean },
): Progress {
  const began = performance.now()
  const results: Result[] = []
  let repeated = 0
  const now = new Map<string, { readonly failed: Event[]; what: string }>()
  const live = process.stdout.isTTY && !json ? createLogUpdate(process.stdout) : undefined
  const seconds = () => ((performance.now() - began) / 1000).toFixed(0)

  function show(): void {
    const failed = results.filter(({ good }) => !good).length
    const head = `${results.length} of ${jobs.length} done${failed > 0 ? paint('red', `, ${failed} failed`) : ''}, ${seconds()} s`
    live?.([head, ...[...now].map(([key, { what }]) => paint('dim', `  ${key}: ${what}`))].join('\n'))
  }

  return {
    onEvent(event) {
      if (json) print(`${JSON.stringify(event)}\n`)
      keep(event)
      if (!json) show()
    },
    end() {
      live?.clear()
      const good = results.length === jobs.length && results.every(each => each.good)
      if (!json) print(`\n${table(results)}\n${verdict(good)}\n`)
      return good
    },
  }

  function keep(event: Event): void {
    const key = `${event.scenario} (${event.mode})`
    const state = now.get(key) ?? { failed: [], what: '' }
    now.set(key, state)
    if (event.event === 'tells') state.what = event.text
    if (event.event === 'judges' && !event.holds) state.failed.push(event)
    if (event.event === 'again') {
      state.failed.length = 0
      repeated++
      if (!json) tellAgain(key, again(event))
    }
    if (event.event !== 'ends') return
    now.delete(key)
    const good = event.passed !== unstaged
    results.push({ scenario: event.scenario, mode: event.mode, good, ms: event.ms })
    if (!json) tell(key, event, good, state.failed)
  }

  function tellAgain(key: string, words: string): void {
    live?.clear()
    print(`${paint('yellow', '↻')} ${key} ${paint('dim', words)}\n`)
  }

  function tell(key: string, event: Extract<Event, { event: 'ends' }>, good: boolean, failed: readonly Event[]): void {
    live?.clear()
    const why = unstaged ? ' with nothing staged, a proof fails, as it should' : ''
    const wrong = unstaged ? ' passes though nothing was staged: it proves nothing' : ''
    print(
      `${good ? paint('green', '✔') : paint('red', '✘')} ${key}${good ? why : wrong} ${paint('dim', `${(event.ms / 1000).toFixed(1)} s`)}\n`,
    )
    if (good || unstaged) return
    if (event.reason !== undefined) print(`    ${event.reason}\n`)
    for (const each of failed) if (each.event === 'judges') print(`  ${judged(each)}\n`)
  }

  function verdict(good: boolean): string {
    const failed = results.filter(each => !each.good).length
    const missing = jobs.length - results.length
    const words = good
      ? paint('green', 'all as expected')
      : paint('red', `${failed} failed${missing > 0 ? `, ${missing} did not run` : ''}`)
    const more =
      repeated === 0 ? '' : `; ${repeated} said nothing, because the machine stood still, and began once more`
    return `${results.length} runs in ${seconds()} s: ${words}${more}`
  }
}

/** Scenarios down, modes across: seconds, or how many of the runs failed. */
function table(results: readonly Result[]): string {
  const shown = modes.filter(mode => results.some(each => each.mode === mode))
  const rows = new Table({ head: ['scenario', ...shown], style: { head: [], border: [], compact: true } })
  for (const scenario of new Set(results.map(each => each.scenario)))
    rows.push([
      scenario,
      ...shown.map(mode => cell(results.filter(each => each.scenario === scenario && each.mode === mode))),
    ])
  return rows.toString()
}

function cell(results: readonly Result[]): string {
  if (results.length === 0) return ''
  const failed = results.filter(({ good }) => !good).length
  if (failed > 0) return paint('red', results.length > 1 ? `✘ ${failed} of ${results.length}` : '✘')
  const slowest = Math.max(...results.map(({ ms }) => ms)) / 1000
  return `${paint('green', '✔')} ${slowest.toFixed(1)} s${results.length > 1 ? ` × ${results.length}` : ''}`
}
