import { styleText } from 'node:util'
import type { Event, Kind } from './events.ts'
import { print } from './print.ts'
import { findScenario } from './scenarios/index.ts'

/** Tells one run to people, or passes its events on to a program. */
export interface Story {
  readonly onEvent: (event: Event) => void
  /** Says how it ended, and returns whether every proof held. */
  end(): boolean
}

export function narrate({ json, watch }: { readonly json: boolean; readonly watch: boolean }): Story {
  let passed = false
  return {
    onEvent(event) {
      if (event.event === 'ends') passed = event.passed
      if (json) print(`${JSON.stringify(event)}\n`)
      else for (const line of lines(event, watch)) print(`${line}\n`)
    },
    end: () => passed,
  }
}

function lines(event: Event, watch: boolean): string[] {
  switch (event.event) {
    case 'begins':
      return [`${bold(event.scenario)} (${event.mode}): ${findScenario(event.scenario).summary}`, '']
    case 'tells':
      return [`${time(event.ms)}  ${paintKind[event.kind](`${words[event.kind]}${event.text}`)}`]
    case 'sees':
      return watch
        ? [`${time(event.ms)}      ${event.who.padEnd(8)}${event.bad ? paint('red', event.text) : event.text}`]
        : []
    case 'judges':
      return [judged(event)]
    case 'again':
      return ['', paint('yellow', again(event)), '']
    case 'ends':
      return ending(event, watch)
    default:
      return event satisfies never
  }
}

/** Why a run that failed begins once more. */
export const again = ({ stalledMs, why }: { readonly stalledMs: number; readonly why: string }): string =>
  `failed (${why.split('\n')[0]}) while the machine stood still for ${(stalledMs / 1000).toFixed(1)} s, which says nothing: once more`

function ending(
  { scenario, passed, ms, reason, incident }: Extract<Event, { event: 'ends' }>,
  watch: boolean,
): string[] {
  const verdict = passed ? paint('green', 'passed') : paint('red', 'failed')
  return [
    ...(reason === undefined ? [] : ['', paint('red', reason)]),
    '',
    ...(watch ? [`${bold('What it means:')} ${findScenario(scenario).means}`, ''] : []),
    `${verdict} in ${(ms / 1000).toFixed(1)} s${incident === undefined ? '' : `; the incident is in ${incident}`}`,
  ]
}

const words: Readonly<Record<Kind, string>> = {
  says: '',
  waits: 'waiting: ',
  breaks: 'broken: ',
  heals: 'healed: ',
  changes: 'changed: ',
}
const paintKind: Readonly<Record<Kind, (text: string) => string>> = {
  says: text => text,
  waits: text => paint('dim', text),
  breaks: text => paint('yellow', text),
  heals: text => paint('green', text),
  changes: text => paint('cyan', text),
}

/** A proof, with what was found; what was expected beside it. */
export function judged({ witness, says, found, expected, holds }: Extract<Event, { event: 'judges' }>): string {
  const mark = holds ? paint('green', '✔') : paint('red', '✘')
  const shown = found === expected ? found : `${found}, expected ${expected}`
  return `  ${mark} ${witness.padEnd(8)}${says}: ${holds ? paint('dim', shown) : paint('red', shown)}`
}

const time = (ms: number) => paint('dim', `${(ms / 1000).toFixed(1).padStart(6)} s`)
const bold = (text: string) => paint('bold', text)

/** Colours on a terminal only, and none where NO_COLOR is set. */
export function paint(style: 'green' | 'red' | 'yellow' | 'cyan' | 'dim' | 'bold', text: string): string {
  return styleText(style, text, { stream: process.stdout })
}
