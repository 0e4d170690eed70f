import type { Clock } from '../clock.ts'
import { startChild } from './child.ts'
import { reasonOf } from './reason.ts'
import type { Watching } from './source.ts'

/** Characters heard in a second: some 20,000 conntrack events. What is above it waits in the pipe, and the command may give up. */
const heardEachSecond = 4 * 1024 * 1024
/** Characters in a line; a longer one is nothing we know how to read, and is left out. */
const longestLine = 64 * 1024

/** Runs a command that talks for as long as it lives, and hands over its lines. A last line without its end is left out. */
export const followWith =
  (clock: Clock): Watching['follow'] =>
  (command, args, onLine, onEnd, onComplaint) => {
    const child = startChild(command, args)
    const { stdout } = child
    let wanted = true
    let heard = 0
    let disarm: (() => void) | undefined
    const stop = () => {
      wanted = false
      disarm?.()
      child.kill()
    }
    const ended = (why: string) => {
      if (!wanted) return
      stop()
      onEnd(`${command}: ${why}`)
    }
    const split = lines(line => {
      if (wanted) onLine(line)
    })
    const splitComplaints = lines(line => {
      if (wanted) onComplaint?.(line)
    })
    child.stderr.on('data', (bytes: Buffer) => splitComplaints(bytes.toString()))
    stdout.setEncoding('utf8').on('data', (text: string) => {
      try {
        split(text)
      } catch (error) {
        ended(`a line was not understood: ${reasonOf(error)}`)
      }
      heard += text.length
      if (heard < heardEachSecond || !wanted) return
      stdout.pause()
      disarm = clock.alarm(1000, () => {
        heard = 0
        stdout.resume()
      })
    })
    child.running.on('error', error => ended(reasonOf(error)))
    child.running.on('close', (code, killed) =>
      ended(child.complaint() || `ended with ${killed ?? `exit code ${code}`}`),
    )
    return stop
  }

/** Gives out whole lines of what comes in pieces. */
function lines(onLine: (line: string) => void): (text: string) => void {
  let rest = ''
  let tooLong = false
  return text => {
    const parts = `${rest}${text}`.split('\n')
    rest = parts.pop() ?? ''
    for (const line of parts) {
      if (!tooLong && line.length <= longestLine) onLine(line)
      tooLong = false
    }
    if (rest.length <= longestLine) return
    rest = ''
    tooLong = true
  }
}
