import { realClockSince } from '../../clock.ts'
import { reasonOf } from '../../evidence/reason.ts'
import { ownUsage } from '../../kernel/usage.ts'
import { ledger } from '../../ledger/ledger.ts'
import type { Log } from '../../log.ts'
import type { Observation, Told } from '../../outcome/observation.ts'
import { listed } from '../../probes/listed.ts'
import type { Half, World } from '../../probes/kind.ts'
import { beat } from '../../schedule/beat.ts'
import { wheel as newWheel } from '../../schedule/wheel.ts'
import { openSecrets } from '../secrets.ts'
import { noise } from '../noise.ts'
import { keepNurserySmall } from '../nursery.ts'
import { partsOf } from '../parts.ts'
import { stamping } from '../stamping.ts'
import { type Being, levels, type News, type Order, type Task, type VitalPart } from './message.ts'

/** How often a worker says how it is, ms. */
const vitalMs = 1000
/** How long goodbyes may take when the process that started us is gone, ms. */
const farewellMs = 500

/** Holds connections as it is told over the channel of `own` process, until that is closed: then it says goodbye and exits at once. */
export function work(own: NodeJS.Process): void {
  let begun: Station | undefined
  const { promise: station, resolve, reject } = Promise.withResolvers<Station>()
  const send = (news: News) => void (own.connected && own.send?.(news, () => {})) // it may be closed any time: `disconnect` tells
  if (!own.connected) own.exit(0) // gone while we were being loaded, when nobody listened for that
  keepNurserySmall()
  own.on('uncaughtException', error => {
    const words = [{ err: error, pid: own.pid }, 'longhold has a bug: a process that holds connections stops']
    if (own.connected) own.send?.({ say: 'log', level: 'error', words } satisfies News, () => own.exit(1))
    else own.exit(1)
  })
  own.on('message', (order: Order) => {
    if (order.say === 'be') void stationOf(order.being, send).then(resolve, reject)
    else void answer(order.question, order.task)
  })
  own.on('disconnect', () => {
    if (begun) void begun.leave().finally(() => own.exit(0))
    else own.exit(0)
  })
  station.then(
    made => {
      begun = made
      send({ say: 'up' })
    },
    (error: unknown) => {
      send({ say: 'log', level: 'error', words: [`a process that holds connections cannot begin: ${reasonOf(error)}`] })
      own.disconnect() // it begins anew after a while
    },
  )

  async function answer(question: number, task: Task): Promise<void> {
    try {
      send({ say: 'answer', question, value: await (await station).work(task) })
    } catch (error) {
      send({ say: 'answer', question, mistake: reasonOf(error) })
    }
  }
}

interface Station {
  work(task: Task): Promise<unknown>
  leave(): Promise<unknown>
}

async function stationOf({ share, origin, identity, auth }: Being, send: (news: News) => void): Promise<Station> {
  const clock = realClockSince(origin)
  const log = logOver(send)
  const { token } = await openSecrets({ auth, web: 'off', evidence: 'off' }, 'client', { clock, log })
  // Every process sees a jump of the one wall clock: it marks what was measured meanwhile here, too, and is told by one.
  const disturbances = noise(clock, told => void (told.what === 'loop-stall' && tell(told)))
  const wheel = newWheel(clock, { onTick: disturbances.tick })
  const stamp = stamping(clock, disturbances)
  const world: World = { clock, wheel, random: Math.random, log, identity, ledger: ledger(0), token, tell }
  const halves = new Map<number, Half>()
  /** What is done to a part is done in turn: one that ends while it begins is begun first. */
  const turns = new Map<number, Promise<void>>()
  let batch: Observation[] = []
  let lastReady = ''

  /** One message for each turn of the event loop, however much happens in it. */
  function tell(told: Told): void {
    if (batch.push(stamp(told)) === 1) setImmediate(flush)
  }

  function flush(): void {
    if (batch.length === 0) return
    send({ say: 'told', observations: batch })
    batch = []
    if (readiness() !== lastReady) vital()
  }

  const readiness = () => [...halves].map(([part, half]) => `${part} ${half.ready()}`).join()

  function vital(): void {
    lastReady = readiness()
    const parts = [...halves].map(([part, half]): VitalPart => {
      const next = half.next?.()
      const due = next && { of: next.of, due: clock.steady() + next.inMs, afterMs: next.afterMs }
      return { part, ready: half.ready(), ...(due && { next: due }) }
    })
    const { stalls } = disturbances.counts()
    send({ say: 'vital', vital: { parts, loopDelayMs: disturbances.loopDelay(), stalls, usage: ownUsage() } })
  }

  async function begin(part: number, probe: Extract<Task, { do: 'begin' }>['probe']): Promise<void> {
    for (const { begin: start } of partsOf({ server: {}, probes: [probe] }, 'client'))
      halves.set(part, await start(world, share))
    vital()
  }

  async function end(part: number, drainMs: number): Promise<void> {
    const half = halves.get(part)
    await half?.stop(drainMs)
    halves.delete(part)
    flush()
  }

  function* rows() {
    for (const half of halves.values()) yield* half.connections()
  }

  beat(clock, { everyMs: vitalMs }, vital)
  return {
    async work(task) {
      if (task.do === 'list') return listed(rows(), task.asked)
      const { part } = task
      const act = () => (task.do === 'begin' ? begin(part, task.probe) : end(part, task.drainMs))
      const turn = (turns.get(part) ?? Promise.resolve()).then(act)
      turns.set(
        part,
        turn.catch(() => {}),
      )
      if (task.do === 'end') void turn.finally(() => turns.delete(part))
      return turn
    },
    leave: () => Promise.all([...halves.values()].map(half => half.stop(farewellMs))),
  }
}

/** Says what is said here where the one process says it that has an output. */
function logOver(send: (news: News) => void): Log {
  const sayers = levels.map(level => [level, (...words: readonly unknown[]) => send({ say: 'log', level, words })])
  return Object.fromEntries(sayers) as Log // four functions under the names of the four levels
}
