import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { oneLine } from './reason.ts'

/** A command that runs, with everything it starts itself. */
export interface Child {
  readonly running: ChildProcessByStdio<null, Readable, Readable>
  /** How stderr began: one line, for people. */
  complaint(): string
  /** Ends it and what it started, in a way that cannot be refused. Its output is not waited for. */
  kill(): void
}

/** Groups that live. They end with us: one that has nothing to print would never notice that we are gone. */
const living = new Set<number>()

/** Starts a process group of its own: Ctrl-C at our terminal is ours to pass on, and `kill` leaves nothing of it behind. */
export function startChild(command: string, args: readonly string[]): Child {
  const running = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  const { pid } = running
  let complaint = ''
  running.stderr.on('data', (bytes: Buffer) => {
    if (complaint.length < 500) complaint += bytes.toString('utf8').slice(0, 500)
  })
  if (pid !== undefined) {
    living.add(pid)
    if (!process.listeners('exit').includes(killAll)) process.once('exit', killAll)
    running.once('close', () => living.delete(pid))
  }
  return {
    running,
    complaint: () => oneLine(complaint),
    kill() {
      if (pid !== undefined) killGroup(pid)
      running.stdout.destroy()
      running.stderr.destroy()
    },
  }
}

function killAll(): void {
  for (const pid of living) killGroup(pid)
}

function killGroup(pid: number): void {
  if (!living.has(pid)) return // its number may be another's by now
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // ended in this moment
  }
}
