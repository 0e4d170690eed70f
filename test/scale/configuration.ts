import { loadConfig } from '../../src/config/load.ts'
import type { Command, Config } from '../../src/config/schema.ts'
import { kinds } from '../../src/probes/index.ts'
import { rendered } from '../rendered.ts'

/** What a client on every node and its servers are given: the ConfigMaps of `k8s/base` with the part `daemonset`. */
export function deployed(): { readonly client: string; readonly server: string } {
  return { client: textOf('longhold-client'), server: textOf('longhold-server') }
}

const textOf = (name: string) =>
  rendered('daemonset').find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.startsWith(name))?.data?.[
    'longhold.yaml'
  ] ?? ''

/** The configuration as the process itself would read it. Throws a Problem with every mistake in it. */
export const read = (command: Command, text: string): Config =>
  loadConfig(kinds, { command, text, flags: {}, env: {} }).config
