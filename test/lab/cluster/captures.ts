import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { nodes } from './places.ts'
import { startOn } from './processes.ts'

/** Captures every packet that crosses a node, into `folder`/NODE.pcap, until the returned function is called. */
export async function captures(folder: string): Promise<() => Promise<void>> {
  mkdirSync(folder, { recursive: true })
  const running = Object.keys(nodes).map(node =>
    startOn(node, [
      'tcpdump',
      '-i',
      'any',
      '-n',
      '-U',
      '-s',
      '200',
      '--immediate-mode',
      '-Z',
      'root',
      '-w',
      join(folder, `${node}.pcap`),
    ]),
  )
  while (!running.every(each => each.printed().includes('listening on'))) await sleep(20)
  return async () => void (await Promise.all(running.map(each => each.stop())))
}
