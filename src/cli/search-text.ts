import { left, nothing, plain, right, type Table, toned } from '../record/tables/table.ts'
import { type Paint, textOf } from '../record/tables/text.ts'
import { moment } from '../record/tables/words.ts'
import { type Finding, inWords } from '../tuning/finding.ts'

export interface Look {
  readonly width: number
  readonly paint?: Paint
}

/** A search's answer for people: a line for each direction, then what it means and what could not be told. */
export function searchText(
  { target, protocol }: { readonly target: string; readonly protocol: string },
  findings: readonly Finding[],
  look: Look,
): string {
  const table: Table = {
    title: `Idle timeout of the path to ${target} (${protocol})`,
    columns: [
      left('Speaks first'),
      right('Above'),
      right('Up to'),
      left('Ends'),
      left('Keepalive'),
      right('Tried'),
      right('Took'),
    ],
    rows: findings.map(finding => [
      plain(finding.speaker),
      bound(finding.timeout?.lowSeconds),
      finding.timeout ? toned(inWords(finding.timeout.highSeconds * 1000), 'warn') : toned('none found', 'dim'),
      finding.ends ? plain(finding.ends) : nothing,
      keepalive(finding),
      plain(String(finding.connections)),
      plain(inWords(finding.tookSeconds * 1000)),
    ]),
    empty: 'nothing was measured',
  }
  const paint = look.paint ?? (text => text)
  return [
    textOf(table, { ...look, gap: 2 }),
    ...findings.map(finding => `${finding.speaker} first: ${finding.says}\n`),
    ...findings.flatMap(({ peerSaid }) => (peerSaid === null ? [] : [`The peer said: ${peerSaid}\n`])),
    ...suspects(findings),
    ...[...new Set(findings.flatMap(({ notTold }) => notTold))].map(line => paint(`Not told: ${line}\n`, 'dim')),
    ...findings.flatMap(({ disturbances }) =>
      disturbances.map(({ atMs, what, connections }) =>
        paint(`Disturbed at ${moment(atMs)}: ${what} (${connections} silences repeated)\n`, 'warn'),
      ),
    ),
  ].join('')
}

const bound = (seconds: number | undefined) => (seconds === undefined ? nothing : plain(inWords(seconds * 1000)))

function keepalive({ keepaliveRefreshes }: Finding) {
  if (keepaliveRefreshes === null) return nothing
  return keepaliveRefreshes ? toned('refreshes it', 'good') : toned('does not help', 'bad')
}

function suspects(findings: readonly Finding[]): string[] {
  const all = new Map(findings.flatMap(each => each.suspects.map(suspect => [suspect.name, suspect] as const)))
  return [...all.values()].map(
    ({ name, seconds, setAt }) =>
      `Suspect: ${name}, ${inWords(seconds * 1000)}${setAt === '' ? ', which cannot be set' : `: set by ${setAt}`}\n`,
  )
}
