import type { Clock } from '../clock.ts'
import { sources as everySource } from '../evidence/index.ts'
import { sourceDeadlineMs } from '../evidence/read.ts'
import { reasonOf } from '../evidence/reason.ts'
import { Absent, type Ask, mostFlows, type Source } from '../evidence/source.ts'
import type { Reading, Readings } from '../outcome/evidence.ts'
import { formatAddress } from '../settings/address.ts'
import { type AgentAnswer, agentAnswer, agentReading, agentRefusal } from './answer.ts'
import { type AgentAt, getJson, type Got, printable } from './get-json.ts'
import { type Question, readFlow, writeFlow, writeQuestion } from './question.ts'
import { hostOf, plainAddress } from './warden.ts'

export interface Asking {
  readonly clock: Clock
  /** Costly sources are wanted, too. */
  readonly costly: boolean
  readonly sources?: readonly Source[]
  readonly deadlineMs?: number
}

/** How long an agent is waited for whose sources may take `sourceMs` each: there is the way, and it may be busy. */
export const agentDeadlineMs = (sourceMs: number): number => sourceMs + 3000
/** How long an agent that is busy with others is left alone, ms. */
const busyMs = 1000

/**
 * What the agent says of its node: one reading for each source that was wanted. Never rejects, and trusts the agent in
 * nothing: what is missing, late, or not what its source would say is absent, with the reason.
 */
export async function agentReadings(agent: AgentAt, ask: Ask, asking: Asking): Promise<Readings> {
  const { clock, costly, sources = everySource, deadlineMs = agentDeadlineMs(sourceDeadlineMs) } = asking
  // A flow that never got an address or a port is nothing a kernel could find.
  const flows = ask.flows.filter(flow => readFlow(writeFlow(flow))).slice(0, mostFlows)
  const wanted = sources.filter(
    each => each.of === 'machine' && (costly || !each.costly) && (each.about === 'machine' || flows.length > 0),
  )
  const absent = (why: string): Reading => ({ at: clock.now(), absent: `agent at ${formatAddress(agent.at)}: ${why}` })
  const told = (say: (source: Source) => Reading): Readings =>
    Object.fromEntries(wanted.map(source => [source.name, say(source)]))
  const over = new AbortController()
  const disarm = clock.alarm(deadlineMs, () => over.abort())
  try {
    const answer = await answerOf(agent, { flows, costly }, over.signal, clock)
    return told(source => checked(source, answer, absent))
  } catch (error) {
    const why = over.signal.aborted ? `no answer within ${deadlineMs} ms` : reasonOf(error)
    return told(() => absent(why))
  } finally {
    disarm()
  }
}

/** Rejects with `Absent` when there is no answer. Of flows that are not ours to ask about those that are, are asked again. */
async function answerOf(agent: AgentAt, question: Question, signal: AbortSignal, clock: Clock): Promise<AgentAnswer> {
  let first = await getJson(agent, writeQuestion(question), signal)
  if (first.status === 429) {
    await clock.sleep(busyMs, signal)
    first = await getJson(agent, writeQuestion(question), signal)
  }
  const you = first.status === 403 ? agentRefusal.safeParse(first.body).data?.you : undefined
  if (you === undefined) return understood(first)
  const flows = question.flows.filter(({ local }) => hostOf(local) === plainAddress(you))
  return understood(await getJson(agent, writeQuestion({ ...question, flows }), signal))
}

function understood({ status, body }: Got): AgentAnswer {
  if (status !== 200)
    throw new Absent(`it answers ${status}: ${printable(agentRefusal.safeParse(body).data?.error ?? 'and not why')}`)
  const read = agentAnswer.safeParse(body)
  if (!read.success) throw new Absent('what it answers is no evidence')
  return read.data
}

/** One source in an answer: what is broken takes nothing else along. */
function checked(
  { name, facts }: Source,
  { version, readings }: AgentAnswer,
  absent: (why: string) => Reading,
): Reading {
  const said = Object.hasOwn(readings, name) ? readings[name] : undefined
  if (said === undefined) return absent(`it says nothing of ${name} (it is longhold ${printable(version)})`)
  const read = agentReading.safeParse(said)
  if (!read.success) return absent(`what it says of ${name} is no reading`)
  if ('absent' in read.data) return { at: read.data.at, absent: printable(read.data.absent) }
  const value = facts.schema.safeParse(read.data.value)
  if (value.success) return { at: read.data.at, value: value.data }
  const [issue] = value.error.issues
  return absent(`what it says of ${name} does not fit its form: ${printable(issue?.path.join('.') || 'all of it')}`)
}
