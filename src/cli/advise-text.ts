import { flexible, left, plain, right, type Table, toned } from '../record/tables/table.ts'
import { type Paint, printable, textOf } from '../record/tables/text.ts'
import type { Advice, Wishes } from '../tuning/advice/advise.ts'
import type { Break } from '../tuning/advice/breaks.ts'
import { costsOf } from '../tuning/advice/costs.ts'
import { type Hop, shortestOf } from '../tuning/advice/hop.ts'
import { between, packets, seconds } from '../tuning/advice/seconds.ts'
import type { Setting } from '../tuning/advice/setting.ts'
import { presets } from '../tuning/presets.ts'
import { targets } from '../tuning/snippets/index.ts'
import type { Target } from '../tuning/snippets/target.ts'

/** Everything `longhold advise` has to say. */
export interface Advised {
  readonly hops: readonly Hop[]
  readonly wishes: Wishes
  readonly advice: Advice
  readonly current: Setting | 'off'
  /** Whose setting that is, in words. */
  readonly whose: string
  /** Somebody said that it is set so. */
  readonly isCurrentKnown: boolean
  readonly breaks: readonly Break[]
  /** What an agent did not tell. */
  readonly untold: readonly string[]
  readonly targets: readonly Target[]
}

interface Look {
  readonly width?: number
  readonly paint?: Paint
}

/** The advice for people: the path, the setting and its price, why, what cannot be had, what breaks now, what to paste. */
export function adviceText(advised: Advised, look: Look = {}): string {
  const { hops, advice, breaks, untold } = advised
  const { reasons, conflicts, mustSpeak } = advice
  const parts = [
    hops.length > 0 && textOf(pathTable(hops), { ...look, gap: 2 }) + sourcesOf(hops),
    textOf(settingTable(advised), { ...look, gap: 2 }),
    listed(
      'Why',
      reasons.map(({ name, decides, says }) => `${names[name]}${decides ? ' (decides)' : ''}: ${says}`),
    ),
    listed(
      'What cannot be had',
      conflicts.map(({ says }) => says),
    ),
    listed(
      'What keepalive cannot keep',
      mustSpeak.map(
        ({ hop, everyS }) =>
          `${hop.name} counts data, not probes: the application has to speak at least every ${seconds(everyS)}, or ${hop.name} be told to wait for longer. The setting above is for what lies before and behind it.`,
      ),
    ),
    listed(
      `What breaks with ${currentName(advised)}`,
      breaks.map(({ level, says }) => `${level}: ${says}`),
    ),
    listed('Not told by the agent', untold),
    ...snippetsOf(advised).map(({ title, text, notes }) => snippetText(title, text, notes)),
    `Settings for others: --for ${targets.map(({ name }) => name).join(',')}\n`,
  ]
  return parts.filter(Boolean).join('\n')
}

/** The settings that were asked for; none where no setting survives. */
export const snippetsOf = ({ advice: { setting }, hops, targets }: Advised) =>
  setting === undefined
    ? []
    : targets.map(({ name, title, language, text, notes }) => {
        const wanted = { setting, timeoutS: shortestOf(hops)?.lowS }
        return { target: name, title, language, text: text(wanted), notes: notes(wanted) }
      })

const names = {
  timeout: 'idle',
  detection: 'detection',
  budget: 'packets',
  default: 'idle',
  count: 'count',
  'user-timeout': 'user timeout',
} as const

const then = {
  reset: 'RST to the next packet',
  silent: 'silence',
  'reset-both': 'RST to both ends at once',
  closed: 'closes it (FIN)',
  unknown: 'unknown',
} as const

const pathTable = (hops: readonly Hop[]): Table => ({
  title: 'Path',
  columns: [left('Hop'), left('Forgets after'), left('Then'), left('Keepalive'), flexible('Source')],
  rows: hops
    .toSorted((a, b) => a.lowS - b.lowS)
    .map(({ name, lowS, highS, ending, refreshed, source }) => [
      plain(name),
      plain(between(lowS, highS)),
      plain(then[ending]),
      refreshed ? plain('keeps it') : toned('counts for nothing', 'warn'),
      plain(source),
    ]),
  empty: 'nothing is known of it.',
})

/** Pages about presets, each on a line of its own, so that it can be clicked. */
const sourcesOf = (hops: readonly Hop[]): string =>
  hops.flatMap(({ name, page }) => (page === undefined ? [] : [`  ${name}: ${page}\n`])).join('')

function settingTable(advised: Advised): Table {
  const { advice, current } = advised
  const now = current === 'off' ? undefined : current
  const both = [advice.setting, now]
  const row = (name: string, option: string, cell: (setting: Setting) => string) => [
    plain(name),
    ...both.map(setting => (setting ? plain(cell(setting)) : toned('-', 'dim'))),
    toned(option, 'dim'),
  ]
  return {
    title: advice.setting ? 'Advice' : 'Advice: no keepalive survives this path',
    columns: [left(''), right('Advised'), right('Now'), flexible('')],
    rows: [
      row('idle', 'TCP_KEEPIDLE', ({ idleS }) => `${idleS} s`),
      row('interval', 'TCP_KEEPINTVL', ({ intervalS }) => `${intervalS} s`),
      row('count', 'TCP_KEEPCNT', ({ count }) => String(count)),
      row('user timeout', 'TCP_USER_TIMEOUT', ({ userTimeoutMs }) =>
        userTimeoutMs === 0 ? 'none' : `${userTimeoutMs / 1000} s`,
      ),
      row('packets a day', 'of one idle connection, probes and answers', each => packets(costsOf(each).packetsPerDay)),
      row('dead peer, idle', 'noticed after; an eighth later where timers are late', each =>
        seconds(costsOf(each).idleDetectionS),
      ),
      row('dead peer, in flight', 'noticed after, with data unacknowledged', each => {
        const s = costsOf(each).inFlightDetectionS
        return s === undefined ? '15m and more' : seconds(s)
      }),
    ],
    empty: '',
  }
}

const currentName = ({ current, whose }: Advised): string =>
  current === 'off'
    ? `keepalive off (${whose})`
    : `${current.idleS}s/${current.intervalS}s/${current.count}${current.userTimeoutMs > 0 ? `/${current.userTimeoutMs / 1000}s` : ''} (${whose})`

const listed = (title: string, lines: readonly string[]): string | false =>
  lines.length > 0 && `${title}\n${lines.map(line => `  - ${printable(line)}\n`).join('')}`

const snippetText = (title: string, text: string, notes: readonly string[]): string =>
  `${title}\n${text.replace(/^(?=.)/gm, '    ')}${notes.map(note => `  - ${note}\n`).join('')}`

/** What `--list` prints. */
export function listText(look: Look = {}): string {
  const known: Table = {
    title: 'Presets (--preset NAME, or NAME=TIMEOUT where it was changed)',
    columns: [left('Preset'), right('Forgets after'), left('Keepalive'), flexible('What'), flexible('Where it is set')],
    rows: presets.map(({ name, timeoutS, refreshed, title, configurable }) => [
      plain(name),
      plain(seconds(timeoutS)),
      refreshed ? plain('keeps it') : toned('counts for nothing', 'warn'),
      plain(title),
      plain(configurable || 'fixed'),
    ]),
    empty: 'none.',
  }
  const settings: Table = {
    title: 'Settings (--for NAME,NAME or all)',
    columns: [left('Name'), flexible('What')],
    rows: targets.map(({ name, title }) => [plain(name), plain(title)]),
    empty: 'none.',
  }
  return [known, settings].map(table => textOf(table, { ...look, gap: 2 })).join('\n')
}
