import { readdirSync, readFileSync } from 'node:fs'

/** Processes with the mark in their command line or in their environment; a zombie has neither any more. */
export const stillRunning = (mark: string): string[] =>
  readdirSync('/proc').filter(pid => {
    if (!/^\d+$/.test(pid)) return false
    try {
      return ['cmdline', 'environ'].some(name => readFileSync(`/proc/${pid}/${name}`, 'utf8').includes(mark))
    } catch {
      return false // ended while we looked
    }
  })
