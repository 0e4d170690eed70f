import type { Clock } from '../clock.ts'
import type { Answer } from '../http/answer.ts'
import type { Identity } from '../outcome/identity.ts'
import type { TcpInfo } from '../outcome/socket.ts'
import { keepaliveText } from '../record/tables/options.ts'
import { ago, count, moment } from '../record/tables/words.ts'
import { connectionPath, endTone, endWords, lasting, tcpCell } from './connection-words.ts'
import { silence } from './connections.ts'
import { document } from './document.ts'
import { type Html, html } from './html.ts'
import { clockWords, moments } from './moments.ts'
import { type BothSides, bothSides, type ClientSide, type ServerSide } from './sides.ts'
import type { WebSource } from './source.ts'
import { standing } from './standing.ts'
import { timeLine } from './time-line.ts'

/** One connection: what its client and its server know of it, next to each other and on one line of time. */
export async function connection(
  id: string,
  source: WebSource,
  clock: Clock,
  ask: NonNullable<WebSource['statement']>,
): Promise<Answer> {
  const sides = await bothSides(id, source, ask)
  const { command, version, identity } = source
  const shown = document({
    title: `longhold connection ${id}`,
    heading: `Connection ${id}`,
    who: [`longhold ${command}`, version, identity.pod, identity.node],
    main: sides ? account(sides, source, clock.now()) : stranger(id, source),
    live: false,
  })
  return sides ? shown : { ...shown, status: 404 }
}

const stranger = (
  id: string,
  { command, ledger }: WebSource,
): Html => html`<p class="headline is-dim">Nobody here knows a connection ${id}.</p>
<p>${
  ledger
    ? 'It never came to this server, or its ending is forgotten.'
    : `This ${command} does not hold it, and it is not among the ends it remembers: of each place the last, and the newest faults.`
} <a href="connections">All connections</a></p>`

function account(sides: BothSides, source: WebSource, now: number): Html {
  const { client, server } = sides
  const { text, tone } = standing(sides, now)
  const clocks = clockWords(server)
  return html`<p class="headline is-${tone}">${text}</p>
<div class="scroll whole" tabindex="0" role="region" aria-label="Both sides">
<table class="sides">
<thead><tr><td></td><th scope="col">Client</th><th scope="col">Server</th></tr></thead>
<tbody>
${rows(client, server, source, now)
  .filter(([, mine, theirs]) => mine !== dash || theirs !== dash)
  .map(
    ([
      name,
      mine,
      theirs,
    ]) => html`<tr><th scope="row">${name}</th><td class="flexible">${mine}</td><td class="flexible">${theirs}</td></tr>
`,
  )}</tbody>
</table>
</div>
<h2>On one line of time</h2>
${timeLine(moments(sides, source.snapshot().verdicts, now), now)}
${clocks === undefined ? '' : html`<p class="quiet">${clocks}</p>`}
<p><a href="connections">All connections</a></p>`
}

type Row = readonly [name: string, client: Html | string, server: Html | string]

function rows(client: ClientSide | undefined, server: ServerSide, source: WebSource, now: number): readonly Row[] {
  const told = server.state === 'told' ? server : undefined
  const { held, end } = client ?? {}
  const kernel = held?.kernel
  const theirs = told?.account
  const who = client ? source.identity : theirs?.client
  const listening =
    told?.here === true ? source.snapshot().listeners.find(each => each.kind === theirs?.kind) : undefined
  const ours = (at: number) => at - (told?.clock?.aheadMs ?? 0) // as well as that is known
  const tcp = tcpCell(kernel?.tcpInfo ?? end?.tcpInfo)
  const byServer = (say: (account: NonNullable<typeof theirs>) => Html | string) => (theirs ? say(theirs) : dash)
  return [
    ['Who', who ? person(who) : dash, told ? person(told.server) : (silentServer(server) ?? dash)],
    [
      'Cohort',
      client ? `${client.cohort}, ${client.kind}` : dash,
      byServer(({ cohort, kind }) => `${cohort}, ${kind}`),
    ],
    [
      'State',
      client ? (held ? `${held.state}: ${silence(held)}` : toned('ended', 'dim')) : dash,
      byServer(({ state }) => state),
    ],
    ['Opened', when(client?.openedAt, now), when(theirs && ours(theirs.openedAt), now)],
    [
      'Exchanges',
      client?.exchanges === undefined ? dash : count(client.exchanges),
      byServer(each => count(each.exchanges)),
    ],
    ['Last byte', when(kernel && now - sinceByte(kernel.tcpInfo), now), when(theirs && ours(theirs.lastAt), now)],
    ['Client’s end', held?.local || dash, byServer(({ remote }) => seen(remote, held?.local))],
    ['Server’s end', held?.remote || dash, byServer(({ local }) => seen(local, held?.remote))],
    [
      'Keepalive, effective',
      kernel ? keepaliveText(kernel.options) : dash,
      listening ? keepaliveText(listening.effective) : dash,
    ],
    ['TCP', kernel || end?.tcpInfo ? toned(tcp.text, tcp.tone) : dash, dash],
    ['Bytes', dash, byServer(({ bytesIn, bytesOut }) => `${count(bytesIn)} in, ${count(bytesOut)} out`)],
    [
      'End',
      end ? ended(end, now) : dash,
      theirs?.ending ? ended({ ...theirs.ending, at: ours(theirs.ending.at) }, now) : dash,
    ],
    ...(held?.lastEnd ? [['Here before', before(held.lastEnd, now), dash] as const] : []),
  ]
}

/** Of either direction, as the kernel counts, ms. */
const sinceByte = ({ lastDataSentMs, lastDataRecvMs }: TcpInfo): number => Math.min(lastDataSentMs, lastDataRecvMs)

const dash = html`<span class="dim">-</span>`
const toned = (text: string, tone: string | undefined): Html => html`<span class="${tone ?? ''}">${text}</span>`

const person = ({ pod, node, ip, zone }: Identity): Html =>
  html`${pod} <span class="quiet">on ${node || 'a node that has no name'}${zone ? ` in ${zone}` : ''}, ${ip}</span>`

function silentServer(server: ServerSide): Html | undefined {
  if (server.state === 'told') return undefined
  return server.state === 'unknown' ? toned('does not know it', 'warn') : toned(server.why, 'warn')
}

const when = (at: number | undefined, now: number): Html =>
  at === undefined ? dash : html`${moment(at)} <span class="quiet">UTC, ${lasting(Math.max(0, now - at))} ago</span>`

/** An address as the other side sees it: another one was translated on the way. */
function seen(address: string, mine: string | undefined): Html {
  const plain = address.replace(/^\[::ffff:([\d.]+)\]/, '$1')
  return mine && plain !== mine.replace(/^\[::ffff:([\d.]+)\]/, '$1')
    ? html`${plain} <span class="quiet">translated on the way</span>`
    : html`${plain}`
}

interface End {
  readonly at: number
  readonly fate: string
  readonly phase: string
  readonly code: string
  readonly planned: boolean
  readonly zombie: boolean
}

const ended = (end: End, now: number): Html =>
  html`<span class="${endTone(end)}">${endWords(end)}</span>, ${ago(now - end.at)} ago <span class="quiet">${end.code}${
    end.zombie ? '; a zombie: the other side had long been gone' : ''
  }</span>`

function before(end: NonNullable<NonNullable<ClientSide['held']>['lastEnd']>, now: number): Html {
  return end.id === undefined ? ended(end, now) : html`<a href="${connectionPath(end.id)}">${ended(end, now)}</a>`
}
