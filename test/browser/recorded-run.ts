import { pino } from 'pino'
import { type Clock, realClock } from '../../src/clock.ts'
import { recorder } from '../../src/record/recorder.ts'
import { currentOf } from '../../src/record/snapshot.ts'
import { startWeb, type Web } from '../../src/web/server.ts'
import type { WebSource } from '../../src/web/source.ts'
import { readIncident } from '../lab/seen/incident-files.ts'
import { exampleSource } from '../web-example.ts'

/** The client, or a server's pod, of a recorded lab run (`test/incidents`, by its folder), as it was at the end of it. */
export function recordedRun(folder: string, pod = 'client'): Pick<WebSource, 'command' | 'snapshot' | 'history'> {
  const { observations } = readIncident(new URL(`../incidents/${folder}`, import.meta.url).pathname)
  const into = recorder()
  for (const each of observations) if (each.pod === pod) into.fold(each)
  const snapshot = currentOf(into.snapshot())
  return {
    command: snapshot.run?.side ?? 'client',
    snapshot: () => snapshot,
    history: span => into.history(span),
  }
}

/** A web server on a free port of loopback that shows this as if its newest observation were `ageMs` old. */
export function served(given: Pick<WebSource, 'snapshot'> & Partial<WebSource>, ageMs = 1000): Promise<Web> {
  const since = realClock.steady() - ageMs
  const clock: Clock = { ...realClock, now: () => given.snapshot().at + realClock.steady() - since }
  return startWeb({
    listen: { host: '127.0.0.1', port: 0 },
    source: exampleSource(given),
    log: pino({ level: 'silent' }),
    clock,
  })
}
