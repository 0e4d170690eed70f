import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { agentAnswer, agentReading } from '../../src/agent/answer.ts'
import { loadConfig } from '../../src/config/load.ts'
import { sources } from '../../src/evidence/index.ts'
import { readKubeconfig } from '../../src/evidence/kubernetes/access/kubeconfig.ts'
import { lines, whole } from '../../src/evidence/kubernetes/api/lines.ts'
import { refusalOf } from '../../src/evidence/kubernetes/api/refusal.ts'
import { parseEvent, parseObject, parsePage } from '../../src/evidence/kubernetes/parse.ts'
import { kinds as kubernetesKinds } from '../../src/evidence/kubernetes/resources.ts'
import { natRules } from '../../src/evidence/nat-rules/facts.ts'
import { savedTables } from '../../src/evidence/nat-rules/iptables-text.ts'
import { parseRules, type Printed } from '../../src/evidence/nat-rules/parse.ts'
import { choice, field, oneOf, readQuery, wholeNumber, word } from '../../src/http/query.ts'
import type { Flow } from '../../src/outcome/flow.ts'
import { readAnswer, rcodeName, echoes } from '../../src/probes/dns/answer.ts'
import { framed, unframe } from '../../src/probes/dns/framing.ts'
import { queryFor } from '../../src/probes/dns/query.ts'
import { longest, replyTo } from '../../src/probes/dns/zone.ts'
import { leaving, wrongAnswer } from '../../src/probes/http-hold/answers.ts'
import { amissWith } from '../../src/probes/http-hold/rejection.ts'
import { kinds } from '../../src/probes/index.ts'
import * as echo from '../../src/probes/udp-echo/datagram.ts'
import { unprovenQuestion } from '../../src/probes/udp-echo/proof.ts'
import { readJournal } from '../../src/record/journal/read.ts'
import { spanOf } from '../../src/record/journal/walk.ts'
import { reportJson, reportText } from '../../src/record/report.ts'
import { loadLatency } from '../../src/record/saved.ts'
import { checking } from '../../src/secrets/proof.ts'
import type { SharedToken } from '../../src/secrets/shared-token.ts'
import { latencyEdges } from '../../src/stats/buckets.ts'
import { assemble } from '../../src/wire/assembly.ts'
import { maxPayload, payloadOf } from '../../src/wire/frame.ts'
import { readBye, readHello, readWelcome } from '../../src/wire/hello.ts'
import { storyClock } from '../story-clock.ts'

// How bytes become the input of a parser that takes more than a text, and what it promises beyond its type.

const text = (bytes: Buffer): string => bytes.toString('utf8')
const must = (kept: boolean, promise: string): void => {
  if (!kept) throw new Error(`broken promise: ${promise}`)
}

/** However a stream is cut, the same frames come out of it; what waits is never longer than a frame. */
export function framesIn(bytes: Buffer): unknown {
  const cut = (at: number) => {
    const told: unknown[] = []
    let rest: ReturnType<typeof assemble> = undefined
    for (const chunk of [bytes.subarray(0, at), bytes.subarray(at)]) {
      if (typeof rest === 'string') break
      rest = assemble(rest, chunk, frame => {
        const payload = payloadOf(frame)
        return Boolean(told.push([frame.type, readHello(payload), readWelcome(payload), readBye(payload)]))
      })
    }
    must(!(rest instanceof Buffer) || rest.length <= maxPayload + 8, 'half a frame is at most a frame long')
    return [told, rest instanceof Buffer ? rest.length : rest]
  }
  const [at, end] = [cut(bytes[0] === undefined ? 0 : bytes.length >> 1), cut(bytes.length)]
  must(JSON.stringify(at) === JSON.stringify(end), 'a cut changes nothing')
  return end
}

const clock = storyClock()
/** Takes no MAC: nobody guesses one. */
const token: SharedToken = { mac: () => Buffer.alloc(32), fits: () => false, close() {} }
const taken: SharedToken = { ...token, fits: () => true }

export function grantedProof(bytes: Buffer): unknown {
  const proof = text(bytes)
  const reason = checking(token, clock)('said', proof)
  must(reason !== undefined, 'nothing is a proof that no token made')
  return [reason, checking(taken, clock)('said', proof)]
}

export function echoQuestion(bytes: Buffer): unknown {
  const flaw = echo.flawOf(bytes)
  if (flaw !== undefined) return flaw
  const answer = echo.answerTo(bytes, { pod: 'p'.repeat(253), node: 'n', ip: '10.0.0.1', instance: 'i'.repeat(32) })
  must(answer.length === bytes.length, 'an answer is as long as its question')
  must(echo.refusalOf(bytes, 'bad-proof').length < bytes.length, 'a refusal is shorter than its question')
  must(typeof echo.readAnswer(bytes, answer) === 'object', 'an answer fits its question')
  return [
    echo.seqOf(bytes),
    echo.delayOf(bytes),
    unprovenQuestion(bytes, token, clock),
    unprovenQuestion(bytes, taken, clock),
  ]
}

export const echoAnswer = (bytes: Buffer): unknown => {
  const question = echo.writeQuestion(Buffer.alloc(64, 0x61), 3, Buffer.alloc(8, 9))
  return [echo.readAnswer(question, bytes), echo.seqOf(bytes)]
}

/** A server answers small questions, over UDP never with more than a client takes that says nothing (RFC 1035 4.2.1). */
export function questions(bytes: Buffer): unknown {
  return [true, false].map(udp => {
    const reply = replyTo(bytes, udp)
    if (typeof reply === 'string') return reply
    must(!udp || reply.bytes.length <= Math.max(512, bytes.length * 2), 'an answer over UDP fits')
    must(reply.delayMs >= 0 && reply.delayMs <= 60_000, 'an answer comes within a minute')
    must(reply.bytes.readUInt16BE(0) === bytes.readUInt16BE(0), 'an answer has the id of its question')
    return [reply.delayMs, reply.bytes.length]
  })
}

const query = queryFor({ id: 7, name: 'www.longhold.test', type: 'A', edns: true })
export function dnsAnswer(bytes: Buffer): unknown {
  const answer = readAnswer(query, bytes)
  if (typeof answer !== 'string') must(/^[A-Z]+$/.test(answer.rcode) && rcodeName(0) !== '', 'rcodes are a closed list')
  return [answer, echoes(query, bytes)]
}

/** However a stream is cut, the same messages come out of it. */
export function streamOf(bytes: Buffer): unknown {
  const cut = (size: number) => {
    const messages: string[] = []
    const take = unframe(longest, message => messages.push(message.toString('hex')))
    let over: string | undefined
    for (let at = 0; at < bytes.length && over === undefined; at += size) over = take(bytes.subarray(at, at + size))
    return { messages, over }
  }
  const [all, some] = [cut(Math.max(1, bytes.length)), cut(7)]
  must(all.over === 'many' || JSON.stringify(all) === JSON.stringify(some), 'a cut changes nothing')
  for (const message of all.messages)
    must(framed(Buffer.from(message, 'hex')).length <= longest + 2, 'none is too long')
  return all
}

/** A status, and a line for each header. */
export function httpHeaders(bytes: Buffer): unknown {
  const [status, ...rows] = bytes.toString('latin1').split('\n')
  const headers = Object.fromEntries(rows.map(row => [row.split(':')[0] ?? '', row.slice(row.indexOf(':') + 1).trim()]))
  const answer = { status: Number(status), headers, body: '' }
  // amissWith() reads these three of a request, and nothing of its socket.
  const request = {
    url: headers.url ?? '/hold',
    method: headers.method ?? 'GET',
    headers,
  } as unknown as IncomingMessage
  return [wrongAnswer(answer, '7'), leaving(answer), amissWith(request)]
}

/** What is read is of the form that every source promises, or nothing. */
export function agentAnswerFacts(bytes: Buffer): unknown {
  const read = agentAnswer.safeParse(parsed(text(bytes)))
  if (!read.success) return undefined
  return sources.map(({ name, facts }) => {
    const said = Object.hasOwn(read.data.readings, name) ? read.data.readings[name] : undefined
    const reading = agentReading.safeParse(said).data
    return reading && 'value' in reading ? facts.schema.safeParse(reading.value).data : reading
  })
}

const flows: readonly Flow[] = ['10.96.22.22:7000', '10.96.7.7:80', '192.168.77.1:30812'].map(remote => ({
  proto: 'tcp',
  local: '10.244.1.10:40000',
  remote,
}))
function natFacts(printed: Pick<Printed, 'saved' | 'listed'>): unknown {
  const facts = parseRules([{ family: 'ip', kubeProxyInPart: false, unread: [], ...printed }], flows)
  must(natRules.schema.safeParse(facts).success, 'facts have the form that clients accept')
  return facts
}
export const iptablesFacts = (bytes: Buffer): unknown => natFacts({ saved: [savedTables(text(bytes))], listed: [] })
export const nftFacts = (bytes: Buffer): unknown => natFacts({ saved: [], listed: [text(bytes)] })

export function kubernetesEvent(bytes: Buffer): unknown {
  const heard = parseEvent(text(bytes))
  if (heard?.type === 'error') return refusalOf(heard.status, { text: text(bytes) }).message
  return heard && 'object' in heard ? kubernetesKinds.map(kind => parseObject(kind, heard.object)) : heard
}

export function kubernetesPage(bytes: Buffer): unknown {
  const page = parsePage(text(bytes))
  return page && { ...page, items: page.items.map(item => kubernetesKinds.map(kind => parseObject(kind, item))) }
}

export async function kubernetesLines(bytes: Buffer): Promise<unknown> {
  async function* pieces(size: number) {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
  }
  const cut = async (size: number) => {
    const all: string[] = []
    for await (const line of lines(pieces(size))) all.push(line)
    return all
  }
  const [all, some] = [await cut(Math.max(1, bytes.length)), await cut(11)]
  must(JSON.stringify(all) === JSON.stringify(some), 'a cut changes nothing')
  must((await whole(pieces(11), bytes.length)) === text(bytes), 'all of it comes')
  return all
}

export function kubeconfig(bytes: Buffer): unknown {
  return readKubeconfig([{ path: '/etc/kube/config', text: text(bytes) }])
}

/** A journal of one file, and what `longhold report` prints of it. */
export async function journal(bytes: Buffer): Promise<unknown> {
  const dir = mkdtempSync(join(tmpdir(), 'longhold-fuzz-'))
  try {
    writeFileSync(join(dir, 'journal-000001.jsonl'), bytes)
    const read = await readJournal(dir)
    return [await spanOf(dir), reportJson(read), reportText(read)]
  } finally {
    rmSync(dir, { recursive: true })
  }
}

/** As a checkpoint has it. */
export const histogram = (bytes: Buffer): unknown =>
  loadLatency({ hdr: text(bytes), minUs: 1, maxUs: 2, counts: latencyEdges.map(() => 0).concat(0), sum: 0, clamped: 0 })
    .all.totalCount

export const config = (bytes: Buffer): unknown =>
  loadConfig(kinds, { command: 'pair', text: text(bytes), flags: {}, env: {} })

const parameters = {
  filter: field('words', 200),
  cohort: word('the name of a cohort', 63),
  state: choice('open', 'ended'),
  span: oneOf('hour', 'day'),
  offset: wholeNumber(0, 0, 1_000_000_000),
  limit: wholeNumber(100, 1, 1000),
}
/** As the server reads a request's target. */
export function webQuery(bytes: Buffer): unknown {
  const url = URL.parse(`/?${bytes.toString('latin1')}`, 'http://longhold')
  return url && readQuery(url.searchParams, parameters)
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}
