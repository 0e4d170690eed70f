import { type ChildProcess, fork } from 'node:child_process'
import { getCompileCacheDir } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { Clock } from '../../clock.ts'
import type { Log } from '../../log.ts'
import type { Observation } from '../../outcome/observation.ts'
import type { Being, News, Order, Task, Vital } from './message.ts'

/** One worker, from the side of the process that started it. */
export interface Link {
  readonly pid: number | undefined
  /** It can be asked. */
  readonly isUp: boolean
  /** It said how it is lately: one that was stopped, or hangs, does not. */
  readonly isHeard: boolean
  /** As it last said; absent before that. */
  readonly vital: Vital | undefined
  /** Resolves when it can be asked for the first time, or never will. */
  readonly up: Promise<void>
  /** Resolves when it is gone and everything it had said is heard. */
  readonly gone: Promise<Exit>
  /** Never rejects. */
  ask(task: Task, withinMs: number): Promise<Answer>
  /** Closes the channel, which tells it to go. Resolves when it is gone; one that stays is killed. */
  close(): Promise<void>
}

/** `unheard`: it is gone, or did not answer in time. */
export type Answer = { readonly value: unknown } | { readonly mistake: string } | 'unheard'

/** How it went: an exit code, a signal, or why it could not be started. */
export interface Exit {
  readonly code: number | null
  readonly signal: string | null
  readonly error?: string
}

interface LinkJob {
  readonly being: Being
  readonly clock: Clock
  readonly log: Log
  hear(observations: readonly Observation[]): void
}

const entry = fileURLToPath(new URL('worker.ts', import.meta.url))
/** It says how it is each second: after so many ms without it is not counted on. */
const silentMs = 5000
/** What one that is told to go may take, ms. */
const patienceMs = 2000

export function link({ being, clock, log, hear }: LinkJob): Link {
  const cache = getCompileCacheDir()
  const child = fork(entry, [], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'], // it says nothing but through us; what V8 says as it dies is for people
    env: { ...process.env, ...(cache !== undefined && { NODE_COMPILE_CACHE: cache }) },
  })
  const up = Promise.withResolvers<void>()
  const questions = new Map<number, (answer: Answer) => void>()
  let [isUp, asked, heardAt] = [false, 0, -Infinity]
  let vital: Vital | undefined

  function take(news: News): void {
    if (news.say === 'told') return hear(news.observations)
    if (news.say === 'vital') {
      vital = news.vital
      heardAt = clock.steady()
    } else if (news.say === 'log') say(log, news)
    else if (news.say === 'up') {
      isUp = true
      up.resolve()
    } else {
      const { question, mistake, value } = news
      questions.get(question)?.(mistake === undefined ? { value } : { mistake })
    }
  }

  const order = (said: Order) => void (child.connected && child.send(said, () => {})) // one that is gone is told below

  const gone = exitOf(child).then(exit => {
    isUp = false
    up.resolve()
    for (const answer of questions.values()) answer('unheard')
    return exit
  })
  child.on('message', take)
  order({ say: 'be', being })

  return {
    get pid() {
      return child.pid
    },
    get isUp() {
      return isUp
    },
    get isHeard() {
      return isUp && clock.steady() - heardAt < silentMs
    },
    get vital() {
      return vital
    },
    up: up.promise,
    gone,
    ask(task, withinMs) {
      if (!isUp) return Promise.resolve('unheard')
      const { promise, resolve } = Promise.withResolvers<Answer>()
      const question = asked++
      const disarm = clock.alarm(withinMs, () => resolve('unheard'))
      questions.set(question, resolve)
      order({ say: 'ask', question, task })
      return promise.finally(() => {
        disarm()
        questions.delete(question)
      })
    },
    async close() {
      if (child.connected) child.disconnect()
      const disarm = clock.alarm(patienceMs, () => child.kill('SIGKILL'))
      await gone
      disarm()
    },
  }
}

/** Both ends of it are over: the process, and the channel with what it had said last. */
async function exitOf(child: ChildProcess): Promise<Exit> {
  const exit = Promise.withResolvers<Exit>()
  const silence = Promise.withResolvers<void>()
  child.once('exit', (code, signal) => exit.resolve({ code, signal }))
  child.once('disconnect', () => silence.resolve())
  child.on('error', error => {
    if (child.pid !== undefined) return
    exit.resolve({ code: null, signal: null, error: error.message })
    silence.resolve()
  })
  await silence.promise
  return exit.promise
}

function say(log: Log, { level, words }: Extract<News, { say: 'log' }>): void {
  const [first, ...rest] = words
  log[level](first as object, ...(rest as [string])) // as the worker's half said it, through the same type
}
