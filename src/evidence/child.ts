import { type ChildProcess, spawn } from 'node:child_process'
import { Readable } from 'node:stream'
import { oneLine } from './reason.ts'

/** A command that runs, with everything it starts itself. */
export interface Child {
  /** Emits `error` where it cannot be started, and `close` when it is over. */
  readonly running: ChildProcess
  readonly stdout: Readable
  readonly stderr: Readable
  /** How stderr began: one line, for people. */
  complaint(): string
  /** Ends it and what it started, in a way that cannot be refused. Its output is not waited for. */
  kill(): void
}

/** Groups that live. They end with us: one that has nothing to print would never notice that we are gone. */
const living = new Set<number>()

/** Starts a process group of its own: Ctrl-C at our terminal is ours to pass on, and `kill` leaves nothing of it behind. */
export function startChild(command: string, args: readonly string[]): Child {
  const running: ChildProcess = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  // Where there are no descriptors left for its pipes Node gives us none, and tells of it in a moment (`error`, EMFILE).
  const { stdout, stderr } = pipesOf(running)
  const { pid } = running
  let complaint = ''
  stderr.on('data', (bytes: Buffer) => {
    if (complaint.length < 500) complaint += bytes.toString('utf8').slice(0, 500)
  })
  if (pid !== undefined) {
    living.add(pid)
    if (!process.listeners('exit').includes(killAll)) process.once('exit', killAll)
    running.once('close', () => living.delete(pid))
  }
  return {
    running,
    stdout,
    stderr,
    complaint: () => oneLine(complaint),
    kill() {
      if (pid !== undefined) killGroup(pid)
      stdout.destroy()
      stderr.destroy()
    },
  }
}

const pipesOf = ({ stdout, stderr }: ChildProcess) => ({
  stdout: stdout ?? Readable.from([]),
  stderr: stderr ?? Readable.from([]),
})

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
