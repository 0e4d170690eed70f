import { readFileSync } from 'node:fs'
import { readDocument } from './document.ts'
import type { Draft } from './draft.ts'
import type { Command } from './schema.ts'

/** What the command does without a configuration: `defaults/<command>.yaml`, the same that people may read and copy. */
export function defaultsOf(command: Command): Draft {
  return readDocument(readFileSync(defaultsFile(command), 'utf8')).value as Draft // ours; a test loads each of them
}

export const defaultsFile = (command: Command): URL => new URL(`./defaults/${command}.yaml`, import.meta.url)
