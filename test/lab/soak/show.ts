import { createLogUpdate } from 'log-update'
import { formatDuration } from '../../../src/settings/duration.ts'
import type { Verdict } from '../../../src/outcome/verdict.ts'
import type { Event } from '../events.ts'
import { judged, paint } from '../narrate.ts'
import { print } from '../print.ts'
import { falseAlarms } from './opened.ts'

/** Shows a soak while it runs, until disposed of, and what came of it. */
export interface Shown extends Disposable {
  readonly onEvent: (event: Event) => void
  /** Prints every verdict that was opened, if anybody can know, and whether that is well. */
  end(verdicts: readonly Verdict[] | undefined, passed: boolean): void
}

export function showSoak({ json, forMs }: { readonly json: boolean; readonly forMs: number }): Shown {
  const began = performance.now()
  const live = process.stdout.isTTY && !json ? createLogUpdate(process.stdout) : undefined
  let [now, faults] = ['it begins', 0]
  const timer = live && setInterval(show, 1000)

  function show(): void {
    const far = `${clock(performance.now() - began)} of ${clock(forMs)}`
    live?.(
      `${far}${faults > 0 ? paint('yellow', `, ${faults} sorts of faults seen`) : ''}\n${paint('dim', `  ${now}`)}`,
    )
  }
  function tell(line: string): void {
    live?.clear()
    print(`${line}\n`)
    if (live) show()
  }

  return {
    onEvent(event) {
      if (json) return print(`${JSON.stringify(event)}\n`)
      if (event.event === 'tells') {
        now = event.text
        if (event.kind !== 'waits') tell(`${paint('dim', clock(event.ms))}  ${event.text}`)
      } else if (event.event === 'sees') {
        if (event.bad) faults++
        if (event.text.includes('verdict ')) tell(`${paint('dim', clock(event.ms))}  ${event.who}: ${event.text}`)
      } else if (event.event === 'judges') tell(judged(event))
      else if (event.event === 'ends' && event.reason !== undefined) tell(paint('red', event.reason))
    },
    [Symbol.dispose]() {
      clearInterval(timer)
      live?.clear()
    },
    end(verdicts, passed) {
      live?.clear()
      const alarms = falseAlarms(verdicts ?? [])
      if (json) {
        for (const verdict of verdicts ?? []) print(`${JSON.stringify({ event: 'opened', verdict })}\n`)
        const counts = { verdicts: verdicts?.length, falseAlarms: alarms.length }
        return print(`${JSON.stringify({ event: 'soaked', passed, forMs, ...counts })}\n`)
      }
      if (verdicts) print(`\n${verdicts.length === 0 ? 'No verdict was ever opened.' : 'Verdicts that were opened:'}\n`)
      for (const verdict of verdicts ?? []) print(`${line(verdict)}\n`)
      const words = alarms.length > 0 ? `, ${alarms.length} of ${verdicts?.length} verdicts no plan` : ''
      print(`\n${passed ? paint('green', 'passed') : paint('red', 'failed')}: ${formatDuration(forMs)}${words}\n`)
    },
  }
}

function line({ id, planned, state, says, openedAt, closedAt, supersededBy, confidence }: Verdict): string {
  const until = closedAt === undefined ? `${time(openedAt)}, ${state}` : `${time(openedAt)} to ${time(closedAt)}`
  const fate = supersededBy === undefined ? '' : `, superseded by ${supersededBy}`
  const mark = planned ? paint('green', 'planned') : paint('red', '✘ fault')
  return `  ${mark}  ${id} (${confidence.level}), ${until}${fate}: ${says}`
}

const time = (at: number): string => new Date(at).toISOString().slice(11, 19)

function clock(ms: number): string {
  const seconds = Math.round(ms / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
