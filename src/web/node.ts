import { isOfInterface } from '../agent/node-metrics.ts'
import type { Clock } from '../clock.ts'
import { examine, type Result } from '../doctor/examine.ts'
import type { Look } from '../evidence/look.ts'
import { sysctl } from '../evidence/sysctl/facts.ts'
import type { Answer } from '../http/answer.ts'
import type { Reading, Readings, Scope } from '../outcome/evidence.ts'
import { levelTones } from '../record/tables/findings.ts'
import { moment } from '../record/tables/words.ts'
import { lasting } from './connection-words.ts'
import { document } from './document.ts'
import { evidenceWords } from './evidence-words.ts'
import { type Html, html } from './html.ts'
import type { WebSource } from './source.ts'

/** What the node says of itself, read now: what is wrong with it, and what every source said. */
export async function node(source: WebSource, clock: Clock): Promise<Answer> {
  const { command, version, identity } = source
  const look = await source.look?.()
  return document({
    title: `longhold node: ${identity.node || identity.pod}`,
    heading: 'Node',
    who: [`longhold ${command}`, version, identity.pod, identity.node],
    main: look ? seen(look, clock.now()) : unseen(command),
    live: false,
  })
}

const unseen = (command: string): Html =>
  command === 'server'
    ? html`<p class="headline is-dim">A server reads no evidence.</p>
<p>Its clients do, each of its own node; and <code>longhold doctor</code> reads any machine it runs on.</p>`
    : html`<p class="headline is-dim">Evidence is switched off.</p>
<p>The configuration says <code>evidence: off</code>: nothing is read of this node, and nothing is judged. <code>longhold doctor</code> reads it once.</p>`

function seen({ at, before, now: read }: Look, now: number): Html {
  const scope: Scope = hasValue(read.node) ? 'node' : 'own'
  const results = examine(before[scope] ?? {}, read[scope] ?? {}, at)
  return html`<p class="quiet">Read ${lasting(Math.max(0, now - at))} ago (${moment(at)} UTC); it is read again when somebody looks, and no oftener than every 10 s.</p>
<h2>${scope === 'node' ? 'What a look at the node finds' : 'What a look at this network namespace finds'}</h2>
${scope === 'node' ? '' : html`<p class="quiet">${read.node ? 'The agent of the node tells nothing.' : 'No agent tells of the node (evidence.agent is off).'} What follows is what this process sees of its own network: in a pod that is not the node’s.</p>`}
${findings(results)}
<h2>What was read</h2>
${table(
  'Evidence',
  ['Where', 'Source', 'What it says', 'Read'],
  shownScopes.flatMap(each =>
    Object.entries(read[each] ?? {}).map(([name, reading]) => evidence(each, name, reading, now)),
  ),
)}
${settings(read[scope])}`
}

/** What nobody could tell is for who wonders why. */
function findings(results: readonly Result[]): Html {
  const columns = ['Check', 'Level', 'What']
  const known = results.filter(({ level }) => level !== 'unknown')
  const unknown = results.filter(({ level }) => level === 'unknown')
  return html`${table('Findings', columns, known.map(finding))}
${
  unknown.length === 0
    ? ''
    : html`<details><summary>${unknown.length} more could not be told</summary>
${table('Not told', columns, unknown.map(finding))}
</details>`
}`
}

const hasValue = (readings: Readings | undefined): boolean =>
  Object.values(readings ?? {}).some(reading => 'value' in reading)

const table = (title: string, columns: readonly string[], rows: readonly Html[]): Html =>
  rows.length === 0
    ? html`<p class="quiet">Nothing could be told.</p>`
    : html`<div class="scroll" tabindex="0" role="region" aria-label="${title}">
<table class="evidence">
<thead><tr>${columns.map(column => html`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>
${rows}</tbody>
</table>
</div>`

function finding({ check, level, says, fix }: Result): Html {
  return html`<tr><td>${check}</td><td class="${levelTones[level]}">${level}</td><td class="flexible">${says}${
    fix.length === 0
      ? ''
      : html`<details><summary>what to do</summary><p><button type="button" class="copy">copy</button></p><pre class="scroll" tabindex="0">${fix.join('\n')}</pre></details>`
  }</td></tr>
`
}

/** The node first: it is what the page is about. */
const shownScopes: readonly Scope[] = ['node', 'cluster', 'own']
const places = {
  own: 'this process’s network',
  node: 'the node',
  servers: 'the servers',
  cluster: 'the cluster',
} as const satisfies Record<Scope, string>

function evidence(scope: Scope, name: string, reading: Reading, now: number): Html {
  const says =
    'absent' in reading
      ? html`<span class="quiet">absent: ${reading.absent}</span>`
      : html`${evidenceWords(name, reading.value, reading.at).map(words => html`${words}<br>`)}`
  return html`<tr><td>${places[scope]}</td><td>${name}</td><td class="flexible">${says}</td><td class="right">${lasting(Math.max(0, now - reading.at))} ago</td></tr>
`
}

/** Every sysctl that was read, but those of single interfaces. */
function settings(readings: Readings | undefined): Html {
  const reading = readings?.[sysctl.name]
  const { data } = sysctl.schema.safeParse(reading && 'value' in reading ? reading.value : undefined)
  const all = Object.entries(data ?? {}).filter(([name]) => !isOfInterface(name))
  if (all.length === 0) return html``
  return html`<details><summary>${all.length} settings of the kernel</summary>
${table(
  'Settings of the kernel',
  ['Setting', 'Value'],
  all.map(
    ([name, value]) => html`<tr><td class="flexible">${name}</td><td class="right">${value}</td></tr>
`,
  ),
)}
</details>`
}
