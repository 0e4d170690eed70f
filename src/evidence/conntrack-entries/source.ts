import { type Flow, flowKey } from '../../outcome/flow.ts'
import { Absent, defineSource, type Machine, mostFlows } from '../source.ts'
import { sameTuple, type Tuple, tupleOf } from '../tuple.ts'
import { type ConntrackEntries, conntrackEntries } from './facts.ts'
import { parseEntry } from './parse.ts'
import { refusal } from './refusal.ts'

/** So many are asked at once: a question is a process of some 4 ms. */
const atOnce = 4

export const conntrackEntriesSource = defineSource({
  of: 'machine',
  facts: conntrackEntries,
  about: 'flows',
  costly: true,
  async read(machine, { flows }) {
    const askable = flows.slice(0, mostFlows).flatMap(flow => {
      const tuple = tupleOf(flow)
      return tuple ? [{ flow, tuple }] : []
    })
    const told: ConntrackEntries[number][] = []
    let refused: Absent | undefined
    for (let at = 0; at < askable.length; at += atOnce) {
      for (const answer of await Promise.all(askable.slice(at, at + atOnce).map(each => ask(machine, each)))) {
        if (answer instanceof Absent) refused ??= answer
        else told.push(answer)
      }
      if (refused && told.length === 0) throw refused
    }
    return told
  },
})

interface Question {
  readonly flow: Flow
  readonly tuple: Tuple
}

async function ask(machine: Machine, { flow, tuple }: Question): Promise<ConntrackEntries[number] | Absent> {
  const { src, dst, sport, dport } = tuple
  const ports = ['--sport', String(sport), '--dport', String(dport)]
  try {
    const text = await machine.run('conntrack', [
      '-G',
      '-p',
      flow.proto,
      '-s',
      src,
      '-d',
      dst,
      ...ports,
      '-o',
      'extended',
    ])
    const entry = parseEntry(text)
    if (!entry || !sameTuple(entry.original, tuple)) return new Absent('conntrack printed what is no entry')
    return { flow: flowKey(flow), entry }
  } catch (error) {
    if (!(error instanceof Absent)) throw error
    if (error.message.includes("such conntrack doesn't exist")) return { flow: flowKey(flow) }
    // It found one, and did not show it: the other side sent its first packet.
    if (error.message.includes(' 0 flow entries')) return new Absent('conntrack has the flow the other way round')
    return new Absent(refusal(error.message))
  }
}
