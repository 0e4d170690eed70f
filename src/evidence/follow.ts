import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Watching } from './source.ts'

/** Runs a command that talks for as long as it lives, and hands over its lines. */
export const follow: Watching['follow'] = (command, args, onLine, onEnd) => {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let complaint = ''
  let wanted = true
  createInterface({ input: child.stdout }).on('line', onLine)
  child.stderr.on('data', (bytes: Buffer) => (complaint = `${complaint}${bytes.toString()}`.slice(-500)))
  child.on('error', error => {
    if (wanted) onEnd(`${command}: ${error.message}`)
    wanted = false
  })
  child.on('close', code => {
    if (wanted) onEnd(`${command}: ${complaint.trim().split('\n')[0] || `ended with exit code ${code}`}`)
    wanted = false
  })
  return () => {
    wanted = false
    child.kill('SIGTERM')
  }
}
