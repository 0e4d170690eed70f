import { stringify } from 'yaml'
import { z } from 'zod'
import type { Kind } from '../probes/kind.ts'
import { type Config, configSchema } from './schema.ts'

/** The configuration as people write it, every default filled in: YAML that loads back to the same. */
export function printConfig(kinds: readonly Kind[], config: Config): string {
  const off = Object.fromEntries(kinds.filter(({ server }) => server).map(({ name }) => [name, 'off']))
  const whole: Config = { ...config, server: { ...off, ...config.server } }
  const written = z.encode(configSchema(kinds), whole) as Config // only its outermost shape matters here
  const probes = written.probes.map(({ kind, name, ...settings }) => ({ kind, name, ...settings }))
  return stringify({ ...written, probes }, { lineWidth: 0 })
}
