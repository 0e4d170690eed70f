import type { Clock } from '../clock.ts'
import { sources as everySource } from '../evidence/index.ts'
import { sourceDeadlineMs } from '../evidence/read.ts'
import type { Machine, Source } from '../evidence/source.ts'
import { type Answer, json, refusal, text } from '../http/answer.ts'
import { type Exchange, nowhere, serve } from '../http/server.ts'
import type { Log } from '../log.ts'
import type { Readings } from '../outcome/evidence.ts'
import type { Flow } from '../outcome/flow.ts'
import type { Address } from '../settings/address.ts'
import type { AgentAnswer } from './answer.ts'
import { agentMetrics } from './metrics.ts'
import { nodeMetrics, scraped } from './node-metrics.ts'
import { pace } from './pace.ts'
import { evidencePath, readQuestion } from './question.ts'
import { reader } from './reader.ts'
import type { Admits } from '../http/token.ts'
import type { Certificates } from '../secrets/certificates.ts'
import type { Mounted } from '../secrets/mounted.ts'
import { mayNotAsk, plainAddress } from './warden.ts'

export interface AgentJob {
  readonly listen: Address
  readonly admits: Admits
  /** HTTPS in place of HTTP. */
  readonly certificates?: Mounted<Certificates> | undefined
  /** The node's name, and our version: every answer bears both. */
  readonly node: string
  readonly version: string
  readonly machine: (signal: AbortSignal) => Machine
  readonly addressesOfNode: () => ReadonlySet<string>
  readonly clock: Clock
  readonly log: Log
  readonly sources?: readonly Source[]
  /** For each source, ms; what it says later is lost. */
  readonly deadlineMs?: number
}

export interface Agent {
  readonly listens: string
  /** What is there to be read, to be told at the start. */
  look(): Promise<Readings>
  close(): Promise<void>
}

/** Connections at once, in all and from one address. */
const most = 128
const mostEach = 16

/** Serves evidence of this node. Nothing here writes, or takes anything but a question. Rejects with a Problem when it cannot listen. */
export async function startAgent({
  listen,
  admits,
  certificates,
  node,
  version,
  clock,
  log,
  ...job
}: AgentJob): Promise<Agent> {
  const sources = (job.sources ?? everySource).filter(each => each.of === 'machine')
  const names = sources.map(({ name }) => name)
  const metrics = agentMetrics(names, version, certificates)
  const tellOfNode = nodeMetrics(metrics.registry)
  const { machine, deadlineMs = sourceDeadlineMs } = job
  const evidence = reader({ sources, machine, deadlineMs, clock, log, onRead: metrics.read })
  const paced = pace(clock)

  async function answerEvidence(from: string, query: URLSearchParams): Promise<Answer> {
    const question = readQuestion(query)
    if ('mistakes' in question) return refusal(400, question.mistakes.join('; '))
    const foreign = mayNotAsk(from, question.flows, job.addressesOfNode)
    if (foreign !== undefined) return refusal(403, foreign, { you: from })
    const readings = await paced.run(() => evidence.read(question))
    if (typeof readings === 'string') return later(readings)
    return json({ version, node, at: clock.now(), readings } satisfies AgentAnswer)
  }

  async function respond({ url, request }: Exchange): Promise<Answer> {
    const { pathname, searchParams } = url
    if (pathname === '/healthz') return text('ok\n')
    if (pathname !== evidencePath && pathname !== '/metrics') return nowhere([evidencePath, '/metrics', '/healthz'])
    const from = plainAddress(request.socket.remoteAddress ?? '')
    const hasty = paced.slowDown(from)
    if (hasty !== undefined) return later(hasty)
    if (!(await admits(request.headers.authorization))) return unauthorized
    if (pathname === evidencePath) return answerEvidence(from, searchParams)
    const readings = await paced.run(() => evidence.read({ flows: [], costly: true }, scraped))
    if (typeof readings === 'string') return later(readings)
    tellOfNode(readings)
    return text(await metrics.registry.metrics(), metrics.registry.contentType)
  }

  const setting = '--listen or LONGHOLD_AGENT_LISTEN'
  const answered = (status: number, isUncertified: boolean) => metrics.answered(isUncertified ? 401 : status)
  const open = new Set(['/healthz'])
  const serving = { listen, setting, clock, log, most, mostEach, respond, answered, certificates, open }
  const served = await serve(serving).catch((error: unknown) => {
    evidence.close()
    throw error
  })
  return {
    listens: served.listens,
    async look() {
      await clock.sleep(settleMs)
      return evidence.read({ flows: [nobodys], costly: true })
    },
    async close() {
      await served.close()
      evidence.close()
    },
  }
}

/** What listens all along needs a moment to hear that it may not, ms. */
const settleMs = 300
/** Between addresses of nobody (RFC 5737): what tells of flows tells whether it may. */
const nobodys: Flow = { proto: 'tcp', local: '192.0.2.1:9', remote: '192.0.2.2:9' }

const later = (why: string): Answer => ({ ...refusal(429, why), headers: { 'retry-after': '1' } })

const unauthorized: Answer = {
  ...refusal(401, 'expected "Authorization: Bearer" with the token of this agent'),
  headers: { 'www-authenticate': 'Bearer' },
}
