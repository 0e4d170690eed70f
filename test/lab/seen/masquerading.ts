import type { Sight } from './sight.ts'

/** Rules of a node that masquerade what comes from `range`, at a look, whoever printed them. */
export function masquerading({ lines }: Sight, node: string, look: string, range: string): string[] {
  return lines(node, 'rules', look).filter(
    rule => /masquerade/i.test(rule) && [`-s ${range} `, `saddr ${range} `].some(source => rule.includes(source)),
  )
}
