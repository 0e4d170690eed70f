import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { Problem } from '../../../src/outcome/problem.ts'
import type { Incident, Look, Seen } from './incident.ts'

/**
 * An incident as files, for people to read and for `test/incidents` to replay: `incident.json` (what was done, when),
 * `observations.jsonl` (one each line), `looks.jsonl` (kernels and ledgers, one look each line). The latter two may be gzipped.
 */
export function writeIncident(folder: string, { observations, looks, ...head }: Incident): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'incident.json'), `${JSON.stringify(head, undefined, 2)}\n`)
  writeFileSync(join(folder, 'observations.jsonl'), lines(observations))
  writeFileSync(join(folder, 'looks.jsonl'), lines(looks))
}

/** Reads it back. Problem when there is none, Error when a file is missing or of another format. */
export function readIncident(folder: string): Incident {
  if (!existsSync(join(folder, 'incident.json')))
    throw new Problem(`${folder}: expected an incident, as a run leaves it, found no incident.json there`, 2)
  const head = JSON.parse(readFileSync(join(folder, 'incident.json'), 'utf8')) as Omit<
    Incident,
    'observations' | 'looks'
  >
  if (head.format !== 1)
    throw new Error(`${folder}: an incident of format 1 was expected, found ${String(head.format)}`)
  return { ...head, observations: read<Seen>(folder, 'observations.jsonl'), looks: read<Look>(folder, 'looks.jsonl') }
}

const lines = (each: readonly object[]): string => each.map(one => `${JSON.stringify(one)}\n`).join('')

function read<T>(folder: string, name: string): T[] {
  const path = join(folder, name)
  const text = existsSync(path) ? readFileSync(path, 'utf8') : gunzipSync(readFileSync(`${path}.gz`)).toString()
  return text
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as T)
}
