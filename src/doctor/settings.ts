import { sysctl } from '../evidence/sysctl/facts.ts'
import { type Finding, type Node, unknown, untold } from './check.ts'

/** The commands that set a sysctl now and at the next boot. */
export const set = (name: string, value: number): string[] => [
  `sysctl -w ${name}=${value}`,
  `echo '${name} = ${value}' >>/etc/sysctl.d/90-longhold.conf`,
]

/** Judges a sysctl by its number, or says why there is none. */
export function judgeSetting(node: Node, name: string, judge: (value: number) => Finding): Finding {
  const values = node.now(sysctl)
  if (!values) return untold(node, sysctl)
  const value = values[name]
  return typeof value === 'number' ? judge(value) : unknown(`${name} is not there`)
}

/** A sysctl's number, where it has one. */
export function settingOf(node: Node, name: string): number | undefined {
  const value = node.now(sysctl)?.[name]
  return typeof value === 'number' ? value : undefined
}
